"""The Instagram adapter: pictures and reels of one professional account
(developers.facebook.com/docs/instagram-platform/content-publishing).

There is no idempotency key. A container is made and saved first; afterwards it tells whether it was published.
The API with Instagram login has no way to delete a post.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

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
    Renewal,
    Setting,
)
from channels.demands import is_moving, require_features, require_fit, visible_post
from channels.errors import NotAuthorised
from channels.graph.client import Names, connect, number
from channels.graph.containers import GIVE_ADDRESS, MEDIA_URL, NO_ADDRESS, Addresses, Containers, Sleep
from content.limits import LIMITS
from content.richtext import plain

BASE_URL: Final = "https://graph.instagram.com"
VERSION: Final = "v25.0"
NAMES: Final = Names(text="caption", time="timestamp", url="permalink")


class InstagramChannel(Channel):
    """Posts pictures and reels to one professional account.

    Args:
        sleep: Waits between looks at a container, in seconds.
    """

    name = "instagram"
    limits = LIMITS["instagram"]
    features = frozenset(
        {
            Feature.FIND,
            Feature.METRICS,
            Feature.MEDIA,
            Feature.VIDEO,
            Feature.ALT_TEXT,
            Feature.RENEWAL,
            Feature.QUOTA,
        }
    )
    settings = (
        Setting("user_id", "The account's number (IG_ID), shown beside its token.", required=True),
        MEDIA_URL,
        Setting("version", f"Version of the API; {VERSION} by default."),
        Setting("base_url", f"Address of the API; {BASE_URL} by default.", shape=WEB_ADDRESS),
    )
    secret_help = "A long-lived token from your app on developers.facebook.com: Instagram, API setup."  # noqa: S105
    guide = (
        "In the Instagram app make the account a professional one: Settings, Account type and tools.",
        "On developers.facebook.com choose My Apps, Create app, and the use case that manages messages and content on Instagram.",
        "Open API setup with Instagram login and add instagram_business_basic and instagram_business_content_publish.",
        "Under Roles add the account as an Instagram tester, and accept the invitation in the Instagram app.",
        "Under Generate access tokens press Generate token beside the account, and copy its number and the token.",
    )
    first_renewal = timedelta(hours=25)
    posts_a_day = 50
    """Meta's guide says 100 in 24 hours, its reference of ``media_publish`` 50; ``verify`` tells the real number."""

    def __init__(self, connection: Connection, *, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(connection)
        self._graph = connect(connection, self.name, NAMES, base_url=BASE_URL, version=VERSION)
        self._user = number(connection, "user_id", self._graph.errors)
        self._addresses = Addresses(connection, self._graph.errors)
        self._containers = Containers(
            self._graph, f"{self._user}/media", f"{self._user}/media_publish", "status_code", sleep
        )

    async def prepare(self, post: OutgoingPost) -> Prepared:
        """Have Instagram fetch the pictures, or a video as a reel, into a container."""
        self._check(post)
        caption = {"caption": self._text(post)}
        if is_moving(post):
            reel = {"media_type": "REELS", "video_url": self._addresses.of(post.media[0])}
            return await self._containers.begin({**reel, **caption})
        pictures = [self._picture(each) for each in post.media]
        if len(pictures) == 1:
            return await self._containers.make([{**pictures[0], **caption}], None)
        items = [{**each, "is_carousel_item": "true"} for each in pictures]
        return await self._containers.make(items, {"media_type": "CAROUSEL", **caption})

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Publish the container."""
        self._check(post)
        return await self._containers.publish(post, prepared)

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Look for the caption among the account's newest posts, then ask the container."""
        return await self._containers.find(f"{self._user}/media", self._text(post), post, prepared)

    async def metrics(self, receipt: Receipt) -> Mapping[str, int]:
        """Likes and comments; those that the account hides are left out."""
        found = await self._graph.get(receipt.remote_id, fields="like_count,comments_count")
        counts = {"likes": found.get("like_count"), "replies": found.get("comments_count")}
        return {name: count for name, count in counts.items() if isinstance(count, int)}

    async def renew(self) -> Renewal:
        """Exchange the token, at least a day old, for one of 60 days."""
        return await self._graph.renew("ig_refresh_token")

    async def verify(self) -> AccountCheck:
        """Ask who we are and how many posts are left of the day."""
        if not self._addresses.are_known:
            return AccountCheck(ready=False, identity="", detail=f"{NO_ADDRESS}. {GIVE_ADDRESS}")
        try:
            return await self._graph.check(self._user, f"{self._user}/content_publishing_limit")
        except NotAuthorised as error:
            return AccountCheck.failed(error)

    async def aclose(self) -> None:
        """Close the connections to Instagram."""
        await self._graph.aclose()

    def _check(self, post: OutgoingPost) -> None:
        require_features(self, post)
        require_fit(self, post)
        if not self._addresses.are_known:
            raise self._graph.errors.not_authorised(NO_ADDRESS, GIVE_ADDRESS)

    def _text(self, post: OutgoingPost) -> str:
        return plain(visible_post(post, self.limits))

    def _picture(self, media: OutgoingMedia) -> dict[str, str]:
        alt = {"alt_text": media.alt} if media.alt else {}
        return {"image_url": self._addresses.of(media), **alt}
