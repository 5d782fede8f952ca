"""The table of methods: a Python function per method, whose signature says what the method takes."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args, get_type_hints

from tests.support.telegram.errors import bad
from tests.support.telegram.parameters import Upload, convert, missing

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Method:
    """What a method takes and what it does."""

    function: Callable[..., Any]
    kinds: dict[str, Any]
    required: frozenset[str]
    takes_files: bool

    def read(self, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Upload]]:
        """Checked parameters, and the uploads that some of them point to.

        Raises:
            Rejected: A parameter is unknown, missing or of the wrong type.
        """
        others = {name: value for name, value in given.items() if name not in self.kinds}
        for name, value in others.items():
            if not (self.takes_files and isinstance(value, Upload)):
                raise bad(f'unknown parameter "{name}"')
        for name in sorted(self.required - given.keys()):
            raise missing(name)
        known = given.keys() - others.keys()
        return {name: convert(name, given[name], self.kinds[name]) for name in known}, others


METHODS: Final[dict[str, Method]] = {}


def method(function: Function) -> Function:
    """Register a function as the method of the same name, written the way Telegram does.

    ``options: Unpack[...]`` stands for further optional parameters, ``uploads`` for the files in a request.
    """
    parameters = dict(list(inspect.signature(function).parameters.items())[1:])
    takes_files = parameters.pop("uploads", None) is not None
    hints = get_type_hints(function)
    options = parameters.pop("options", None)
    kinds = get_type_hints(get_args(hints["options"])[0]) if options else {}
    kinds |= {name: hints[name] for name in parameters}
    required = {name for name, each in parameters.items() if each.default is each.empty}
    METHODS[telegram_name(function.__name__)] = Method(function, kinds, frozenset(required), takes_files)
    return function


def telegram_name(name: str) -> str:
    """``send_message`` as ``sendMessage``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
