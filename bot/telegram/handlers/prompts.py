"""The task of the day, and what a volunteer says of it."""

from html import escape
from typing import Final

from bot.telegram.cards import PromptCards, Reader
from bot.telegram.choices import coded
from bot.telegram.handlers.mine import for_volunteers
from bot.telegram.spoken import spoken
from bot.telegram.table import button, command, intent
from bot.telegram.talk import Talk
from channels.base import Rows
from content.intents import Intent, label
from content.later import later
from schedules.commands import volunteering
from schedules.ledger import answers, cards, prompts
from schedules.ledger.answers import Answer
from schedules.ledger.cards import Written
from schedules.people.volunteers import Rhythm, Volunteer

OFTEN: Final = 10
"""Tasks after which a volunteer is asked whether they would like to do more."""
IN_A_ROW: Final = 5


@command("today", menu=later("Today’s task"))
@intent(Intent.TODAY)
@for_volunteers
async def today(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Give the task of the day now; again, where it came already."""
    del argument
    means, on = talk.means, volunteer.today(talk.means.clock.now())
    come = await cards.arrived_on(means.store, volunteer.person, volunteer.campaign, on)
    reader = await _cards(talk).reader(volunteer.person)
    if come is not None and reader is not None:
        card = _cards(talk).shut(reader, come)
        await talk.say(card.html, card.rows)
    elif await prompts.deliver_today(means.store, means.clock, volunteer.person):
        await talk.say(talk.words.say("It comes in a moment."))
    elif volunteer.rhythm is Rhythm.PAUSED or volunteer.paused_until is not None:
        on_again = talk.button(label(Intent.RESUME, talk.words.language), "back")
        await talk.say(talk.words.say("You have paused, so nothing comes."), ((on_again,),))
    else:
        await talk.say(talk.words.say("There is no task for you today."))


@button("open")
@for_volunteers
async def open_card(talk: Talk, volunteer: Volunteer, number: str) -> None:
    """Open the card in place of what made the phone ring."""
    means = talk.means
    await answers.pressed(means.store, volunteer.person, int(number), means.clock.now())
    await _show_card(talk, volunteer.person, number)


@button("in")
@for_volunteers
async def in_other_language(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Show the card in the other language that they read."""
    number, _, given = argument.partition(".")
    store = talk.means.store
    letter = await cards.written(store, volunteer.person, int(number))
    language = coded(given, volunteer.tongues)
    if letter is not None and language not in (None, letter.language):
        letter = await cards.in_language(store, letter, str(language))
        if letter is None:
            await talk.toast(talk.words.say("It is not there in that language."))
            return
    await _show(talk, volunteer.person, letter)


@button("done")
@for_volunteers
async def done(talk: Talk, volunteer: Volunteer, number: str) -> None:
    """Count it once, for its own day, however late or often it is pressed."""
    await _take(talk, volunteer.person, number, Answer.DONE)


@button("not_today")
@for_volunteers
async def not_today(talk: Talk, volunteer: Volunteer, number: str) -> None:
    """Not today, and nobody asks why."""
    await _take(talk, volunteer.person, number, Answer.NOT_TODAY)


@intent(Intent.DONE)
@for_volunteers
async def done_in_words(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """The same in plain words, of the task of today."""
    del argument
    await _take_todays(talk, volunteer, Answer.DONE)


@intent(Intent.NOT_TODAY)
@for_volunteers
async def not_today_in_words(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """The same in plain words, of the task of today."""
    del argument
    await _take_todays(talk, volunteer, Answer.NOT_TODAY)


@button("daily")
@for_volunteers
async def daily(talk: Talk, volunteer: Volunteer, number: str) -> None:
    """After silent days: go on every day."""
    await volunteering.go_on(talk.means.store, talk.means.clock, volunteer)
    await talk.toast(talk.words.say("Your task comes every day."))
    await _show_card(talk, volunteer.person, number)


@button("weekly")
@for_volunteers
async def weekly(talk: Talk, volunteer: Volunteer, number: str) -> None:
    """After silent days: once a week is enough."""
    await volunteering.slow_down(talk.means.store, talk.means.clock, volunteer)
    await talk.toast(talk.words.say("Your task comes once a week."))
    await _show_card(talk, volunteer.person, number)


async def _take_todays(talk: Talk, volunteer: Volunteer, said: Answer) -> None:
    on = volunteer.today(talk.means.clock.now())
    come = await cards.arrived_on(talk.means.store, volunteer.person, volunteer.campaign, on)
    if come is None:
        await talk.say(talk.words.say("There is no task for you today."))
    else:
        await _take(talk, volunteer.person, str(come.number), said)


async def _take(talk: Talk, person: str, number: str, said: Answer) -> None:
    means = talk.means
    counted = await answers.answer(means.store, person, int(number), said, means.clock.now())
    letter = await cards.written(means.store, person, int(number))
    reader = await _cards(talk).reader(person)
    if counted is None or letter is None or reader is None:
        await talk.show(talk.words.say("Thank you. That day is counted already."), _below(talk, reader))
    elif counted.answer is Answer.DONE:
        more = _more(talk, reader) if counted.new else ()
        await talk.show(_thanks(talk, reader, letter), (*more, *_below(talk, reader)))
    else:
        await talk.show(
            talk.words.say("All right, not this one. The next one comes."), _below(talk, reader)
        )


def _thanks(talk: Talk, reader: Reader, letter: Written) -> str:
    thanks = talk.words.say("Thank you. It counts as done, as you say.")
    prompt = next((each for each in reader.campaign.prompts if each.id == letter.prompt.id), None)
    if prompt is None:
        return thanks
    step = escape(spoken(prompt.ask.next_step, letter.language, reader.campaign))
    return f"{thanks}\n\n" + talk.words.say("Next step: {step}", step=step)


def _more(talk: Talk, reader: Reader) -> Rows:
    """Somebody who acts often is asked once, where that is safe, whether they would like to do more."""
    volunteer = reader.volunteer
    if reader.is_guarded or volunteer.done != OFTEN or volunteer.streak < IN_A_ROW:
        return ()
    return ((talk.button(talk.words.say("I would like to do more"), "more"),),)


def _below(talk: Talk, reader: Reader | None) -> Rows:
    if reader is None or not reader.is_guarded:
        return ()
    return ((talk.button(label(Intent.HIDE, talk.words.language), "hide"),),)


async def _show_card(talk: Talk, person: str, number: str) -> None:
    await _show(talk, person, await cards.written(talk.means.store, person, int(number)))


async def _show(talk: Talk, person: str, letter: Written | None) -> None:
    reader = await _cards(talk).reader(person)
    if letter is None or reader is None:
        await talk.show(talk.words.say("That day is over. The next task comes at your hour."))
        return
    card = _cards(talk).opened(reader, letter)
    await talk.show(card.html, card.rows)


def _cards(talk: Talk) -> PromptCards:
    means = talk.means
    return PromptCards(means.store, means.vault, means.clock, means.signer, means.kits)
