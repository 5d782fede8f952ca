"""A post on the phone, exactly as it will appear on its platform."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from content.limits import LIMITS, Limits, length
from content.models import is_video
from content.richtext import RichText, from_json, plain
from content.visible import counted, visible
from content.words import Words, isolated
from schedules.people.steps import step_of

MOST_SHOWN: Final = 2_500
"""Characters of one part that are shown in a message; Telegram takes 4096 in all."""
UNKNOWN_PLATFORM: Final = "handoff"
"""Stands in for the platform of an account that was taken away: it has no limit of length."""


def appearing(body: Mapping[str, Any], platform: str, reader_words: Words) -> str:
    """What readers will see, each part of a thread by itself, with what its pictures show and the room it takes.

    Every address is written out, also one that readers will see as a word only.

    Args:
        body: A frozen post.
        platform: A kind of platform that ``content.limits`` knows.
    """
    limits = LIMITS.get(platform, LIMITS[UNKNOWN_PLATFORM])
    parts = [from_json(part) for part in (body["text"], *body.get("thread", ()))]
    shown = [_part(parts[0], limits, body["media"], body["warning"], reader_words)]
    shown += [_part(part, limits, (), None, reader_words) for part in parts[1:]]
    if len(shown) > 1:
        shown = [f"<b>{number}/{len(shown)}</b>\n{part}" for number, part in enumerate(shown, 1)]
    if answered := body.get("options", {}).get("reply_to"):
        shown.insert(0, f"↩ {escape(answered)}")
    warning = body["warning"] if limits.content_warnings else None
    return "\n\n".join([f"⚠ {escape(warning)}", *shown] if warning else shown)


def letters_told(body: Mapping[str, Any], reader_words: Words) -> str:
    """That a post is letters of an action day, and of which city; empty for any other post."""
    step = step_of(body)
    if step is None:
        return ""
    return reader_words.say("Letters of the day: {city}", city=escape(isolated(step.city)))


def room(limits: Limits, *, pictures: bool) -> int | None:
    """How long a text may be, in the platform's own unit; ``None`` where there is no limit."""
    return limits.max_caption if pictures and limits.max_caption else limits.max_length


def _part(
    text: RichText,
    limits: Limits,
    media: Sequence[Mapping[str, Any]],
    warning: str | None,
    reader_words: Words,
) -> str:
    alts, moving = [each["alt"] for each in media], any(is_video(each["file"]) for each in media)
    seen = plain(visible(text, limits, alts=alts, warning=warning, moving=moving))
    taken = length(counted(text, limits, alts=alts, warning=warning, moving=moving), limits)
    most = room(limits, pictures=bool(media))
    lines = [f"<blockquote>{escape(_cut(seen))}</blockquote>"]
    if len(seen) > MOST_SHOWN:
        left = len(seen) - MOST_SHOWN
        lines.append(
            reader_words.count(
                "{n} more character is not shown.", "{n} more characters are not shown.", left
            )
        )
    lines += [f"▣ {escape(alt) or '—'}" for alt in alts]
    lines.append(f"{taken} / {'∞' if most is None else most}")
    return "\n".join(lines)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
