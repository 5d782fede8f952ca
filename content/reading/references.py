"""Whether everything that is named in a campaign folder exists."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from content.errors import Problem, Severity
from content.models import DOOR, ActionDay, Level, Message, Prompt, Slot, is_video
from content.reading.draft import Draft, Located
from content.reading.files import MAX_PICTURE_BYTES, MAX_VIDEO_BYTES, Folder
from content.reading.known import did_you_mean, listed, nearest, shown
from content.reading.pictures import picture_fault
from content.reading.toml_lines import KeyPath
from content.variants import CHANNELS

_MOST: Final = {"picture": MAX_PICTURE_BYTES, "video": MAX_VIDEO_BYTES}
_PLACES: Final = frozenset({"channels", "accounts", "cities"})


def check_references(draft: Draft) -> Iterator[Problem]:
    """Problems of ids, channels and languages that nobody knows."""
    for slot in draft.slots:
        yield from _slot(slot, draft)
    for day in draft.action_days:
        yield from _cities_of_day(day, draft)
    asking: Iterable[Located[Any]] = chain(draft.messages, draft.prompts)
    for part in asking:
        yield from _target(part, draft)
    named: Iterable[Located[Any]] = chain(draft.slots, draft.messages)
    for made in named:
        yield from _reserved(made)
    for message in draft.messages:
        yield from _misspelt_channels(message)
    yield from _same_prompt_days(draft.prompts)
    yield from _own_ids(draft)


def check_pictures(draft: Draft, folder: Folder) -> Iterator[Problem]:
    """Problems of pictures and videos that messages name; each picture is opened once, a video when it is drawn."""
    faults: dict[str, tuple[str, str, str] | None] = {}
    for message in draft.messages:
        for number, media in enumerate(message.part.media):
            if media.file not in faults:
                faults[media.file] = _medium(folder, media.file)
            fault = faults[media.file]
            if fault is not None:
                yield message.problem(("media", number, "file"), *fault)


def _slot(slot: Located[Slot], draft: Draft) -> Iterator[Problem]:
    part = slot.part
    yield from known_name(slot, ("message",), part.message, "message", draft.names.get("messages"))
    yield from _cities(slot, part.cities, draft)
    yield from _anchor(slot, draft)
    for number, channel in enumerate(part.channels):
        yield from known_name(slot, ("channels", number), channel, "channel", CHANNELS)
    for number, language in enumerate(part.languages):
        known = draft.languages
        yield from known_name(slot, ("languages", number), language, "language of the campaign", known)
    for key in ("channels", "accounts", "languages", "cities"):
        yield from _listed_twice(slot, key, getattr(part, key))
    if not (part.channels or part.accounts or part.cities or slot.broken & _PLACES):
        what, remedy = "the slot does not say where it goes", "Add channels, accounts or cities."
        yield slot.problem((), "slot-nowhere", what, remedy)


def _reserved(made: Located[Any]) -> Iterator[Problem]:
    if made.part.id.startswith(DOOR):
        what = f"ids that begin with {shown(DOOR)} are kept for what is queued on a phone"
        yield made.problem(("id",), "id-reserved", what, "Choose another id.")


def _listed_twice(slot: Located[Slot], key: str, names: str | tuple[str, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, name in enumerate(names if isinstance(names, tuple) else ()):
        if name in seen:
            what = f"{shown(name)} is listed twice"
            yield slot.problem((key, number), "listed-twice", what, "Remove one of the two.")
        seen.add(name)


def _anchor(slot: Located[Slot], draft: Draft) -> Iterator[Problem]:
    slots, days = draft.names.get("slots"), draft.names.get("action_days")
    name = slot.part.relative_to
    if name is None or slots is None or days is None:
        return
    yield from known_name(slot, ("relative_to",), name, "slot or action day", [*slots, *days])
    if name in slots and name in days:
        what = f"{shown(name)} is the id of a slot and of an action day"
        yield slot.problem(("relative_to",), "id-twice", what, "Rename one of them.")


def _cities(part: Located[Any], cities: str | tuple[str, ...], draft: Draft) -> Iterator[Problem]:
    known = draft.names.get("cities")
    if cities == "all" and known == []:
        what = '"cities" is "all", but there is no city'
        yield part.problem(("cities",), "city-unknown", what, "Write cities.toml, or remove the key.")
    for number, city in enumerate(cities if isinstance(cities, tuple) else ()):
        yield from known_name(part, ("cities", number), city, "city", known)


def _cities_of_day(day: Located[ActionDay], draft: Draft) -> Iterator[Problem]:
    cities = day.part.cities
    yield from _cities(day, cities if cities == "all" else tuple(city.id for city in cities), draft)


def _target(asking: Located[Any], draft: Draft) -> Iterator[Problem]:
    target = asking.part.ask.target
    if target is not None:
        yield from known_name(asking, ("ask", "target"), target, "target", draft.names.get("targets"))


def known_name(
    part: Located[Any],
    key: KeyPath,
    name: str,
    kind: str,
    known: Iterable[str] | None,
) -> Iterator[Problem]:
    """The problem of a name at ``key`` that is none of the ``known``; none where nobody can say."""
    if known is None or name in known or key[0] in part.broken:
        return
    names = listed(known)
    otherwise = f"There is: {names}." if names else f"The folder has no {kind} at all; write it first."
    what = f"there is no {kind} {shown(name)}"
    yield part.problem(
        key, f"{kind.split(maxsplit=1)[0]}-unknown", what, did_you_mean(name, known, otherwise)
    )


def _misspelt_channels(message: Located[Message]) -> Iterator[Problem]:
    for variant in message.part.variants:
        meant = nearest(variant.audience or "", CHANNELS)
        if meant is not None:
            what = f"{shown(variant.audience)} is read as the name of an audience"
            remedy = f"If the channel {shown(meant)} is meant, rename the file."
            yield Problem("audience-or-channel", variant.file, what, remedy, severity=Severity.WARNING)


def _same_prompt_days(prompts: Iterable[Located[Prompt]]) -> Iterator[Problem]:
    seen: dict[tuple[int, Level | None], str] = {}
    for prompt in prompts:
        if prompt.broken & {"day", "ask", "seen_by", "training"}:
            continue
        day, level = prompt.part.day, prompt.part.level
        other = seen.setdefault((day, None if prompt.part.training else level), prompt.part.id)
        if other != prompt.part.id and prompt.part.training:
            what = f"training day {day} has the prompt {shown(other)} already"
            remedy = "Training prompts come one after the other: number them 1, 2, 3."
            yield prompt.problem(("day",), "day-twice", what, remedy)
        elif other != prompt.part.id:
            what = f"day {day} has the prompt {shown(other)} already, which is seen by {level} as well"
            remedy = "A volunteer gets one prompt a day: change the day of one, or its `seen_by`."
            yield prompt.problem(("day",), "day-twice", what, remedy)


def _own_ids(draft: Draft) -> Iterator[Problem]:
    if draft.campaign is None:
        return
    for kind in ("phases", "partners"):
        seen: set[str] = set()
        for number, part in enumerate(getattr(draft.campaign.part, kind)):
            if part.id in seen:
                what = f"the id {shown(part.id)} is used twice"
                yield draft.campaign.problem(
                    (kind, number, "id"), "id-twice", what, "Give each its own id."
                )
            seen.add(part.id)


def _medium(folder: Folder, name: str) -> tuple[str, str, str] | None:
    path, kind = f"media/{name}", "video" if is_video(name) else "picture"
    if path not in folder.names:
        files = [known.removeprefix("media/") for known in folder.names if known.startswith("media/")]
        remedy = did_you_mean(name, files, f"Put the {kind} into the folder media, or correct the name.")
        return "media-missing", f"there is no {kind} {shown(path)}", remedy
    size = folder.size(path)
    if size is None or folder.too_large(path, size, _MOST[kind]) or kind == "video":
        return None
    fault = picture_fault(folder.root / path)
    return ("media-broken", f"{shown(path)}: {fault[0]}", fault[1]) if fault else None
