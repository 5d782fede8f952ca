"""Three thousand letters and posts in forty groups on one token, with people pressing buttons meanwhile."""

import asyncio
import tempfile
from bisect import bisect_left
from typing import Final

from bot.logs import configure_logs
from schedules.accounts.buckets import TELEGRAM_BOT
from tests.support.rush import Rush, rush

LETTERS: Final = 3_000
GROUPS: Final = 40


async def _measure(url: str) -> str:
    async with rush(url, letters=LETTERS, groups=GROUPS) as hour:
        enough = asyncio.Event()
        people = asyncio.create_task(hour.people_press(enough))
        await hour.until_sent()
        enough.set()
        await people
        await hour.world.until(lambda: all(press.answer for press in hour.presses))
        return _line(hour)


def _line(hour: Rush) -> str:
    sends = [each.arrived for each in hour.sends]
    waits = sorted(answered - pressed for pressed, answered in hour.waits())
    rate = (len(sends) - 1) / (sends[-1] - sends[0])
    fullest = max(bisect_left(sends, start + 1) - nth for nth, start in enumerate(sends))
    return (
        f"{len(sends)} messages at {rate:.1f} a second, {rate / TELEGRAM_BOT.rate:.1%} of the lane   "
        f"refused {len(hour.world.violations)}   fullest second {fullest} of 30   "
        f"button answered in {waits[len(waits) // 2]:.2f} s, 99th percentile {waits[int(len(waits) * 0.99)]:.2f} s"
    )


def main() -> None:
    """Print one line."""
    configure_logs(form="json", level="error")
    print(f"{LETTERS:,} letters, {GROUPS} groups and people who press and write, one bot, Telegram's rates")
    with tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(_measure(f"sqlite+aiosqlite:///{folder}/bench.db")))


if __name__ == "__main__":
    main()
