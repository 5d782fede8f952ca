from collections import Counter

from bot.rehearsal.cast import BOT
from bot.rehearsal.stage import PHONES
from bot.rehearsal.volunteers import shown
from channels.rehearsal.journal import accepted, read_journal
from content.intents import Intent, label
from schedules.people.days import FEW
from tests.bot.rehearsal.conftest import Played


def test_everybody_who_is_owed_a_prompt_gets_it_once(played: Played) -> None:
    verdict = played.report.letters
    assert verdict is not None
    assert verdict.holds, verdict
    taken = Counter(
        entry["key"] for entry in accepted(read_journal(played.report.journals / PHONES / f"{BOT}.jsonl"))
    )
    assert set(taken.values()) == {1}
    days = played.report.days
    assert days is not None
    assert days.holds, days
    assert days.sent > 4 * FEW
    assert sum(taken.values()) == verdict.sent + days.sent
    assert verdict.people >= 30
    assert verdict.done > verdict.not_today > FEW


def test_a_press_settles_what_nobody_could_tell_and_the_rest_is_listed(played: Played) -> None:
    verdict = played.report.letters
    assert verdict is not None
    assert len(verdict.unknown) == 1
    assert "which proves that it came" in played.html
    assert "never got it" in played.html


def test_one_word_in_any_language_ends_it(played: Played) -> None:
    assert label(Intent.PAUSE, "ar") in played.html
    assert label(Intent.FORGET, "en") in played.html


def test_where_it_is_guarded_the_phone_says_only_that_it_is_ready(played: Played) -> None:
    begins = played.html.index("A guarded city")
    closed, opened = played.html[begins:].split("After a tap", maxsplit=1)
    assert "جاهز." in closed
    assert "#" not in closed
    assert "#بالونات_بيضاء" in opened.split("</article>", maxsplit=1)[0]


def test_bold_stays_and_everything_else_becomes_text() -> None:
    html = '<b>Tea &amp; bread</b> <a href="https://evil.example">a</a> &lt;script&gt;'
    assert shown(html) == "<b>Tea &amp; bread</b> a &lt;script&gt;"
