"""From an occurrence to a frozen post: the body that a person approves and its digest."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from channels.base import Feature
from channels.registry import CHANNELS, channel_class
from content.crowds import SAMPLES
from content.errors import CampaignInvalid, ContentError, Problem, Severity, TemplateBroken, VariantMissing
from content.limits import LIMITS, Limits
from content.media import Picture, clean_picture
from content.models import Campaign, Message, Prompt, is_video
from content.rendering import RenderedMessage, context_for, render
from content.review import check
from content.richtext import to_json
from content.variants import choose
from content.video import Video, clean_video
from schedules.lifecycle import PART, PIN, PUBLISH
from schedules.planning.occurrences import Occurrence

"""How the kinds of the later parts of a thread begin; the number of the part follows, from 2."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One post as it would be recorded.

    Attributes:
        digest: Names everything that an approver saw: text, media, destination, wall time and zone.
        body: The frozen content as JSON: ``text``, ``warning``, ``media``, ``options``, and ``thread``, its later
            parts, where it has some.
        media: The files behind ``body["media"]``.
        pinned: Whether it is pinned once it is out.
    """

    occurrence: Occurrence
    rendered: RenderedMessage
    body: Mapping[str, Any]
    digest: str
    media: tuple[Picture | Video, ...]
    pinned: bool

    @property
    def expires_at(self) -> datetime:
        """The instant, in UTC, after which it must not appear any more."""
        return self.occurrence.due_at + self.occurrence.late_by

    @property
    def has_samples(self) -> bool:
        """Whether its numbers only show what it will look like: then it is checked and never recorded."""
        crowd = self.occurrence.crowd
        return crowd is not None and crowd.is_sample

    @property
    def followers(self) -> Mapping[str, str]:
        """What follows its publication: the kind of each delivery, with the kind of the one it waits for."""
        kinds = [PUBLISH, *(f"{PART}{number}" for number, _ in enumerate(self.rendered.more, 2))]
        pin = {PIN: PUBLISH} if self.pinned else {}
        return pin | dict(zip(kinds[1:], kinds, strict=False))


Fitted: TypeAlias = Callable[[str, Limits], Picture | Video]
"""Gives a file of a message as one platform takes it; raises ``CampaignInvalid`` where it takes none of it."""


class Drafter:
    """Renders the occurrences of one campaign and collects what is wrong with them.

    Args:
        fitted: Gives the media of messages; without it they lie in the campaign folder.
    """

    def __init__(self, campaign: Campaign, fitted: Fitted | None = None) -> None:
        self._campaign = campaign
        self._fitted = fitted or partial(_cleaned, campaign.folder / "media")
        self._messages: Mapping[str, Message | Prompt] = {each.id: each for each in campaign.messages}
        self._prompts: Mapping[str, Message | Prompt] = {each.id: each for each in campaign.prompts}
        self._found: dict[Problem, None] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem found so far, each once; complete when the last draft has been taken."""
        return tuple(self._found)

    def drafts(self, occurrences: Iterable[Occurrence]) -> Iterator[Draft]:
        """Render one after the other. What cannot be rendered becomes a problem and is left out."""
        for occurrence in occurrences:
            try:
                yield self._draft(occurrence)
            except ContentError as error:
                self._found.update(dict.fromkeys(problems_of(error)))

    def _draft(self, occurrence: Occurrence) -> Draft:
        rendered = self._render(occurrence)
        limits = LIMITS[occurrence.channel]
        media = tuple(self._fitted(item.file, limits) for item in rendered.media)
        body = _body(occurrence, rendered, media)
        self._found.update(dict.fromkeys(check(rendered, limits)))
        pinned = occurrence.pin and Feature.PIN in _features(occurrence.channel)
        self._found.update(dict.fromkeys(_unheard_wishes(occurrence)))
        digest = _digest(occurrence, body, pinned=pinned)
        return Draft(occurrence, rendered, body, digest, media, pinned)

    def _render(self, occurrence: Occurrence) -> RenderedMessage:
        named = self._messages if occurrence.prompt is None else self._prompts
        message = named[occurrence.message_id]
        language, channel = occurrence.language, occurrence.channel
        variant = choose(message, language=language, channel=channel, audience=occurrence.audience)
        crowd = occurrence.crowd
        *trials, shown = SAMPLES if crowd is not None and crowd.is_sample else (crowd,)
        in_place = partial(
            context_for,
            self._campaign,
            message,
            language=language,
            channel=channel,
            city=occurrence.city,
            local_at=occurrence.shown_at,
            day=self._campaign.day_of(occurrence.slot_id),
        )
        for trial in trials:
            render(variant, in_place(crowd=trial))
        return render(variant, in_place(crowd=shown))


def digest_of(
    *, account: str, language: str, when: str, zone: str, pinned: bool, body: Mapping[str, Any]
) -> str:
    """What an approval is bound to.

    Args:
        when: The wall time in ``zone`` as ISO text, not the resolved instant, so that a new release of the
            time zone database does not void an approval; the instant only where the slot asks for one.
    """
    seen = {"account": account, "language": language, "when": [when, zone], "pin": pinned, "body": body}
    canonical = json.dumps(seen, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _digest(occurrence: Occurrence, body: Mapping[str, Any], *, pinned: bool) -> str:
    when = occurrence.meant_at if occurrence.fixed else occurrence.local_at
    return digest_of(
        account=occurrence.account,
        language=occurrence.language,
        when=when.isoformat(),
        zone=occurrence.zone,
        pinned=pinned,
        body=body,
    )


def _cleaned(folder: Path, file: str, limits: Limits) -> Picture | Video:
    path = folder / file
    return clean_video(path, limits) if is_video(path.name) else clean_picture(path, limits)


def _body(
    occurrence: Occurrence, rendered: RenderedMessage, media: tuple[Picture | Video, ...]
) -> Mapping[str, Any]:
    described = [
        {
            "sha256": file.sha256,
            "source": file.source,
            "file": item.file,
            "alt": item.alt,
            "sensitive": item.sensitive,
            "width": file.width,
            "height": file.height,
            **({"seconds": file.seconds} if isinstance(file, Video) else {}),
        }
        for item, file in zip(rendered.media, media, strict=True)
    ]
    return {
        "text": to_json(rendered.text),
        "warning": rendered.content_warning,
        "media": described,
        "options": _options(occurrence),
        **({"thread": [to_json(part) for part in rendered.more]} if rendered.more else {}),
    }


def _options(occurrence: Occurrence) -> Mapping[str, Any]:
    if occurrence.prompt is not None and occurrence.for_group:
        return occurrence.prompt.as_group_options()
    if occurrence.prompt is not None:
        return occurrence.prompt.as_options()
    if occurrence.step is not None:
        return occurrence.step.as_options()
    quiet = {"silent": True} if _is_silent(occurrence) else {}
    return quiet if occurrence.reply_to is None else {**quiet, "reply_to": occurrence.reply_to}


def problems_of(error: ContentError) -> tuple[Problem, ...]:
    """Why a text cannot be rendered, as problems of a campaign."""
    match error:
        case CampaignInvalid():
            return error.problems
        case TemplateBroken():
            return (error.problem,)
        case VariantMissing():
            what = f"there is no text in {error.language} for {error.channel}"
            remedy = f"Write {error.language}.md there, or leave that language out of the slot."
            return (Problem("variant-missing", f"messages/{error.message}", what, remedy),)
        case _:
            raise error


def _features(channel: str) -> frozenset[Feature]:
    return channel_class(channel).features if channel in CHANNELS else frozenset()


def _is_silent(occurrence: Occurrence) -> bool:
    return occurrence.silent and Feature.SILENT in _features(occurrence.channel)


def _unheard_wishes(occurrence: Occurrence) -> Iterator[Problem]:
    if occurrence.reply_to is not None and Feature.REPLIES not in _features(occurrence.channel):
        yield Problem(
            "cannot-reply",
            f"slot {occurrence.slot_id}",
            f"{occurrence.channel} cannot answer a post on X",
            "Name an account on X, or leave `reply_to` out.",
        )
    wishes = {Feature.PIN: occurrence.pin, Feature.SILENT: occurrence.silent}
    for feature, is_wished in wishes.items():
        if is_wished and feature not in _features(occurrence.channel):
            yield Problem(
                f"cannot-{feature}",
                f"slot {occurrence.slot_id}",
                f"{occurrence.channel} has no way to make a post {feature}",
                f"It will be published without; leave `{feature}` out if that is fine.",
                severity=Severity.WARNING,
            )
