"""What a Graph API complains about, in our words.

The codes are from developers.facebook.com/docs/graph-api/guides/error-handling,
/docs/instagram-platform/instagram-graph-api/reference/error-codes and /docs/threads/troubleshooting; those of
containers that are not ready yet were seen in the field.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from channels.errors import ChannelError
from channels.httpclient import Answer, Translator, clamp_wait, retry_after
from channels.secret import MASK

DEAD_TOKEN: Final = frozenset({102, 190})
RIGHTS: Final = frozenset({3, 10, *range(200, 300)})
BLOCKED: Final = frozenset({368})
BLOCKED_IN_DETAIL: Final = frozenset({(4, 2207051), (25, 2207050)})
"""Instagram: an action taken for spam; an account that is restricted or inactive."""
BUSY: Final = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)})
DAY_USED_UP: Final = (9, 2207042)
NOT_READY: Final = frozenset({(9007, 2207027), (24, 4279009)})
"""A container that cannot be published yet: Instagram's, and Threads' that is not visible everywhere."""
MEDIA_NOT_FETCHED: Final = frozenset({(9004, 2207052), (-2, 2207003)})
NO_SUCH_OBJECT: Final = frozenset({(100, 33), (803, 0)})
UNCLEAR: Final = frozenset({-1, 1, 2, 24, 506})
"""Failures of the server, a container that may have been used, and a text that may be there already (506)."""

WAIT_WHEN_BUSY: Final = timedelta(minutes=15)
WAIT_FOR_THE_DAY: Final = timedelta(hours=1)
"""The quota is over any 24 hours, so places become free one by one."""
LONGEST_REASON: Final = 200
SHORTEST_HIDDEN: Final = 4


@dataclass(frozen=True, slots=True)
class Complaint:
    """The ``error`` of an answer. ``reason`` is Meta's own sentence, which may quote what was sent."""

    code: int
    subcode: int = 0
    is_transient: bool = False
    reason: str = field(default="", repr=False)

    @property
    def pair(self) -> tuple[int, int]:
        """Code and subcode, by which Meta names a failure exactly."""
        return self.code, self.subcode


def complaint(answer: Answer) -> Complaint | None:
    """What the answer complains about, or ``None`` where it is not a Graph API's."""
    try:
        error = json.loads(answer.body)["error"]
        return Complaint(
            int(error["code"]),
            int(error.get("error_subcode") or 0),
            error.get("is_transient") is True,
            str(error.get("error_user_msg") or error.get("message") or ""),
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


class GraphTranslator(Translator):
    """Turns what a Graph API answers into errors of one account."""

    def graph(self, answer: Answer, *, publishing: bool, hidden: tuple[str, ...] = ()) -> ChannelError:
        """The error for an answer that is not 2xx. ``hidden`` is cut out of what Meta said."""
        said = complaint(answer)
        if said is None:
            return self.refusal(answer, publishing=publishing)
        reason = _reason(said, hidden)
        return (
            self._later(said, answer.headers)
            or self._person(said, reason)
            or self._unclear(said, reason, publishing=publishing)
            or self.refusal(answer, publishing=publishing, reason=reason)
        )

    def _later(self, said: Complaint, headers: Mapping[str, str]) -> ChannelError | None:
        if said.pair in NOT_READY:
            return self.unreachable("Meta has not finished preparing the post")
        if said.pair in MEDIA_NOT_FETCHED:
            return self.unreachable(
                "Meta could not fetch the picture: its address must be open to the internet"
            )
        if said.pair == DAY_USED_UP:
            return self.rate_limited(WAIT_FOR_THE_DAY)
        if said.code in BUSY and said.pair not in BLOCKED_IN_DETAIL:
            return self.rate_limited(wait(headers))
        return None

    def _person(self, said: Complaint, reason: str) -> ChannelError | None:
        if said.code in DEAD_TOKEN:
            return self.not_authorised(f"the token has expired or was revoked ({reason})")
        if said.code in BLOCKED or said.pair in BLOCKED_IN_DETAIL:
            return self.not_authorised(
                f"Meta has blocked this account for now ({reason})",
                "Open the account in Meta's app, see what it says, and slow the campaign down.",
            )
        if said.code in RIGHTS:
            return self.not_authorised(
                f"a permission is missing ({reason})",
                "Connect the account again and tick every permission of the guide.",
            )
        if said.pair in NO_SUCH_OBJECT:
            return self.not_authorised(
                f"Meta does not know this id, or the token may not see it ({reason})",
                "Check the number in the account's settings, and that the token belongs to it.",
            )
        return None

    def _unclear(self, said: Complaint, reason: str, *, publishing: bool) -> ChannelError | None:
        if said.is_transient or said.code in UNCLEAR:
            return self.unclear(f"Meta failed ({reason})", publishing=publishing)
        return None


def wait(headers: Mapping[str, str]) -> timedelta:
    """How long Meta asks to wait: in minutes in ``X-Business-Use-Case-Usage``, or in ``Retry-After``."""
    minutes = max(_minutes(headers.get("x-business-use-case-usage", "")), default=0.0)
    if minutes > 0:
        return clamp_wait(minutes * 60)
    return retry_after(headers) if "retry-after" in headers else WAIT_WHEN_BUSY


def _minutes(usage: str) -> Iterator[float]:
    try:
        entries: Any = [entry for several in json.loads(usage).values() for entry in several]
        for entry in entries:
            yield float(entry.get("estimated_time_to_regain_access") or 0)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return


def _reason(said: Complaint, hidden: tuple[str, ...]) -> str:
    reason = said.reason
    for each in sorted(hidden, key=len, reverse=True):
        reason = reason.replace(each, MASK) if len(each) >= SHORTEST_HIDDEN else reason
    number = f"{said.code}/{said.subcode}" if said.subcode else str(said.code)
    return f"{number}: {' '.join(reason.split())[:LONGEST_REASON]}"
