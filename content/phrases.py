"""The phrases that our own code says, found in its source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import regex

Key = str | tuple[str, str]
"""What a catalog knows a phrase by: its English text, or singular and plural."""

_TEXTS: Final = {"say": 1, "count": 2, "later": 1}
"""What looks a phrase up or keeps it for later, and how many texts each begins with."""
_LATER: Final = "later"
_OURS: Final = regex.compile(r"(?:.*_)?words")
_BRACES: Final = regex.compile(r"\{([^{}]*)\}|([{}])")


@dataclass(frozen=True, slots=True)
class Found:
    """The phrases of some source, and in whole sentences what keeps other calls from being translated."""

    phrases: frozenset[Key]
    faults: tuple[str, ...]


def placeholders(text: str) -> frozenset[str]:
    """What stands in braces in a phrase and waits for a value; a brace that is not closed counts as one."""
    plain = text.replace("{{", "").replace("}}", "")
    return frozenset(inside or stray for inside, stray in _BRACES.findall(plain))


def phrases_under(*folders: Path) -> Found:
    """Every phrase of the Python files under some folders."""
    files = sorted(path for folder in folders for path in folder.rglob("*.py"))
    found = [phrases_in(path.read_text(encoding="utf-8"), path.as_posix()) for path in files]
    return Found(
        frozenset().union(*(one.phrases for one in found)),
        tuple(fault for one in found for fault in one.faults),
    )


def phrases_in(source: str, where: str) -> Found:
    """Every phrase of one file: written-out texts in ``words.say``, ``words.count`` and ``later``.

    The variable is called ``words``, or something that ends in ``_words``, so that a reader of the source finds
    what this finds.
    """
    calls = [node for node in ast.walk(ast.parse(source, where)) if isinstance(node, ast.Call)]
    phrases = frozenset(key for call in calls if _asks_words(call) and (key := _key(call)) is not None)
    return Found(
        phrases, tuple(f"{where}:{call.lineno}: {fault}" for call in calls for fault in _faults(call))
    )


def _asks_words(call: ast.Call) -> bool:
    verb = _verb(call)
    return verb == _LATER or (verb in _TEXTS and _OURS.fullmatch(_receiver(call.func)) is not None)


def _verb(call: ast.Call) -> str:
    """The method that is called, or ``later``, the one function."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return _LATER if isinstance(call.func, ast.Name) and call.func.id == _LATER else ""


def _receiver(method: ast.expr) -> str:
    """The last word of what a method is called on: ``words`` for ``self.words.say``."""
    on = method.value if isinstance(method, ast.Attribute) else method
    on = on.func if isinstance(on, ast.Call) else on
    return on.attr if isinstance(on, ast.Attribute) else on.id if isinstance(on, ast.Name) else ""


def _key(call: ast.Call) -> Key | None:
    texts = tuple(_written_out(call))
    match texts:
        case (text,) if _TEXTS[_verb(call)] == 1:
            return text
        case (singular, plural):
            return singular, plural
    return None


def _written_out(call: ast.Call) -> Iterator[str]:
    for argument in call.args[: _TEXTS[_verb(call)]]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


def _faults(call: ast.Call) -> Iterator[str]:
    if not _asks_words(call):
        if _looks_like_words(call):
            yield 'A text is said by something that is not called "words". Let words say it, or call it so.'
        return
    key = _key(call)
    if key is None:
        yield f"{_verb(call)} is given a computed text. Write the text out at this place."
    elif not any(keyword.arg is None for keyword in call.keywords):
        yield from _unequal(key, {str(keyword.arg) for keyword in call.keywords})


def _looks_like_words(call: ast.Call) -> bool:
    return _verb(call) in _TEXTS and _key(call) is not None


def _unequal(key: Key, given: set[str]) -> Iterator[str]:
    asked = placeholders(key) if isinstance(key, str) else placeholders(key[1]) - {"n"}
    for name in sorted(asked ^ given):
        yield f"{{{name}}} stands either in the text or among the values, not in both. Make them equal."
