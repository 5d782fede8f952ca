"""Peak memory while a plan of 100,000 posts is checked and recorded."""

import asyncio
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from content.loader import load_campaign
from schedules.clock import SetClock
from schedules.commands.actor import Actor
from schedules.commands.plans import check_plan, record_plan
from schedules.planning.occurrences import AccountView
from schedules.store.engine import Store
from schedules.store.migrate import migrate
from tests.support.deliveries import add_accounts
from tests.support.folders import write_campaign

LANGUAGES = ("ar", "de", "en", "fr", "tr")
CHANNELS = ("x", "mastodon", "bluesky", "telegram", "feed")
MESSAGES = 20
HEAD = """\
id = "large"
starts_on = 2026-01-01
ends_on = 2026-07-19
zone = "Europe/Berlin"
languages = ["ar", "de", "en", "fr", "tr"]
goal = {{text = {texts}, number = 1000, unit = "signatures"}}
title = {texts}
hashtag = {{tags = ["WhiteBalloons", "بالونات_بيضاء"]}}
"""
SLOT = """
[[slots]]
id = "daily-{number}"
message = "message-{number}"
channels = ["x", "mastodon", "bluesky", "telegram", "feed"]
daily_at = {hour:02d}:{minute:02d}:00
first_on = 2026-01-01
last_on = 2026-07-19
"""
ASK = """\
[ask]
kind = "sign"
effort = "medium"
link = "https://example.org/sign"
text = {texts}
next_step = {texts}
"""


def main() -> None:
    """Measure in a process of its own, so that nothing else counts."""
    subprocess.run([sys.executable, "-m", "tests.bench.planning", "measure"], check=True)


async def measure() -> None:
    """Plan and record, then print the peak."""
    with tempfile.TemporaryDirectory() as folder:
        campaign = load_campaign(_folder(Path(folder)))
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        migrate(url)
        store, clock = Store(url), SetClock(datetime(2025, 12, 1, tzinfo=UTC))
        views = tuple(
            AccountView(f"{channel}-{language}", channel, language, None, None, None)
            for channel in CHANNELS
            for language in LANGUAGES
        )
        await add_accounts(store, *(view.name for view in views))
        before, started = _peak(), time.perf_counter()
        checked = await check_plan(store, clock, campaign, views)
        check_seconds = time.perf_counter() - started
        outcome = await record_plan(store, clock, Actor("bench"), checked)
        print(
            f"{checked.posts:,} posts, {sum(outcome.counts.values()):,} recorded   "
            f"check {check_seconds:.0f} s, record {time.perf_counter() - started - check_seconds:.0f} s   "
            f"peak memory {_peak():.0f} MB, {_peak() - before:.0f} MB of it for planning (target < 300 MB)"
        )
        await store.close()


def _folder(root: Path) -> Path:
    texts = "{" + ", ".join(f'{language} = "Sign"' for language in LANGUAGES) + "}"
    files: dict[str, str | bytes] = {
        "campaign.toml": HEAD.format(texts=texts),
        "slots.toml": "".join(
            SLOT.format(number=number, hour=7 + number // 2, minute=30 * (number % 2) + 5)
            for number in range(MESSAGES)
        ),
    }
    draw = random.Random(7)
    for number in range(MESSAGES):
        files[f"messages/message-{number}/message.toml"] = ASK.format(texts=texts)
        for language in LANGUAGES:
            files[f"messages/message-{number}/{language}.md"] = _text(draw, language)
    return write_campaign(root, files, base={})


def _text(draw: random.Random, language: str) -> str:
    letters = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي" if language == "ar" else "abcdefghijklmnoprstuvwz"
    words = ("".join(draw.choices(letters, k=draw.randint(3, 8))) for _ in range(22))
    return f"{' '.join(words)}\n\n{{{{ at | date }}}}: {{{{ ask.link }}}}\n\n{{{{ hashtag }}}}\n"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        asyncio.run(measure())
    else:
        main()
