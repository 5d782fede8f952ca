"""The Facebook adapter: posts on one Page (developers.facebook.com/docs/pages-api/posts).

Facebook has no idempotency key, so a post without an answer is looked for among the Page's own.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from channels.base import (
    WEB_ADDRESS,
    AccountCheck,
    Channel,
    Connection,
    Feature,
    Finding,
    OutgoingMedia,
    OutgoingPost,
    Prepared,
    Receipt,
    Setting,
)
from channels.demands import is_moving, require_features, require_fit, visible_post
from channels.errors import NotAuthorised
from channels.graph.client import Names, connect, number
from channels.graph.videos import PageVideos
from content.limits import LIMITS
from content.richtext import plain

BASE_URL: Final = "https://graph.facebook.com"
VERSION: Final = "v25.0"
NAMES: Final = Names(text="message", time="created_time", url="permalink_url")
COUNTS: Final = "likes.summary(true).limit(0),comments.summary(true).limit(0)"
SHARES: Final = "shares"
IN_POST_IDS: Final = "_"
"""Between the number of the Page and that of the post; a video has one number alone."""


class FacebookChannel(Channel):
    """Posts on one Page."""

    name = "facebook"
    limits = LIMITS["facebook"]
    features = frozenset(
        {
            Feature.FIND,
            Feature.RETRACT,
            Feature.METRICS,
            Feature.MEDIA,
            Feature.VIDEO,
            Feature.ALT_TEXT,
        }
    )
    settings = (
        Setting("page_id", "The Page's number, under About, Page transparency.", required=True),
        Setting("version", f"Version of the Graph API; {VERSION} by default."),
        Setting("base_url", f"Address of the Graph API; {BASE_URL} by default.", shape=WEB_ADDRESS),
    )
    secret_help = "The Page's own access token, made from a long-lived token of a person who manages it."  # noqa: S105
    guide = (
        "On developers.facebook.com choose My Apps, Create app, and the use case that manages everything on a Page.",
        "Open Tools, Graph API Explorer and choose your app and Get User Access Token.",
        "Tick pages_show_list, pages_read_engagement, pages_read_user_content and pages_manage_posts, and choose the Page.",
        "Copy the token into Tools, Access Token Debugger and press Extend Access Token.",
        "Put the extended token into the Explorer, ask for me/accounts, and copy the access_token and the id of your Page.",
    )

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._graph = connect(connection, self.name, NAMES, base_url=BASE_URL, version=VERSION)
        self._page = number(connection, "page_id", self._graph.errors)
        self._videos = PageVideos(self._graph, self._page)

    async def prepare(self, post: OutgoingPost) -> Prepared:
        """Upload the pictures or the video without showing them."""
        self._check(post)
        if is_moving(post):
            return await self._videos.upload(post.media[0])
        return {"photos": [await self._upload(each) for each in post.media]} if post.media else {}

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Put the text and what was uploaded on the Page. A video stands there by itself, with its text."""
        self._check(post)
        if is_moving(post):
            return await self._videos.publish(self._text(post), post, prepared)
        photos = prepared.get("photos") or []
        if not isinstance(photos, list) or len(photos) != len(post.media):
            raise self._graph.errors.unreachable("the pictures were not uploaded")
        data = {"message": self._text(post)}
        if photos:
            data["attached_media"] = json.dumps([{"media_fbid": each} for each in photos])
        return await self._graph.publish(f"{self._page}/feed", data, post)

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Look for the text among the Page's newest posts, or ask the uploaded video."""
        if video := prepared.get("video"):
            return await self._videos.find(str(video))
        return await self._graph.look_up(f"{self._page}/published_posts", self._text(post), post)

    async def retract(self, receipt: Receipt) -> None:
        """Delete the post."""
        await self._graph.delete(receipt.remote_id)

    async def metrics(self, receipt: Receipt) -> Mapping[str, int]:
        """Likes, comments and shares of the post; Facebook does not count who shares a video."""
        is_post = IN_POST_IDS in receipt.remote_id
        found = await self._graph.get(receipt.remote_id, fields=f"{COUNTS},{SHARES}" if is_post else COUNTS)
        try:
            counts = {"likes": _total(found["likes"]), "replies": _total(found["comments"])}
            shares = {"shares": int(found.get(SHARES, {}).get("count", 0))} if is_post else {}
            return counts | shares
        except (LookupError, TypeError, ValueError, AttributeError):
            raise self._graph.unreadable() from None

    async def verify(self) -> AccountCheck:
        """Ask whose token it is. Facebook tells a Page nothing about its permissions."""
        try:
            owner = await self._graph.get("me", fields="id,name")
        except NotAuthorised as error:
            return AccountCheck.failed(error)
        if not isinstance(owner.get("id"), str):
            raise self._graph.unreadable()
        if owner["id"] != self._page:
            detail = "The token is not this Page's. Ask for me/accounts and take the Page's own token."
            return AccountCheck(ready=False, identity="", detail=detail)
        detail = "The token is the Page's own; whether it may post (pages_manage_posts) shows with the first post."
        return AccountCheck(ready=True, identity=str(owner.get("name") or self._page), detail=detail)

    async def aclose(self) -> None:
        """Close the connections to Facebook."""
        await self._graph.aclose()

    def _check(self, post: OutgoingPost) -> None:
        require_features(self, post)
        require_fit(self, post)

    def _text(self, post: OutgoingPost) -> str:
        return plain(visible_post(post, self.limits))

    async def _upload(self, media: OutgoingMedia) -> str:
        data = {"published": "false", "alt_text_custom": media.alt}
        files = {"source": (media.file_name, media.data, media.mime)}
        return await self._graph.create(f"{self._page}/photos", _without_empty(data), files)


def _without_empty(data: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in data.items() if value}


def _total(counted: Mapping[str, Any]) -> int:
    return int(counted["summary"]["total_count"])
