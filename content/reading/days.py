"""Whether the steps of an action day go together: what they say, where, and in which order."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from content.errors import Problem, VariantMissing
from content.models import PRIVATE, PUBLIC, WORDLESS, ActionDay, DayChange, Message, Step, StepKind
from content.reading.draft import Draft, Located
from content.reading.known import shown
from content.reading.references import known_name
from content.reading.toml_lines import KeyPath
from content.variants import CHANNELS, LETTERS, choose

_PLACE: Final = re.compile(r"\bask\s*\.\s*place\b")


def check_days(draft: Draft) -> Iterator[Problem]:
    """Problems of the cities and steps of action days."""
    printing = frozenset(_printing_places(draft))
    for day in draft.action_days:
        listed = () if day.part.cities == "all" else day.part.cities
        yield from _twice(day, "cities", (city.id for city in listed))
        yield from _twice(day, "steps", (step.id for step in day.part.steps))
        yield from _twice(day, "checklist", (each.id for each in day.part.checklist))
        yield from _languages(day, draft)
        for number, step in enumerate(day.part.steps):
            yield from _names(day, number, step, draft)
            yield from _words(day, number, step)
            yield from _channels(day, number, step)
            yield from _place(day, number, step, printing)
        yield from _changes(day, draft, printing)
        yield from _reveals(day)
        yield from _check_ins(day)
        yield from _count(day)
    yield from _slots(draft, printing)


def _slots(draft: Draft, printing: frozenset[str]) -> Iterator[Problem]:
    days = {day.part.id for day in draft.action_days if day.part.steps}
    for slot in draft.slots:
        if slot.part.relative_to in days and slot.part.message in printing:
            what = f"the text prints the place of its ask, and hangs on the action day {shown(slot.part.relative_to)}"
            remedy = "Make it a step of that day with names_place = true, so that it waits for the permit."
            yield slot.problem(("message",), "place-unsaid", what, remedy)


def _printing_places(draft: Draft) -> Iterator[str]:
    """Messages of which a text prints the place of its ask."""
    for message in draft.messages:
        if any(_PLACE.search(variant.source) for variant in message.part.variants):
            yield message.part.id


def _twice(day: Located[ActionDay], key: str, names: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            what = f"the id {shown(name)} is used twice"
            yield day.problem((key, number, "id"), "id-twice", what, "Give each its own id.")
        seen.add(name)


def _languages(day: Located[ActionDay], draft: Draft) -> Iterator[Problem]:
    for number, city in enumerate(() if day.part.cities == "all" else day.part.cities):
        for place, language in enumerate(city.languages):
            key = ("cities", number, "languages", place)
            yield from known_name(day, key, language, "language of the campaign", draft.languages)


def _names(day: Located[ActionDay], number: int, step: Step, draft: Draft) -> Iterator[Problem]:
    if step.message is not None:
        known = draft.names.get("messages")
        yield from known_name(day, ("steps", number, "message"), step.message, "message", known)
    for place, channel in enumerate(step.channels):
        yield from known_name(day, ("steps", number, "channels", place), channel, "channel", CHANNELS)
    for place, city in enumerate(step.cities if isinstance(step.cities, tuple) else ()):
        key = ("steps", number, "cities", place)
        yield from known_name(day, key, city, "city of the day", _city_ids(day, draft))


def _city_ids(day: Located[ActionDay], draft: Draft) -> list[str] | None:
    if "cities" in day.broken:
        return None
    return draft.names.get("cities") if day.part.cities == "all" else [city.id for city in day.part.cities]


def _words(day: Located[ActionDay], number: int, step: Step) -> Iterator[Problem]:
    if step.kind in WORDLESS and step.message is not None:
        what = f"a step of the kind {shown(step.kind)} has no message of yours"
        remedy = "Remove `message`: captains get these words from Munasara, in their language."
        yield _problem(day, number, "message", "step-message", what, remedy)
    elif step.kind not in WORDLESS and step.message is None:
        what = f"the step {shown(step.id)} says nothing"
        remedy = 'Add message = "…", the name of a folder in messages/.'
        yield _problem(day, number, "id", "step-message", what, remedy)


def _channels(day: Located[ActionDay], number: int, step: Step) -> Iterator[Problem]:
    if step.kind in PUBLIC and not step.channels:
        what = f"the step {shown(step.id)} does not say where it is published"
        remedy = 'Add channels = ["telegram"], and cities where each city speaks for itself.'
        yield _problem(day, number, "id", "step-channels", what, remedy)
    elif step.kind in PRIVATE and step.channels:
        what = f"a step of the kind {shown(step.kind)} is written to people, not published"
        yield _problem(day, number, "channels", "step-channels", what, "Remove `channels`.")


def _place(day: Located[ActionDay], number: int, step: Step, printing: frozenset[str]) -> Iterator[Problem]:
    if step.message in printing and not step.tells_place:
        what = (
            f"the message {shown(step.message)} prints the place of its ask, and the step does not say so"
        )
        remedy = "Add names_place = true, so that it waits for the permit; or take {{ ask.place }} out of the text."
        yield _problem(day, number, "message", "place-unsaid", what, remedy)
    if not step.tells_place:
        return
    if step.is_general:
        what = f"the step {shown(step.id)} names a place and speaks for the whole campaign"
        remedy = 'Add cities = "all", so that each city waits for its own permit; or remove `channels`.'
        yield _problem(day, number, "id", "place-everywhere", what, remedy)
    reveal = day.part.reveal
    if reveal is not None and step.offset < reveal.offset:
        what = f"the step {shown(step.id)} names a place before the reveal {shown(reveal.id)}"
        remedy = "Move it after the reveal, or leave the place out."
        yield _problem(day, number, "offset", "place-early", what, remedy)


def _changes(day: Located[ActionDay], draft: Draft, printing: frozenset[str]) -> Iterator[Problem]:
    messages = {message.part.id: message.part for message in draft.messages}
    for change in DayChange:
        name, key = day.part.changes.message(change), ("changes", change.value)
        if name is None:
            continue
        yield from known_name(day, key, name, "message", draft.names.get("messages"))
        if name in printing:
            what = (
                f"the message {shown(name)} prints the place of its ask, and may be sent before the reveal"
            )
            remedy = "Take {{ ask.place }} out of it: the bot adds the place for those who may know it."
            yield day.problem(key, "place-unsaid", what, remedy)
        missing = _unsaid(day.part, messages[name], draft) if name in messages else []
        if missing:
            what = f"the message {shown(name)} has no text in {', '.join(missing)}, which cities of the day speak"
            yield day.problem(key, "variant-missing", what, "Write it: nobody has time for it on the day.")


def _unsaid(day: ActionDay, message: Message, draft: Draft) -> list[str]:
    cities = [city.part for city in draft.cities if day.city(city.part.id) is not None]
    spoken = dict.fromkeys(language for city in cities for language in day.spoken_in(city))
    return [language for language in spoken if not _is_said(message, language)]


def _is_said(message: Message, language: str) -> bool:
    try:
        choose(message, language=language, channel=LETTERS)
    except VariantMissing:
        return False
    return True


def _reveals(day: Located[ActionDay]) -> Iterator[Problem]:
    reveals = [(number, step) for number, step in enumerate(day.part.steps) if step.kind is StepKind.REVEAL]
    for number, step in reveals[:1]:
        if step.offset > timedelta():
            what = f"the reveal {shown(step.id)} comes after T-0, when people should be there already"
            yield _problem(day, number, "offset", "reveal-late", what, 'Choose an offset such as "-3h".')
    for number, step in reveals[1:]:
        what = f"{shown(step.id)} is a second reveal"
        remedy = "Keep one; a later step may name the place with names_place = true."
        yield _problem(day, number, "kind", "reveal-twice", what, remedy)


def _check_ins(day: Located[ActionDay]) -> Iterator[Problem]:
    seen: dict[timedelta, list[Step]] = {}
    for number, step in enumerate(day.part.steps):
        if step.kind is StepKind.CHECK_IN:
            earlier = seen.setdefault(step.offset, [])
            other = next((one for one in earlier if _share_a_city(one, step)), None)
            if other is not None:
                what = f"{shown(step.id)} asks for a check-in at the same time as {shown(other.id)}"
                remedy = "Move one of them, or name different cities."
                yield _problem(day, number, "offset", "check-in-twice", what, remedy)
            earlier.append(step)


def _share_a_city(one: Step, other: Step) -> bool:
    named = [set(step.cities) for step in (one, other) if step.cities not in ("all", ())]
    return len(named) < 2 or bool(named[0] & named[1])  # noqa: PLR2004


def _count(day: Located[ActionDay]) -> Iterator[Problem]:
    closes = [step.offset for step in day.part.steps if step.kind is StepKind.COUNT_CLOSES]
    for number, step in enumerate(day.part.steps):
        if step.kind is StepKind.ROUND_UP and not any(offset < step.offset for offset in closes):
            what = f"no count closes before the round-up {shown(step.id)}"
            remedy = 'Add a step with kind = "count_closes" before it, early enough for its approval.'
            yield _problem(day, number, "offset", "round-up-open", what, remedy)


def _problem(day: Located[ActionDay], number: int, key: str, code: str, what: str, remedy: str) -> Problem:
    path: KeyPath = ("steps", number, key)
    return day.problem(path, code, what, remedy)
