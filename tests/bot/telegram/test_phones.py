from datetime import timedelta

import pytest

from bot.telegram.phones import MOST, hide, hide_brief, tidy_phones, wipe_phone
from schedules.people import people, traces
from schedules.people.traces import Left
from schedules.store.tables import person
from tests.support.bot_stage import BotStage
from tests.support.telegram.messages import Message
from tests.support.telegram.people import Person

A_DAY = timedelta(days=1, seconds=1)


async def arrived(stage: BotStage, count: int = 1) -> tuple[Person, str, list[Message]]:
    """Somebody on whose phone are so many messages that are to vanish."""
    ada = stage.world.add_user("Ada")
    ada.send("/start")
    await stage.settle()
    means = stage.means
    async with means.store.write() as connection:
        name = await people.welcome(connection, means.vault, means.clock, ada.id, "en")
    messages = [ada.chat.keep(stage.world.bot, {"text": f"secret {number}"}) for number in range(count)]
    await traces.leave(means.store, means.clock, name, *(message.id for message in messages))
    return ada, name, messages


async def left(stage: BotStage, name: str) -> int:
    return len(await traces.of(stage.means.store, name))


async def test_messages_vanish_after_a_day_and_not_before(stage: BotStage) -> None:
    ada, name, _ = await arrived(stage)
    await tidy_phones(stage.means)
    assert "secret" in ada.phone
    await stage.advance(A_DAY)
    assert "secret" not in ada.phone
    assert await left(stage, name) == 0


async def test_two_phones_are_tidied_each_by_itself(stage: BotStage) -> None:
    ada, _, _ = await arrived(stage, 2)
    eve, _, _ = await arrived(stage, 3)
    await stage.advance(A_DAY)
    assert "secret" not in ada.phone + eve.phone
    assert len(stage.world.journal.accepted("deleteMessages")) == 2


async def test_whoever_hides_need_not_wait(stage: BotStage) -> None:
    ada, name, _ = await arrived(stage, 2)
    await hide(stage.means, name)
    assert "secret" not in ada.phone
    assert await left(stage, name) == 0


async def test_what_telegram_does_not_answer_is_tried_again(stage: BotStage) -> None:
    ada, name, _ = await arrived(stage)
    stage.world.fail("deleteMessages", "status", status=502)
    await stage.advance(A_DAY)
    assert await left(stage, name) == 1
    await tidy_phones(stage.means)
    assert "secret" not in ada.phone


@pytest.mark.parametrize("how", ["block_bot", "deactivate"])
async def test_whoever_is_gone_is_not_tried_for_ever(stage: BotStage, how: str) -> None:
    ada, name, _ = await arrived(stage)
    getattr(ada, how)()
    await stage.advance(A_DAY)
    assert await left(stage, name) == 0


async def test_where_nobody_is_left_behind_a_pseudonym_nothing_is_asked(stage: BotStage) -> None:
    _, name, _ = await arrived(stage)
    await people.left(stage.means.store, stage.means.clock, name)
    await hide(stage.means, name)
    assert stage.world.journal.of("deleteMessages") == []
    assert await left(stage, name) == 0


async def test_more_than_telegram_takes_at_once_go_in_several_calls(stage: BotStage) -> None:
    _, name, messages = await arrived(stage, MOST + 1)
    await wipe_phone(stage.means, name, Left(tuple(message.id for message in messages)))
    sizes = [len(each.parameters["message_ids"]) for each in stage.world.journal.accepted("deleteMessages")]
    assert sizes == [MOST, 1]


async def test_an_address_that_nobody_can_read_stops_no_other_phone(stage: BotStage) -> None:
    _, broken, _ = await arrived(stage, MOST + 1)
    ada, _, _ = await arrived(stage)
    async with stage.store.write() as connection:
        await connection.execute(person.update().where(person.c.id == broken).values(address=b"spoilt"))
    await stage.advance(A_DAY)
    assert "secret" not in ada.phone
    assert await left(stage, broken) == MOST + 1


async def test_what_a_crash_left_without_a_number_vanishes_with_the_others(stage: BotStage) -> None:
    ada, name, _ = await arrived(stage)
    await traces.begin(stage.store, stage.means.clock, name)
    lost = ada.chat.keep(stage.world.bot, {"text": "lost"})
    await stage.advance(A_DAY)
    assert lost.deleted
    assert await traces.left(stage.store, name) == Left()


async def test_what_vanishes_soon_can_be_taken_away_now(stage: BotStage) -> None:
    ada, name, (first, second) = await arrived(stage, 2)
    await traces.leave(stage.store, stage.means.clock, name, first.id, lives=timedelta(minutes=10))
    await hide_brief(stage.means, name, stage.means.clock.now() + timedelta(minutes=10))
    assert first.deleted
    assert not second.deleted
    assert ada.phone
