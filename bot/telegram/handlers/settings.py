"""Everything that a volunteer chose, on one page, with a button to change each."""

from datetime import datetime
from html import escape

from bot.telegram.choices import Way
from bot.telegram.guarding import city_of
from bot.telegram.handlers.mine import for_volunteers, mine, my_campaign
from bot.telegram.spoken import hour_name, own_name, place_name, spoken
from bot.telegram.table import button
from bot.telegram.talk import Talk
from channels.base import Rows
from content.filters import datetime_
from content.intents import Intent, label
from content.models import Campaign, Level
from content.words import Words
from schedules.people.volunteers import Rhythm, Volunteer
from schedules.walltime import zone


@button("mine")
@for_volunteers
async def settings(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Back from a choice to all of them."""
    del volunteer, argument
    await show_settings(talk)


async def show_settings(talk: Talk) -> None:
    """Show what this volunteer chose, as it is kept now."""
    head = talk.words.say("You take part. This is what you chose:")
    lines = described(talk.words, mine(talk), await my_campaign(talk), talk.means.clock.now())
    await talk.show(f"<b>{head}</b>\n\n" + "\n".join(lines), _changes(talk))


def described(words: Words, volunteer: Volunteer, campaign: Campaign, now: datetime) -> tuple[str, ...]:
    """What a volunteer chose, a line each, in Telegram's HTML."""
    reading = own_name(volunteer.reading) if volunteer.reading else words.say("none")
    return (
        words.say("Language of the tasks: {language}", language=own_name(volunteer.language)),
        words.say("Language of the buttons: {language}", language=own_name(words.language)),
        words.say("Second language: {language}", language=reading),
        words.say("Place: {place}", place=escape(place(words, volunteer, campaign))),
        words.say("Time of the task: {time}", time=hour_name(words, volunteer.hour)),
        words.say("What is safe: {level}", level=level_name(words, volunteer.level)),
        words.say("How often: {rhythm}", rhythm=_rhythm(words, volunteer, now)),
    )


def place(words: Words, volunteer: Volunteer, campaign: Campaign) -> str:
    """Where a volunteer lives, as far as they said it."""
    city = city_of(campaign, volunteer.city)
    if city is not None:
        return spoken(city.name, words.language, campaign)
    near = place_name(campaign, volunteer.zone, words.language)
    return words.say("not said (clock of {place})", place=near)


def level_name(words: Words, level: Level) -> str:
    """What a level is called."""
    match level:
        case Level.NOBODY:
            return words.say("Nobody sees it")
        case Level.ONE:
            return words.say("One recipient")
        case Level.PUBLIC:
            return words.say("Public, with my name")


def _rhythm(words: Words, volunteer: Volunteer, now: datetime) -> str:
    if volunteer.rhythm is Rhythm.PAUSED:
        return words.say("paused until you come back")
    if volunteer.paused_until is not None and volunteer.paused_until > now:
        local = volunteer.paused_until.astimezone(zone(volunteer.zone))
        return words.say("paused until {time}", time=datetime_(words.habits, local))
    return words.say("once a week") if volunteer.rhythm is Rhythm.WEEKLY else words.say("every day")


def _changes(talk: Talk) -> Rows:
    def key(intent: Intent, action: str) -> tuple[str, str]:
        return label(intent, talk.words.language), action

    rows = (
        (key(Intent.LANGUAGE, "lang"), key(Intent.CITY, "city")),
        (key(Intent.TIME, "hour"), key(Intent.SAFETY, "safe")),
        (key(Intent.PAUSE, "pause"), key(Intent.RESUME, "back")),
        (key(Intent.MY_DATA, "data"), key(Intent.FORGET, "forget")),
    )
    return tuple(tuple(talk.button(text, action, Way.SETTING) for text, action in row) for row in rows)
