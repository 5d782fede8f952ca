"""What a volunteer may know of themselves: all of it."""

from datetime import timedelta

from schedules.people import volunteers
from schedules.store.tables import person, volunteer
from tests.support.bot_stage import BotStage
from tests.support.volunteers_way import ask, kept

TOLD = {
    "person": "A random name",
    "campaign": "The campaign:",
    "partner": "The partner who invited you:",
    "language": "Language of the tasks:",
    "reading": "Second language:",
    "city": "Place:",
    "zone": "Place:",
    "hour": "Time of the task:",
    "level": "What is safe:",
    "consent": "Version of what you agreed to:",
    "rhythm": "How often:",
    "paused_until": "How often:",
    "prompted_on": "Last task sent:",
    "active_on": "Last sign from you:",
    "done": "tasks done",
    "streak": "in a row",
    "done_on": "Last task done:",
    "apps": "Your apps:",
    "keep_until": "Kept beyond the campaign until",
}
"""The columns of a volunteer, and the words that tell them."""
OF_A_PERSON = {
    "id": "A random name",
    "fingerprint": "a mark of it",
    "address": "Your Telegram ID, encrypted",
    "language": "Language of the buttons:",
    "joined_at": "When you came",
}
IN_CHARGE_ONLY = {
    "handle",
    "locked_at",
    "totp",
    "totp_step",
    "open_until",
    "wrong_codes",
    "wrong_until",
    "left_at",
    "enrol_until",
}


async def test_every_column_is_told(stage: BotStage) -> None:
    ada = await stage.volunteer(partner="open-crossing", reading="fr", apps=("x",))
    now = stage.means.clock.now()
    name = (await kept(stage)).person
    await volunteers.change(stage.store, name, keep_until=now + timedelta(days=9), done=3, streak=2)
    await ask(stage, ada, "/mydata")
    assert set(TOLD) == {column.name for column in volunteer.columns}
    assert set(OF_A_PERSON) | IN_CHARGE_ONLY == {column.name for column in person.columns}
    for words in (*TOLD.values(), *OF_A_PERSON.values()):
        assert words in ada.last.text, words
    assert name in ada.last.text


async def test_what_is_kept_elsewhere_is_told_too(stage: BotStage) -> None:
    ada = await stage.volunteer()
    await ask(stage, ada, "what do you know about me")
    for elsewhere in ("backups", "Telegram keeps this chat", "Your phone keeps"):
        assert elsewhere in ada.last.text
    assert "are to vanish" not in ada.last.text


async def test_a_guarded_phone_hears_of_what_is_to_vanish(stage: BotStage) -> None:
    ada = await stage.volunteer(city="aleppo")
    await ask(stage, ada, "/mydata")
    assert "Which messages here are to vanish" in ada.last.text


async def test_progress_is_called_self_reported(stage: BotStage) -> None:
    ada = await stage.volunteer()
    today = stage.means.clock.now().date()
    await volunteers.change(stage.store, (await kept(stage)).person, done=4, streak=3, done_on=today)
    await ask(stage, ada, "/progress")
    assert ada.last.text == (
        "4 tasks done.\n3 days in a row.\nThat is what you reported yourself. Only you see it here."
    )


async def test_a_broken_streak_is_not_held_against_them(stage: BotStage) -> None:
    ada = await stage.volunteer()
    long_ago = stage.means.clock.now().date() - timedelta(days=5)
    await volunteers.change(stage.store, (await kept(stage)).person, done=1, streak=1, done_on=long_ago)
    await ask(stage, ada, "my progress")
    assert "in a row" not in ada.last.text
