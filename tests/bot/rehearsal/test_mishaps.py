from datetime import timedelta

import pytest

from bot.rehearsal.mishaps import (
    CANNOT,
    DOWN_AFTER,
    DOWN_BEFORE,
    OUTAGE,
    PASSED_ON,
    RECONNECTED_AFTER,
    REMINDED,
    SILENT,
    UNAPPROVED,
    Mishap,
    choose,
    platform_name,
)
from channels.rehearsal.faults import FaultKind
from schedules.commands.posts import PostView
from tests.bot.rehearsal.factories import HOUR, NOON, platforms, post

DAY = timedelta(days=1)


def a_campaign() -> list[PostView]:
    """A post a day on each of four platforms in three languages, and on two city groups."""
    accounts = [
        f"{name}-{tag}" for name in ("x", "mastodon", "bluesky", "telegram") for tag in ("en", "fr", "ar")
    ]
    days = [NOON + day * DAY for day in range(14)]
    wide = [post(account, at=at) for at in days for account in accounts]
    cities = [post("telegram-berlin", at=NOON + 20 * DAY, city="berlin", language="de")]
    hasty = [post("x-en", at=NOON + 25 * DAY, late_by=HOUR), post("x-en", at=NOON + 30 * DAY)]
    return sorted([*wide, *cities, *hasty], key=lambda each: each.planned_at)


def chosen(posts: list[PostView], seed: int = 0) -> dict[str, Mishap]:
    found = choose(posts, platforms(*posts), cities={"berlin": "Berlin"}, seed=seed)
    assert len({mishap.name for mishap in found}) == len(found)
    return {mishap.name: mishap for mishap in found}


def test_wide_campaign_meets_one_mishap_of_each_kind() -> None:
    assert set(chosen(a_campaign())) == {
        "token-expired",
        "down",
        "paused",
        "answer-lost-unseen",
        "answer-lost-found",
        "answer-lost-keyed",
        "request-lost",
        "refused",
        "rate-limited",
        UNAPPROVED,
    }


@pytest.mark.parametrize("seed", range(20))
def test_no_two_mishaps_hit_one_post(seed: int) -> None:
    hit = [number for mishap in chosen(a_campaign(), seed).values() for number in mishap.posts]
    assert len(hit) == len(set(hit))


def test_same_seed_chooses_the_same_and_another_seed_differs() -> None:
    posts = a_campaign()
    assert chosen(posts, 1) == chosen(posts, 1)
    assert chosen(posts, 1) != chosen(posts, 2)


def test_lost_answer_that_only_a_person_can_settle_hits_a_platform_that_cannot_look_back() -> None:
    found = chosen(a_campaign())
    assert found["answer-lost-unseen"].scope.startswith("telegram-")
    assert found["answer-lost-keyed"].scope.startswith("bluesky-")
    assert found["answer-lost-found"].scope.split("-")[0] in {"x", "mastodon"}
    assert found["request-lost"].kind is FaultKind.DROP_BEFORE


def test_token_expires_where_a_text_cannot_wait_and_the_account_goes_on() -> None:
    posts = a_campaign()
    mishap = chosen(posts)["token-expired"]
    (hasty,) = [each for each in posts if each.expires_at - each.planned_at == HOUR]
    assert mishap.posts == (hasty.id,)
    assert mishap.ends_at == hasty.planned_at + RECONNECTED_AFTER


def test_outage_lasts_two_hours_and_hits_every_account_of_the_platform() -> None:
    posts = a_campaign()
    mishap = chosen(posts)["down"]
    hit = [each for each in posts if each.id in mishap.posts]
    assert {each.account.split("-")[0] for each in hit} == {mishap.scope}
    assert len(hit) >= 3
    assert mishap.ends_at == hit[0].planned_at + OUTAGE


def test_paused_city_is_named() -> None:
    assert chosen(a_campaign())["paused"].what.startswith("One person pauses Berlin ")


BY_HAND = (REMINDED, PASSED_ON, CANNOT, SILENT)


def test_people_who_publish_by_hand_answer_late_or_not_at_all_and_their_platforms_do_not_fail() -> None:
    days = [NOON + day * DAY for day in range(20)]
    found = chosen([post(f"{name}-en", at=at) for at in days for name in ("tiktok", "whatsapp")])
    assert set(found) == {UNAPPROVED, *BY_HAND}
    assert "reminded" in found[REMINDED].what
    assert set(chosen(a_campaign())).isdisjoint(BY_HAND)


def test_nobody_answers_late_where_that_would_be_too_late() -> None:
    days = [NOON + day * DAY for day in range(20)]
    hasty = [post("tiktok-en", at=at, late_by=timedelta(minutes=31)) for at in days]
    assert set(chosen(hasty)) & set(BY_HAND) == {REMINDED, CANNOT, SILENT}


def test_plan_without_a_place_for_a_mishap_goes_without_it() -> None:
    assert chosen([]) == {}
    assert set(chosen([post("telegram-en")])) == {"down"}
    assert set(chosen([post("feed-en")])) == {UNAPPROVED}


def test_platform_is_called_as_people_call_it() -> None:
    assert [platform_name(name) for name in ("x", "youtube", "feed")] == ["X", "YouTube", "the feed"]


def test_small_plan_does_not_meet_everything_at_once() -> None:
    few = [post("telegram-en", at=NOON + day * DAY) for day in range(4)]
    assert len(chosen(few)) == 1


def test_around_the_beginning_of_an_action_day_its_busiest_platform_is_down() -> None:
    begins = NOON + 5 * DAY
    at_once = [post(f"{name}-en", at=begins) for name in ("telegram", "mastodon", "feed", "feed", "tiktok")]
    posts = sorted(
        [*a_campaign(), post("mastodon-de", at=begins), *at_once], key=lambda each: each.planned_at
    )
    found = choose(posts, platforms(*posts), cities={}, seed=0, starts=[begins + DAY, begins])
    [down] = [each for each in found if each.name == "down-at-the-start"]
    assert (down.scope, down.kind) == ("mastodon", FaultKind.UNAVAILABLE)
    assert (down.begins_at, down.ends_at) == (begins - DOWN_BEFORE, begins + DOWN_AFTER)
    assert len(down.posts) == 5
    hit = [number for mishap in found for number in mishap.posts]
    assert len(hit) == len(set(hit))
