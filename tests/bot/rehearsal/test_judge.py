from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.judge import acceptances, judge
from bot.rehearsal.report import Verdict
from channels.rehearsal.journal import Journal
from content.richtext import to_json
from schedules.commands.posts import PostView
from schedules.lifecycle import State
from tests.bot.rehearsal.factories import HOUR, NOON, acceptance, platforms, post, text


def judged(given: PostView, *taken: dict[str, Any]) -> Verdict:
    return judge([given], platforms(given), taken)


def test_sent_and_accepted_once_holds() -> None:
    sent = post()
    verdict = judged(sent, acceptance(sent))
    assert verdict.holds
    assert (verdict.posts, verdict.once) == (1, 1)


def test_second_acceptance_is_seen() -> None:
    sent = post()
    verdict = judged(sent, acceptance(sent), acceptance(sent))
    assert verdict.twice == (sent.id,)
    assert verdict.once == 0
    assert not verdict.holds


def test_sent_post_that_nobody_accepted_is_lost() -> None:
    sent = post()
    assert judged(sent).lost == (sent.id,)


@pytest.mark.parametrize("state", [State.EXPIRED, State.REFUSED, State.CANCELLED])
def test_acceptance_of_a_post_that_is_said_to_be_unsent_is_unexplained(state: State) -> None:
    quiet = post(state=state)
    assert judged(quiet, acceptance(quiet)).unexplained == (quiet.id,)
    assert judged(quiet).holds


def test_unknown_post_is_told_by_whether_it_landed() -> None:
    unknown = post(state=State.UNKNOWN)
    assert judged(unknown, acceptance(unknown)).landed == (unknown.id,)
    assert judged(unknown).not_landed == (unknown.id,)
    assert judged(unknown).holds


def test_other_words_than_were_approved_are_altered() -> None:
    sent = post()
    assert judged(sent, acceptance(sent, words="Hullo")).altered == (sent.id,)


def test_missing_picture_is_altered() -> None:
    sent = post("mastodon-en")
    picture = {"sha256": "a" * 64, "file": "a.png", "alt": "A balloon", "sensitive": False}
    shown = post("mastodon-en", body={**sent.body, "media": [picture]})
    assert judged(shown, acceptance(shown)).altered == (shown.id,)
    assert judged(shown, {**acceptance(shown), "media": [picture]}).altered == ()


def test_acceptance_before_its_time_or_after_its_end_is_seen() -> None:
    sent = post(late_by=2 * HOUR)
    early = acceptance(sent, at=sent.planned_at - HOUR)
    overdue = acceptance(sent, at=sent.planned_at + 3 * HOUR)
    assert judged(sent, early).early == (sent.id,)
    assert judged(sent, overdue).overdue == (sent.id,)


def test_what_tells_of_a_change_of_an_action_day_may_go_out_as_soon_as_that_comes() -> None:
    came = NOON - HOUR
    told = post(slot="release:!aborted", due_at=came)
    for at, early in ((came, ()), (came - HOUR, (told.id,))):
        assert judge([told], platforms(told), [acceptance(told, at=at)]).early == early


def test_post_without_an_end_is_open() -> None:
    waiting = post(state=State.READY, accepted_at=None)
    assert judged(waiting).open == (waiting.id,)


def test_acceptances_are_read_from_every_journal(tmp_path: Path) -> None:
    for name in ("x", "telegram"):
        journal = Journal(tmp_path / f"{name}.jsonl")
        journal.write("begun", key="k", account=name)
        journal.write("accepted", key="k", account=name)
        journal.close()
    assert [entry["account"] for entry in acceptances(tmp_path)] == ["telegram", "x"]


def _thread() -> tuple[PostView, list[dict[str, Any]]]:
    """A sent post of three parts, and what a stand-in wrote down of them."""
    sent = post()
    sent = replace(sent, body={**sent.body, "thread": [to_json(text("Two")), to_json(text("Three"))]})
    second = acceptance(sent, words="Two") | {"key": f"{sent.key}#2", "id": "2", "reply_to": "1"}
    third = acceptance(sent, words="Three") | {"key": f"{sent.key}#3", "id": "3", "reply_to": "2"}
    return sent, [acceptance(sent) | {"id": "1", "reply_to": None}, second, third]


def test_a_thread_counts_as_one_post() -> None:
    sent, taken = _thread()
    verdict = judged(sent, *taken)
    assert verdict.holds
    assert (verdict.posts, verdict.once) == (1, 1)


def test_a_thread_may_end_early() -> None:
    sent, taken = _thread()
    assert judged(sent, *taken[:2]).holds


def test_a_part_taken_twice_or_with_other_words_or_at_another_place_is_seen() -> None:
    sent, (first, second, third) = _thread()
    assert judged(sent, first, second, second).twice == (sent.id,)
    assert judged(sent, first, second | {"text": "Too"}).altered == (sent.id,)
    assert judged(sent, first, second, third | {"reply_to": "1"}).altered == (sent.id,)
    assert judged(sent, first, third).altered == (sent.id,)


def test_a_part_outside_its_time_is_seen() -> None:
    sent, (first, second, _) = _thread()
    early = second | {"at": (sent.planned_at - HOUR).isoformat()}
    overdue = second | {"at": (sent.expires_at + HOUR).isoformat()}
    assert judged(sent, first, early).early == (sent.id,)
    assert judged(sent, first, overdue).overdue == (sent.id,)


def test_video_is_as_approved_where_its_description_stands_in_the_text() -> None:
    sent = post("x-en")
    film = {"sha256": "a" * 64, "file": "a.mp4", "alt": "Balloons rise", "sensitive": False}
    shown = post("x-en", body={**sent.body, "media": [film]})
    words = f"{acceptance(sent)['text']}\n\n🎬 Balloons rise"
    assert judged(shown, {**acceptance(shown, words=words), "media": [film]}).altered == ()
