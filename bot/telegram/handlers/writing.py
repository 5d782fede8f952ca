"""Letters and calls to offices that decide: ready wordings that few people share, and calls within office hours alone."""

from html import escape
from typing import Final

from bot.telegram.handlers.mine import for_volunteers
from bot.telegram.spoken import spoken, words_for
from bot.telegram.table import button
from bot.telegram.talk import Talk, city_of
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
        await _show(talk, volunteer, campaign, prompt, offices[0], number)
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
    number, _, place = choice.partition(".")
    campaign = await talk.means.kits.get(volunteer.campaign)
    prompt = await _prompt(talk, volunteer, campaign, number)
    offices = _offices(prompt, campaign, volunteer)
    if prompt is None or int(place) >= len(offices):
        await talk.say(talk.words.say("The offices for this task are not known any more."))
    else:
        await _show(talk, volunteer, campaign, prompt, offices[int(place)], number)


async def _prompt(talk: Talk, volunteer: Volunteer, campaign: Campaign, number: str) -> Prompt | None:
    letter = await cards.written(talk.means.store, volunteer.person, int(number))
    return next((one for one in campaign.prompts if letter and one.id == letter.prompt.id), None)


def _offices(prompt: Prompt | None, campaign: Campaign, volunteer: Volunteer) -> tuple[Target, ...]:
    if prompt is None:
        return ()
    return offices_for(prompt.ask, campaign, city_of(campaign, volunteer.city))[:MOST_OFFICES]


async def _show(
    talk: Talk, volunteer: Volunteer, campaign: Campaign, prompt: Prompt, target: Target, number: str
) -> None:
    their_words = words_for(campaign, volunteer.language)
    name = f"<b>{escape(isolated(spoken(target.office, volunteer.language, campaign)))}</b>"
    if prompt.ask.kind is AskKind.CALL:
        body, rows = _call(talk, target, their_words), _finder(target, their_words)
    else:
        body, rows = await _letter(talk, volunteer, campaign, prompt, target)
    done = (talk.button(label(Intent.DONE, talk.words.language), "done", number),)
    await talk.say(f"{name}\n\n{body}", (*rows, done))


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


async def _letter(
    talk: Talk, volunteer: Volunteer, campaign: Campaign, prompt: Prompt, target: Target
) -> tuple[str, Rows]:
    their_words = words_for(campaign, volunteer.language)
    text = await _wording(talk, volunteer, campaign, prompt)
    told = [f"<code>{escape(target.email)}</code>"] if target.email else []
    if text:
        told.append(their_words.say("A text to start from; a word of your own makes it count more:"))
        told.append(f"<code>{escape(text)}</code>")
    else:
        told.append(
            their_words.say("Today the ready texts have all been given out. Lean on the facts of the task.")
        )
    rows = ((Button(their_words.say("Copy"), copy=text),),) if can_copy(text) else ()
    return "\n\n".join(told), (*rows, *_finder(target, their_words))


async def _wording(talk: Talk, volunteer: Volunteer, campaign: Campaign, prompt: Prompt) -> str:
    ready = [each[volunteer.language] for each in prompt.wordings if volunteer.language in each]
    if not ready:
        return ""
    name, on = f"{campaign.id}/{prompt.id}", talk.means.clock.now().date()
    number = await wordings.least_used(talk.means.store, name, volunteer.language, len(ready), on)
    return "" if number is None else ready[number]


def _finder(target: Target, their_words: Words) -> Rows:
    """The office's own page: where a postcode is needed, it asks for it and we do not."""
    return ((Button(their_words.say("The office's own page"), url=target.url),),) if target.url else ()
