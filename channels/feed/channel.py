"""The feed adapter: keeps an Atom and a JSON Feed file in a folder."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from channels.base import (
    WEB_ADDRESS,
    WHOLE_PATH,
    AccountCheck,
    CannotTell,
    Channel,
    Connection,
    Feature,
    Finding,
    NotThere,
    OutgoingPost,
    Prepared,
    Receipt,
    Setting,
)
from channels.demands import require_features, require_fit
from channels.errors import NotAuthorised, Refused, Unreachable
from channels.feed.documents import (
    KEEP,
    FeedHead,
    Item,
    atom_feed,
    has_forbidden,
    json_feed,
    media_name,
    new_item,
    published_at,
    read_items,
)
from channels.feed.files import folder_time, only_writer, replace_file
from content.limits import LIMITS

JSON_FILE: Final = "feed.json"
ATOM_FILE: Final = "feed.atom"


class FeedChannel(Channel):
    """Writes entries into one feed.

    An entry's id comes from the post's key, so writing the same post again changes nothing. The JSON
    Feed is replaced last: an entry is published exactly when it is in there.
    """

    name = "feed"
    limits = LIMITS["feed"]
    features = frozenset(
        {
            Feature.IDEMPOTENT,
            Feature.FIND,
            Feature.RETRACT,
            Feature.MEDIA,
            Feature.ALT_TEXT,
            Feature.CONTENT_WARNING,
        }
    )
    settings = (
        Setting(
            "folder",
            "The whole path of the folder that the web server shows.",
            required=True,
            shape=WHOLE_PATH,
        ),
        Setting(
            "base_url",
            "Public address of that folder, such as https://example.org/news/.",
            required=True,
            shape=WEB_ADDRESS,
        ),
        Setting("title", "Title of the feed.", required=True),
    )

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._folder = Path(self._setting("folder"))
        self._head = FeedHead(self._base_url(), self._setting("title"))

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Add the entry and its pictures, once."""
        del prepared
        require_features(self, post)
        require_fit(self, post)
        return await asyncio.to_thread(self._publish, post)

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Look for the entry in the feed; one that may have left it for its age cannot be told."""
        del prepared
        return await asyncio.to_thread(self._find, post)

    async def retract(self, receipt: Receipt) -> None:
        """Take the entry out of the feed. Its pictures stay, as other entries may show them."""
        await asyncio.to_thread(self._retract, receipt.remote_id)

    async def verify(self) -> AccountCheck:
        """Whether the folder can be written and the feed in it can be read."""
        try:
            count = await asyncio.to_thread(self._count)
        except (NotAuthorised, Unreachable) as error:
            return AccountCheck.failed(error, self._head.title)
        return AccountCheck(ready=True, identity=self._head.title, detail=f"The feed has {count} entries.")

    async def aclose(self) -> None:
        """There is no connection."""

    def _publish(self, post: OutgoingPost) -> Receipt:
        with self._writing():
            items = self._items()
            item = self._known(items, self._head.entry_id(post.key))
            if item is None:
                item = self._sound(new_item(self._head, post, folder_time(self._folder)))
                self._write_media(post)
            self._write([item, *(each for each in items if each["id"] != item["id"])])
            return _receipt(item)

    def _find(self, post: OutgoingPost) -> Finding:
        with self._writing():
            items = self._items()
        item = self._known(items, self._head.entry_id(post.key))
        if item is not None:
            return _receipt(item)
        if len(items) >= KEEP and post.planned_at < min(published_at(each) for each in items):
            return CannotTell(f"the feed keeps only its newest {KEEP} entries")
        return NotThere()

    def _retract(self, entry_id: str) -> None:
        with self._writing():
            items = self._items()
            if self._known(items, entry_id) is not None:
                self._write([each for each in items if each["id"] != entry_id])

    def _count(self) -> int:
        with self._writing():
            return len(self._items())

    def _known(self, items: list[Item], entry_id: str) -> Item | None:
        return next((item for item in items if item["id"] == entry_id), None)

    def _items(self) -> list[Item]:
        path = self._folder / JSON_FILE
        try:
            return read_items(path.read_bytes()) if path.exists() else []
        except ValueError:
            raise self._not_authorised(
                f"{JSON_FILE} is not a feed of ours", "Move that file away; a new one will be started."
            ) from None

    def _sound(self, item: Item) -> Item:
        if has_forbidden(item):
            raise Refused(
                self.name,
                self.connection.account,
                "the text holds a control character that no feed can hold",
                "Take it out of the text.",
            )
        return item

    def _write(self, items: list[Item]) -> None:
        kept = sorted(items, key=published_at, reverse=True)[:KEEP]
        replace_file(self._folder / ATOM_FILE, atom_feed(self._head, kept, folder_time(self._folder)))
        replace_file(self._folder / JSON_FILE, json_feed(self._head, kept))

    def _write_media(self, post: OutgoingPost) -> None:
        (self._folder / "media").mkdir(exist_ok=True)
        for media in post.media:
            path = self._folder / media_name(media)
            if not path.exists():
                replace_file(path, media.data)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with only_writer(self._folder):
                yield
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise self._not_authorised(
                f"the folder cannot be used ({error.strerror})", "Let Munasara write to the feed's folder."
            ) from None
        except OSError as error:
            raise Unreachable(
                self.name,
                self.connection.account,
                f"the feed could not be written ({error.strerror})",
                "See that its folder is on a disk that Munasara may write to and that has room, or name another.",
            ) from None

    def _setting(self, name: str) -> str:
        value = self.connection.settings.get(name, "").strip()
        if not value:
            raise self._not_authorised(
                f"the setting {name} is missing", "Add it to the account's settings."
            )
        return value

    def _base_url(self) -> str:
        base_url = self._setting("base_url")
        if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
            raise self._not_authorised(
                "the setting base_url is no web address", "Write it like https://example.org/news/."
            )
        return base_url.rstrip("/") + "/"

    def _not_authorised(self, detail: str, remedy: str) -> NotAuthorised:
        return NotAuthorised(self.name, self.connection.account, detail, remedy)


def _receipt(item: Item) -> Receipt:
    return Receipt(item["id"], None, published_at(item))
