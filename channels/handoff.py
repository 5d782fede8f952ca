"""The hand-over adapter: a person publishes by hand, on a platform that no program can use."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from channels.base import (
    WEB_ADDRESS,
    AccountCheck,
    Channel,
    Connection,
    Feature,
    HandedOff,
    HandOver,
    OutgoingPost,
    Packet,
    Prepared,
    Receipt,
    Setting,
    Urging,
)
from channels.demands import require_features, require_fit, visible_post
from channels.errors import FeatureMissing, NotAuthorised, Refused
from content.limits import LIMITS, Limits
from content.richtext import plain

LINKS: Final[Mapping[str, str]] = {
    "bluesky": "https://bsky.app/",
    "facebook": "https://www.facebook.com/",
    "instagram": "https://www.instagram.com/",
    "snapchat": "https://www.snapchat.com/",
    "telegram": "https://t.me/",
    "threads": "https://www.threads.com/",
    "tiktok": "https://www.tiktok.com/upload",
    "whatsapp": "https://wa.me/",
    "x": "https://x.com/compose/post",
    "youtube": "https://www.youtube.com/",
}
"""What opens each app on a phone: these addresses belong to the app where it is installed."""


class HandoffChannel(Channel):
    """Brings each post to a person, who publishes it by hand and says so.

    A crash after she got it makes no second post: she gets the same packet again, under the number that she
    already knows, and it is she who publishes.
    """

    name = "handoff"
    limits = LIMITS["handoff"]
    features = frozenset(
        {
            Feature.IDEMPOTENT,
            Feature.MEDIA,
            Feature.VIDEO,
            Feature.ALT_TEXT,
            Feature.CONTENT_WARNING,
            Feature.REPLIES,
        }
    )
    settings = (
        Setting(
            "platform", "Where it is published by hand, such as tiktok; any other: handoff.", required=True
        ),
        Setting("to", "The handle of the person who publishes by hand.", required=True),
        Setting("then", "The handle of whom to ask where that person does not answer."),
        Setting(
            "link",
            "What opens the account, such as https://www.tiktok.com/@name; else the app.",
            shape=WEB_ADDRESS,
        ),
    )
    guide = (
        "Choose who publishes by hand, and who steps in where that person does not answer.",
        "Both open the campaign's bot in Telegram and get a handle there.",
        "Copy the address of the account that they publish on.",
    )

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._platform = self._setting("platform")
        self._to = self._setting("to")
        self._then = connection.settings.get("then", "").strip()
        self.limits = self._known_limits()
        self._link = self._web_link()
        if self.limits.threads:
            self.features |= {Feature.THREADS}
        if self.limits.video is None:
            self.features -= {Feature.VIDEO}

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt | HandedOff:
        """Bring the post to the person, and where they cannot be reached at once to the next."""
        del prepared
        require_features(self, post)
        require_fit(self, post)
        hand_over = self._port()
        try:
            await hand_over(self._packet(post, Urging.NOTHING), self._to)
        except NotAuthorised:
            if not self._then:
                raise
            await hand_over(self._packet(post, Urging.ESCALATION), self._then)
            return HandedOff(self._then)
        return HandedOff(self._to)

    async def remind(self, post: OutgoingPost, urging: Urging) -> Receipt:
        """Bring it once more, or to the next person; one who is not there does not stop the other."""
        hand_over = self._port()
        if urging is Urging.ESCALATION and not self._then:
            raise FeatureMissing(
                self.name, self.connection.account, "nobody is named to ask next", "Set `then`."
            )
        person = self._then if urging is Urging.ESCALATION else self._to
        try:
            return await hand_over(self._packet(post, urging), person)
        except NotAuthorised as error:
            raise Refused(self.name, self.connection.account, error.detail, error.remedy) from error

    async def verify(self) -> AccountCheck:
        """Whether people can be reached; says who gets it and who next."""
        try:
            self._port()
        except NotAuthorised as error:
            return AccountCheck.failed(error, self._to)
        then = f", then {self._then}" if self._then else ", and nobody else: set `then` to name somebody"
        return AccountCheck(
            ready=True,
            identity=self._to,
            detail=f"{self._to} gets each post to publish it on {self._platform} by hand{then}.",
        )

    async def aclose(self) -> None:
        """There is no connection."""

    def _packet(self, post: OutgoingPost, urging: Urging) -> Packet:
        answered = post.thread[-1].url if post.thread else str(post.options.get("reply_to") or "")
        return Packet(
            account=self.connection.account,
            key=post.key,
            platform=self._platform,
            language=post.language,
            text=_written_out(post, self.limits),
            planned_at=post.planned_at,
            media=post.media,
            link=answered or self._link,
            urging=urging,
        )

    def _port(self) -> HandOver:
        port = self.connection.ports.hand_over
        if port is None:
            raise self._not_authorised(
                "no bot brings posts to people",
                "Connect the campaign's bot: munasara accounts add telegram-bot",
            )
        return port

    def _known_limits(self) -> Limits:
        if self._platform not in LIMITS:
            raise self._not_authorised(
                f"the setting platform names no platform: {self._platform!r:.80}",
                f"Choose one of {', '.join(LIMITS)}; handoff stands for any other place.",
            )
        return LIMITS[self._platform]

    def _web_link(self) -> str:
        link = self.connection.settings.get("link", "").strip() or LINKS.get(self._platform, "")
        if link and (urlsplit(link).scheme not in {"http", "https"} or not urlsplit(link).hostname):
            raise self._not_authorised(
                "the setting link is no web address", "Write it like https://www.tiktok.com/@name."
            )
        return link

    def _setting(self, name: str) -> str:
        value = self.connection.settings.get(name, "").strip()
        if not value:
            raise self._not_authorised(
                f"the setting {name} is missing", "Add it to the account's settings."
            )
        return value

    def _not_authorised(self, detail: str, remedy: str) -> NotAuthorised:
        return NotAuthorised(self.name, self.connection.account, detail, remedy)


def _written_out(post: OutgoingPost, limits: Limits) -> str:
    """Everything in one text to copy: a link has no label to hide behind, and a warning no place of its own."""
    return plain(visible_post(post, replace(limits, content_warnings=False)))
