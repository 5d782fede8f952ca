"""What a launch would do is seen beforehand, and what is stale is refused by name."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from schedules.accounts import accounts as account_rows
from schedules.commands.exceptions import allow
from schedules.commands.launch_wishes import wish_for
from schedules.commands.launches import ask, confirm, look
from schedules.errors import LaunchRefused, ScheduleError
from schedules.store.engine import Store
from schedules.store.tables import campaign, meeting
from tests.schedules.commands.dormant import (
    MEDIA,
    NAME,
    NOON,
    NOW,
    RISE,
    again,
    all_posts,
    asked,
    dormant_office,
    plan,
    seal,
)
from tests.support.deliveries import add_accounts
from tests.support.folders import picture
from tests.support.office import AMAL, INES, MORNING, SAMI, Office


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    return await dormant_office(store, tmp_path)


async def test_what_would_be_over_is_told_beforehand_and_not_sent_late(office: Office) -> None:
    office.clock.set(datetime.fromisoformat("2026-09-05T12:00:00+02:00"))
    ahead = await look(office.store, office.clock, AMAL, NAME)
    told = [(each.where, each.what) for each in ahead.problems if each.code == "before-launch"]
    assert told == [
        (
            "action_days/rise.toml",
            "the step week would have been before the launch, and is left out",
        )
    ]
    office.write(NOW, NOON | {"at": "2026-09-20T12:30:00"})
    await again(office)
    ahead = await look(office.store, office.clock, AMAL, NAME)
    assert (
        "slot noon",
        "it would have been before the launch, first at 2026-09-05 09:30 UTC, and left out",
    ) in [(each.where, each.what) for each in ahead.problems]
    await confirm(office.store, office.clock, SAMI, NAME, await asked(office))
    assert sorted(post.account for post in await all_posts(office) if post.slot == "noon") == [
        "chat-berlin"
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda office: office.say("They are missing."), "its texts or times"),
        (lambda office: office.edit("media/sky.png", picture(size=(9, 9))), "its pictures"),
    ],
)
async def test_a_kit_that_was_planned_anew_in_between_is_refused_by_name(
    office: Office, change: Callable[[Office], None], named: str
) -> None:
    wanted = await asked(office)
    office.edit("media/sky.png", picture())
    change(office)
    await plan(office)
    with pytest.raises(ScheduleError, match=named):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
    assert await office.posts() == {}


async def test_another_account_in_between_is_refused_by_name(office: Office) -> None:
    wanted = await asked(office)
    await add_accounts(office.store, "chat-more", channel="mastodon", settings={})
    assert await seal(office) == wanted
    await account_rows.remove(office.store, "chat-cairo", office.clock.now())
    with pytest.raises(ScheduleError, match="the accounts that it goes to"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)


async def hold(office: Office) -> None:
    await account_rows.hold(office.store, "chat-cairo", "The token was revoked.", office.clock.now())


async def expire(office: Office) -> None:
    office.clock.set(datetime.fromisoformat("2026-09-06T00:00:00+02:00"))


async def close(office: Office) -> None:
    office.replace(
        "action_days/rise.toml", 'id = "cairo"\npermit = "granted"', 'id = "cairo"\npermit = "applied"'
    )
    await again(office)


async def lose_tag(office: Office) -> None:
    office.replace("campaign.toml", '"WhiteBalloons"', '"BlueBalloons"')
    with suppress(Exception):
        await again(office)
    await set_kit(office, lambda kit: kit.replace('"WhiteBalloons"', '"BlueBalloons"'))


async def lose_text(office: Office) -> None:
    await set_kit(
        office,
        lambda kit: kit.replace('"en.md"', '"xx.md"').replace(
            '"language":"en","channel":null', '"language":"fr","channel":null'
        ),
    )


async def set_kit(office: Office, change: Callable[[str], str]) -> None:
    async with office.store.write() as connection:
        kit = (await connection.execute(select(campaign.c.kit).where(campaign.c.id == NAME))).scalar_one()
        assert change(kit) != kit
        await connection.execute(campaign.update().where(campaign.c.id == NAME).values(kit=change(kit)))


STALE = {
    "chat-cairo: nothing goes out on it: The token was revoked": hold,
    "the claim": expire,
    'the step "there" names the place and is withheld in cairo': close,
    "#BlueBalloons": lose_tag,
    "there is no text in en": lose_text,
}


@pytest.mark.parametrize("named", sorted(STALE))
async def test_what_is_stale_is_refused_by_name_when_it_is_asked_for(office: Office, named: str) -> None:
    await STALE[named](office)
    with pytest.raises(LaunchRefused) as refused:
        await ask(office.store, office.clock, AMAL, NAME)
    assert named in str(refused.value)
    assert await wish_for(office.store, NAME) is None


async def test_what_goes_stale_in_between_is_refused_by_name_when_it_is_confirmed(office: Office) -> None:
    wanted = await asked(office)
    await hold(office)
    with pytest.raises(LaunchRefused, match="chat-cairo"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
    assert await office.posts() == {}


async def test_a_child_is_shown_only_while_two_people_permit_it(office: Office) -> None:
    office.replace("messages/launch/message.toml", MEDIA, MEDIA + "identifiable_minors = true\n")
    digest, until = hashlib.sha256(picture()).hexdigest(), MORNING + timedelta(minutes=5)
    for actor in (AMAL, SAMI):
        await allow(office.store, office.clock, actor, digest, reason="Both parents signed", until=until)
    await again(office)
    wanted = await asked(office)
    office.clock.set(until)
    with pytest.raises(LaunchRefused, match="child"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)


async def test_cities_whose_meeting_place_nobody_wrote_are_told(office: Office) -> None:
    reveal = '[[steps]]\nid = "where"\nkind = "reveal"\noffset = "0m"\nmessage = "there"\n'
    office.edit("action_days/rise.toml", f"{RISE}\n{reveal}")
    await again(office)
    row = {"campaign": NAME, "day": "rise", "city": "berlin", "sealed": b"", "changed_at": MORNING}
    async with office.store.write() as connection:
        await connection.execute(meeting.insert().values(row))
    ahead = await look(office.store, office.clock, AMAL, NAME)
    told = [each.what for each in ahead.problems if each.code == "place-missing"]
    assert told == ["nobody has written where people meet in cairo, so the step where cannot tell it"]


async def test_offices_that_are_closed_then_are_told_and_forbid_nothing(office: Office) -> None:
    hours = 'hours = {days = ["mon"], opens = 09:00:00, closes = 12:00:00, zone = "Europe/Berlin"}\n'
    target = (
        '[[targets]]\nid = "ministry"\ncountry = "DE"\noffice = {en = "Ministry"}\nphone = "+49 30 0000"\n'
    )
    office.edit("targets.toml", target + hours)
    office.replace("messages/launch/message.toml", 'kind = "sign"', 'kind = "call"\ntarget = "ministry"')
    await again(office)
    ahead = await look(office.store, office.clock, AMAL, NAME)
    assert ahead.errors == ()
    assert any(
        "the office ministry does not answer calls at 2026-09-05 06:02 UTC" in each.what
        for each in ahead.problems
    )


async def test_rules_of_review_that_two_people_cannot_meet_are_named(office: Office) -> None:
    before = (office.folder / "campaign.toml").read_text(encoding="utf-8")
    office.edit("campaign.toml", before + "\n[review]\napprovals = 2\nauthor_may_approve = false\n")
    await again(office)
    with pytest.raises(LaunchRefused, match="this launch would bring 1"):
        await ask(office.store, office.clock, INES, NAME)
    wanted = await asked(office)
    with pytest.raises(LaunchRefused, match="this launch would bring 1"):
        await confirm(office.store, office.clock, INES, NAME, wanted)
    assert (await confirm(office.store, office.clock, SAMI, NAME, wanted)).waiting == 0
