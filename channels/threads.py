"""The Threads adapter: texts, pictures and videos of one profile (developers.facebook.com/docs/threads).

There is no idempotency key. A container is made and saved first; afterwards it tells whether it was published.
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
from channels.graph.containers import GIVE_ADDRESS, MEDIA_URL, Addresses, Containers, Sleep
from content.limits import LIMITS
from content.richtext import plain

BASE_URL: Final = "https://graph.threads.net"
VERSION: Final = "v1.0"
NAMES: Final = Names(text="text", time="timestamp", url="permalink")
INSIGHTS: Final = "likes,replies,reposts,quotes,views"


class ThreadsChannel(Channel):
    """Posts to one profile.

    Args:
        sleep: Waits between looks at a container, in seconds.
    """

    name = "threads"
    limits = LIMITS["threads"]
    features = frozenset(
        {
            Feature.FIND,
            Feature.RETRACT,
            Feature.METRICS,
            Feature.MEDIA,
            Feature.VIDEO,
            Feature.ALT_TEXT,
            Feature.THREADS,
            Feature.RENEWAL,
            Feature.QUOTA,
        }
    )
    settings = (
        Setting("user_id", "The profile's number, which me?fields=id answers.", required=True),
        MEDIA_URL,
        Setting("version", f"Version of the API; {VERSION} by default."),
        Setting("base_url", f"Address of the API; {BASE_URL} by default.", shape=WEB_ADDRESS),
    )
    secret_help = "A long-lived token from your app on developers.facebook.com: Access the Threads API."  # noqa: S105
    guide = (
        "On developers.facebook.com choose My Apps, Create app, and the use case Access the Threads API.",
        "Under Customize add threads_basic, threads_content_publish, threads_manage_replies, threads_read_replies, threads_manage_insights and threads_delete.",
        "Under Roles add the profile as a Threads tester, and accept under Website permissions in the Threads app.",
        "In the settings of the use case press Generate access token beside the profile, and copy the token.",
        "Ask the Graph API Explorer, set to graph.threads.net, for me?fields=id and copy the number.",
    )
    first_renewal = timedelta(hours=25)
    posts_a_day = 250
    """In any 24 hours; replies have 1,000 of their own (/docs/threads/overview)."""

    def __init__(self, connection: Connection, *, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(connection)
        self._graph = connect(connection, self.name, NAMES, base_url=BASE_URL, version=VERSION)
        self._user = number(connection, "user_id", self._graph.errors)
        self._addresses = Addresses(connection, self._graph.errors)
        self._containers = Containers(
            self._graph, f"{self._user}/threads", f"{self._user}/threads_publish", "status", sleep
        )

    async def prepare(self, post: OutgoingPost) -> Prepared:
        """Make a container of the text and of the pictures or the video, which Threads fetches."""
        self._check(post)
        words = self._words(post)
        if is_moving(post):
            return await self._containers.begin({**self._video(post.media[0]), **words})
        pictures = [self._picture(each) for each in post.media]
        match pictures:
            case []:
                return await self._containers.make([{"media_type": "TEXT", **words}], None)
            case [only]:
                return await self._containers.make([{**only, **words}], None)
            case several:
                items = [{**each, "is_carousel_item": "true"} for each in several]
                return await self._containers.make(items, {"media_type": "CAROUSEL", **words})

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Publish the container."""
        self._check(post)
        return await self._containers.publish(post, prepared)

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Look for the text among the profile's newest posts, or its newest replies, then ask the container."""
        listed_at = f"{self._user}/replies" if post.thread else f"{self._user}/threads"
        return await self._containers.find(listed_at, self._text(post), post, prepared)

    async def retract(self, receipt: Receipt) -> None:
        """Delete the post. Threads allows 100 deletions a day."""
        await self._graph.delete(receipt.remote_id)

    async def metrics(self, receipt: Receipt) -> Mapping[str, int]:
        """Likes, replies, views, and reposts together with quotes."""
        found = await self._graph.get(f"{receipt.remote_id}/insights", metric=INSIGHTS)
        try:
            counts = {each["name"]: int(each["values"][0]["value"]) for each in found["data"]}
        except (LookupError, TypeError, ValueError):
            raise self._graph.unreadable() from None
        shares = counts.pop("reposts", 0) + counts.pop("quotes", 0)
        return {**counts, "shares": shares}

    async def renew(self) -> Renewal:
        """Exchange the token, at least a day old, for one of 60 days."""
        return await self._graph.renew("th_refresh_token")

    async def verify(self) -> AccountCheck:
        """Ask who we are and how many posts are left of the day."""
        try:
            check = await self._graph.check(self._user, f"{self._user}/threads_publishing_limit")
        except NotAuthorised as error:
            return AccountCheck.failed(error)
        if self._addresses.are_known:
            return check
        detail = f"{check.detail} It cannot post pictures or videos. {GIVE_ADDRESS}"
        return AccountCheck(check.ready, check.identity, detail, check.quota)

    async def aclose(self) -> None:
        """Close the connections to Threads."""
        await self._graph.aclose()

    def _check(self, post: OutgoingPost) -> None:
        require_features(self, post)
        require_fit(self, post)

    def _text(self, post: OutgoingPost) -> str:
        return plain(visible_post(post, self.limits))

    def _words(self, post: OutgoingPost) -> dict[str, str]:
        continued = {"reply_to_id": post.thread[-1].remote_id} if post.thread else {}
        return {"text": self._text(post), **continued}

    def _video(self, media: OutgoingMedia) -> dict[str, str]:
        alt = {"alt_text": media.alt} if media.alt else {}
        return {"media_type": "VIDEO", "video_url": self._addresses.of(media), **alt}

    def _picture(self, media: OutgoingMedia) -> dict[str, str]:
        alt = {"alt_text": media.alt} if media.alt else {}
        return {"media_type": "IMAGE", "image_url": self._addresses.of(media), **alt}
