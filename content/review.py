"""What a text must pass before anyone may approve it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import chain as chain_of
from typing import Final
from unicodedata import normalize

import regex

from content.counting import graphemes
from content.errors import Problem, Severity, TemplateBroken
from content.hashtags import check_bidi, check_hashtag, check_text
from content.languages import chain
from content.limits import Limits, excess
from content.models import Ask, AskKind, Campaign, Claim, Effort, Media, Message, Prompt, Target, is_video
from content.names import identifier
from content.rendering import RenderedMedia, RenderedMessage, claims_used
from content.richtext import RichText, plain
from content.similarity import Candidate, check_similarity, too_similar
from content.visible import counted

__all__ = ["Candidate", "check", "check_similarity", "review_campaign", "too_similar"]

_NEEDS: Final[Mapping[AskKind, tuple[str, ...]]] = {
    AskKind.SIGN: ("link",),
    AskKind.CALL: ("number", "phone", "link"),
    AskKind.WRITE: ("link", "email", "address"),
    AskKind.ATTEND: ("place", "link"),
    AskKind.DONATE: ("link",),
    AskKind.REPORT: ("link", "number", "email", "place"),
}
"""What makes an ask doable: one of these, of the ask itself or of its target."""

_PREFIXES: Final[Mapping[str, str]] = {"ar": r"(?:[وف]?(?:[بك]?ال|لل|[بكل])?)", "fa": r"(?:ب|می)?"}


def check(rendered: RenderedMessage, limits: Limits) -> tuple[Problem, ...]:
    """Every limit of a platform that a rendered message breaks; empty where it fits.

    The content warning counts as part of the text, and so do the descriptions of its media where the platform
    has no alt texts. Both belong to the first part of a thread; each part must fit alone.
    """
    return (
        *_in_part(1, rendered, _check_length(rendered, limits)),
        *_check_media(rendered, limits),
        *_check_more(rendered, limits),
    )


def review_campaign(
    campaign: Campaign,
    rendered: Iterable[RenderedMessage],
    *,
    on: date,
    exceptions: frozenset[str] = frozenset(),
) -> tuple[Problem, ...]:
    """Every rule that a campaign and its rendered messages break, but for the limits of platforms.

    Args:
        on: The local date of the review: claims are checked against it.
        exceptions: Files below ``media/`` for which two people recorded an exception that has not expired.
    """
    platforms = sorted({channel for slot in campaign.planned_slots for channel in slot.channels})
    found = chain_of(
        check_hashtag(campaign.hashtag, platforms),
        _check_asks(campaign),
        _check_claims(campaign, on),
        *(_check_pictures(campaign, message, exceptions) for message in campaign.messages),
    )
    problems = dict.fromkeys(found)
    for message in rendered:
        problems.update(dict.fromkeys(_check_text(campaign, message)))
    return tuple(problems)


def _check_length(rendered: RenderedMessage, limits: Limits) -> Iterator[Problem]:
    alts, moving = [each.alt for each in rendered.media], bool(_videos(rendered))
    text = counted(rendered.text, limits, alts=alts, warning=rendered.content_warning, moving=moving)
    for broken in excess(text, limits, caption=bool(rendered.media)):
        yield Problem("over-limit", rendered.file, str(broken), f"Shorten the text for {limits.platform}.")
    if not plain(rendered.text).strip():
        yield Problem("text-empty", rendered.file, "the text is empty", "Write it, or leave it out.")


def _check_more(rendered: RenderedMessage, limits: Limits) -> Iterator[Problem]:
    for number, part in enumerate(rendered.more, 2):
        alone = replace(rendered, text=part, more=(), media=(), content_warning=None)
        yield from _in_part(number, rendered, _check_length(alone, limits))


def _in_part(number: int, rendered: RenderedMessage, found: Iterable[Problem]) -> Iterator[Problem]:
    """The problems with the number of their part, where there are several."""
    for problem in found:
        yield replace(problem, what=f"part {number}: {problem.what}") if rendered.more else problem


def _check_media(rendered: RenderedMessage, limits: Limits) -> Iterator[Problem]:
    where = _message_file(rendered.message)
    count, videos = len(rendered.media), _videos(rendered)
    if limits.requires_media and not count:
        yield Problem(
            "media-missing", where, f"{limits.platform} takes no post without a picture", "Add one."
        )
    if videos and count > 1:
        what = f"{videos[0].file} is a video, and a post shows either pictures or one video"
        yield Problem("media-mixed", where, what, "Put the rest into a message of its own.")
    elif count > limits.max_media:
        yield Problem(
            "media-too-many",
            where,
            f"{count} pictures, {limits.platform} takes {limits.max_media}",
            "Remove some.",
        )
    for medium in rendered.media:
        yield from _check_alt(medium, rendered.language, where, limits)


def _videos(rendered: RenderedMessage) -> list[RenderedMedia]:
    return [each for each in rendered.media if is_video(each.file)]


def _check_alt(medium: RenderedMedia, language: str, where: str, limits: Limits) -> Iterator[Problem]:
    if not medium.alt:
        yield Problem(
            "alt-missing",
            where,
            f"{medium.file} has no alt text in {language}",
            f"Say what the {'video' if is_video(medium.file) else 'picture'} shows.",
        )
    size, most = graphemes(medium.alt), limits.max_alt_graphemes
    if most and size > most:
        what = f"the alt text of {medium.file} in {language} has {size} characters, {limits.platform} takes {most}"
        yield Problem("alt-too-long", where, what, "Shorten it.")


def _check_asks(campaign: Campaign) -> Iterator[Problem]:
    for part in _asking(campaign):
        yield from _check_ask(part, _target(campaign, part.ask))
    asks = [message.ask for message in campaign.messages]
    if asks and all(ask.effort is Effort.LOW for ask in asks):
        yield Problem(
            "effort-only-low",
            "messages",
            "every message asks for little",
            "Add one that asks for more, such as a call, a letter or a meeting: posts alone move nobody who decides.",
            severity=Severity.WARNING,
        )


def _check_ask(part: Message | Prompt, target: Target | None) -> Iterator[Problem]:
    needs = _NEEDS.get(part.ask.kind, ())
    given = (getattr(holder, need, None) for need in needs for holder in (part.ask, target))
    if needs and not any(given):
        yield Problem(
            "ask-incomplete",
            _file_of(part),
            f"the reader is asked to {part.ask.kind}, but not told how",
            f"Give the ask one of these, itself or through its target: {', '.join(needs)}.",
        )


def _asking(campaign: Campaign) -> tuple[Message | Prompt, ...]:
    return (*campaign.messages, *campaign.prompts)


def _target(campaign: Campaign, ask: Ask) -> Target | None:
    return next((target for target in campaign.targets if target.id == ask.target), None)


def _check_claims(campaign: Campaign, on: date) -> Iterator[Problem]:
    known = {identifier(claim.id): claim for claim in campaign.claims}
    for part in _asking(campaign):
        for variant in part.variants:
            yield from _check_claims_of(variant.source, variant.file, known, on)


def _check_claims_of(source: str, file: str, known: Mapping[str, Claim], on: date) -> Iterator[Problem]:
    try:
        used = sorted(claims_used(source, file=file))
    except TemplateBroken as broken:
        yield broken.problem
        return
    for name in used:
        claim = known.get(name)
        if claim is None:
            names = ", ".join(sorted(known)) or "none yet"
            what = f"there is no claim “{name}” in claims.toml"
            yield Problem("claim-unknown", file, what, f"Add it with its source, or use one of: {names}.")
        else:
            yield from _check_claim(claim, file, on)


def _check_claim(claim: Claim, file: str, on: date) -> Iterator[Problem]:
    if claim.review_by < on:
        what = f"the claim {claim.id} was to be checked again by {claim.review_by}"
        yield Problem("claim-expired", file, what, "Check it, then set a new review_by in claims.toml.")
    if not any(letter.isalpha() for letter in claim.source):
        what = f"the claim {claim.id} has no source"
        yield Problem("claim-unsourced", file, what, "Name in claims.toml who says so and where.")


def _check_pictures(campaign: Campaign, message: Message, exceptions: frozenset[str]) -> Iterator[Problem]:
    where = _message_file(message.id)
    languages = dict.fromkeys(variant.language for variant in message.variants) or campaign.languages
    for picture in message.media:
        if picture.graphic:
            yield from _check_warning(picture, tuple(languages), where)
        if picture.identifiable_minors and picture.file not in exceptions:
            yield Problem(
                "minor-identifiable",
                where,
                f"{picture.file} shows a child who can be recognised",
                "Choose another picture or make the face unrecognisable; otherwise two people record an exception.",
            )


def _check_warning(picture: Media, languages: tuple[str, ...], where: str) -> Iterator[Problem]:
    missing = [language for language in languages if language not in (picture.warning or {})]
    if missing:
        what = f"{picture.file} is graphic and has no warning in {', '.join(missing)}"
        yield Problem("warning-missing", where, what, "Say in warning what a reader is about to see.")


def _check_text(campaign: Campaign, rendered: RenderedMessage) -> Iterator[Problem]:
    for number, part in enumerate((rendered.text, *rendered.more), 1):
        found = _check_part(campaign, rendered, part, is_first=number == 1)
        yield from _in_part(number, rendered, found)
    yield from _check_ask_in(campaign, rendered, plain(rendered.whole))


def _check_part(
    campaign: Campaign, rendered: RenderedMessage, part: RichText, *, is_first: bool
) -> Iterator[Problem]:
    text = plain(part)
    yield from check_text(
        text,
        hashtag=campaign.hashtag,
        language=rendered.language,
        platforms=(rendered.channel,),
        where=rendered.file,
        required=is_first and not rendered.private,
    )
    yield from check_bidi(text, language=rendered.language, where=rendered.file)
    yield from _check_banned(campaign, rendered, text)


def _check_banned(campaign: Campaign, rendered: RenderedMessage, text: str) -> Iterator[Problem]:
    banned = campaign.review.banned_words
    words = tuple(word for tag in chain(rendered.language) for word in banned.get(tag, ()))
    folded = _folded(text)
    for word in words:
        if _pattern(word, rendered.language).search(folded):
            what = f"the text contains “{word}”, which this campaign does not use"
            yield Problem("word-banned", rendered.file, what, "Say it in other words.")


@lru_cache(maxsize=4096)
def _pattern(word: str, language: str) -> regex.Pattern[str]:
    prefix = _PREFIXES.get(language.partition("-")[0], "")
    inner = r"\s+".join(regex.escape(part) for part in _folded(word).split())
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}]){prefix}{inner}(?![\p{{L}}\p{{N}}])")


_SAME_LETTER: Final = str.maketrans(
    "ٱىیېےکڪةۀہەھıłø", "ايييييككههههه"[:0] + "ايييي" + "كك" + "ههههه" + "ilo"
)


def _folded(text: str) -> str:
    bare = regex.sub(r"\p{Mn}|\u0640|\p{Cf}", "", normalize("NFKD", text).casefold())
    return bare.translate(_SAME_LETTER)


def _check_ask_in(campaign: Campaign, rendered: RenderedMessage, text: str) -> Iterator[Problem]:
    message = next((part for part in campaign.messages if part.id == rendered.message), None)
    ways = [] if message is None else [way for way in (message.ask.link, message.ask.number) if way]
    if ways and not any(way in text for way in ways):
        yield Problem(
            "ask-not-in-text",
            rendered.file,
            "the text does not say how to do what it asks for",
            "Put {{ ask.link }} or {{ ask.number }} into it.",
            severity=Severity.WARNING,
        )


def _file_of(part: Message | Prompt) -> str:
    return _message_file(part.id) if isinstance(part, Message) else f"prompts/{part.id}/prompt.toml"


def _message_file(message: str) -> str:
    return f"messages/{message}/message.toml"
