"""A value that must not be seen."""

import json
from collections.abc import Mapping
from typing import Final, final

MASK: Final = "***"


@final
class Secret:
    """A token or password. Shows ``***`` everywhere; only ``reveal`` gives the value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        msg = "a secret is never pickled or copied out of the process"
        raise TypeError(msg)


def pack(parts: Mapping[str, str]) -> Secret:
    """Several values as one secret; empty ones are left out."""
    return Secret(json.dumps({name: value for name, value in parts.items() if value}, sort_keys=True))


def unpack(secret: Secret) -> dict[str, str]:
    """The values that ``pack`` put together; none where it was not ``pack`` that wrote the secret."""
    try:
        parts = json.loads(secret.reveal())
    except ValueError:
        return {}
    if not isinstance(parts, dict):
        return {}
    return {str(name): str(value) for name, value in parts.items()}
