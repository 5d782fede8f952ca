"""A dormant campaign is launched by two people, as they saw it, or not at all."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from content.loader import load_campaign
from content.models import Hashtag
from schedules.accounts import accounts as account_rows
from schedules.commands import launches
from schedules.commands.accounts import views
from schedules.commands.actor import Actor
from schedules.commands.exceptions import allow
from schedules.commands.launches import ask, cancel, confirm, look, unlaunched, wish_for
from schedules.commands.plans import check_plan, record_plan
from schedules.commands.posts import Filter, list_posts
from schedules.errors import CodeNeeded, Forbidden, LaunchRefused, ScheduleError
from schedules.lifecycle import State
from schedules.people import people
from schedules.people.purge import forget
from schedules.people.roles import Grant, Role
from schedules.planning.changes import Change
from schedules.planning.kits import Kits
from schedules.store.engine import Store
from schedules.store.tables import approval, campaign, meeting, person
from tests.support.crowd import VAULT
from tests.support.deliveries import add_accounts
from tests.support.folders import picture
from tests.support.office import AMAL, INES, MORNING, SAMI, Office

NAME = "balloons"
START = MORNING + launches.HEAD_START
CITIES = """\
[[cities]]
id = "berlin"
name = {en = "Berlin"}
zone = "Europe/Berlin"
territory = "DE"
languages = ["en"]
risk = "open"

[[cities]]
id = "cairo"
name = {en = "Cairo"}
zone = "Africa/Cairo"
territory = "EG"
languages = ["en"]
risk = "open"
"""
RISE = """\
title = {en = "The balloons rise"}
at = 2026-09-20T18:00:00

[[cities]]
id = "berlin"
permit = "granted"

[[cities]]
id = "cairo"
permit = "granted"

[[steps]]
id = "week"
kind = "post"
offset = "-7d"
message = "week"
channels = ["telegram"]

[[steps]]
id = "there"
kind = "post"
offset = "1h"
message = "there"
channels = ["telegram"]
cities = "all"
names_place = true
"""
NOW = {
    "id": "now", "message": "launch", "channels": ["telegram"], "relative_to": "rise", "offset": "0m",
}  # fmt: skip
NOON = {
    "id": "noon", "message": "noon", "channels": ["telegram"], "cities": "all", "at": "2026-09-21T12:00:00",
}  # fmt: skip
SAID = {
    ("week", ""): "Seven days from today we let them rise together, wherever we are.",
    ("there", ""): "Look up beside the river: Berlin sends its balloons now.",
    ("there", ".telegram.cairo"): "The roofs of Cairo are white this evening, come out and see.",
    ("noon", ""): "What a night it was in Kreuzberg! Your signature is still missing.",
    ("noon", ".telegram.cairo"): "Good morning from the Nile; yesterday was a beginning, today you write.",
}
MEDIA = '\n[[media]]\nfile = "sky.png"\nalt = {en = "The sky"}\n'
CLAIM = """\
[[claims]]
id = "n"
text = {en = "Many"}
source = "A report"
url = "https://example.org/report"
review_by = 2026-09-05
"""


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    """A dormant campaign with a day in two cities, planned by Ines; its folder is gone then."""
    office = Office(store, tmp_path)
    office.replace("campaign.toml", 'id = "balloons"', 'id = "balloons"\ndormant = true')
    office.write(NOW, NOON)
    office.edit("cities.toml", CITIES)
    office.edit("action_days/rise.toml", RISE)
    office.edit("claims.toml", CLAIM)
    office.say("{{ claims.n }} are missing. Sign here: {{ ask.link }}")
    message = (office.folder / "messages/launch/message.toml").read_text(encoding="utf-8")
    for (name, place), words in SAID.items():
        office.edit(f"messages/{name}/message.toml", message)
        file = f"messages/{name}/en{place}.md"
        office.edit(file, f"{words} {{{{ ask.link }}}}\n\n#WhiteBalloons\n")
    office.edit("messages/launch/message.toml", message + MEDIA)
    office.edit("media/sky.png", picture())
    await office.open()
    for city in ("berlin", "cairo"):
        await add_accounts(store, f"chat-{city}", channel="telegram", city=city)
    await plan(office)
    (office.folder / "media/sky.png").unlink()
    return office


async def plan(office: Office) -> Any:
    """Plan the folder on the accounts that are connected."""
    known = await views(office.store)
    loaded = load_campaign(office.folder)
    checked = await check_plan(office.store, office.clock, loaded, known)
    return await record_plan(office.store, office.clock, INES, checked)


async def again(office: Office) -> None:
    """Plan the folder once more, with its picture there."""
    office.edit("media/sky.png", picture())
    await plan(office)


async def seal(office: Office) -> str:
    return (await look(office.store, office.clock, SAMI, NAME)).seal


async def asked(office: Office) -> str:
    """Amal asks; gives what another person would confirm."""
    await ask(office.store, office.clock, AMAL, NAME)
    return await seal(office)


async def test_a_dormant_campaign_is_known_and_nothing_of_it_is_recorded(office: Office) -> None:
    kits = Kits(office.store)
    assert (await kits.names(), await kits.dormant(), await kits.known()) == ((), (NAME,), (NAME,))
    assert await unlaunched(office.store, kits) == (NAME,)
    assert await office.posts() == {}


async def test_two_people_launch_it_at_once_on_both_clocks_without_its_folder(office: Office) -> None:
    done = await confirm(office.store, office.clock, SAMI, NAME, await asked(office))
    found = await office.posts()
    assert (done.starts_at, done.posts, done.waiting, done.left) == (START, 5, 0, ())
    assert {post.state for post in found.values()} == {State.READY}
    posts = sorted((post.slot, post.account, post.planned_at) for post in await all_posts(office))
    assert all("WhiteBalloons" in str(post.body) for post in await all_posts(office))
    assert posts == [
        ("noon", "chat-berlin", datetime(2026, 9, 6, 10, 0, tzinfo=UTC)),
        ("noon", "chat-cairo", datetime(2026, 9, 6, 9, 0, tzinfo=UTC)),
        ("now", "chat-en", START),
        ("rise:there", "chat-berlin", START + timedelta(hours=1)),
        ("rise:there", "chat-cairo", START + timedelta(hours=1)),
    ]
    assert await approvers(office) == {(post, name) for post in range(1, 6) for name in ("amal", "sami")}
    kit = await Kits(office.store).get(NAME)
    assert (kit.dormant, kit.hashtag) == (False, Hashtag(tags=("WhiteBalloons",)))
    await office.run_at("08:02")
    assert len(office.platform.published) == 1
    assert await unlaunched(office.store, Kits(office.store)) == ()


async def all_posts(office: Office) -> list[Any]:
    return list(await list_posts(office.store, Filter(campaign=NAME)))


async def approvers(office: Office) -> set[tuple[int, str]]:
    async with office.store.read() as connection:
        rows = await connection.execute(select(approval.c.post, approval.c.actor))
        return {(row.post, row.actor) for row in rows}


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


async def test_what_is_due_when_it_is_confirmed_goes_out_at_once(office: Office) -> None:
    wanted = await asked(office)
    await office.run_at("08:14")
    await confirm(office.store, office.clock, SAMI, NAME, wanted)
    await office.run_at("08:14")
    assert len(office.platform.published) == 1


async def test_one_person_is_not_enough(office: Office) -> None:
    wanted = await asked(office)
    with pytest.raises(Forbidden, match="Another person"):
        await confirm(office.store, office.clock, AMAL, NAME, wanted)
    assert await office.posts() == {}


async def test_nothing_is_confirmed_that_nobody_asked_for_or_that_was_taken_back(office: Office) -> None:
    wanted = await seal(office)
    with pytest.raises(ScheduleError, match="Nobody has asked"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
    await asked(office)
    await cancel(office.store, INES, NAME)
    with pytest.raises(ScheduleError, match="Nobody has asked"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
    with pytest.raises(ScheduleError, match="Nobody has asked"):
        await cancel(office.store, INES, NAME)


async def test_a_wish_runs_out_after_a_quarter_of_an_hour(office: Office) -> None:
    wanted = await asked(office)
    office.clock.set(MORNING + launches.WITHIN + timedelta(seconds=1))
    with pytest.raises(ScheduleError, match="too long ago"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
    await ask(office.store, office.clock, SAMI, NAME)
    assert (await confirm(office.store, office.clock, AMAL, NAME, await seal(office))).posts == 5


async def test_another_person_s_wish_is_not_replaced_and_one_s_own_is(office: Office) -> None:
    first = await asked(office)
    with pytest.raises(ScheduleError, match="amal has asked already"):
        await ask(office.store, office.clock, SAMI, NAME)
    await ask(office.store, office.clock, AMAL, NAME, START + timedelta(hours=3))
    with pytest.raises(ScheduleError, match="asked for anew"):
        await confirm(office.store, office.clock, SAMI, NAME, first)
    done = await confirm(office.store, office.clock, SAMI, NAME, await seal(office))
    assert done.starts_at == START + timedelta(hours=3)


async def test_a_moment_that_is_over_is_refused(office: Office) -> None:
    with pytest.raises(ScheduleError, match="over already"):
        await ask(office.store, office.clock, AMAL, NAME, MORNING - timedelta(seconds=1))


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


@pytest.mark.parametrize("at", ["record", "approve_together"])
async def test_a_launch_that_broke_off_is_completed_by_repeating_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    wanted, whole = await asked(office), getattr(launches, at)

    async def breaks_off(*given: Any, **more: Any) -> Any:
        await whole(*given, **more)
        raise RuntimeError("the machine is gone")

    with monkeypatch.context() as broken:
        broken.setattr(launches, at, breaks_off)
        with pytest.raises(RuntimeError):
            await confirm(office.store, office.clock, SAMI, NAME, wanted)
    assert await unlaunched(office.store, Kits(office.store)) == (NAME,)
    with pytest.raises(ScheduleError, match="was launched"):
        await cancel(office.store, AMAL, NAME)
    office.clock.set(MORNING + timedelta(hours=1))
    done = await confirm(office.store, office.clock, AMAL, NAME, await seal(office))
    assert (done.posts, done.waiting, len(await all_posts(office))) == (5, 0, 5)
    assert await approvers(office) == {(post, name) for post in range(1, 6) for name in ("amal", "sami")}
    with pytest.raises(ScheduleError, match="launched already"):
        await confirm(office.store, office.clock, AMAL, NAME, wanted)
    with pytest.raises(ScheduleError, match="launched already"):
        await ask(office.store, office.clock, AMAL, NAME)


async def test_the_folder_of_a_launched_campaign_is_planned_with_its_new_times(office: Office) -> None:
    await confirm(office.store, office.clock, SAMI, NAME, await asked(office))
    office.edit("media/sky.png", picture())
    known = await views(office.store)

    async def planned() -> Any:
        loaded = await launches.as_launched(office.store, load_campaign(office.folder))
        checked = await check_plan(office.store, office.clock, loaded, known)
        return (await record_plan(office.store, office.clock, INES, checked)).counts

    assert await planned() == {Change.UNCHANGED: 5}
    office.say("They are missing.")
    assert await planned() == {Change.UNCHANGED: 4, Change.CHANGED: 1}


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


async def test_both_need_their_second_factor_and_the_first_must_still_be_in_charge(office: Office) -> None:
    grants = (Grant(Role.APPROVER, f"campaign:{NAME}"),)
    unproven, proven = Actor("noor", grants=grants), Actor("noor", grants=grants, proven=True)
    with pytest.raises(CodeNeeded):
        await ask(office.store, office.clock, unproven, NAME)
    async with office.store.write() as connection:
        known = await people.welcome(connection, VAULT, office.clock, 7, "en")
        await connection.execute(person.update().where(person.c.id == known).values(handle="noor"))
    await ask(office.store, office.clock, proven, NAME)
    with pytest.raises(ScheduleError, match="may not approve there any more"):
        await confirm(office.store, office.clock, SAMI, NAME, await seal(office))


async def test_what_somebody_asked_for_is_withdrawn_when_they_are_forgotten(office: Office) -> None:
    async with office.store.write() as connection:
        known = await people.welcome(connection, VAULT, office.clock, 7, "en", "noor")
    grants = (Grant(Role.APPROVER, f"campaign:{NAME}"),)
    await ask(office.store, office.clock, Actor("noor", grants=grants, proven=True), NAME)
    wanted = await seal(office)
    await forget(office.store, office.clock, known)
    with pytest.raises(ScheduleError, match="Nobody has asked to launch"):
        await confirm(office.store, office.clock, SAMI, NAME, wanted)
