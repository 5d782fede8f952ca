"""The rehearsal adapter: any platform, played by a stand-in on this machine."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

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
    Setting,
)
from channels.demands import require_features, visible_post
from channels.errors import ChannelError, NotAuthorised, Refused
from channels.httpclient import Answer, HttpClient, Translator
from content.limits import LIMITS, Limits
from content.richtext import RichText, plain

NOT_FOUND: Final = 404
TAKES_NOTHING: Final = frozenset({503})
"""By this status the stand-in says that it certainly accepted nothing."""

ALWAYS: Final = frozenset(
    {
        Feature.RETRACT,
        Feature.METRICS,
        Feature.MEDIA,
        Feature.PIN,
        Feature.SILENT,
        Feature.TOPICS,
    }
)


class RehearsalChannel(Channel):
    """Publishes to the stand-in as if it were ``platform``, within that platform's limits."""

    name = "rehearsal"
    limits = LIMITS["handoff"]
    features = ALWAYS | {
        Feature.FIND,
        Feature.ALT_TEXT,
        Feature.CONTENT_WARNING,
        Feature.THREADS,
        Feature.REPLIES,
        Feature.VIDEO,
    }
    settings = (
        Setting(
            "base_url",
            "Address of the stand-in, such as http://127.0.0.1:8000.",
            required=True,
            shape=WEB_ADDRESS,
        ),
        Setting("platform", "The platform to play, such as telegram.", required=True),
        Setting("look_back", "Whether this platform can be asked if a post went out: yes (default) or no."),
        Setting("idempotent", "Whether this platform takes a key only once: yes or no (default)."),
    )

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._errors = Translator(self.name, connection.account, TAKES_NOTHING)
        platform = self._setting("platform")
        if platform not in LIMITS:
            raise self._errors.not_authorised(
                f"there is no platform {platform!r}", f"Choose one of {', '.join(LIMITS)}."
            )
        self.limits = LIMITS[platform]
        self.features = _features(self.limits, connection.settings)
        self._path = f"/v1/{platform}/{quote(connection.account, safe='')}"
        self._http = HttpClient(self._setting("base_url"), headers=_authorisation(connection))

    def _setting(self, name: str) -> str:
        value = self.connection.settings.get(name, "")
        if not value:
            raise self._errors.not_authorised(
                f"the setting {name} is missing", "Add it to the account's settings."
            )
        return value

    async def prepare(self, post: OutgoingPost) -> Prepared:
        """Upload the pictures or the video."""
        require_features(self, post)
        for media in post.media:
            await self._ask(
                "PUT", f"/media/{media.sha256}", content=media.data, headers={"content-type": media.mime}
            )
        return {"media": [media.sha256 for media in post.media]}

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Hand the post to the stand-in."""
        del prepared
        require_features(self, post)
        body = _body(post, self.limits)
        answer = await self._ask("POST", "/posts", publishing=True, json=body)
        return self._receipt(answer, publishing=True)

    async def find(self, post: OutgoingPost, prepared: Prepared) -> Finding:
        """Ask the stand-in whether it accepted the post's key."""
        del prepared
        answer = await self._send("GET", "/posts", params={"key": post.key})
        match answer.status:
            case 404:
                return NotThere()
            case 405:
                return CannotTell(f"{self.limits.platform} does not show old posts")
            case _:
                return self._receipt(self._checked(answer), publishing=False)

    async def retract(self, receipt: Receipt) -> None:
        """Delete the post; one that is gone already is fine."""
        answer = await self._send("DELETE", self._number(receipt))
        if answer.status != NOT_FOUND:
            self._checked(answer)

    async def pin(self, receipt: Receipt) -> None:
        """Pin the post."""
        await self._ask("PUT", f"{self._number(receipt)}/pin")

    async def metrics(self, receipt: Receipt) -> Mapping[str, int]:
        """Numbers that the stand-in made up: all zero."""
        answer = await self._ask("GET", f"{self._number(receipt)}/metrics")
        numbers = self._errors.json(answer, publishing=False)
        return {name: int(value) for name, value in numbers.items()}

    async def verify(self) -> AccountCheck:
        """Whether the stand-in still takes the token."""
        try:
            answer = await self._ask("GET", "")
        except (NotAuthorised, Refused) as error:
            return AccountCheck.failed(error)
        identity = self._errors.json(answer, publishing=False).get("identity")
        if not isinstance(identity, str):
            raise self._errors.unclear("the answer could not be read", publishing=False)
        return AccountCheck(ready=True, identity=identity, detail="Rehearsal only: nothing is published.")

    async def aclose(self) -> None:
        """Close the connections to the stand-in."""
        await self._http.aclose()

    async def _send(self, method: str, path: str, *, publishing: bool = False, **options: Any) -> Answer:
        return await self._errors.ask(
            self._http, method, self._path + path, publishing=publishing, **options
        )

    async def _ask(self, method: str, path: str, *, publishing: bool = False, **options: Any) -> Answer:
        answer = await self._send(method, path, publishing=publishing, **options)
        return self._checked(answer, publishing=publishing)

    def _checked(self, answer: Answer, *, publishing: bool = False) -> Answer:
        if answer.ok:
            return answer
        raise self._refusal(answer, publishing=publishing)

    def _refusal(self, answer: Answer, *, publishing: bool) -> ChannelError:
        return self._errors.refusal(answer, publishing=publishing, reason=self._reason(answer))

    def _reason(self, answer: Answer) -> str:
        try:
            return str(self._errors.json(answer, publishing=False).get("error", ""))[:200]
        except ChannelError:
            return ""

    def _receipt(self, answer: Answer, *, publishing: bool) -> Receipt:
        value = self._errors.json(answer, publishing=publishing)
        try:
            accepted_at = datetime.fromisoformat(value["accepted_at"]).astimezone(UTC)
            return Receipt(str(value["id"]), str(value["url"]), accepted_at)
        except (KeyError, TypeError, ValueError):
            raise self._errors.unclear("the answer could not be read", publishing=publishing) from None

    @staticmethod
    def _number(receipt: Receipt) -> str:
        return f"/posts/{quote(receipt.remote_id, safe='')}"


def _features(limits: Limits, settings: Mapping[str, str]) -> frozenset[Feature]:
    optional = {
        Feature.FIND: settings.get("look_back", "yes") == "yes",
        Feature.IDEMPOTENT: settings.get("idempotent") == "yes",
        Feature.ALT_TEXT: limits.max_alt_graphemes > 0,
        Feature.CONTENT_WARNING: limits.content_warnings,
        Feature.THREADS: limits.threads,
        Feature.REPLIES: limits.platform == "x",
        Feature.VIDEO: limits.video is not None,
    }
    return ALWAYS | {feature for feature, is_there in optional.items() if is_there}


def _authorisation(connection: Connection) -> dict[str, str]:
    token = connection.secret.reveal()
    return {"authorization": f"Bearer {token}"} if token else {}


def _body(post: OutgoingPost, limits: Limits) -> dict[str, Any]:
    return {
        "key": post.key,
        "language": post.language,
        "text": plain(visible_post(post, limits), native_links=limits.native_links),
        "links": _links(visible_post(post, limits)),
        "content_warning": post.content_warning,
        "media": [_medium(media) for media in post.media],
        "options": dict(post.options),
        "reply_to": post.thread[-1].remote_id if post.thread else None,
    }


def _medium(media: OutgoingMedia) -> dict[str, Any]:
    return {
        "sha256": media.sha256,
        "mime": media.mime,
        "file_name": media.file_name,
        "alt": media.alt,
        "sensitive": media.sensitive,
    }


def _links(text: RichText) -> list[str]:
    spans = (span for paragraph in text.paragraphs for span in paragraph.spans)
    return [span.href for span in spans if span.href]
