"""The Mastodon adapter: posts to one account on a server that speaks Mastodon's API.

A server may honour an ``Idempotency-Key`` for an hour and GoToSocial does not at all, so the key is sent but
not relied on: after an unclear end the account's statuses are read and compared (docs.joinmastodon.org).
"""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from yarl import URL

from channels.base import (
    JSON,
    WEB_ADDRESS,
    AccountCheck,
    Channel,
    Connection,
    Feature,
    Finding,
    OutgoingPost,
    Prepared,
    Receipt,
    Setting,
)
from channels.demands import require_features, require_fit
from channels.errors import NotAuthorised, Refused
from channels.mastodon.client import GONE, MastodonClient, MastodonTranslator, told_limits, with_told
from channels.mastodon.search import look_for
from channels.mastodon.statuses import NoStatus, receipt_of, status_text
from content.limits import LIMITS

VISIBILITIES: Final = ("public", "unlisted", "private")
NEEDED_SCOPES: Final = ("read:accounts", "read:statuses", "write:accounts", "write:media", "write:statuses")
"""``write:accounts`` is what pinning takes (``statuses/pins_controller.rb``)."""
NOT_PINNED: Final = (HTTPStatus.UNPROCESSABLE_ENTITY,)
"""Said of a post that is pinned already, as of one too many."""
METRICS: Final = {"likes": "favourites_count", "replies": "replies_count", "shares": "reblogs_count"}


class MastodonChannel(Channel):
    """Posts to one account."""

    name = "mastodon"
    limits = LIMITS["mastodon"]
    features = frozenset(
        {
            Feature.FIND,
            Feature.RETRACT,
            Feature.METRICS,
            Feature.MEDIA,
            Feature.VIDEO,
            Feature.ALT_TEXT,
            Feature.PIN,
            Feature.CONTENT_WARNING,
            Feature.THREADS,
        }
    )
    settings = (
        Setting(
            "base_url",
            "Address of the server, such as https://mastodon.social.",
            required=True,
            shape=WEB_ADDRESS,
        ),
        Setting("visibility", "Who sees the posts: public (default), unlisted, or private for followers."),
    )
    secret_help = "Under Preferences, Development, make an application and copy its access token."  # noqa: S105
    guide = (
        "Sign in to the account on its server, and open Preferences, then Development.",
        "Press New application and give it a name; leave the redirect address as it is.",
        f"Tick the scopes {', '.join(NEEDED_SCOPES)}, and untick all others.",
        "Press Submit, and open the application that is now in the list.",
        "Copy what stands beside Your access token; whoever has it can post as this account.",
        "In the public profile's settings, tick This is an automated account.",
    )

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._errors = MastodonTranslator(self.name, connection.account)
        self._visibility = self._chosen_visibility()
        self._client = MastodonClient(connection, self._address(), self._token())
        self._told: dict[str, int] | None = None

    async def prepare(self, post: OutgoingPost) -> Prepared:
        """Read the server's limits, once, and upload the pictures or the video with their descriptions."""
        require_features(self, post)
        limits = await self._learn()
        require_fit(self, post)
        media_ids: list[JSON] = [await self._client.upload(each) for each in post.media]
        return {"limits": limits, "media_ids": media_ids}

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Post one status with what ``prepare`` uploaded, within the limits that it read."""
        require_features(self, post)
        self._use(prepared.get("limits"))
        require_fit(self, post)
        answer = await self._client.send(
            "POST",
            "/api/v1/statuses",
            publishing=True,
            headers={"Idempotency-Key": hashlib.sha256(post.key.encode()).hexdigest()},
            json=self._status(post, self._uploaded(post, prepared)),
        )
        try:
            return receipt_of(self._errors.json(answer, publishing=True))
        except NoStatus:
            raise self._errors.unclear("the answer could not be read", publishing=True) from None

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Look for this text among the account's statuses since five minutes before the planned time."""
        del prepared
        try:
            return await look_for(post, self.limits, self._client)
        except NoStatus:
            raise self._errors.unreachable("the answer could not be read") from None

    async def pin(self, receipt: Receipt) -> None:
        """Pin the post to the profile. A server takes five or so and then refuses."""
        path = f"/api/v1/statuses/{receipt.remote_id}"
        answer = await self._client.send("POST", f"{path}/pin", bearing=NOT_PINNED)
        if answer.ok or (await self._client.read(path)).get("pinned") is True:
            return
        raise self._errors.refused(
            "the server did not pin the post", "Unpin an older post of this account, then try again."
        )

    async def retract(self, receipt: Receipt) -> None:
        """Delete the post; other servers are told to delete their copies."""
        path = f"/api/v1/statuses/{receipt.remote_id}"
        await self._client.send("DELETE", path, bearing=GONE)

    async def metrics(self, receipt: Receipt) -> Mapping[str, int]:
        """Favourites, replies and boosts that the account's server has heard of."""
        status = await self._client.read(f"/api/v1/statuses/{receipt.remote_id}")
        counts = {name: status.get(entry) for name, entry in METRICS.items()}
        return {name: count for name, count in counts.items() if isinstance(count, int)}

    async def verify(self) -> AccountCheck:
        """Ask who we are, what the application may do, and what the server takes."""
        try:
            account = await self._client.account()
            missing = _without(await self._client.scopes())
            instance = await self._client.instance()
        except (NotAuthorised, Refused) as error:
            return AccountCheck.failed(error)
        self._use(dict(told_limits(instance)))
        domain = instance.get("domain") or URL(self._address()).host
        return AccountCheck(not missing, f"@{account.get('acct')}@{domain}", missing or self._abilities())

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._client.aclose()

    def _status(self, post: OutgoingPost, media_ids: list[JSON]) -> dict[str, JSON]:
        sensitive = bool(post.content_warning) or any(each.sensitive for each in post.media)
        status: dict[str, JSON] = {
            "status": status_text(post, self.limits),
            "language": post.language,
            "visibility": self._visibility,
            "spoiler_text": post.content_warning,
            "sensitive": sensitive,
            "media_ids": media_ids,
            "in_reply_to_id": post.thread[-1].remote_id if post.thread else None,
        }
        return {name: value for name, value in status.items() if value not in (None, "", [])}

    def _uploaded(self, post: OutgoingPost, prepared: Prepared) -> list[JSON]:
        media_ids = prepared.get("media_ids", [])
        if not isinstance(media_ids, list) or len(media_ids) != len(post.media):
            raise self._errors.unreachable("the files are not uploaded yet")
        return media_ids

    async def _learn(self) -> dict[str, JSON]:
        if self._told is None:
            self._told = told_limits(await self._client.instance())
            self._use(dict(self._told))
        return dict(self._told)

    def _use(self, told: JSON) -> None:
        self.limits = with_told(self.limits, told if isinstance(told, dict) else {})

    def _abilities(self) -> str:
        limits = self.limits
        return (
            f"May post as {self._visibility}: up to {limits.max_length} characters and {limits.max_media} "
            f"pictures of {limits.max_media_bytes:,} bytes."
        )

    def _address(self) -> str:
        base_url = self.connection.settings.get("base_url", "").strip().rstrip("/")
        if not _is_address(base_url):
            raise self._errors.not_authorised(
                f"the setting base_url is {'no web address' if base_url else 'missing'}",
                "Write the server's whole address, such as https://mastodon.social.",
            )
        return base_url

    def _token(self) -> str:
        token = self.connection.secret.reveal().strip()
        if not token:
            raise self._errors.not_authorised("the token is missing", self.secret_help or "")
        if not (token.isascii() and token.isprintable()):
            raise self._errors.not_authorised("the token cannot be right", "Copy the access token again.")
        return token

    def _chosen_visibility(self) -> str:
        visibility = self.connection.settings.get("visibility", "").strip() or VISIBILITIES[0]
        if visibility not in VISIBILITIES:
            raise self._errors.not_authorised(
                "the setting visibility is none that there is", f"Choose one of {', '.join(VISIBILITIES)}."
            )
        return visibility


def _is_address(base_url: str) -> bool:
    try:
        address = URL(base_url)
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(address.host)


def _without(granted: frozenset[str] | None) -> str:
    """What to do where the application may do too little."""
    if granted is None:
        return ""
    missing = [each for each in NEEDED_SCOPES if not granted & {each, each.partition(":")[0]}]
    return f"The application lacks {', '.join(missing)}. Make one that has them." if missing else ""
