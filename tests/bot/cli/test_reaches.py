"""What is shown before prompts are approved: who gets them, when, and whether it can be done."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.reaches import in_words, of_plan
from schedules.commands.audiences import Audience
from schedules.planning.reach import Peak, Reach
from tests.bot.cli.terminal import NOWHERE, TOKEN, Terminal, today

NINE = datetime(2027, 3, 8, 8, tzinfo=UTC)
REACH = Reach(date(2027, 3, 8), 4_100, NINE, NINE, Peak(4_100, NINE, timedelta(seconds=151.9)), 0)
PROMPT = """\
day = 2
why = {en = "It takes a minute"}

[ask]
kind = "report"
text = {en = "Write down what you saw"}
effort = "low"
link = "https://example.org/report"
next_step = {en = "Tell a friend"}
"""


def reach(people: int, busiest: int, late: int = 0) -> Reach:
    return Reach(REACH.on, people, NINE, NINE, Peak(busiest, NINE, timedelta(seconds=busiest / 27)), late)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            REACH,
            (
                "4,100 people, from 2027-03-08 08:00 UTC to 2027-03-08 08:00 UTC; "
                "busiest at 2027-03-08 08:00 UTC: 4,100 people at 27 per second: 2 min 32 s."
            ),
        ),
        (
            reach(9, 4),
            "9 people, from 2027-03-08 08:00 UTC to 2027-03-08 08:00 UTC; <5 at any one moment.",
        ),
        (reach(4, 4), "<5 people."),
        (None, "nobody gets one as things are now."),
    ],
)
def test_fewer_than_five_are_neither_counted_nor_timed(found: Reach | None, words: str) -> None:
    assert in_words(found, 27) == words


@pytest.mark.parametrize(("late", "shown"), [(3, "<5"), (50, "50")])
def test_whoever_cannot_be_reached_is_told(late: int, shown: str) -> None:
    words = in_words(reach(100, 100, late), 27)
    assert words.endswith(f" {shown} people cannot be reached before their quiet hours.")


def test_a_plan_tells_each_language_and_all_together() -> None:
    lines = [line.partition(":")[0] for line in of_plan(Audience(27, {"ar": REACH, "en": REACH}, REACH))]
    assert lines == [
        "Prompts in ar, 2027-03-08",
        "Prompts in en, 2027-03-08",
        "Prompts in all languages, 2027-03-08",
    ]
    assert len(list(of_plan(Audience(27, {"ar": REACH}, REACH)))) == 1
    (line,) = of_plan(Audience(27, {}, None))
    assert line == "Prompts in all languages: nobody gets one as things are now."


@pytest.fixture
def asking(terminal: Terminal, folder: Path) -> Terminal:
    """A campaign with one prompt, and a telegram account."""
    (folder / "prompts" / "note").mkdir(parents=True)
    (folder / "prompts" / "note" / "prompt.toml").write_text(PROMPT)
    (folder / "prompts" / "note" / "en.md").write_text("Write it down: {{ ask.link }}\n")
    terminal.add_telegram("en")
    return terminal


def _connect_bot(terminal: Terminal) -> None:
    terminal.run(
        *("accounts", "add", "telegram-bot", "--name", "our-bot", "--language", "en", "--owner", "Press"),
        *("--disclosure", "Run by the campaign", "--set", f"base_url={NOWHERE}", "--no-verify"),
        *("--secret-file", "-"),
        typed=TOKEN,
    )


def _add_volunteers(terminal: Terminal, people: int) -> None:
    with closing(sqlite3.connect(terminal.home / "munasara.db")) as connection:
        for number in range(people):
            name = f"v{number}"
            connection.execute(
                "INSERT INTO person (id, fingerprint, address, language, joined_at) VALUES (?, ?, x'00', 'en', 0)",
                (name, name),
            )
            connection.execute(
                "INSERT INTO volunteer (person, campaign, language, zone, hour, level, consent, rhythm, active_on, "
                "done, streak, apps) VALUES (?, 'balloons', 'en', 'UTC', 18, 'one', 1, 'daily', '2026-01-01', 0, 0, '[]')",
                (name,),
            )
        connection.commit()


def test_a_plan_without_a_bot_says_in_one_sentence_that_prompts_are_not_planned(
    asking: Terminal, folder: Path
) -> None:
    shown = asking.out("plan", str(folder), "--dry-run")
    assert "1 prompt not planned, as no account writes to volunteers." in shown
    assert "munasara accounts add telegram-bot" in shown
    assert asking.json("plan", str(folder))["prompts"] == []


def test_a_plan_and_its_approval_tell_whom_a_prompt_reaches(asking: Terminal, folder: Path) -> None:
    _connect_bot(asking)
    assert "nobody gets one as things are now" in asking.out("plan", str(folder), "--yes")
    _add_volunteers(asking, 270)
    tomorrow = today() + timedelta(days=1)
    expected = f"270 people, from {tomorrow} 18:00 UTC"
    assert f"Prompts in en, {tomorrow}: {expected}" in asking.out("plan", str(folder))
    (line,) = asking.json("plan", str(folder))["prompts"]
    assert re.search(r"270 people at \d+ per second: \d+ s\.$", line)
    for shown in (
        asking.out("approve", "--all", typed="n\n", code=1),
        asking.out("approve", typed="n\nn\n", code=1),
    ):
        assert f"Prompt note in en: {expected}" in shown
        assert shown.count("Prompt ") == 1
