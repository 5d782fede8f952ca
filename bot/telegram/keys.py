"""What the door signs with."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DoorKeys:
    """Keys derived from the key file, each for one purpose."""

    buttons: bytes = field(repr=False)
    links: bytes = field(repr=False)
