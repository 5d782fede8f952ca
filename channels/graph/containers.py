"""Posts made in two steps: containers that Meta fills by fetching public addresses, then publishes.

How Instagram and Threads work (developers.facebook.com/docs/instagram-platform/content-publishing,
/docs/threads/posts). A container lives for 24 hours and remembers whether it was published.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from channels.base import (
    WEB_ADDRESS,
    CannotTell,
    Connection,
    Finding,
    OutgoingMedia,
    OutgoingPost,
    Prepared,
    Receipt,
    Setting,
)
from channels.demands import is_moving
from channels.errors import NotAuthorised
from channels.graph.client import Graph
from channels.graph.complaints import GraphTranslator

Sleep: TypeAlias = "Callable[[float], Awaitable[None]]"

PAUSES: Final = (1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0)
"""Seconds between looks at the containers of one post; together they fit the deadline of a call."""
PLACEHOLDER: Final = "{sha256}"
NO_ADDRESS: Final = "pictures and videos have no public address from which Meta could fetch them"
GIVE_ADDRESS: Final = "Set MUNASARA_PUBLIC_URL for this installation, or the account's media_url."
MEDIA_URL: Final = Setting(
    "media_url",
    "Where Meta fetches pictures and videos, with {sha256} in place of each one's digest "
    "(https://example.org/media/{sha256}.jpg); by default this installation's own public address.",
    shape=WEB_ADDRESS,
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where Meta fetches the files of one account."""

    connection: Connection
    errors: GraphTranslator

    def __post_init__(self) -> None:
        if self._template and PLACEHOLDER not in self._template:
            raise self.errors.not_authorised(
                "the setting media_url has no {sha256} in it", "Write it where the digest stands."
            )

    @property
    def are_known(self) -> bool:
        """Whether files have an address at all."""
        return bool(self._template) or self.connection.ports.media_url is not None

    def of(self, media: OutgoingMedia) -> str:
        """The address of a picture or a video.

        Raises:
            NotAuthorised: This installation has no public address.
        """
        if self._template:
            return self._template.replace(PLACEHOLDER, media.sha256)
        if self.connection.ports.media_url is None:
            raise self.errors.not_authorised(NO_ADDRESS, GIVE_ADDRESS)
        return self.connection.ports.media_url(media)

    @property
    def _template(self) -> str:
        return self.connection.settings.get("media_url", "").strip()


@dataclass(frozen=True, slots=True)
class Containers:
    """The containers of one account.

    Attributes:
        made_at: Path under which a container is made.
        published_at: Path under which it is published.
        status: The field that tells what became of it.
        sleep: Waits so many seconds.
    """

    graph: Graph
    made_at: str
    published_at: str
    status: str
    sleep: Sleep

    async def make(self, alone: Sequence[Mapping[str, str]], around: Mapping[str, str] | None) -> Prepared:
        """Make the only container, or several with one around them, and wait until it can be published.

        Raises:
            Refused: Meta could not make it out of these pictures.
            NotAuthorised, RateLimited, Unreachable: Nothing came of it; the next attempt begins anew.
        """
        pauses = iter(PAUSES)
        made = [await self.graph.create(self.made_at, each) for each in alone]
        for each in made:
            await self._finished(each, pauses)
        if around is None:
            return {"container": made[0]}
        whole = await self.graph.create(self.made_at, {**around, "children": ",".join(made)})
        await self._finished(whole, pauses)
        return {"container": whole}

    async def begin(self, video: Mapping[str, str]) -> Prepared:
        """Make the container of a video. Meta may still be at work on it afterwards; ``publish`` waits on.

        Raises:
            Refused: Meta could not make it out of this video.
            NotAuthorised, RateLimited, Unreachable: Nothing came of it; the next attempt begins anew.
        """
        made = await self.graph.create(self.made_at, video)
        await self._is_finished(made, iter(PAUSES))
        return {"container": made}

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Publish what ``make`` or ``begin`` made.

        Raises:
            ChannelError: As for ``Channel.publish``.
        """
        container = prepared.get("container")
        if not container:
            raise self.graph.errors.unreachable("the post was not prepared")
        if is_moving(post):
            await self._finished(str(container), iter(PAUSES))
        return await self.graph.publish(self.published_at, {"creation_id": str(container)}, post)

    async def find(self, listed_at: str, text: str, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Look through the account's own posts first: one can be public although publishing failed."""
        found = await self.graph.look_up(listed_at, text, post)
        container = prepared.get("container")
        if isinstance(found, Receipt) or not container:
            return found
        try:
            said = await self._status(str(container))
        except NotAuthorised:
            return found
        return self._judged(said, found)

    def _judged(self, status: str, found: Finding) -> Finding:
        if status == "IN_PROGRESS":
            raise self.graph.errors.unreachable("Meta is still at work on the post")
        if status == "PUBLISHED":
            return CannotTell(
                "Meta says that it published the post, but does not list it; open the account"
            )
        return found

    async def _finished(self, container: str, pauses: Iterator[float]) -> None:
        if not await self._is_finished(container, pauses):
            raise self.graph.errors.unreachable("Meta takes too long to prepare the post")

    async def _is_finished(self, container: str, pauses: Iterator[float]) -> bool:
        while (status := await self._status(container)) == "IN_PROGRESS":
            pause = next(pauses, None)
            if pause is None:
                return False
            await self.sleep(pause)
        if status in {"ERROR", "EXPIRED"}:
            raise self.graph.errors.refused(
                f"Meta could not prepare the post ({status})", "Change the pictures or the video."
            )
        return True

    async def _status(self, container: str) -> str:
        found = await self.graph.get(container, fields=self.status)
        status = found.get(self.status)
        if not isinstance(status, str):
            raise self.graph.unreadable()
        return status
