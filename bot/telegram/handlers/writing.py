"""Letters and calls to offices that decide: ready wordings that few people share, and calls within office hours alone."""

from dataclasses import dataclass
from html import escape
from typing import Final

from bot.telegram.choices import code, coded
from bot.telegram.guarding import city_of
from bot.telegram.handlers.mine import for_volunteers
from bot.telegram.hints import hints
from bot.telegram.spoken import own_name, spoken, words_for
from bot.telegram.table import button
from bot.telegram.talk import Talk
from channels.base import Button, Rows
from channels.telegram.keyboards import can_copy
from content.filters import time_, weekday
from content.intents import Intent, label
from content.models import AskKind, Campaign, Prompt, Target
from content.offices import answers_at, offices_for, opens_next
from content.words import Words, isolated
from schedules.ledger import cards
from schedules.people import wordings
from schedules.people.volunteers import Volunteer

MOST_OFFICES: Final = 20


@dataclass(frozen=True, slots=True)
class _Office:
    """An office that somebody writes to or calls, because of a prompt.

    Attributes:
        number: That of the letter that brought the prompt.
        place: Where the office stands among those of the prompt.
    """

    volunteer: Volunteer
    campaign: Campaign
    prompt: Prompt
    target: Target
    number: str
    place: int

    def ready(self, language: str) -> list[str]:
        """The ready texts in a language."""
        return [each[language] for each in self.prompt.wordings if language in each]

    def hints(self, talk: Talk, language: str) -> str:
        """What helps to words of one's own in a language."""
        their_words = words_for(self.campaign, self.volunteer.language)
        today = self.volunteer.today(talk.means.clock.now())
        return hints(self.campaign, self.prompt, language, today, their_words)


@button("reach")
@for_volunteers
async def reach(talk: Talk, volunteer: Volunteer, number: str) -> None:
    """Whom to write to or call; straight on where there is only one office."""
    campaign = await talk.means.kits.get(volunteer.campaign)
    prompt = await _prompt(talk, volunteer, campaign, number)
    offices = _offices(prompt, campaign, volunteer)
    if prompt is None or not offices:
        await talk.say(talk.words.say("The offices for this task are not known any more."))
    elif len(offices) == 1:
        only = _Office(volunteer, campaign, prompt, offices[0], number, 0)
        await talk.say(*await _told(talk, only, _first_tongue(only)))
    else:
        rows = tuple(
            (
                talk.button(
                    spoken(office.office, volunteer.language, campaign), "office", f"{number}.{place}"
                ),
            )
            for place, office in enumerate(offices)
        )
        await talk.say(talk.words.say("Which office?"), rows)


@button("office")
@for_volunteers
async def office(talk: Talk, volunteer: Volunteer, choice: str) -> None:
    """This office."""
    number, place, *given = choice.split(".")
    campaign = await talk.means.kits.get(volunteer.campaign)
    prompt = await _prompt(talk, volunteer, campaign, number)
    offices = _offices(prompt, campaign, volunteer)
    if prompt is None or int(place) >= len(offices):
        await talk.say(talk.words.say("The offices for this task are not known any more."))
        return
    chosen = _Office(volunteer, campaign, prompt, offices[int(place)], number, int(place))
    if given:
        await talk.show(
            *await _told(talk, chosen, coded(given[0], volunteer.tongues) or volunteer.language)
        )
    else:
        await talk.say(*await _told(talk, chosen, _first_tongue(chosen)))


async def _prompt(talk: Talk, volunteer: Volunteer, campaign: Campaign, number: str) -> Prompt | None:
    letter = await cards.written(talk.means.store, volunteer.person, int(number))
    return next((one for one in campaign.prompts if letter and one.id == letter.prompt.id), None)


def _offices(prompt: Prompt | None, campaign: Campaign, volunteer: Volunteer) -> tuple[Target, ...]:
    if prompt is None:
        return ()
    return offices_for(prompt.ask, campaign, city_of(campaign, volunteer.city))[:MOST_OFFICES]


def _first_tongue(chosen: _Office) -> str:
    """Their own, or their second one where only that has a ready text."""
    tongues = [each for each in chosen.volunteer.tongues if chosen.ready(each)]
    return tongues[0] if tongues else chosen.volunteer.language


async def _told(talk: Talk, chosen: _Office, language: str) -> tuple[str, Rows]:
    """What to say to an office in one language, and the buttons below it."""
    target, volunteer = chosen.target, chosen.volunteer
    their_words = words_for(chosen.campaign, volunteer.language)
    name = f"<b>{escape(isolated(spoken(target.office, volunteer.language, chosen.campaign)))}</b>"
    if chosen.prompt.ask.kind is AskKind.CALL:
        body, rows = _call(talk, target, their_words), _finder(target, their_words)
        told = [name, body, chosen.hints(talk, language)]
    else:
        told, rows = await _letter(talk, chosen, language)
        told = [name, *told]
    done = (talk.button(label(Intent.DONE, talk.words.language), "done", chosen.number),)
    return "\n\n".join(filter(None, told)), (*rows, *_in_other(talk, chosen, language), done)


def _in_other(talk: Talk, chosen: _Office, shown: str) -> Rows:
    """The way to the other language that they read, where it has anything to say."""
    other = chosen.volunteer.other_than(shown)
    if other is None or not (chosen.ready(other) or chosen.hints(talk, other)):
        return ()
    text = talk.words.say("In {language}", language=own_name(other))
    return ((talk.button(text, "office", f"{chosen.number}.{chosen.place}.{code(other)}"),),)


def _call(talk: Talk, target: Target, their_words: Words) -> str:
    hours, now = target.hours, talk.means.clock.now()
    if target.phone is None:
        return their_words.say("No number is known. The office's own page has it.")
    if hours is None or answers_at(hours, now):
        number = escape(isolated(target.phone))
        return their_words.say("The office answers now:") + f"\n<code>{number}</code>"
    opening = opens_next(hours, now)
    if opening is None:
        return their_words.say("The office answers no calls.")
    return their_words.say(
        "The office does not answer now. It opens on {day} at {time}, its own time.",
        day=weekday(their_words.habits, opening.date()),
        time=time_(their_words.habits, opening),
    )


async def _letter(talk: Talk, chosen: _Office, language: str) -> tuple[list[str], Rows]:
    """Where to write and a ready text; where there is none, what helps to words of one's own."""
    target, their_words = chosen.target, words_for(chosen.campaign, chosen.volunteer.language)
    text = await _wording(talk, chosen, language)
    told = [f"<code>{escape(target.email)}</code>"] if target.email else []
    if text:
        told.append(their_words.say("A text to start from; a word of your own makes it count more:"))
        told.append(f"<code>{escape(text)}</code>")
    elif chosen.ready(language):
        told.append(
            their_words.say("Today the ready texts have all been given out. Lean on the facts of the task.")
        )
    helps = "" if text else chosen.hints(talk, language)
    rows = ((Button(their_words.say("Copy"), copy=text),),) if can_copy(text) else ()
    return [*told, helps], (*rows, *_finder(target, their_words))


async def _wording(talk: Talk, chosen: _Office, language: str) -> str:
    ready = chosen.ready(language)
    if not ready:
        return ""
    name, on = f"{chosen.campaign.id}/{chosen.prompt.id}", talk.means.clock.now().date()
    number = await wordings.least_used(talk.means.store, name, language, len(ready), on)
    return "" if number is None else ready[number]


def _finder(target: Target, their_words: Words) -> Rows:
    """The office's own page: where a postcode is needed, it asks for it and we do not."""
    return ((Button(their_words.say("The office's own page"), url=target.url),),) if target.url else ()
