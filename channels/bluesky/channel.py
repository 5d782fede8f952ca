"""The Bluesky adapter: posts to one account, each at a place in its repository that we choose.

``putRecord`` with ``swapRecord`` null creates what is not there yet, changes nothing where the same record
stands, and answers ``InvalidSwap`` where another does (measured on the PDS), so a post may be sent again.
"""

from collections.abc import Mapping
from typing import Any, Final

from channels.base import (
    WEB_ADDRESS,
    AccountCheck,
    CannotTell,
    Channel,
    Connection,
    Feature,
    Finding,
    NotThere,
    OutgoingMedia,
    OutgoingPost,
    Prepared,
    Receipt,
    Renewal,
    Setting,
)
from channels.bluesky.client import BlueskyTranslator, Xrpc, error_name
from channels.bluesky.places import COLLECTION, place_of, receipt, record_key, uri_of
from channels.bluesky.session import Session
from channels.demands import require_features, require_fit, visible_post
from channels.errors import NotAuthorised
from channels.httpclient import Answer
from channels.secret import pack, unpack
from content.limits import LIMITS
from content.richtext import plain

DEFAULT_BASE_URL: Final = "https://bsky.social"
PUT: Final = "com.atproto.repo.putRecord"
GET: Final = "com.atproto.repo.getRecord"
DELETE: Final = "com.atproto.repo.deleteRecord"
UPLOAD: Final = "com.atproto.repo.uploadBlob"
GET_SESSION: Final = "com.atproto.server.getSession"
GET_POSTS: Final = "app.bsky.feed.getPosts"

TAKEN: Final = "InvalidSwap"
NOT_FOUND: Final = "RecordNotFound"
BLOB_GONE: Final = "BlobNotFound"
"""A server forgets an upload that no record used for some hours."""
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class BlueskyChannel(Channel):
    """Posts to one account."""

    name = "bluesky"
    limits = LIMITS["bluesky"]
    features = frozenset(
        {
            Feature.IDEMPOTENT,
            Feature.FIND,
            Feature.RETRACT,
            Feature.METRICS,
            Feature.MEDIA,
            Feature.VIDEO,
            Feature.ALT_TEXT,
            Feature.THREADS,
            Feature.RENEWAL,
        }
    )
    settings = (
        Setting("handle", "The account's handle without @, such as balloons.bsky.social.", required=True),
        Setting(
            "base_url",
            f"Address of the server that holds the account; {DEFAULT_BASE_URL} by default.",
            shape=WEB_ADDRESS,
        ),
    )
    secret_help = "Make an app password on Bluesky: Settings, Privacy and security, App passwords."  # noqa: S105
    secret_parts = (
        Setting("app_password", "An app password (xxxx-xxxx-xxxx-xxxx), not the main one.", required=True),
    )
    guide = (
        "Open https://bsky.app and sign in as the account that is to post.",
        "Open Settings, then Privacy and security, then App passwords.",
        "Press Add App Password, name it munasara, and leave access to direct messages off.",
        "Copy the password at once, because Bluesky shows it only this time.",
        "Give it to Munasara as app_password, together with the account's handle.",
    )
    posts_a_day = 11_666
    """35,000 points a day, 3 for each new record (docs.bsky.app/docs/advanced-guides/rate-limits)."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._errors = BlueskyTranslator(self.name, connection.account)
        self._handle = self._handle_of(connection)
        self._xrpc = Xrpc(connection.settings.get("base_url") or DEFAULT_BASE_URL, self._errors)
        self._session = Session(self._xrpc, self._errors, self._handle, self._parts_of(connection))

    async def prepare(self, post: OutgoingPost) -> Prepared:
        """Upload the pictures or the video. Nobody sees them before a post shows them.

        ``blobs`` are what the server calls them. A video lies on the account's own server, which may take less than
        Bluesky's, and is made ready to play only when the post is out: for some seconds readers see that it is
        missing (docs.bsky.app/docs/tutorials/video, the simple method).
        """
        require_features(self, post)
        require_fit(self, post)
        return {"blobs": [await self._upload(media) for media in post.media]} if post.media else {}

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Put the post at its place, unless it is there already.

        Another record at that place with the text of this post is this post, put there by an earlier attempt
        whose pictures were described or named in another way; with another text it is refused.
        """
        require_features(self, post)
        require_fit(self, post)
        body = {**self._place(post), "record": self._record(post, prepared), "swapRecord": None}
        answer = await self._put(body)
        if error_name(answer) == BLOB_GONE:
            await self.prepare(post)
            answer = await self._put(body)
        if error_name(answer) == TAKEN:
            return await self._already_there(post)
        return self._receipt(self._good(answer, publishing=True), post, publishing=True)

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Look at the post's place. It is this post where the text is the same."""
        del prepared
        answer = await self._get(GET, self._place(post))
        if error_name(answer) == NOT_FOUND:
            return NotThere()
        if not answer.ok:
            raise self._errors.looking(answer)
        return self._recognised(answer, post)

    async def retract(self, receipt: Receipt) -> None:
        """Delete the post. The server succeeds also where it is gone."""
        self._good(await self._post(DELETE, place_of(receipt)))

    async def metrics(self, receipt: Receipt) -> Mapping[str, int]:
        """Likes, replies, and reposts with quotes as ``shares``; nothing where the post is gone.

        Raises:
            Unreachable: The server passes no question on to an AppView, or not now.
        """
        value = await self._asked(GET_POSTS, {"uris": uri_of(receipt)})
        try:
            return _counts(value["posts"][0]) if value["posts"] else {}
        except UNREADABLE:
            raise self._errors.unreachable("the answer could not be read") from None

    async def renew(self) -> Renewal:
        """Take a new session. The app password stays in the secret, beside ``access`` and ``refresh``."""
        await self._session.renew()
        return Renewal(pack(self._session.parts), self._session.life())

    async def verify(self) -> AccountCheck:
        """Ask whose session this is, and whether the account is active."""
        try:
            value = await self._asked(GET_SESSION, {})
        except NotAuthorised as error:
            return AccountCheck.failed(error)
        if not isinstance(value.get("handle"), str):
            raise self._errors.unreachable("the answer could not be read; check the account's base_url")
        return _check(value)

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._xrpc.aclose()

    async def _upload(self, media: OutgoingMedia) -> dict[str, Any]:
        from channels.bluesky.records import blob

        answer = await self._session.answer(
            lambda token: self._xrpc.upload(UPLOAD, token, media.data, media.mime)
        )
        value = self._errors.json(self._good(answer), publishing=False)
        try:
            return blob(value["blob"])
        except UNREADABLE:
            raise self._errors.unreachable("the server did not name the upload") from None

    async def _put(self, body: Mapping[str, Any]) -> Answer:
        return await self._post(PUT, body, publishing=True)

    async def _post(self, method: str, body: Mapping[str, Any], *, publishing: bool = False) -> Answer:
        return await self._session.answer(
            lambda token: self._xrpc.post(method, token, body, publishing=publishing)
        )

    async def _get(self, method: str, parameters: Mapping[str, str]) -> Answer:
        return await self._session.answer(lambda token: self._xrpc.get(method, token, parameters))

    async def _asked(self, method: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        answer = await self._get(method, parameters)
        if not answer.ok:
            raise self._errors.looking(answer)
        return self._errors.json(answer, publishing=False)

    async def _already_there(self, post: OutgoingPost) -> Receipt:
        match await self.find(post, {}):
            case Receipt() as found:
                return found
            case NotThere():
                raise self._errors.unreachable(
                    "the place of this post was taken a moment ago and is free now"
                )
            case CannotTell(why):
                raise self._errors.refused(why, "Delete what is there, or plan this text as a new post.")

    def _recognised(self, answer: Answer, post: OutgoingPost) -> Finding:
        value = self._errors.json(answer, publishing=False)
        found = self._receipt(answer, post)
        shown = value["value"].get("text") if isinstance(value.get("value"), dict) else None
        if shown == plain(visible_post(post, self.limits), native_links=True):
            return found
        return CannotTell(f"another text stands where this post belongs: {found.url}")

    def _receipt(self, answer: Answer, post: OutgoingPost, *, publishing: bool = False) -> Receipt:
        value = self._errors.json(answer, publishing=publishing)
        try:
            return receipt(value["uri"], value["cid"], post)
        except UNREADABLE:
            raise self._errors.unclear("the answer could not be read", publishing=publishing) from None

    def _good(self, answer: Answer, *, publishing: bool = False) -> Answer:
        if not answer.ok:
            raise self._errors.xrpc(answer, publishing=publishing, secrets=self._session.secrets)
        return answer

    def _record(self, post: OutgoingPost, prepared: Prepared) -> dict[str, Any]:
        from channels.bluesky.records import record  # the SDK takes a second to import

        blobs: Any = prepared.get("blobs", [])
        return record(post, visible_post(post, self.limits), blobs)

    def _place(self, post: OutgoingPost) -> dict[str, str]:
        return {"repo": self._handle, "collection": COLLECTION, "rkey": record_key(post)}

    def _handle_of(self, connection: Connection) -> str:
        handle = connection.settings.get("handle", "").strip().removeprefix("@").lower()
        if not handle:
            raise self._errors.not_authorised(
                "the setting handle is missing", "Add it, such as balloons.bsky.social."
            )
        return handle

    def _parts_of(self, connection: Connection) -> dict[str, str]:
        parts = unpack(connection.secret)
        if not parts.get("app_password"):
            raise self._errors.not_authorised("the app_password is missing", self.secret_help or "")
        return parts


def _counts(shown: Mapping[str, Any]) -> dict[str, int]:
    return {
        "likes": int(shown.get("likeCount", 0)),
        "replies": int(shown.get("replyCount", 0)),
        "shares": int(shown.get("repostCount", 0)) + int(shown.get("quoteCount", 0)),
    }


def _check(session: Mapping[str, Any]) -> AccountCheck:
    identity = f"@{session['handle']}"
    if session.get("active") is False:
        state = session.get("status") or "not active"
        detail = f"Bluesky says that this account is {state}. Sign in at bsky.app and see what it asks for."
        return AccountCheck(ready=False, identity=identity, detail=detail)
    return AccountCheck(ready=True, identity=identity, detail="The account may post.")
