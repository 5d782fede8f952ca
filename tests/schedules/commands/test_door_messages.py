"""What is written, shown and decided about a queued message, and by whom."""

from datetime import datetime, timedelta

import pytest

from content.models import Ask, AskKind
from schedules.commands import door_messages
from schedules.commands.actor import Actor
from schedules.errors import Forbidden, LocalTimeInvalid, ScheduleError
from schedules.people.roles import Grant, Role
from schedules.planning.doors import When
from tests.support.queues import GERMAN, GERMAN_TEXT, SARA, TURK, TURKISH_TEXT, Counter


async def test_a_language_that_the_campaign_does_not_speak_is_refused(counter: Counter) -> None:
    with pytest.raises(ScheduleError, match="does not speak"):
        await counter.queue(language="fr")


@pytest.mark.parametrize("text", [" ", "x" * 20_001])
async def test_a_text_has_something_to_say_within_bounds(counter: Counter, text: str) -> None:
    number = await counter.queue()
    with pytest.raises(ScheduleError, match="Write a text"):
        await counter.say(number, "de", text)


async def test_a_platform_may_have_a_text_of_its_own(counter: Counter) -> None:
    number = await counter.queue()
    await door_messages.set_text(
        counter.store, SARA, counter.campaign, number, "en", "Short\n\n#WhiteBalloons", channel="x"
    )
    cell = await counter.cell(number, "x-en")
    assert cell.draft is not None
    assert "Short" in str(cell.draft.body["text"])
    with pytest.raises(ScheduleError, match="no platform"):
        await door_messages.set_text(
            counter.store, SARA, counter.campaign, number, "en", "Hi", channel="fax"
        )


async def test_a_text_that_changed_since_it_was_read_is_not_confirmed(counter: Counter) -> None:
    number = await counter.queue()
    await counter.say(number, "tr", TURKISH_TEXT, TURK)
    with pytest.raises(ScheduleError, match="changed"):
        await door_messages.confirm(
            counter.store, SARA, counter.campaign, number, "tr", seen="something else"
        )


async def test_its_ask_can_be_that_of_a_message_of_the_folder(counter: Counter) -> None:
    number = await counter.queue("Sign: {{ ask.link }}\n\n#WhiteBalloons")
    ask: Ask = counter.campaign.messages[0].ask
    await door_messages.set_ask(counter.store, SARA, number, ask)
    cell = await counter.cell(number, "x-en")
    assert cell.draft is not None
    assert "https://example.org/sign" in str(cell.draft.body["text"])
    assert (await counter.look(number)).door.ask.kind is AskKind.SIGN


async def test_a_time_is_one_to_come_that_exists(counter: Counter) -> None:
    number = await counter.queue()
    over = counter.clock.now() - timedelta(minutes=1)
    for when, error in (
        (When(exact_at=over), ScheduleError),
        (When(exact_at=over.replace(year=9998)), LocalTimeInvalid),
        (When(local_at=datetime(2026, 9, 5, 12), zone="Europe/Berlin"), ScheduleError),
        (When(local_at=datetime(2027, 3, 28, 2, 30), zone="Europe/Berlin"), LocalTimeInvalid),
        (When(local_at=datetime(2027, 3, 28, 2, 30), zone="Nowhere"), LocalTimeInvalid),
    ):
        with pytest.raises(error):
            await door_messages.set_when(counter.store, counter.clock, SARA, number, when)


async def test_leaving_out_takes_a_reason(counter: Counter) -> None:
    number = await counter.queue()
    with pytest.raises(ScheduleError, match="Write one"):
        await door_messages.leave_out(counter.store, SARA, number, counter.accounts[0], "  ")


async def test_an_editor_of_one_language_changes_no_other_and_nothing_of_the_whole(
    counter: Counter,
) -> None:
    number = await counter.queue()
    store, clock, campaign = counter.store, counter.clock, counter.campaign
    english, german = counter.accounts[0], counter.accounts[2]
    await counter.say(number, "de", GERMAN_TEXT, GERMAN)
    await door_messages.leave_out(store, GERMAN, number, german, "Later")
    await door_messages.take_in(store, GERMAN, number, german)
    for attempt in (
        door_messages.set_text(store, GERMAN, campaign, number, "en", "Hi"),
        door_messages.confirm(store, GERMAN, campaign, number, "en", seen="x"),
        door_messages.set_when(store, clock, GERMAN, number, When()),
        door_messages.set_ask(store, GERMAN, number, campaign.messages[0].ask),
        door_messages.leave_out(store, GERMAN, number, english, "x"),
        door_messages.take_in(store, GERMAN, number, english),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_a_role_of_another_campaign_counts_for_nothing(counter: Counter) -> None:
    stranger = Actor("stranger", grants=(Grant(Role.ADMIN, "campaign:another"),))
    number = await counter.queue()
    with pytest.raises(Forbidden):
        await counter.say(number, "en", "Hi", stranger)
    with pytest.raises(Forbidden):
        await counter.look(number, stranger)


async def test_an_editor_reads_the_first_text_and_those_of_their_language(counter: Counter) -> None:
    number = await counter.queue()
    await counter.say(number, "de", GERMAN_TEXT)
    await counter.say(number, "tr", TURKISH_TEXT)
    door = await door_messages.show(counter.store, GERMAN, number)
    assert [text.language for text in door.texts] == ["de", "en"]
