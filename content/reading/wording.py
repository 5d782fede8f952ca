"""What a value should have been, in plain sentences."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails, to_json

from content.errors import Problem
from content.models import Part
from content.reading.known import did_you_mean, listed, shown
from content.reading.toml_file import TomlFile, written_in_json
from content.reading.toml_lines import KeyPath

PartType = TypeVar("PartType", bound=Part)
MAX_PER_PART: Final = 50

_PATTERNS: Final = {
    "^[a-z0-9][a-z0-9-]{0,63}$": "Use small Latin letters, digits and hyphens only, at most 64: launch-day.",
    "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": 'Write the short code of a language, such as "en", "ar" or "pt-BR".',
    "^#[0-9a-fA-F]{6}$": 'Write a colour as "#" and six digits: "#ffffff".',
    r"^https://(www\.)?(x|twitter)\.com/[A-Za-z0-9_]{1,15}/status/[0-9]{1,19}$": "Copy the address of a post on X: "
    "https://x.com/name/status/123.",
    "^[A-Z]{2}$": 'Write the two capital letters of a country: "DE".',
}
_KINDS: Final = {
    "string": 'Write a text in quotation marks: "…".',
    "int": "Write a whole number without quotation marks: 10000.",
    "bool": "Write true or false, without quotation marks.",
    "tuple": "Write a list: [ … , … ].",
    "dict": 'Write one line per language: {en = "…", ar = "…"}.',
    "model": "Write a table with its keys; the guide shows one.",
    "date": "Write a date like 2026-09-01, without quotation marks.",
    "datetime": "Write a date and a time like 2026-09-01T12:00:00, without quotation marks.",
    "time": "Write a time like 09:00:00, without quotation marks.",
}


def validated(
    model: type[PartType],
    data: object,
    file: TomlFile,
    prefix: KeyPath,
    problems: list[Problem],
    *,
    reserved: Mapping[str, str] | None = None,
    given: Mapping[str, object] | None = None,
) -> PartType | None:
    """Make a part of the campaign from TOML values, or add every reason why not to ``problems``.

    Args:
        model: The kind of part.
        data: The values of the file at ``prefix``.
        file: The file, for the lines.
        prefix: Where in the file the part stands.
        problems: Receives what is wrong.
        reserved: Keys of the model that do not belong in this file, each with what to do instead.
        given: Values that do not come from the file, such as an id that is the name of a folder.
    """
    reserved, given = reserved or {}, given or {}
    if isinstance(data, dict):
        problems.extend(_misplaced(data, file, prefix, reserved))
        data = {key: value for key, value in data.items() if key not in reserved} | dict(given)
    try:
        return model.model_validate_json(to_json(written_in_json(data)), strict=True)
    except ValidationError as error:
        problems.extend(
            _worded(error, model=model, data=data, file=file, prefix=prefix, hidden={*reserved, *given})
        )
        return None


def broken_keys(model: type[Part], data: Mapping[str, object]) -> frozenset[str]:
    """The top-level keys of ``data`` that are missing or do not fit."""
    return frozenset(str(detail["loc"][0]) for detail in _errors(model, data) if detail["loc"])


def _errors(model: type[Part], data: Mapping[str, object]) -> list[ErrorDetails]:
    try:
        model.model_validate_json(to_json(written_in_json(dict(data))), strict=True)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


def without_unknown_keys(model: type[Part], data: dict[str, Any]) -> dict[str, Any]:
    """A copy of ``data`` without the keys, at any depth, that ``model`` does not have."""
    known = deepcopy(data)
    for detail in _errors(model, data):
        if detail["type"] == "extra_forbidden":
            *parents, key = _path_in(data, detail)
            inner: Any = known
            for step in parents:
                inner = inner[step]
            inner.pop(key, None)
    return known


def unknown_key(file: TomlFile, path: KeyPath, known: Iterable[str]) -> Problem:
    """The problem of a key that nobody reads."""
    key, known = str(path[-1]), list(known)
    remedy = did_you_mean(key, known, f"Remove it. Known here: {listed(known, 30)}.")
    return file.problem(path, "unknown-key", f"{shown(key)} is not a key that Munasara knows here", remedy)


def _misplaced(
    data: Mapping[str, object], file: TomlFile, prefix: KeyPath, reserved: Mapping[str, str]
) -> Iterator[Problem]:
    for key in data:
        if key in reserved:
            what = f"{shown(key)} does not belong in this file"
            yield file.problem((*prefix, key), "key-misplaced", what, reserved[key])


def _worded(
    error: ValidationError,
    *,
    model: type[Part],
    data: object,
    file: TomlFile,
    prefix: KeyPath,
    hidden: set[str],
) -> Iterator[Problem]:
    details = error.errors(include_url=False)
    seen: set[KeyPath] = set()
    for detail in details[:MAX_PER_PART]:
        path = _path_in(data, detail)
        if path in seen or _is_shadow(detail, details):
            continue
        seen.add(path)
        if detail["type"] == "extra_forbidden":
            yield unknown_key(file, (*prefix, *path), _known_keys(model, path[:-1]) - hidden)
        else:
            yield file.problem((*prefix, *path), *_sentences(detail, path))
    if len(details) > MAX_PER_PART:
        rest = f"{len(details) - MAX_PER_PART} more values do not fit"
        yield file.problem(prefix, "more-problems", rest, "Correct those above and check again.")


def _path_in(data: object, detail: ErrorDetails) -> KeyPath:
    """Leave out the steps of a location that are the validator's own."""
    path: KeyPath = ()
    for step in detail["loc"]:
        inner = _inside(data, step)
        if inner is not None:
            data = inner
            path = (*path, step)
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def _inside(data: object, step: str | int) -> object | None:
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]  # type: ignore[no-any-return]
    return data.get(step) if isinstance(data, dict) else None


def _is_shadow(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Whether another error says more precisely what is wrong with a value of two allowed kinds."""
    loc = detail["loc"]
    if detail["type"] != "literal_error" or len(loc) < 2 or not str(loc[-1]).startswith("literal["):  # noqa: PLR2004
        return False
    return any(
        other["loc"][: len(loc) - 1] == loc[:-1] and len(other["loc"]) > len(loc) for other in details
    )


def _known_keys(model: type[Part], path: KeyPath) -> set[str]:
    """The keys of the part of ``model`` that stands at ``path``."""
    for step in path:
        if isinstance(step, str) and step in model.model_fields:
            model = _part_in(model.model_fields[step].annotation) or model
    return set(model.model_fields)


def _part_in(annotation: Any) -> type[Part] | None:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    inner = (_part_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((part for part in inner if part), None)


def _sentences(detail: ErrorDetails, path: KeyPath) -> tuple[str, str, str]:
    kind, limits = detail["type"], detail.get("ctx", {})
    key = _named(path)
    if kind in _EXACT:
        return _EXACT[kind](key, detail["input"], limits)
    base = kind.removesuffix("_type").removesuffix("_parsing")
    base = {"date_from_datetime": "date", "datetime_from_date": "datetime"}.get(base, base)
    remedy = _KINDS.get(base, "Write it as the guide shows.")
    return "wrong-value", f"{key} has a value that does not fit here{_input(detail['input'])}", remedy


def _named(path: KeyPath) -> str:
    """A path as people say it: ``"text" of item 2 of "interim_goals"``."""
    words: list[str] = []
    for step in path:
        if isinstance(step, int):
            words.append(f"item {step + 1}")
        elif words and not words[-1].startswith("item "):
            words[-1] = f"{words[-1]}.{step}"
        else:
            words.append(step)
    said = [word if word.startswith("item ") else shown(word) for word in reversed(words)]
    return " of ".join(said) or "this part"


def _input(value: object) -> str:
    return f": {_said(value)}" if isinstance(value, str | int | float) else ""


def _said(value: object) -> str:
    return shown(value) if isinstance(value, str) else shown(value).strip('"').lower()


def _missing(key: str, _value: object, _limits: Mapping[str, Any]) -> tuple[str, str, str]:
    return "missing-key", f"{key} is missing", "Add it; the guide shows how."


def _pattern(key: str, value: object, limits: Mapping[str, Any]) -> tuple[str, str, str]:
    remedy = _PATTERNS.get(limits["pattern"], "Write it as the guide shows.")
    return "wrong-form", f"{_said(value)} is not allowed for {key}", remedy


def _choice(key: str, value: object, limits: Mapping[str, Any]) -> tuple[str, str, str]:
    choices = str(limits["expected"]).replace("'", '"')
    choices += " or a list of ids" if choices == '"all"' else ""
    return "wrong-choice", f"{key} cannot be {_said(value)}", f"Write {choices}."


def _long(key: str, _value: object, limits: Mapping[str, Any]) -> tuple[str, str, str]:
    most = limits["max_length"]
    return "too-long", f"{key} is longer than {most} characters", "Make it shorter."


def _empty(key: str, _value: object, _limits: Mapping[str, Any]) -> tuple[str, str, str]:
    return "empty", f"{key} is empty", "Write something there, or remove the key."


def _small(key: str, value: object, limits: Mapping[str, Any]) -> tuple[str, str, str]:
    least = limits["ge"] if "ge" in limits else limits["gt"] + 1
    return "out-of-range", f"{key} cannot be {_said(value)}", f"Write {least} or more."


def _large(key: str, value: object, limits: Mapping[str, Any]) -> tuple[str, str, str]:
    return "out-of-range", f"{key} cannot be {_said(value)}", f"Write {limits['le']:,} or less."


_EXACT: Final[Mapping[str, Callable[[str, object, Mapping[str, Any]], tuple[str, str, str]]]] = {
    "missing": _missing,
    "string_pattern_mismatch": _pattern,
    "enum": _choice,
    "literal_error": _choice,
    "string_too_long": _long,
    "string_too_short": _empty,
    "too_short": _empty,
    "greater_than": _small,
    "greater_than_equal": _small,
    "less_than_equal": _large,
}
