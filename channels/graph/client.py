"""Requests to a Graph API for one account, and its posts as the API lists them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from channels.base import (
    AccountCheck,
    CannotTell,
    Connection,
    Finding,
    NotThere,
    OutgoingPost,
    Quota,
    Receipt,
    Renewal,
)
from channels.errors import ChannelError, NotAuthorised, RateLimited, Refused
from channels.graph.complaints import DEAD_TOKEN, NO_SUCH_OBJECT, GraphTranslator, complaint
from channels.httpclient import Answer, HttpClient
from channels.sameness import EARLY, one_form
from channels.secret import Secret

LISTED: Final = 50
"""How many of the newest posts are looked through."""
QUICK: Final = 5.0
"""Seconds for the look at a post that was just published, so that both requests fit the deadline."""
TOO_YOUNG: Final = timedelta(days=1)
UNREADABLE: Final = (LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Names:
    """What a platform calls the parts of a post."""

    text: str
    time: str
    url: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A Graph API, acting for one account. Close it.

    Attributes:
        root: Address of the API, without the version and a final slash.
        names: What the platform calls the parts of a post.
    """

    errors: GraphTranslator
    root: str
    names: Names
    client: HttpClient
    token: Secret

    async def get(self, path: str, **fields: str) -> dict[str, Any]:
        """Read an object.

        Raises:
            NotAuthorised, RateLimited, Unreachable: It could not be read.
        """
        return await self._read(path, params=fields)

    async def create(
        self, path: str, data: Mapping[str, str], files: Mapping[str, Any] | None = None
    ) -> str:
        """Make something that nobody sees yet, and return its id.

        Raises:
            Refused, NotAuthorised, RateLimited, Unreachable: It was not made.
        """
        return self._id(await self.send(path, data, files), publishing=False)

    async def send(
        self, path: str, data: Mapping[str, str], files: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Change something that nobody sees yet, and return what Meta says.

        Raises:
            Refused, NotAuthorised, RateLimited, Unreachable: Nothing came of it.
        """
        answer = await self._ask("POST", path, publishing=False, data=data, files=files)
        return self._value(answer, publishing=False, sent=data)

    async def publish(
        self, path: str, data: Mapping[str, str], post: OutgoingPost, *, remote_id: str = ""
    ) -> Receipt:
        """Make something public with one request, then read where it is.

        The receipt stands even where that reading fails: then it has no address, and the time of the answer.

        Args:
            remote_id: Its id, where Meta gave it before.

        Raises:
            ChannelError: As for ``Channel.publish``.
        """
        answer = await self._ask("POST", path, publishing=True, data=data)
        said = self._value(answer, publishing=True, sent=data)
        if not remote_id:
            remote_id = self._id(said, publishing=True)
        elif said.get("success") is not True:
            raise self.errors.unclear("Meta's answer does not say that it is done", publishing=True)
        fields = f"{self.names.time},{self.names.url}"
        try:
            shown = await self._read(remote_id, params={"fields": fields}, within=QUICK)
            return self._receipt({**shown, "id": remote_id})
        except (ChannelError, *UNREADABLE):
            return Receipt(remote_id, None, _answered_at(answer) or post.planned_at)

    async def delete(self, path: str) -> None:
        """Delete an object; one that is already gone counts as deleted."""
        answer = await self._ask("DELETE", path, publishing=False)
        said = None if answer.ok else complaint(answer)
        is_gone = said is not None and said.pair in NO_SUCH_OBJECT
        if not is_gone and self._value(answer, publishing=False).get("success") is not True:
            raise self.unreadable()

    async def look_up(self, path: str, text: str, post: OutgoingPost) -> Finding:
        """Look for a post of this text, not older than planned, among the newest of the account."""
        fields = f"id,{self.names.text},{self.names.time},{self.names.url}"
        found = await self.get(path, fields=fields, limit=str(LISTED))
        try:
            listed = [(self._receipt(each), each.get(self.names.text, "")) for each in found["data"]]
        except UNREADABLE:
            raise self.unreadable() from None
        return _match(listed, text, post.planned_at - EARLY)

    async def quota(self, path: str) -> Quota:
        """How many posts the account has made, and may make, in a day.

        Raises:
            NotAuthorised, RateLimited, Unreachable: It could not be read.
        """
        found = await self.get(path, fields="quota_usage,config")
        try:
            used, config = int(found["data"][0]["quota_usage"]), found["data"][0]["config"]
            window = timedelta(seconds=int(config["quota_duration"]))
            return Quota(used, int(config["quota_total"]), window)
        except (*UNREADABLE, OverflowError):
            raise self.unreadable() from None

    async def check(self, user: str, quota_path: str) -> AccountCheck:
        """Who a user of Instagram or Threads is, and what is left of the day.

        Raises:
            NotAuthorised, RateLimited, Unreachable: It could not be read.
        """
        name = (await self.get(user, fields="username")).get("username")
        if not isinstance(name, str) or not name:
            raise self.unreadable()
        quota = await self.quota(quota_path)
        is_left = quota.used < quota.allowed
        detail = f"It may post; {quota.used} of {quota.allowed} posts of the last day are used."
        used_up = f"All {quota.allowed} posts of a day are used. Wait: places become free one by one."
        return AccountCheck(is_left, f"@{name}", detail if is_left else used_up, quota)

    async def renew(self, grant_type: str) -> Renewal:
        """Exchange the token, which must be a day old and still valid, for one of 60 days.

        Raises:
            NotAuthorised: It has expired or was revoked.
            RateLimited, Unreachable: Not now; the old one still holds.
        """
        url = f"{self.root}/refresh_access_token"
        answer = await self._ask("GET", url, publishing=False, params={"grant_type": grant_type})
        if not answer.ok:
            raise self._not_renewed(answer)
        found = self.errors.json(answer, publishing=False)
        token, seconds = found.get("access_token"), found.get("expires_in")
        if not (isinstance(token, str) and token and isinstance(seconds, int)):
            raise self.unreadable()
        return Renewal(Secret(token), timedelta(seconds=seconds))

    def receipt(self, shown: Mapping[str, Any]) -> Receipt:
        """The proof of something public as the API shows it.

        Raises:
            Unreachable: It lacks its id or its time.
        """
        try:
            return self._receipt(shown)
        except UNREADABLE:
            raise self.unreadable() from None

    def unreadable(self) -> ChannelError:
        """The error for a reading whose answer is not what Meta documents."""
        return self.errors.unclear("Meta's answer could not be read", publishing=False)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    async def _read(self, path: str, **options: Any) -> dict[str, Any]:
        answer = await self._ask("GET", path, publishing=False, **options)
        try:
            return self._value(answer, publishing=False)
        except Refused as error:
            raise self.errors.not_authorised(
                error.detail, "Check the account's settings and the permissions of its token."
            ) from None

    async def _ask(self, method: str, path: str, *, publishing: bool, **options: Any) -> Answer:
        return await self.errors.ask(self.client, method, path, publishing=publishing, **options)

    def _value(
        self, answer: Answer, *, publishing: bool, sent: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        if answer.ok:
            return self.errors.json(answer, publishing=publishing)
        raise self.errors.graph(answer, publishing=publishing, hidden=self._hidden(sent or {}))

    def _hidden(self, sent: Mapping[str, str]) -> tuple[str, ...]:
        lines = [line for value in sent.values() for line in value.splitlines()]
        return (self.token.reveal(), *sent.values(), *lines)

    def _id(self, found: Mapping[str, Any], *, publishing: bool) -> str:
        remote_id = found.get("id")
        if not isinstance(remote_id, str) or not remote_id:
            raise self.errors.unclear("Meta's answer names no id", publishing=publishing)
        return remote_id

    def _receipt(self, shown: Mapping[str, Any]) -> Receipt:
        accepted_at = datetime.fromisoformat(shown[self.names.time]).astimezone(UTC)
        return Receipt(str(shown["id"]), shown.get(self.names.url), accepted_at)

    def _not_renewed(self, answer: Answer) -> ChannelError:
        said = complaint(answer)
        error = self.errors.graph(answer, publishing=False, hidden=self._hidden({}))
        if isinstance(error, Refused):
            return self.errors.rate_limited(TOO_YOUNG)
        is_dead = said is not None and said.code in DEAD_TOKEN
        if isinstance(error, RateLimited) or (isinstance(error, NotAuthorised) and is_dead):
            return error
        return self.errors.unreachable(error.detail)


def connect(connection: Connection, channel: str, names: Names, *, base_url: str, version: str) -> Graph:
    """The Graph API of an account; its settings ``base_url`` and ``version`` go before these defaults.

    Raises:
        NotAuthorised: The token is missing, or is none.
    """
    errors = GraphTranslator(channel, connection.account)
    root = (connection.settings.get("base_url") or base_url).rstrip("/")
    spoken = (connection.settings.get("version") or version).strip("/")
    token = Secret(connection.secret.reveal().strip())
    _check_token(token, errors)
    headers = {"Authorization": f"Bearer {token.reveal()}"}
    return Graph(errors, root, names, HttpClient(f"{root}/{spoken}/", headers), token)


def number(connection: Connection, name: str, errors: GraphTranslator) -> str:
    """A required setting that is an id of Meta's.

    Raises:
        NotAuthorised: It is missing, or no number.
    """
    value = connection.settings.get(name, "").strip()
    if not (value.isascii() and value.isdecimal()):
        raise errors.not_authorised(
            f"the setting {name} is missing or is not a number", "Add the number that Meta shows."
        )
    return value


def _check_token(token: Secret, errors: GraphTranslator) -> None:
    value = token.reveal()
    if not value:
        raise errors.not_authorised("the token is missing")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise errors.not_authorised(
            "the token has characters that no token has", "Copy the whole token and nothing else."
        )


def _match(listed: Iterable[tuple[Receipt, object]], text: str, since: datetime) -> Finding:
    posts = [(receipt, _comparable(str(said))) for receipt, said in listed]
    wanted = _comparable(text)
    ours = [receipt for receipt, said in posts if said == wanted and receipt.accepted_at >= since]
    if ours:
        return min(ours, key=lambda receipt: receipt.accepted_at)
    if len(posts) >= LISTED and all(receipt.accepted_at >= since for receipt, _ in posts):
        return CannotTell("the account has posted so much since that its list no longer reaches back")
    return NotThere()


def _comparable(text: str) -> str:
    # Instagram shows captions without "@" to apps that are not administrators of the account.
    return one_form(text.replace("@", ""))


def _answered_at(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
