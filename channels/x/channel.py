"""The X adapter: posts as one account through the X API v2.

X has no idempotency key, but it refuses a text that the account has posted before, and an account can read
its own timeline. Every request costs money (docs.x.com/x-api/getting-started/pricing).
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
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
from channels.demands import require_features, require_fit, visible_post
from channels.errors import ChannelError, FeatureMissing, NotAuthorised, OutcomeUnknown, Refused
from channels.sameness import EARLY
from channels.secret import pack, unpack
from channels.x.client import Duplicate, Gone, XClient, XTranslator
from channels.x.matching import receipt, same_text
from channels.x.videos import Sleep, upload_video
from content.limits import LIMITS
from content.richtext import plain
from content.weblinks import x_links

DEFAULT_BASE_URL: Final = "https://api.x.com"
OAUTH_1: Final = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
OAUTH_2: Final = ("client_id", "access_token", "refresh_token")
PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff"})
"""What one upload takes (``MediaUploadRequestOneShot`` in the OpenAPI document)."""
VIDEO: Final = "video/mp4"
"""What goes up in segments."""

PAGE: Final = 100
MAX_PAGES: Final = 5

PRICE: Final = Decimal("0.015")
PRICE_WITH_LINK: Final = Decimal("0.200")
PRICE_OF_METADATA: Final = Decimal("0.005")

MAY: Final = "The account may post and delete. X takes $0.015 for a post, with a link $0.20."
READ_ONLY: Final = "The keys may only read. Set the app's permission to Read and write, then generate the access token anew."
METRICS: Final = {
    "like_count": "likes",
    "reply_count": "replies",
    "retweet_count": "shares",
    "quote_count": "shares",
    "impression_count": "views",
}


class XChannel(Channel):
    """Posts as one account.

    Args:
        sleep: Waits between looks at a video that X is at work on, in seconds.
    """

    name = "x"
    limits = LIMITS["x"]
    features = frozenset(
        {
            Feature.FIND,
            Feature.RETRACT,
            Feature.METRICS,
            Feature.MEDIA,
            Feature.VIDEO,
            Feature.ALT_TEXT,
            Feature.THREADS,
            Feature.REPLIES,
            Feature.RENEWAL,
        }
    )
    settings = (
        Setting(
            "budget", "What a plan may cost in one calendar month (UTC), in US dollars; empty for no limit."
        ),
        Setting("base_url", f"Address of the X API; {DEFAULT_BASE_URL} by default.", shape=WEB_ADDRESS),
    )
    secret_help = "Create an app in the X developer console and copy its four keys, which never expire."  # noqa: S105
    secret_parts = (
        Setting("access_token", "The access token of the account.", required=True),
        Setting("access_token_secret", "OAuth 1.0a: the secret beside the access token."),
        Setting("consumer_key", "OAuth 1.0a: the API key of the app."),
        Setting("consumer_secret", "OAuth 1.0a: the API key secret of the app."),
        Setting("client_id", "OAuth 2: the client id of the app."),
        Setting("client_secret", "OAuth 2: the client secret, where the app is confidential."),
        Setting("refresh_token", "OAuth 2: the refresh token; it needs the scope offline.access."),
    )
    guide = (
        "Sign in to X as the account that is to post, and open console.x.com.",
        "Create an app, and buy credits under Billing: X takes payment for every post.",
        "In the app open User authentication settings and choose the permission Read and write.",
        "Only then open Keys and tokens: generate the API key and secret, and the access token and secret.",
        "Enter the four values here as consumer_key, consumer_secret, access_token and access_token_secret.",
        "With OAuth 2, authorise with tweet.read, tweet.write, users.read, media.write and offline.access, and enter client_id, access_token and refresh_token instead.",
        "In the account's own settings on X, switch on the label for automated accounts.",
    )

    def __init__(self, connection: Connection, *, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(connection)
        self._sleep = sleep
        self._errors = XTranslator(self.name, connection.account)
        self._parts = self._whole_secret()
        base_url = connection.settings.get("base_url") or DEFAULT_BASE_URL
        self._client = XClient(base_url, self._parts, self._errors)
        if self._client.signs:
            self.features = self.features - {Feature.RENEWAL}

    async def prepare(self, post: OutgoingPost) -> Prepared:
        """Upload the pictures with their alt texts, or the video; X keeps them for 24 hours."""
        require_features(self, post)
        require_fit(self, post)
        self._require_types(post)
        if not post.media:
            return {}
        media_ids = []
        for media in post.media:
            media_id = await self._upload(media)
            await self._client.describe(media_id, media)
            media_ids.append(media_id)
        return {"media_ids": list(media_ids)}

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Create the post, as a reply to the last part of its thread, or to what it answers."""
        require_features(self, post)
        require_fit(self, post)
        text = self._text(post)
        try:
            created = await self._client.create_tweet(
                text=text or None,
                media_ids=prepared["media_ids"] if post.media else None,
                in_reply_to_tweet_id=_answered(post),
            )
        except Duplicate:
            return await self._earlier(text, post.planned_at)
        return receipt(self._client.data(created, publishing=True)["id"])

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Look for the text on the account's own timeline, from five minutes before its planned instant."""
        del prepared
        return await self._look(self._text(post), start_time=post.planned_at - EARLY)

    async def retract(self, receipt: Receipt) -> None:
        """Delete the post."""
        with suppress(Gone):
            await self._client.delete_tweet(receipt.remote_id)

    async def metrics(self, receipt: Receipt) -> Mapping[str, int]:
        """The public numbers; quotes and reposts are both shares."""
        answer = await self._client.get_tweet(receipt.remote_id, tweet_fields=["public_metrics"])
        if "data" not in answer and answer.get("errors"):
            raise Gone(self.name, self.connection.account, "the post is no longer on X")
        return _counts(self._client.data(answer).get("public_metrics") or {})

    @classmethod
    def price(cls, text: str, media: int) -> Decimal:
        """A post with an address in it costs thirteen times as much (docs.x.com, pricing, 2026-11)."""
        return (PRICE_WITH_LINK if x_links(text) else PRICE) + media * PRICE_OF_METADATA

    async def renew(self) -> Renewal:
        """Exchange the refresh token of OAuth 2, which X replaces each time."""
        if Feature.RENEWAL not in self.features:
            raise FeatureMissing(self.name, self.connection.account, "keys of OAuth 1.0a do not expire")
        form = {"grant_type": "refresh_token", **_named(self._parts, "refresh_token", "client_id")}
        answer = await self._client.renewed(form, self._parts.get("client_secret", ""))
        fresh = _named(answer, "access_token", "refresh_token")
        if "access_token" not in fresh:
            raise self._errors.unreachable("X's answer held no token")
        return Renewal(pack({**self._parts, **fresh}), _lifetime(answer))

    async def verify(self) -> AccountCheck:
        """Ask who the account is, and whether the keys may write."""
        try:
            reply = await self._client.request("GET", "/2/users/me")
            me = self._client.data(await reply.json())
        except (NotAuthorised, Refused) as error:
            return AccountCheck.failed(error)
        read_only = reply.headers.get("x-access-level") == "read"
        return AccountCheck(
            ready=not read_only, identity=f"@{me.get('username')}", detail=READ_ONLY if read_only else MAY
        )

    async def aclose(self) -> None:
        """Close the connections to X."""
        await self._client.aclose()

    async def _earlier(self, text: str, planned_at: datetime) -> Receipt:
        try:
            ours = await self._look(text, start_time=planned_at - EARLY)
            if isinstance(ours, Receipt):
                return ours
            older = await self._look(text, pages=1, end_time=planned_at - EARLY)
        except ChannelError:
            raise self._doubtful("X has this text already, and the timeline could not be read") from None
        if isinstance(older, Receipt):
            raise Refused(
                self.name,
                self.connection.account,
                f"the text repeats an earlier post of this account ({older.url})",
                "Change the text.",
            )
        raise self._doubtful("X has this text already, but it is not on the timeline")

    async def _look(self, text: str, pages: int = MAX_PAGES, **window: datetime) -> Finding:
        me = self._client.data(await self._client.get_me())
        token = None
        for _ in range(pages):
            tweets, token = await self._page(me["id"], token, window)
            for tweet in tweets:
                if same_text(text, tweet):
                    return receipt(str(tweet["id"]))
            if not token:
                return NotThere()
        return CannotTell(f"the account has more than {PAGE * pages} posts to look through")

    async def _page(
        self, me: str, token: str | None, window: Mapping[str, datetime]
    ) -> tuple[list[dict[str, Any]], str | None]:
        answer = await self._client.get_users_tweets(
            me,
            exclude=["retweets"],
            max_results=PAGE,
            pagination_token=token,
            tweet_fields=["created_at", "entities", "note_tweet"],
            **window,
        )
        if not isinstance(answer.get("meta"), dict):
            raise self._errors.unreachable("the timeline could not be read")
        return answer.get("data") or [], answer["meta"].get("next_token")

    def _text(self, post: OutgoingPost) -> str:
        return plain(visible_post(post, self.limits), native_links=self.limits.native_links)

    async def _upload(self, media: OutgoingMedia) -> str:
        if media.is_video:
            return await upload_video(self._client, self._errors, media, self._sleep)
        return await self._client.upload(media)

    def _require_types(self, post: OutgoingPost) -> None:
        strange = {media.mime for media in post.media} - PICTURES - {VIDEO}
        if strange:
            raise self._errors.refused(f"X takes no {', '.join(sorted(strange))} here", "Use JPEG or PNG.")

    def _doubtful(self, detail: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            self.name, self.connection.account, detail, "Look at the account: is the post there?"
        )

    def _whole_secret(self) -> dict[str, str]:
        parts = unpack(self.connection.secret)
        names = OAUTH_2 if {"client_id", "refresh_token"} & set(parts) else OAUTH_1
        missing = [name for name in names if not parts.get(name)]
        if missing:
            raise self._errors.not_authorised(
                f"the secret lacks {', '.join(missing)}", self.secret_help or ""
            )
        return parts


def _answered(post: OutgoingPost) -> str | None:
    """The id of the post that this one answers."""
    if post.thread:
        return post.thread[-1].remote_id
    address = post.options.get("reply_to")
    return address.rpartition("/")[2] if isinstance(address, str) else None


def _named(values: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {name: str(values[name]) for name in names if values.get(name)}


def _lifetime(answer: Mapping[str, Any]) -> timedelta | None:
    seconds = answer.get("expires_in")
    return timedelta(seconds=seconds) if isinstance(seconds, int) else None


def _counts(numbers: Mapping[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for theirs, ours in METRICS.items():
        if isinstance(number := numbers.get(theirs), int):
            counts[ours] = counts.get(ours, 0) + number
    return counts
