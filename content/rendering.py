"""From a variant to the text of one post. Pure: the same input gives the same bytes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from jinja2 import UndefinedError

from content.allowlist import Disallowed
from content.crowds import Crowd
from content.errors import Problem, TemplateBroken
from content.filters import FilterRefused
from content.hashtags import tag_for
from content.languages import Direction
from content.limits import LIMITS
from content.markdown import FIRST_VALUE, RESERVED, MarkupRefused, mould
from content.models import ActionDay, Campaign, Language, Media, Message, Prompt, Variant
from content.names import identifier, names_for
from content.richtext import RichText, direction, joined
from content.templates import Compiled, compiled

MAX_OUTPUT: Final = 20_000

_BREAKS: Final = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class RenderedMedia:
    """A picture of a rendered message.

    Attributes:
        file: Path below ``media/``.
        alt: What it shows, in the language of the post; empty where the campaign gives none, which ``check`` refuses.
        sensitive: Whether a reader must be warned before seeing it.
        warning: The content warning, in the language of the post.
    """

    file: str
    alt: str
    sensitive: bool = False
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """The text of one post, ready to be checked against a platform.

    Attributes:
        message: The id of the message.
        file: The variant's file, relative to the campaign folder.
        text: The text, or the first part of its thread.
        hashtag: The campaign tag in the script of this language, without ``#``.
        claims: Ids of the claims the text names.
        content_warning: The warnings of its media; shown before the text.
        more: The later parts of its thread, each a post of its own. Where a platform has no threads, ``text`` holds
            them all.
        private: Whether it goes to one person at a time and not to the public.
    """

    message: str
    file: str
    language: Language
    direction: Direction
    channel: str
    text: RichText
    hashtag: str
    claims: tuple[str, ...] = ()
    media: tuple[RenderedMedia, ...] = ()
    content_warning: str | None = None
    more: tuple[RichText, ...] = ()
    private: bool = False

    @property
    def whole(self) -> RichText:
        """Every part of its thread as one text, to be compared with others."""
        return joined((self.text, *self.more))


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a template may say in one place: the names and their values, made by ``context_for``.

    | name | value |
    |---|---|
    | ``hashtag`` | the campaign tag with ``#``, in the script of the language |
    | ``language``, ``channel`` | codes, for comparing: ``{% if channel == "x" %}`` |
    | ``languages`` | list of the campaign's language codes |
    | ``slogans`` | list of the slogans that exist in the language |
    | ``at`` | the local moment of the post or of its event; needs a filter |
    | ``campaign`` | ``title``, ``starts_on``, ``ends_on`` |
    | ``goal`` | ``text``, ``number``, ``unit``, ``by`` |
    | ``phase`` | the phase of that day: ``title``, ``starts_on``, ``ends_on`` |
    | ``ask`` | ``kind``, ``text``, ``effort``, ``next_step``, ``link``, ``number``, ``place`` |
    | ``target`` | ``office``, ``country``, ``phone``, ``email``, ``address``, ``url`` of the ask's target |
    | ``city`` | ``id``, ``name``, ``country``, ``languages`` |
    | ``claims`` | the text of each claim by its id, with ``_`` for ``-``: ``claims.homes_destroyed`` |
    | ``day`` | the action day: ``title``, ``number`` of its cities, ``cities``: the names of the open ones |
    | ``count`` | in a round-up: ``people`` (rounded), ``cities`` that began, ``of`` how many |

    What the campaign does not give is false in ``{% if %}`` and a problem when it is printed.
    """

    message: str
    language: Language
    direction: Direction
    channel: str
    hashtag: str
    names: dict[str, Any]
    claim_ids: Mapping[str, str]
    media: tuple[RenderedMedia, ...]
    content_warning: str | None
    private: bool


def context_for(
    campaign: Campaign,
    message: Message | Prompt,
    *,
    language: Language,
    channel: str,
    city: str | None = None,
    local_at: datetime | None = None,
    crowd: Crowd | None = None,
    day: ActionDay | None = None,
) -> Context:
    """The names for one message or prompt in one language on one channel.

    Args:
        city: The id of the city it is meant for.
        local_at: The wall clock of the post or its event in that city; with or without a zone, never converted.
        crowd: What a round-up says; ``None`` for everything else.
        day: The action day that it belongs to.
    """
    media = tuple(_media(picture, language) for picture in getattr(message, "media", ()))
    warnings = dict.fromkeys(picture.warning for picture in media if picture.warning)
    return Context(
        message=message.id,
        language=language,
        direction=direction(language),
        channel=channel,
        hashtag=tag_for(campaign.hashtag, language),
        names=names_for(
            campaign, message.ask, language, channel, city=city, local_at=local_at, crowd=crowd, day=day
        ),
        claim_ids={identifier(claim.id): claim.id for claim in campaign.claims},
        media=media,
        content_warning=" · ".join(warnings) or None,
        private=isinstance(message, Prompt),
    )


def render(variant: Variant, context: Context) -> RenderedMessage:
    """The text of a variant with the values of a context.

    Raises:
        TemplateBroken: The template is not allowed, or it prints what the campaign does not give.
    """
    template = _compiled(variant.source, variant.file)
    text, *more = _parts(variant, template, context)
    return RenderedMessage(
        message=context.message,
        file=variant.file,
        language=context.language,
        direction=context.direction,
        channel=context.channel,
        text=text,
        hashtag=context.hashtag,
        claims=tuple([context.claim_ids.get(name, name) for name in template.claims]),
        media=context.media,
        content_warning=context.content_warning,
        more=tuple(more),
        private=context.private,
    )


def claims_used(source: str, *, file: str = "text") -> frozenset[str]:
    """The claims a template names, as it writes them (with ``_`` for ``-``), also in branches not taken.

    Raises:
        TemplateBroken: The template is not allowed.
    """
    return frozenset(_compiled(source, file).claims)


def _compiled(source: str, file: str) -> Compiled:
    try:
        return compiled(source)
    except Disallowed as error:
        raise TemplateBroken(error.problem(file)) from error


def _parts(variant: Variant, template: Compiled, context: Context) -> tuple[RichText, ...]:
    try:
        skeleton, values = _pieces(template, context.names)
        parts = mould(skeleton, leftwards=context.direction == "rtl").fill(values)
    except MarkupRefused as refusal:
        line = _line_in(variant.source, skeleton, refusal.line)
        raise TemplateBroken(refusal.problem(variant.file, line)) from refusal
    except (FilterRefused, UndefinedError, TypeError) as error:
        raise TemplateBroken(_problem(error, template, variant.file)) from error
    return parts if LIMITS[context.channel].threads else (joined(parts),)


def _pieces(template: Compiled, names: dict[str, Any]) -> tuple[str, list[str]]:
    """The template's own words with a mark for each value, and the values."""
    words: list[str] = []
    values: list[str] = []
    size = 0
    for piece in template.template.root_render_func(template.template.new_context(names, shared=True)):
        if type(piece) is str:
            words.append(piece)
            size += len(piece)
        else:
            words.append(chr(FIRST_VALUE + len(values)))
            values.append(_one_line(piece[0]))
            size += len(piece[0]) + 1
        if size > MAX_OUTPUT:
            raise FilterRefused(
                f"the text grows longer than {MAX_OUTPUT} characters", "Write less, or loop less."
            )
    return "".join(words), values


def _one_line(value: str) -> str:
    return value if value.isprintable() else _BREAKS.sub(" ", value)


def _problem(error: Exception, template: Compiled, file: str) -> Problem:
    remedy = (
        error.remedy if isinstance(error, FilterRefused) else "Correct the name, or add it to the campaign."
    )
    what = "two values are compared that cannot be" if isinstance(error, TypeError) else str(error)
    return Problem("template-broken", file, what, remedy, _line_of(error, template))


def _line_of(error: Exception, template: Compiled) -> int | None:
    trace = error.__traceback__
    while trace is not None:
        if "__jinja_template__" in trace.tb_frame.f_globals or trace.tb_frame.f_code.co_name == "root":
            return template.template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return None


def _line_in(source: str, skeleton: str, line: int | None) -> int | None:
    """The line of the template that wrote a line of its text, found by its longest own words."""
    if line is None:
        return None
    own = max(RESERVED.split(skeleton.split("\n")[line - 1]), key=len)
    return next((number for number, words in enumerate(source.split("\n"), 1) if own in words), None)


def _media(picture: Media, language: str) -> RenderedMedia:
    warning = picture.warning.get(language) if picture.warning else None
    return RenderedMedia(picture.file, picture.alt.get(language, ""), picture.graphic, warning)
