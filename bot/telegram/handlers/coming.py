"""Whether a volunteer comes to an action day: with how many others, or not after all."""

from collections import OrderedDict
from typing import Final

from bot.telegram.cards import Reader
from bot.telegram.choices import coded
from bot.telegram.handlers.mine import for_volunteers
from bot.telegram.stepcards import StepCards
from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.base import Rows
from channels.errors import Refused
from content.intents import Intent, label
from content.later import later
from schedules.commands import coming as commands
from schedules.commands.coming import Answer, Open
from schedules.ledger import answers, cards
from schedules.people.volunteers import Volunteer

REMEMBERED: Final = 10_000
"""Cards in guarded cities of which it is known, in memory alone, that they were pressed."""


class Pressed:
    """The cards whose press was counted, the latest only. It is forgotten when the bot ends."""

    def __init__(self) -> None:
        self._cards: OrderedDict[int, None] = OrderedDict()

    def is_new(self, *card: int) -> bool:
        """Whether this card was not pressed before; from now on it was."""
        mark = hash(card)
        is_new = mark not in self._cards
        self._cards[mark] = None
        if len(self._cards) > REMEMBERED:
            self._cards.popitem(last=False)
        return is_new


PRESSED: Final = Pressed()


@command("coming", menu=later("Action days: am I coming?"))
@for_volunteers
async def show_days(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Each action day that asks in their city, and whether they come."""
    del argument
    reader = await _cards(talk).reader(volunteer.person)
    found = await _open_days(talk, volunteer)
    if reader is None or not found:
        await talk.say(talk.words.say("No action day asks for you now."))
        return
    for each in found:
        card = _cards(talk).standing(reader, each, await _cards(talk).signed(reader, each.day.id))
        await talk.say(card.html, () if each.is_guarded else card.rows)


@button("stepopen")
@for_volunteers
async def open_step(talk: Talk, volunteer: Volunteer, number: str) -> None:
    """Open the card of an action day in place of what made the phone ring."""
    means = talk.means
    await answers.pressed(means.store, volunteer.person, int(number), means.clock.now())
    letter = await cards.step_written(means.store, volunteer.person, int(number))
    reader = await _cards(talk).reader(volunteer.person)
    try:
        card = None if letter is None or reader is None else await _cards(talk).opened_step(reader, letter)
    except Refused:
        card = None
    if card is None:
        await talk.show(talk.words.say("That is over."), _hiding(talk))
    else:
        await talk.show(card.html, card.rows)


@button("coming")
@for_volunteers
async def come(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """They come, alone or with so many others."""
    given, _, guests = argument.partition(".")
    reader, wanted = await _asked(talk, volunteer, given)
    if reader is None or wanted is None:
        await _over(talk)
        return
    means = talk.means
    said = await commands.sign_up(
        means.store, means.clock, reader.campaign, volunteer, wanted.day.id, int(guests or 0)
    )
    match said:
        case Answer.FULL:
            await talk.toast(talk.words.say("There is no room for so many any more."))
        case Answer.OVER:
            await _over(talk)
        case Answer.COMING:
            await _show(talk, reader, wanted)


@button("notcoming")
@for_volunteers
async def stay_away(talk: Talk, volunteer: Volunteer, given: str) -> None:
    """They do not come after all; nothing of it is kept, and nobody asks why."""
    reader, wanted = await _asked(talk, volunteer, given)
    if reader is None or wanted is None:
        await _over(talk)
        return
    await commands.withdraw(talk.means.store, talk.means.clock, volunteer, wanted.day.id)
    card = _cards(talk).standing(reader, wanted, None)
    gone = talk.words.say("You are not coming. Nothing of it is kept.")
    await talk.show(f"{gone}\n\n{card.html}", card.rows)


@button("imin")
@for_volunteers
async def count_me(talk: Talk, volunteer: Volunteer, given: str) -> None:
    """In a guarded city: one more comes. Nothing else is kept, and the button goes."""
    reader, wanted = await _asked(talk, volunteer, given)
    if reader is None or wanted is None:
        await _over(talk)
        return
    if PRESSED.is_new(talk.chat, *talk.dialog):
        await commands.count_one(
            talk.means.store, talk.means.clock, reader.campaign, volunteer, wanted.day.id
        )
    await talk.show(talk.words.say("Counted. Nothing of you is kept."), _hiding(talk))


async def _asked(talk: Talk, volunteer: Volunteer, given: str) -> tuple[Reader | None, Open | None]:
    reader, found = await _cards(talk).reader(volunteer.person), await _open_days(talk, volunteer)
    day = coded(given, [each.day.id for each in found])
    return reader, next((each for each in found if each.day.id == day), None)


async def _open_days(talk: Talk, volunteer: Volunteer) -> tuple[Open, ...]:
    means = talk.means
    campaign = await means.kits.get(volunteer.campaign)
    return await commands.open_days(means.store, means.clock, campaign, volunteer)


async def _show(talk: Talk, reader: Reader, wanted: Open) -> None:
    card = _cards(talk).standing(reader, wanted, await _cards(talk).signed(reader, wanted.day.id))
    await talk.show(card.html, card.rows)


async def _over(talk: Talk) -> None:
    await talk.show(talk.words.say("That is over."), _hiding(talk) if await talk.is_guarded() else ())


def _hiding(talk: Talk) -> Rows:
    return ((talk.button(label(Intent.HIDE, talk.words.language), "hide"),),)


def _cards(talk: Talk) -> StepCards:
    means = talk.means
    return StepCards(means.store, means.vault, means.clock, means.signer, means.kits)
