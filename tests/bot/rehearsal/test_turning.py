"""What happens to an action day besides what its captains do."""

from datetime import timedelta

from bot.rehearsal.dayjudge import Evidence
from schedules.lifecycle import State


def test_the_round_up_is_approved_with_its_numbers_and_goes_out_by_plan(day: Evidence) -> None:
    slots = {slot.id: slot for slot in day.day.round_ups}
    posts = [post for post in day.posts.values() if post.slot in slots]
    assert {post.language for post in posts} == {"ar", "en", "fr", "de", "tr"}
    assert {post.state for post in posts} == {State.SENT}
    begins = day.day.at
    assert {post.planned_at - begins for post in posts} == {timedelta(hours=2, minutes=30)}


def test_the_board_is_read_when_the_last_city_is_over(day: Evidence) -> None:
    assert day.board.seen_at == max(day.at.values()) + timedelta(hours=6)
    assert not day.board.is_public
