"""Letters, posts in groups and answers on one token, against Telegram's rates as sliding windows."""

import asyncio
from datetime import timedelta
from typing import Final

import pytest

from tests.support.deliveries import states
from tests.support.rush import Rush, rush

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LETTERS: Final = 500
"""``make bench`` sends 3,000; the windows that Telegram counts in are of a second and of a minute."""
GROUPS: Final = 40
FEW: Final = 10
"""Where the machine stands still for a moment, sends that were made in time arrive together; ``test_rates_of_a_day``
has a clock of its own and allows none. Whoever ignores the rates is refused hundreds of times."""
A_SECOND: Final = 30
"""Sends that Telegram takes in a second, so that nothing here depends on how fast this machine is."""


async def test_bulk_answers_and_something_urgent_share_one_rate(sqlite_url: str) -> None:
    async with rush(sqlite_url, letters=LETTERS, groups=GROUPS) as hour:
        enough = asyncio.Event()
        people = asyncio.create_task(hour.people_press(enough))
        await hour.world.until(lambda: len(hour.sends) > 100, seconds=60)
        begun = len(hour.sends)
        await hour.add_letters(1, hour.clock.now() - timedelta(hours=1))
        await hour.until_sent()
        enough.set()
        await people
        await hour.world.until(lambda: all(press.answer for press in hour.presses))
        assert await states(hour.store) == {"sent": LETTERS + GROUPS + 1}
    assert len(hour.world.violations) < FEW
    assert all(len(reader.chat.messages) == 2 for reader in hour.readers)
    assert all("Hello" in group.text for group in hour.groups)
    urgent = hour.readers[-1].id
    assert [each.parameters["chat_id"] for each in hour.sends].index(urgent) - begun < 2 * A_SECOND
    _almost_nobody_waits_a_second(hour)


def _almost_nobody_waits_a_second(hour: Rush) -> None:
    sends = [each.arrived for each in hour.sends]
    meanwhile = sorted(
        sum(pressed <= arrived <= answered for arrived in sends) for pressed, answered in hour.waits()
    )
    assert len(meanwhile) > 50
    assert meanwhile[int(len(meanwhile) * 0.99)] < A_SECOND
