"""Errors of the channels floor, named by what must happen next.

ChannelError(channel, account, detail)
 + Refused          fix the content; never retry
 + NotAuthorised    hold the account; call a person
 + RateLimited      nothing was sent; wait ``retry_after``
 + Unreachable      certainly not sent; back off
 + OutcomeUnknown   may be public: never retry blindly
 + FeatureMissing   raised before any network
"""

from datetime import timedelta


class ChannelError(Exception):
    """Base of every failure of an adapter.

    Args:
        channel: The kind of platform, such as ``telegram``.
        account: The name of the account in Munasara, never a token or a personal name.
        detail: One sentence for a person; no token, no message text.
        remedy: What a person can do about it, or an empty string.
    """

    def __init__(self, channel: str, account: str, detail: str, remedy: str = "") -> None:
        self.channel, self.account, self.detail, self.remedy = channel, account, detail, remedy
        super().__init__(f"{channel} {account}: {detail}")


class Refused(ChannelError):
    """The platform will never accept this content. Fix the content; do not retry."""


class NotAuthorised(ChannelError):
    """Nothing was sent; the account must be reconnected by a person."""


class RateLimited(ChannelError):
    """Nothing was sent; the platform asks to wait at least ``retry_after``."""

    def __init__(
        self, channel: str, account: str, detail: str, retry_after: timedelta, remedy: str = ""
    ) -> None:
        self.retry_after = retry_after
        super().__init__(channel, account, detail, remedy)


class Unreachable(ChannelError):
    """Nothing was sent; any later time will do."""


class OutcomeUnknown(ChannelError):
    """The connection died after the request left: the post may be public."""


class FeatureMissing(ChannelError):
    """The channel cannot do this at all. Raised before any network."""
