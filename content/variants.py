"""Which text of a message serves a language, a channel and an audience."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from content.errors import VariantMissing
from content.limits import LIMITS
from content.models import ActionDay, Campaign, Message, Prompt, Slot, Step, Variant

CHANNELS: Final = tuple(LIMITS)
"""The kinds of platform that a slot or the name of a text may name."""

ANY_CHANNEL: Final = "any channel"
"""Stands for the channel of a slot that names cities or accounts, and so does not say which."""

LETTERS: Final = "telegram"
"""The platform whose texts people get who are written to."""

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_AUDIENCE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class VariantName:
    """What the name of a text says: for whom it is."""

    language: str
    channel: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class NameFault:
    """Why the name of a text says nothing: a sentence without full stop, and what to do."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Which file serves one message in one language.

    Attributes:
        audience: The audience of the slots that send it, or ``None`` for everyone.
        files: The text's file per channel that a slot uses, ``None`` where it is missing. A slot that
            names no channels stands under ``ANY_CHANNEL``.
    """

    message: str
    language: str
    audience: str | None
    files: Mapping[str, str | None]


def parse_name(file_name: str) -> VariantName | NameFault:
    """Read ``<language>[.<channel>][.<audience>].md``."""
    language, *rest = file_name.removesuffix(".md").split(".")
    if not _LANGUAGE.fullmatch(language):
        return NameFault("the name does not begin with a language", "Call it en.md, or en.telegram.md.")
    channel = rest.pop(0) if rest and rest[0] in CHANNELS else None
    audience = rest.pop(0) if rest else None
    if rest or audience in CHANNELS:
        return NameFault(
            "the name has parts in the wrong order or too many",
            "Write the language, then a channel, then an audience: en.telegram.students.md.",
        )
    if audience is not None and not _AUDIENCE.fullmatch(audience):
        return NameFault(
            "the name holds an audience with signs that are not allowed",
            "Use small Latin letters, digits and hyphens: en.students.md.",
        )
    return VariantName(language, channel, audience)


def choose(
    message: Message | Prompt, *, language: str, channel: str | None, audience: str | None = None
) -> Variant:
    """The most specific text: for channel and audience, channel, audience, or the language alone.

    Raises:
        VariantMissing: The message has no such text in this language; no other language is tried.
    """
    variant = _best(message, language, channel, audience)
    if variant is None:
        raise VariantMissing(message.id, language, channel or ANY_CHANNEL)
    return variant


def languages_of(slot: Slot, campaign: Campaign) -> tuple[str, ...]:
    """The languages that a slot needs, as far as the folder can tell.

    Its own; or those of the campaign that its cities speak; or all of the campaign. Empty where the slot
    names accounts and no languages: each account has its own.
    """
    if slot.languages or slot.accounts:
        return slot.languages
    if not slot.cities:
        return campaign.languages
    meant = (city for city in campaign.cities if slot.cities == "all" or city.id in slot.cities)
    spoken = {language for city in meant for language in city.languages}
    return tuple(language for language in campaign.languages if language in spoken)


def coverage(campaign: Campaign) -> tuple[CoverageRow, ...]:
    """The matrix message × language × channel of everything that slots send, in the folder's order."""
    return tuple(row for message in campaign.messages for row in _rows(message, campaign))


def _rows(message: Message, campaign: Campaign) -> Iterator[CoverageRow]:
    needed: dict[tuple[str, str | None], dict[str, str | None]] = {}
    for slot in _senders(campaign):
        if slot.message == message.id:
            for language in dict.fromkeys(languages_of(slot, campaign)):
                files = needed.setdefault((language, slot.audience), {})
                files |= _files(message, language, slot)
    for (language, audience), files in needed.items():
        yield CoverageRow(message.id, language, audience, files)


def _senders(campaign: Campaign) -> Iterator[Slot]:
    yield from campaign.slots
    for day in campaign.action_days:
        for step in day.steps:
            if step.message is not None:
                yield day.slot_of(step) if step.channels else _letters(step, day, campaign)
        for _, step in day.change_steps:
            yield _letters(step, day, campaign)


def _letters(step: Step, day: ActionDay, campaign: Campaign) -> Slot:
    """A step that writes to people, as a slot on the platform whose limits such texts keep."""
    meant = [city for city in campaign.cities_of(day) if step.includes(city.id)]
    spoken = {language for city in meant for language in day.spoken_in(city)}
    languages = tuple(language for language in campaign.languages if language in spoken)
    slot = day.slot_of(step)
    return slot.model_copy(update={"channels": (LETTERS,), "cities": (), "languages": languages})


def _files(message: Message, language: str, slot: Slot) -> Iterable[tuple[str, str | None]]:
    for channel in dict.fromkeys(slot.channels or (ANY_CHANNEL,)):
        named = None if channel == ANY_CHANNEL else channel
        variant = _best(message, language, named, slot.audience)
        yield channel, variant.file if variant else None


def _best(
    message: Message | Prompt, language: str, channel: str | None, audience: str | None
) -> Variant | None:
    found = {(v.channel, v.audience): v for v in message.variants if v.language == language}
    order = ((channel, audience), (channel, None), (None, audience), (None, None))
    return next((found[wanted] for wanted in order if wanted in found), None)
