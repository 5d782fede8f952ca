"""One entry of a TOML file as a part of the campaign, mended where it is broken."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

from content.errors import Problem
from content.models import ActionDay, Part, Slot
from content.reading.draft import Located
from content.reading.durations import parse_duration
from content.reading.known import shown
from content.reading.toml_file import TomlFile
from content.reading.toml_lines import KeyPath
from content.reading.wording import broken_keys, validated, without_unknown_keys

PartType = TypeVar("PartType", bound=Part)

_DURATIONS: Final = ("offset", "late_by")
_OF_DAY: Final = ("board_delay",)
_ASK: Final = {"kind": "share", "text": {}, "effort": "low", "next_step": {}}
_STAND_INS: Final[Mapping[str, Any]] = {
    "id": "mended",
    "title": {},
    "goal": {"text": {}, "number": 1, "unit": "-"},
    "starts_on": "2000-01-01",
    "ends_on": "2100-01-01",
    "zone": "UTC",
    "languages": ["en"],
    "hashtag": {"tags": ["-"]},
    "message": "mended",
    "ask": _ASK,
    "why": {},
    "day": 1,
    "at": "2050-01-01T00:00:00",
    "country": "XX",
    "territory": "XX",
    "office": {},
    "name": {},
    "text": {},
    "source": "-",
    "review_by": "2050-01-01",
}


def made(
    model: type[PartType],
    data: object,
    file: TomlFile,
    path: KeyPath,
    problems: list[Problem],
    *,
    reserved: Mapping[str, str] | None = None,
    given: Mapping[str, object] | None = None,
) -> Located[PartType] | None:
    """Make a part of the campaign; the arguments are those of ``validated``.

    A part with broken keys is made all the same, with stand-ins for these keys, so that whatever else
    is wrong with it comes to light at once.

    Returns:
        ``None`` where the entry is no table at all.
    """
    if model is Slot and isinstance(data, dict):
        data = data | dict(_durations(data, file, path, problems))
    if model is ActionDay and isinstance(data, dict):
        data = data | dict(_lists_of_day(data, file, path, problems))
        data = data | dict(_durations(data, file, path, problems, _OF_DAY))
    part = validated(model, data, file, path, problems, reserved=reserved, given=given)
    if part is not None:
        return Located(part, file, path)
    if not isinstance(data, dict):
        return None
    kept = {key: value for key, value in data.items() if key not in (reserved or {})} | dict(given or {})
    return _mended(model, kept, file, path)


def _mended(
    model: type[PartType], data: dict[str, Any], file: TomlFile, path: KeyPath
) -> Located[PartType] | None:
    data = without_unknown_keys(model, data)
    broken = broken_keys(model, data)
    sound = {key: value for key, value in data.items() if key not in broken}
    required = {
        key for key in broken if key in model.model_fields and model.model_fields[key].is_required()
    }
    stand_ins = {key: _STAND_INS[key] for key in required}
    part = validated(model, sound | stand_ins, file, path, [])
    return None if part is None else Located(part, file, path, broken)


def _durations(
    part: Mapping[str, Any],
    file: TomlFile,
    path: KeyPath,
    problems: list[Problem],
    keys: tuple[str, ...] = _DURATIONS,
) -> Iterator[tuple[str, str]]:
    for key in keys:
        if key not in part:
            continue
        length = parse_duration(part[key]) if isinstance(part[key], str) else None
        if length is None:
            what = f"{shown(part[key])} is no length of time for {shown(key)}"
            remedy = 'Write "90m", "2h30m" or "3d", up to 366 days; before something, "-24h".'
            problems.append(file.problem((*path, key), "duration-invalid", what, remedy))
        yield key, _in_iso(length or timedelta())


def _lists_of_day(
    day: Mapping[str, Any], file: TomlFile, path: KeyPath, problems: list[Problem]
) -> Iterator[tuple[str, list[Any]]]:
    cities, steps = day.get("cities"), day.get("steps")
    if isinstance(cities, list):
        yield "cities", [{"id": city} if isinstance(city, str) else city for city in cities]
    if isinstance(steps, list):
        yield (
            "steps",
            [
                step | dict(_durations(step, file, (*path, "steps", number), problems))
                if isinstance(step, dict)
                else step
                for number, step in enumerate(steps)
            ],
        )


def _in_iso(length: timedelta) -> str:
    return f"{'-' if length.days < 0 else ''}PT{abs(length).total_seconds():.0f}S"


def ids(items: list[Any]) -> list[str]:
    """Every id that is written in a list, also those of broken entries."""
    return [str(item["id"]) for item in items if isinstance(item, dict) and "id" in item]


def duplicates(file: TomlFile, kind: str, items: list[Any]) -> Iterator[Problem]:
    """A problem for each id that was used before."""
    seen: set[str] = set()
    for number, item in enumerate(items):
        name = str(item["id"]) if isinstance(item, dict) and "id" in item else None
        if name is not None and name in seen:
            path = (kind, number, "id")
            yield file.problem(
                path, "id-twice", f"the id {shown(name)} is used twice", "Give each its own id."
            )
        if name is not None:
            seen.add(name)
