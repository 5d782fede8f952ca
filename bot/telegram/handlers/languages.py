"""Which languages a volunteer reads: of the tasks, of the buttons, and a second one."""

from collections.abc import Sequence
from typing import Final

from bot.telegram.choices import Way, code, coded, marked
from bot.telegram.handlers.mine import choice, for_volunteers, keep, mine, my_campaign
from bot.telegram.handlers.places import show_cities
from bot.telegram.handlers.settings import show_settings
from bot.telegram.keyboard import fixed_keys
from bot.telegram.spoken import own_name
from bot.telegram.table import button, command, intent
from bot.telegram.talk import Talk
from channels.base import Rows
from content.intents import Intent
from content.languages import OURS, chain
from content.later import later
from schedules.people import people
from schedules.people.volunteers import Volunteer

COLUMNS: Final = 3


@command("language", menu=later("Change the language"))
@intent(Intent.LANGUAGE)
@button("lang")
async def language(talk: Talk, argument: str) -> None:
    """Offer the languages of the tasks; whoever only is in charge has those of the buttons."""
    way, _ = choice(talk, argument)
    if talk.volunteer is None:
        await _offer_buttons(talk, way)
    else:
        await show_languages(talk, way)


async def show_languages(talk: Talk, way: Way) -> None:
    """Show the languages of the campaign, the present one marked, and the ways to two others."""
    now = mine(talk).language
    tongues = _rows(talk, "tongue", way, (await my_campaign(talk)).languages, now)
    more = (
        (talk.button(talk.words.say("Other language for the buttons"), "speech", way),),
        (talk.button(talk.words.say("A second language I read"), "second", way),),
    )
    on = ((talk.button(talk.words.say("Next"), "tongue", f"{way}{code(now)}"),),)
    text = talk.words.say("In which language should your tasks come?")
    await talk.show(f"<b>{text}</b>", (*tongues, *more, *(on if way is Way.JOINING else ())))


@button("tongue")
@for_volunteers
async def tongue(talk: Talk, before: Volunteer, argument: str) -> None:
    """Take a language for the tasks, and for the buttons where we speak it. Taking the present one goes on."""
    way, given = choice(talk, argument)
    chosen = coded(given, (await my_campaign(talk)).languages)
    if chosen is not None and chosen != before.language:
        second = None if before.reading == chosen else before.reading
        await keep(talk, language=chosen, reading=second)
        await _speak(talk, chosen, way)
    if way is Way.JOINING and chosen == before.language:
        await show_cities(talk, way)
    elif way is Way.JOINING:
        await show_languages(talk, way)
    else:
        await show_settings(talk)


@button("speech")
async def buttons(talk: Talk, argument: str) -> None:
    """Offer or take a language of the bot's own words."""
    way, given = choice(talk, argument)
    chosen = coded(given, OURS)
    if chosen is None:
        await _offer_buttons(talk, way)
        return
    await _speak(talk, chosen, way)
    if talk.volunteer is not None:
        await _back(talk, way)


@button("second")
@for_volunteers
async def second(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Offer or take a second language that they read."""
    way, given = choice(talk, argument)
    others = [each for each in (await my_campaign(talk)).languages if each != volunteer.language]
    if not given:
        rows = _rows(talk, "second", way, others, volunteer.reading)
        none = ((talk.button(talk.words.say("None"), "second", f"{way}-"),),)
        await talk.show(talk.words.say("Which other language do you read well?"), (*rows, *none))
        return
    await keep(talk, reading=coded(given, others))
    await _back(talk, way)


async def _offer_buttons(talk: Talk, way: Way) -> None:
    rows = _rows(talk, "speech", way, OURS, talk.words.language)
    await talk.show(talk.words.say("Which language should the buttons have?"), rows)


async def _speak(talk: Talk, language: str, way: Way) -> None:
    """Speak a language from now on, if it is one of ours; the fixed keys follow once somebody has joined."""
    if not set(chain(language)) & set(OURS):
        return
    await people.change(talk.means.store, talk.known().id, {"language": language})
    await talk.look_again()
    if way is Way.SETTING:
        guarded = await talk.is_guarded()
        keys = fixed_keys(talk.words.language, guarded=guarded) if talk.volunteer else None
        await talk.say(talk.words.say("From now on in this language."), keyboard=keys)


async def _back(talk: Talk, way: Way) -> None:
    if way is Way.JOINING:
        await show_languages(talk, way)
    else:
        await show_settings(talk)


def _rows(talk: Talk, action: str, way: Way, tongues: Sequence[str], now: str | None) -> Rows:
    keys = [
        talk.button(marked(own_name(each), chosen=each == now), action, f"{way}{code(each)}")
        for each in tongues
    ]
    return tuple(tuple(keys[start : start + COLUMNS]) for start in range(0, len(keys), COLUMNS))
