"""Templates, checked against the allow-list and compiled once, in a sandbox that reads no Python object."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, nodes, pass_context
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context as Names
from jinja2.sandbox import ImmutableSandboxedEnvironment

from content.allowlist import Disallowed, allow, claims_in
from content.filters import FILTERS, Absent, Table, written
from content.markdown import RESERVED

MAX_SOURCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template that passed every rule.

    Attributes:
        claims: The ids of the claims it names, with underscores for hyphens, also in branches not taken.
    """

    template: Template
    claims: tuple[str, ...]


@pass_context
def _placed(names: Names, value: object) -> tuple[str]:
    return (value,) if type(value) is str else (written(names, value),)


class _PiecesOfText(NativeCodeGenerator):
    """Yields a template's own text as ``str`` and each value as a one-tuple, so that they stay apart."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Looks values up in tables and lists only; no attribute of a Python object is ever read."""

    code_generator_class = _PiecesOfText

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is Table and attribute in obj:
            return obj[attribute]
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is Table and argument in obj:
            return obj[argument]
        if type(obj) is Absent:
            return obj
        if type(obj) is tuple and type(argument) is int and 0 <= argument < len(obj):
            return obj[argument]
        raise UndefinedError(_no_such(obj, argument))


def _no_such(obj: object, argument: object) -> str:
    if isinstance(obj, Table):
        return f"{obj.path} has no “{argument}”; it has: {', '.join(sorted(obj)) or 'nothing'}"
    if isinstance(obj, tuple):
        return f"the list has {len(obj)} entries, counted from 0; there is no [{argument}]"
    return f"a value has no part “{argument}”"


def _environment() -> _Sandbox:
    environment = _Sandbox(
        undefined=StrictUndefined,
        autoescape=False,
        finalize=_placed,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=0,
    )
    environment.filters = dict(FILTERS)
    environment.tests = {}
    environment.globals = {}
    return environment


_ENVIRONMENT: Final = _environment()


@lru_cache(maxsize=1024)
def compiled(source: str) -> Compiled:
    """Check and compile a template, once.

    Raises:
        Disallowed: It is longer than ``MAX_SOURCE``, cannot be read, or breaks a rule of ``allowlist``.
    """
    tree = _tree(source)
    allow(tree)
    return Compiled(_ENVIRONMENT.from_string(tree), tuple(sorted(set(claims_in(tree)))))


def _tree(source: str) -> nodes.Template:
    if len(source) > MAX_SOURCE:
        raise Disallowed(
            f"the template has {len(source)} characters", f"Keep it under {MAX_SOURCE} characters."
        )
    if RESERVED.search(source):
        raise Disallowed("the template contains a private Unicode character", "Remove it.")
    try:
        return _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        raise Disallowed(
            _sentence(error), "Correct the {{ }} or {% %} in this line.", error.lineno
        ) from None
    except (RecursionError, ValueError, OverflowError, MemoryError):
        raise Disallowed(
            "the template cannot be read: it nests too deeply or holds a huge number"
        ) from None


def _sentence(error: TemplateSyntaxError) -> str:
    message = (error.message or "it cannot be read").rstrip(".")
    return f"the template is not correct: {message[:200]}"
