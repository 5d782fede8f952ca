"""Whether everything is said in every language that needs it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from content.errors import Problem, Severity
from content.models import Campaign, Message, Part
from content.reading.draft import Draft, Located
from content.reading.files import place
from content.reading.known import did_you_mean, is_language, listed, nearest, shown
from content.reading.toml_lines import KeyPath
from content.variants import ANY_CHANNEL, CHANNELS, CoverageRow, coverage

MAX_LANGUAGES: Final = 100
_DECIDING: Final = frozenset({"message", "channels", "accounts", "languages", "cities", "audience"})
_MAY_HAVE_FEWER: Final = frozenset({"slogans", "placards", "banned_words", "digits", "wordings"})


def check_languages(draft: Draft) -> Iterator[Problem]:
    """Problems of languages that nobody knows, or in which something is not said."""
    for located in _all_parts(draft):
        yield from _unknown(located)
    languages = draft.languages
    if languages is None or draft.campaign is None:
        return
    if len(languages) > MAX_LANGUAGES:
        what = f"the campaign has more than {MAX_LANGUAGES} languages"
        yield draft.campaign.problem(("languages",), "too-long", what, "List those that you write in.")
        return
    parts: Iterable[Located[Any]] = [draft.campaign, *draft.cities, *draft.prompts, *draft.action_days]
    for located in parts:
        yield from _unsaid(located, languages)
    parts = [*draft.messages, *draft.prompts]
    for located in parts:
        yield from _not_of_the_campaign(located, languages)
    parts = [*draft.claims, *draft.targets]
    for located in parts:
        yield from _silent(located)
    yield from _prompt_texts(draft, languages)
    yield from _messages(draft, _sent(draft, draft.campaign.part))


def _sent(draft: Draft, head: Campaign) -> Campaign:
    """The campaign with the slots of which it is certain what they send where."""
    certain = [slot.part for slot in draft.slots if not slot.broken & _DECIDING]
    parts = {
        "messages": tuple(message.part for message in draft.messages),
        "cities": tuple(city.part for city in draft.cities),
        "slots": tuple(certain),
        "action_days": tuple(day.part for day in draft.action_days),
    }
    return head.model_copy(update=parts)


def _all_parts(draft: Draft) -> Iterator[Located[Any]]:
    head = [draft.campaign] if draft.campaign else []
    return chain(
        head, draft.targets, draft.claims, draft.cities, draft.messages, draft.prompts, draft.action_days
    )


def _tables(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Mapping[str, object]]]:
    """Every table of a part whose keys are languages."""
    if isinstance(value, Part):
        for name in type(value).model_fields:
            yield from _tables(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        yield path, value
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _tables(item, (*path, number))


def _unknown(located: Located[Any]) -> Iterator[Problem]:
    for path, table in _tables(located.part):
        for language in table:
            yield from _unknown_language(located, (*path, language), language)
    for number, language in enumerate(getattr(located.part, "languages", ())):
        yield from _unknown_language(located, ("languages", number), language)


def _unknown_language(located: Located[Any], path: KeyPath, language: str) -> Iterator[Problem]:
    if not is_language(language):
        what = f"{shown(language)} is not the code of a language"
        remedy = 'Use a code such as "en", "ar" or "pt-BR".'
        yield located.problem(path, "language-unknown", what, remedy)


def _unsaid(located: Located[Any], languages: Iterable[str]) -> Iterator[Problem]:
    for path, table in _tables(located.part):
        missing = [language for language in languages if language not in table]
        if missing and path[0] not in located.broken and not _MAY_HAVE_FEWER.intersection(map(str, path)):
            key = ".".join(f"item {step + 1}" if isinstance(step, int) else step for step in path)
            what = f"{shown(key)} is not said in: {listed(missing)}"
            yield located.problem(path, "language-missing", what, "Write a line for each of them.")


def _silent(located: Located[Any]) -> Iterator[Problem]:
    for path, table in _tables(located.part):
        if not table and path[0] not in located.broken:
            what = f"{shown(path[-1])} says nothing in any language"
            yield located.problem(path, "language-missing", what, "Write a line for one at least.")


def _not_of_the_campaign(located: Located[Any], languages: tuple[str, ...]) -> Iterator[Problem]:
    for variant in located.part.variants:
        if variant.language not in languages:
            what = f"{shown(variant.language)} is not a language of the campaign"
            otherwise = "Add it to the languages in campaign.toml, or delete the file."
            meant = nearest(variant.language, languages)
            remedy = did_you_mean(variant.language, [meant] if meant else [], otherwise)
            yield Problem("language-unused", variant.file, what, remedy, severity=Severity.WARNING)


def _prompt_texts(draft: Draft, languages: tuple[str, ...]) -> Iterator[Problem]:
    for prompt in draft.prompts:
        written = {variant.language for variant in prompt.part.variants}
        missing = [language for language in languages if language not in written]
        if missing:
            folder = place(prompt.file.name.rpartition("/")[0])
            what, remedy = f"there is no text in: {listed(missing)}", f"Write {folder}/{missing[0]}.md."
            yield Problem("variant-missing", folder, what, remedy)


def _messages(draft: Draft, campaign: Campaign) -> Iterator[Problem]:
    rows: dict[str, list[CoverageRow]] = {}
    for row in coverage(campaign):
        if row.language not in campaign.languages:
            continue
        rows.setdefault(row.message, []).append(row)
    for message in draft.messages:
        own = rows.get(message.part.id, [])
        written = [variant.language for variant in message.part.variants]
        sent = dict.fromkeys([*(row.language for row in own), *written])
        yield from _unsaid(message, sent or campaign.languages)
        yield from _missing_variants(message, own)


def _missing_variants(message: Located[Message], rows: list[CoverageRow]) -> Iterator[Problem]:
    folder = place(message.file.name.rpartition("/")[0])
    missing: dict[str, dict[str, None]] = {}
    for row in rows:
        for channel, file in row.files.items():
            if file is None and channel in (*CHANNELS, ANY_CHANNEL):
                missing.setdefault(row.language, {})[channel] = None
    if missing:
        cells = "; ".join(f"{language} on {listed(channels)}" for language, channels in missing.items())
        remedy = f"Write {folder}/{next(iter(missing))}.md, or leave that language out of the slot."
        yield Problem("variant-missing", folder, f"there is no text for: {cells}", remedy)
    elif not message.part.variants:
        what, remedy = "the message has no text", f"Write it in {folder}, one file per language."
        yield Problem("variant-missing", folder, what, remedy)
