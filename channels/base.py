"""The contract between a delivery and a platform."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import TracebackType
from typing import ClassVar, Protocol, Self, TypeAlias

from channels.errors import FeatureMissing
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
    ALT_TEXT = "alt text"
    PIN = "pin"
    SILENT = "silent"
    TOPICS = "topics"
    CONTENT_WARNING = "content warning"
    THREADS = "threads"
    """A post may continue earlier ones of ours: ``OutgoingPost.thread``."""
    RENEWAL = "renewal"
    """The token expires, and ``renew`` exchanges it for a fresh one."""
    LETTERS = "letters"
    """A post goes to many recipients, one at a time: ``OutgoingPost.recipient``."""


@dataclass(frozen=True, slots=True)
class OutgoingMedia:
    """One file of a post, the very bytes that the approver saw.

    Attributes:
        sha256: Lower-case hex digest of ``data``.
        alt: What the picture shows, in the language of the post.
        sensitive: Whether a reader must be warned before seeing it.
        width: In pixels, as it is shown; 0 where it is not known.
        height: The same.
    """

    data: bytes = field(repr=False)
    mime: str
    file_name: str
    sha256: str
    alt: str
    sensitive: bool = False
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class OutgoingPost:
    """A frozen post on its way to one account.

    Attributes:
        key: Stable across attempts and restarts; names this post and no other.
        planned_at: The planned instant in UTC, the same at every attempt.
        content_warning: Shown before the text where the platform can; otherwise already in the text.
        options: What the account's owner asked for, by name: ``silent``, ``topic``.
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


@dataclass(frozen=True, slots=True)
class Ports:
    """What an adapter gets from the floors above it; ``None`` where this installation cannot give it."""

    media_url: MediaUrl | None = None
    address_book: AddressBook | None = None


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


@dataclass(frozen=True, slots=True)
class Renewal:
    """A fresh token. ``expires_in`` counts from now; ``None`` where it does not expire."""

    secret: Secret
    expires_in: timedelta | None


@dataclass(frozen=True, slots=True)
class Setting:
    """One entry of ``Connection.settings``, or one part of its secret, that a channel understands."""

    name: str
    help: str
    required: bool = False


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
