import random
from datetime import timedelta

from bot.rehearsal.picker import MOST_LOOKED_AT, Picker
from schedules.commands.posts import PostView
from tests.bot.rehearsal.factories import HOUR, NOON, platforms, post


def picker(*posts: PostView, seed: int = 0) -> Picker:
    return Picker(posts, platforms(*posts), random.Random(seed))


def test_nothing_is_picked_from_nothing() -> None:
    assert picker().best([]) is None


def test_what_was_taken_is_not_picked_again() -> None:
    first, second = post("x-en"), post("x-en", at=NOON + 3 * HOUR)
    picking = picker(first, second)
    picking.take([first], NOON - HOUR, NOON + HOUR)
    assert picking.best([first, second]) == second
    assert not picking.is_free(first)


def test_other_platforms_and_languages_come_first() -> None:
    posts = [post("x-en"), post("x-de", at=NOON + 5 * HOUR), post("mastodon-fr", at=NOON + 5 * HOUR)]
    picking = picker(*posts)
    picking.take(posts[:1], NOON, NOON)
    assert picking.best(posts) == posts[2]


def test_same_seed_picks_the_same() -> None:
    posts = [post("x-en", at=NOON + number * HOUR) for number in range(30)]
    assert picker(*posts, seed=3).best(posts) == picker(*posts, seed=3).best(posts)


def test_only_some_of_a_large_plan_are_looked_at() -> None:
    posts = [post("x-en", at=NOON + timedelta(minutes=number)) for number in range(MOST_LOOKED_AT + 100)]
    sample = picker(*posts).sample
    assert len(sample) == MOST_LOOKED_AT
    assert list(sample) == sorted(sample, key=lambda each: each.planned_at)


def test_posts_are_found_by_account_and_time() -> None:
    posts = [post("x-en"), post("x-de"), post("x-en", at=NOON + 2 * HOUR)]
    picking = picker(*posts)
    assert picking.after(posts[0], ["x-en"], HOUR) == [posts[0]]
    assert picking.is_followed(posts[0], HOUR)
    assert not picking.is_followed(posts[1], HOUR)
    assert picking.accounts_of("x") == {"x-en", "x-de"}
