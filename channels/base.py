"""The contract between a delivery and a platform."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import TracebackType
from typing import ClassVar, Final, Protocol, Self, TypeAlias

from channels.errors import ChannelError, FeatureMissing
from channels.secret import Secret
from content.limits import Limits
from content.richtext import RichText

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Prepared: TypeAlias = "Mapping[str, JSON]"


class Feature(StrEnum):
    """What an adapter can do beyond publishing a text."""

    IDEMPOTENT = "idempotent"
    """``publish`` may be repeated with the same ``post.key``: at most one post appears."""
    FIND = "find"
    """``find`` can tell whether a post went out."""
    RETRACT = "retract"
    METRICS = "metrics"
    MEDIA = "media"
    VIDEO = "video"
    ALT_TEXT = "alt text"
    PIN = "pin"
    SILENT = "silent"
    TOPICS = "topics"
    CONTENT_WARNING = "content warning"
    THREADS = "threads"
    """A post may continue earlier ones of ours: ``OutgoingPost.thread``."""
    REPLIES = "replies"
    """A post may answer somebody else's: ``options["reply_to"]`` is its address."""
    RENEWAL = "renewal"
    """The token expires, and ``renew`` exchanges it for a fresh one."""
    QUOTA = "quota"
    """``verify`` tells how much of the platform's own quota is used."""
    LETTERS = "letters"
    """A post goes to many recipients, one at a time: ``OutgoingPost.recipient``."""


@dataclass(frozen=True, slots=True)
class OutgoingMedia:
    """One file of a post, the very bytes that the approver saw.

    Attributes:
        sha256: Lower-case hex digest of ``data``.
        alt: What the picture or the video shows, in the language of the post.
        sensitive: Whether a reader must be warned before seeing it.
        width: In pixels, as it is shown; 0 where it is not known.
        height: The same.
        seconds: How long a video plays; 0 for a picture.
    """

    data: bytes = field(repr=False)
    mime: str
    file_name: str
    sha256: str
    alt: str
    sensitive: bool = False
    width: int = 0
    height: int = 0
    seconds: float = 0.0

    @property
    def is_video(self) -> bool:
        """Whether it is a video; then it is the only file of its post."""
        return self.mime.startswith("video/")


@dataclass(frozen=True, slots=True)
class OutgoingPost:
    """A frozen post on its way to one account.

    Attributes:
        key: Stable across attempts and restarts; names this post and no other.
        planned_at: The planned instant in UTC, the same at every attempt.
        content_warning: Shown before the text where the platform can; otherwise already in the text.
        options: What the account's owner asked for, by name: ``silent``, ``topic``, ``reply_to``.
        thread: The receipts of the earlier parts of its thread, first to last; empty where it stands alone.
        recipient: Whom this letter is for, as ``Ports.address_book`` knows them; ``None`` elsewhere.
    """

    key: str
    language: str
    text: RichText
    planned_at: datetime
    media: tuple[OutgoingMedia, ...] = ()
    content_warning: str | None = None
    options: Mapping[str, JSON] = field(default_factory=dict)
    thread: "tuple[Receipt, ...]" = ()
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's proof. ``accepted_at`` is UTC; ``url`` is ``None`` where a post has no public address."""

    remote_id: str
    url: str | None
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class HandedOff:
    """A person holds the packet and will report back."""

    to: str


@dataclass(frozen=True, slots=True)
class NotThere:
    """The platform was asked and the post did not go out."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The platform cannot say whether the post went out; ``why`` is for a person."""

    why: str


Finding: TypeAlias = Receipt | NotThere | CannotTell


class MediaUrl(Protocol):
    """Gives a file an address from which a platform can fetch it for a while."""

    def __call__(self, media: OutgoingMedia) -> str:
        """An absolute ``https`` address, signed and expiring."""
        ...


@dataclass(frozen=True, slots=True)
class Address:
    """Where one letter goes. ``unsubscribe_url`` takes one click; empty where there is no public address."""

    email: str = field(repr=False)
    unsubscribe_url: str = field(default="", repr=False)


class AddressBook(Protocol):
    """Knows the recipients of a list."""

    async def __call__(self, recipient: str) -> Address | None:
        """The address of a recipient, or ``None`` where they no longer want letters."""
        ...


class Urging(StrEnum):
    """How much a hand-over presses the person who gets it."""

    NOTHING = "nothing"
    """It is the first time."""
    REMINDER = "reminder"
    """The same person got it already and has not answered."""
    ESCALATION = "escalation"
    """Another person got it and has not answered."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A post for a person to publish by hand.

    Attributes:
        key: Names the post, as in ``OutgoingPost``. One post is one packet, however often it is handed over.
        platform: Where it is to be published, such as ``tiktok``.
        text: As the platform shows it, ready to copy.
        planned_at: The planned instant in UTC.
        link: Opens the app or the account; empty where there is no such address.
    """

    account: str
    key: str
    platform: str
    language: str
    text: str = field(repr=False)
    planned_at: datetime
    media: tuple[OutgoingMedia, ...] = ()
    link: str = ""
    urging: Urging = Urging.NOTHING


class HandOver(Protocol):
    """Brings packets to people."""

    async def __call__(self, packet: Packet, person: str) -> Receipt:
        """Bring a packet to a person, who answers later whether she published it.

        Repeating it brings the same packet once more, never a second one.

        Args:
            person: The handle of the person.

        Raises:
            NotAuthorised: The person is not known, or cannot be reached any more.
            RateLimited, Unreachable: She certainly has not got it.
            OutcomeUnknown: She may or may not have got it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Button:
    """One button under a private message, with exactly one of three things to do.

    Attributes:
        data: Comes back to the bot when it is pressed.
        url: Opens.
        copy: Is put on the clipboard; 256 characters at most (core.telegram.org/bots/api#copytextbutton).
    """

    text: str
    data: str = ""
    url: str = ""
    copy: str = ""


Rows: TypeAlias = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What one volunteer gets of a post.

    Attributes:
        chat: Their private chat with the bot.
        html: The message in Telegram's HTML (core.telegram.org/bots/api#html-style).
    """

    chat: int = field(repr=False)
    html: str = field(repr=False)
    rows: Rows = ()


class Cards(Protocol):
    """Makes of a post what one volunteer gets of it."""

    async def card(self, post: OutgoingPost) -> Card | None:
        """The card for ``post.recipient``, or ``None`` where they want none any more."""
        ...

    async def arrived(self, post: OutgoingPost, message: int) -> bool:
        """The card is on their phone, as a message of this number in their private chat.

        Returns:
            Whether it may stay there: otherwise, meanwhile, they were forgotten or hid everything, and it is deleted.
        """
        ...

    async def lost(self, recipient: str) -> None:
        """They blocked the bot or are gone: nothing reaches them."""
        ...


TOPIC: Final = "topic_"
"""How the settings begin that tell the number of a group's topic, by its purpose."""

SINCE: Final = "since"
"""The setting that tells since when a group has its present id: an instant in UTC, as ISO text."""


class Topic(StrEnum):
    """What a topic of a group is for; the numbers of topics change, their purposes do not."""

    ANNOUNCEMENTS = "announcements"
    TODAY = "today"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class TopicWanted:
    """A topic of a group. ``number`` is ``None`` where it is still to be made."""

    name: str
    number: int | None


class Groups(Protocol):
    """Remembers the groups that the bot serves."""

    async def moved(self, account: str, chat: int) -> bool:
        """A group has a new id. Whether it is one of ours, so that it was noted."""
        ...

    async def topic(self, account: str, purpose: str) -> TopicWanted | None:
        """A topic of a group; ``None`` where the account posts to no group with topics of ours."""
        ...

    async def made(self, account: str, purpose: str, number: int) -> None:
        """A topic was made anew."""
        ...

    async def rows(self, account: str, post: OutgoingPost) -> Rows:
        """The buttons below a post in a group."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What an adapter gets from the floors above it; ``None`` where this installation cannot give it."""

    media_url: MediaUrl | None = None
    address_book: AddressBook | None = None
    hand_over: HandOver | None = None
    cards: Cards | None = None
    groups: Groups | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """What an adapter needs to act for one account.

    Attributes:
        account: The account's name in Munasara, for errors and logs.
        settings: The public half, such as a chat id or a folder; documented per channel.
        secret: The token, or several as ``secret.pack`` wrote them. Falsy where the channel needs none.
    """

    account: str
    settings: Mapping[str, str] = field(default_factory=dict)
    secret: Secret = field(default_factory=lambda: Secret(""))
    ports: Ports = field(default_factory=Ports)


@dataclass(frozen=True, slots=True)
class Quota:
    """How many posts a platform takes from an account within any stretch of ``window``."""

    used: int
    allowed: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """What an account may do right now.

    Attributes:
        ready: Whether a post would be accepted now.
        identity: How the platform names the account, such as a handle or a title.
        detail: One sentence for the coordinator: what is wrong and what to do, or what it may do.
        quota: What the platform itself says of its quota; ``None`` where it says nothing.
    """

    ready: bool
    identity: str
    detail: str
    quota: Quota | None = None

    @classmethod
    def failed(cls, error: ChannelError, identity: str = "") -> "AccountCheck":
        """The account would not be let to post, for this reason."""
        return cls(ready=False, identity=identity, detail=f"{error.detail}. {error.remedy}".strip())


@dataclass(frozen=True, slots=True)
class Renewal:
    """A fresh token. ``expires_in`` counts from now; ``None`` where it does not expire."""

    secret: Secret
    expires_in: timedelta | None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value has to look like, so that one that cannot be right is never stored.

    Attributes:
        pattern: A regular expression that matches the whole value.
        remedy: How to write it, in one sentence.
    """

    pattern: str
    remedy: str

    def fits(self, value: str) -> bool:
        """Whether a value looks like that, without the spaces around it."""
        return re.fullmatch(self.pattern, value.strip()) is not None


WEB_ADDRESS: Final = Shape(
    r"(?i:https?)://[^\s/?#:@]\S*",
    "Write an address that begins with https:// or http://, such as https://example.org/.",
)
WHOLE_PATH: Final = Shape(
    r"/.*",
    "Write the whole path, from / on, as the machine or the container sees it that sends, such as /srv/news.",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One entry of ``Connection.settings``, or one part of its secret, that a channel understands.

    Attributes:
        shape: What its value has to look like; ``None`` where nothing is known of it.
    """

    name: str
    help: str
    required: bool = False
    shape: Shape | None = None


class Channel(ABC):
    """One platform, acting for one account. Holds a connection and no memory.

    Use as an async context manager, or call ``aclose``.
    """

    name: ClassVar[str]
    limits: Limits
    """Set on the class; an adapter whose server has numbers of its own replaces it on itself."""
    features: frozenset[Feature]
    settings: ClassVar[tuple[Setting, ...]] = ()
    secret_help: ClassVar[str | None] = None
    """How to get the token, in one sentence, or ``None`` where the channel needs none."""
    secret_shape: ClassVar[Shape | None] = None
    """What the token has to look like, where the platform documents that and it is one token."""
    secret_parts: ClassVar[tuple[Setting, ...]] = ()
    """The parts of a secret that has several (``secret.pack``); empty where it is one token."""
    guide: ClassVar[tuple[str, ...]] = ()
    """The steps of a first-timer to the token: what to click and which permissions to tick, a sentence each."""
    first_renewal: ClassVar[timedelta] = timedelta()
    """How old a token must be before its first renewal, where the channel has ``Feature.RENEWAL``."""
    posts_a_day: ClassVar[int | None] = None
    """Posts that the platform takes from one account in 24 hours, where it has such a limit."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def prepare(self, post: OutgoingPost) -> Prepared:
        """Do what may be repeated and shows nothing to the public, such as an upload.

        The result is saved and handed to ``publish`` and ``find``, also after a crash.

        Raises:
            ChannelError: As for ``publish``, except ``OutcomeUnknown``.
        """
        del post
        return {}

    @abstractmethod
    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt | HandedOff:
        """Make one post public on this account, once.

        Safe to call again with the same ``post.key`` only where the channel declares
        ``Feature.IDEMPOTENT``; elsewhere the dispatcher must not.

        Args:
            post: Final text, already within ``self.limits`` (counted in the platform's own unit:
                graphemes, weighted characters, UTF-16 units). Media are local bytes with alt text.
            prepared: What ``prepare`` saved, such as a container id.

        Raises:
            Refused: The platform will never accept this content.
            NotAuthorised: The account must be reconnected by a person.
            RateLimited: Nothing was sent; wait at least ``retry_after``.
            Unreachable: Nothing was sent; any later time will do.
            OutcomeUnknown: The connection died after the request left.
        """

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Look whether the post went out, without sending anything.

        Raises:
            NotAuthorised, RateLimited, Unreachable: The platform could not be asked; ask again later.
        """
        del post, prepared
        return CannotTell(f"{self.name} gives no way to look a post up")

    async def remind(self, post: OutgoingPost, urging: Urging) -> Receipt:
        """Tell whoever was handed a post that it still waits; an escalation goes to the next person.

        Raises:
            ChannelError: As for ``publish``.
        """
        del post, urging
        raise FeatureMissing(self.name, self.connection.account, f"{self.name} hands nothing to a person")

    async def pin(self, receipt: Receipt) -> None:
        """Pin a published post where readers see it first. Repeating it changes nothing."""
        del receipt
        raise FeatureMissing(self.name, self.connection.account, f"{self.name} cannot pin a post")

    async def retract(self, receipt: Receipt) -> None:
        """Delete a published post. Deleting what is already gone succeeds."""
        del receipt
        raise FeatureMissing(
            self.name,
            self.connection.account,
            f"{self.name} cannot delete a post",
            "Delete it by hand.",
        )

    async def metrics(self, receipt: Receipt) -> Mapping[str, int]:
        """What the platform freely tells about an own post: ``likes``, ``replies``, ``shares``, ``views``."""
        del receipt
        raise FeatureMissing(
            self.name, self.connection.account, f"{self.name} tells no numbers about a post"
        )

    @classmethod
    def price(cls, text: str, media: int) -> Decimal:
        """What publishing a text with so many files costs, in US dollars."""
        del text, media
        return Decimal(0)

    async def renew(self) -> Renewal:
        """Exchange the token for a fresh one. The old one may be dead afterwards, so save the new one first.

        Raises:
            NotAuthorised: The platform revoked it; only a person can connect the account again.
            RateLimited, Unreachable: Not now; the old token still holds.
        """
        raise FeatureMissing(
            self.name, self.connection.account, f"a token of {self.name} cannot be renewed"
        )

    @abstractmethod
    async def verify(self) -> AccountCheck:
        """Say whether a post would be accepted now, publishing nothing.

        Raises:
            Unreachable, RateLimited: The platform could not be asked.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Close the connection."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
