"""A channel with everything that an account can need: a guide, a token of several parts, prices and quotas."""

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from channels.base import AccountCheck, Channel, OutgoingPost, Prepared, Quota, Receipt, Setting
from channels.secret import unpack
from content.limits import LIMITS

GUIDED = "tests.support.guided_channel:GuidedChannel"
"""For ``channels.registry.CHANNELS``."""


class GuidedChannel(Channel):
    """Takes three posts a day: a cent and a half each, and twenty cents where it has a link."""

    name = "x"
    limits = LIMITS["x"]
    features = frozenset()
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("handle", "Its name.", required=True),
        Setting("budget", "What a month may cost."),
    )
    secret_help: ClassVar[str | None] = "It is on the page Keys."
    secret_parts: ClassVar[tuple[Setting, ...]] = (
        Setting("key", "The key of the app.", required=True),
        Setting("key_secret", "Its secret.", required=True),
        Setting("refresh", "A token to renew."),
    )
    guide: ClassVar[tuple[str, ...]] = ("Open the page Keys.", "Tick Write.")
    posts_a_day: ClassVar[int | None] = 3
    first_renewal: ClassVar[timedelta] = timedelta(hours=24)

    @classmethod
    def price(cls, text: str, media: int) -> Decimal:
        return (Decimal("0.20") if "https://" in text else Decimal("0.015")) + media * Decimal("0.005")

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        raise NotImplementedError

    async def verify(self) -> AccountCheck:
        """Ready where it has its parts, with as many posts used as its handle says."""
        used = int(self.connection.settings["handle"].rpartition("-")[2])
        parts = "+".join(sorted(unpack(self.connection.secret)))
        return AccountCheck(
            ready=True,
            identity="@balloons",
            detail=f"It may post with {parts}.",
            quota=Quota(used, 100, timedelta(hours=24)),
        )

    async def aclose(self) -> None: ...
