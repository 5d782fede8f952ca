"""Messages that were queued at a door: what they are, and how they look as a part of the campaign folder. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from content.errors import CampaignInvalid, Problem
from content.limits import Limits
from content.media import Picture
from content.models import DOOR, Ask, AskKind, Campaign, Effort, Media, Message, Slot, Variant
from content.video import Video
from content.weblinks import http_links
from schedules.planning.destinations import AccountView

ANYWHERE: Final = ""
"""The platform of a picture that was fitted to none, and of a text that is for all."""

Fit: TypeAlias = Picture | Video | Problem
"""A picture or a video as one platform takes it, or why that takes none of it."""


@dataclass(frozen=True, slots=True)
class When:
    """When a message is due: at an instant, by a wall clock, or where it says neither, once it is approved.

    Attributes:
        exact_at: An instant, in UTC.
        local_at: A naive wall time in ``zone``; by the clocks of each city, and elsewhere by those of the
            campaign, where ``zone`` is ``None``.
    """

    exact_at: datetime | None = None
    local_at: datetime | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class DoorText:
    """A text as somebody wrote it, for one platform or for all; ``written_by`` and ``confirmed_by`` are handles."""

    language: str
    channel: str | None
    source: str = field(repr=False)
    written_by: str
    confirmed_by: str | None = None


@dataclass(frozen=True, slots=True)
class DoorPicture:
    """A picture or the video, fitted to each platform when it came, and what it shows in each language."""

    file: str
    fits: Mapping[str, Fit] = field(repr=False)
    alt: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DoorMessage:
    """One message that was queued at a door.

    Attributes:
        language: Of its first text, from which others are written.
        left_out: Why it does not go out on an account, by its name.
        held_until: Until when, in UTC, its author waits for what is missing.
        revision: Counts its changes.
        card: The number of the message on the author's phone that shows where it stands.
        graphic: Whether its pictures show violence or injury; ``None`` while nobody has said so.
        warning: What readers are told before they see them, by language.
    """

    id: int
    campaign: str
    author: str
    language: str
    ask: Ask
    when: When = When()
    texts: tuple[DoorText, ...] = ()
    pictures: tuple[DoorPicture, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    held_until: datetime | None = None
    ended_at: datetime | None = None
    revision: int = 1
    card: int | None = None
    graphic: bool | None = None
    warning: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The id of its slot and message, which no folder can have."""
        return f"{DOOR}{self.id}"

    def text(self, language: str, channel: str | None = None) -> DoorText | None:
        """The text that serves a platform in a language: its own, else that for all."""
        found = {text.channel: text for text in self.texts if text.language == language}
        return found.get(channel) or found.get(None)

    def unread(self, language: str, channel: str | None) -> bool:
        """Whether somebody else than the author wrote the text, and nobody has read it since."""
        text = self.text(language, channel)
        return text is not None and text.confirmed_by is None and text.written_by != self.author

    def fitted(self, file: str, limits: Limits) -> Picture | Video:
        """A picture or the video as a platform takes it.

        Raises:
            CampaignInvalid: It takes none of it.
        """
        fits = next(picture.fits for picture in self.pictures if picture.file == file)
        fit = fits.get(limits.platform, fits[ANYWHERE])
        if isinstance(fit, Problem):
            raise CampaignInvalid([fit])
        return fit


def simple_ask(campaign: Campaign) -> Ask:
    """What a message asks for until its author says something else: to share it, for the goal of the campaign."""
    return Ask(kind=AskKind.SHARE, text=campaign.goal.text, effort=Effort.LOW, next_step=campaign.goal.text)


def as_folder(
    door: DoorMessage, campaign: Campaign, accounts: Sequence[AccountView], now: datetime
) -> Campaign:
    """The campaign as if its folder held this message and its slots alone.

    Args:
        now: When it is due where it says nothing, in UTC, to the second.
    """
    slots = tuple(_slots(door, accounts, now))
    parts = {"messages": (_message(door),), "slots": slots, "prompts": (), "action_days": ()}
    return campaign.model_copy(update=parts)


def _message(door: DoorMessage) -> Message:
    return Message(
        id=door.name,
        ask=_doable(door.ask, door.texts),
        media=tuple(_media(door, each) for each in door.pictures),
        variants=tuple(_variant(door, text) for text in door.texts),
    )


def _media(door: DoorMessage, picture: DoorPicture) -> Media:
    return Media(
        file=picture.file, alt=picture.alt, graphic=bool(door.graphic), warning=door.warning or None
    )


def _doable(ask: Ask, texts: Iterable[DoorText]) -> Ask:
    """The ask with the first address in its texts, where it names no way of its own."""
    if any((ask.link, ask.number, ask.place, ask.target)):
        return ask
    links = (text.source[start:end] for text in texts for start, end in http_links(text.source))
    return ask.model_copy(update={"link": next(links, None)})


def _variant(door: DoorMessage, text: DoorText) -> Variant:
    file = f"{door.name}/{'.'.join(part for part in (text.language, text.channel) if part)}.md"
    return Variant(
        language=text.language, channel=text.channel, audience=None, source=text.source, file=file
    )


def _slots(door: DoorMessage, accounts: Sequence[AccountView], now: datetime) -> Iterator[Slot]:
    when = door.when
    by_city = when.local_at is not None and when.zone is None
    at = when.local_at or when.exact_at or now
    for spread in (False, True):
        group = [one for one in accounts if bool(by_city and one.city) is spread]
        if group:
            yield Slot(
                id=door.name,
                message=door.name,
                accounts=tuple(one.name for one in group),
                cities=tuple(dict.fromkeys(one.city for one in group if one.city)) if spread else (),
                at=at,
                zone=when.zone,
            )
