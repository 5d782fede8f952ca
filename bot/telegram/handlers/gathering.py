"""``/places``: where people meet and whom to call, entered by whoever is in charge of a city and shown to nobody else."""

from html import escape
from typing import Final

from bot.telegram.choices import CODE_DIGITS, FIRST_PAGE, code, coded, paged
from bot.telegram.readyview import Meant, days_to_prepare
from bot.telegram.spoken import spoken
from bot.telegram.table import answer, button, command
from bot.telegram.talk import Talk
from channels.base import Button, Rows
from content.later import Phrase, later
from content.models import City, Risk
from content.words import isolated
from schedules.action_days.meetings import Meeting
from schedules.commands.action_days import may_change
from schedules.commands.meetings import fill_in, meeting_of
from schedules.people.roles import Role

FIELDS: Final[dict[str, Phrase]] = {
    "a": later("Place A"),
    "b": later("Place B"),
    "legal": later("Legal help"),
    "first_aid": later("First aid"),
    "contacts": later("Contacts"),
}
"""What is filled in of a city, in the order of its keys."""
PLACES: Final = frozenset({"a", "b"})
_DAY, _CITY = CODE_DIGITS, 2 * CODE_DIGITS
"""Where the code of the day ends in the argument of a button, and where that of the city."""


@command("places", role=Role.VIEWER, menu=later("Action days: where people meet, whom to call"))
async def show_places(talk: Talk, argument: str) -> None:
    """What is filled in of their city; where they look after several, a key for each."""
    del argument
    theirs = await _theirs(talk)
    if not theirs:
        await talk.say(talk.words.say("No action day is ahead in a city of yours."))
    elif len(theirs) == 1:
        await _show(talk, *theirs[0])
    else:
        await talk.say(talk.words.say("Which city?"), _paged(talk, theirs, FIRST_PAGE))


@button("placespage", role=Role.VIEWER)
async def turn_to(talk: Talk, page: str) -> None:
    """Another page of their cities."""
    await talk.show(talk.words.say("Which city?"), _paged(talk, await _theirs(talk), int(page)))


@button("places", role=Role.VIEWER)
async def show_city(talk: Talk, argument: str) -> None:
    """What is filled in of one city."""
    found = await _found(talk, argument)
    if found is not None:
        await _show(talk, *found)


@button("placesin", role=Role.VIEWER)
async def take(talk: Talk, argument: str) -> None:
    """Take the next message for one thing of a city."""
    if await _found(talk, argument) is None:
        return
    await talk.expect(f"placesin:{argument}")
    what = talk.words.of(FIELDS[argument[_CITY:]])
    await talk.say(
        talk.words.say(
            "Write it now: {what}. It is kept encrypted, and only those who are to know it see it.",
            what=what,
        )
    )


@answer("placesin", role=Role.VIEWER)
async def written(talk: Talk, argument: str) -> None:
    """Keep it."""
    found = await _found(talk, argument)
    if found is None:
        return
    meant, city = found
    means, names = talk.means, (meant.campaign, meant.day.id, city.id)
    actor = await talk.actor()
    await fill_in(means.store, means.vault, means.clock, actor, *names, argument[_CITY:], talk.text)
    await _show(talk, meant, city)


async def _theirs(talk: Talk) -> list[tuple[Meant, City]]:
    actor = await talk.actor()
    return [
        (meant, city)
        for meant in await days_to_prepare(talk.means.kits, talk.means.clock.now())
        for city in meant.campaign.cities_of(meant.day)
        if may_change(actor, meant.campaign, city.id)
    ]


async def _found(talk: Talk, argument: str) -> tuple[Meant, City] | None:
    theirs = await _theirs(talk)
    days = [(meant, city) for meant, city in theirs if meant.code == argument[:_DAY]]
    name = coded(argument[_DAY:_CITY], [city.id for _, city in days])
    found = next(((meant, city) for meant, city in days if city.id == name), None)
    if found is None:
        await talk.show(talk.words.say("That is over."))
    return found


def _paged(talk: Talk, theirs: list[tuple[Meant, City]], page: int) -> Rows:
    rows = [(_key(talk, meant, city),) for meant, city in theirs]
    return paged(rows, page, lambda label, number: talk.button(label, "placespage", str(number)))


def _key(talk: Talk, meant: Meant, city: City) -> Button:
    name = spoken(city.name, talk.words.language, meant.campaign)
    label = f"{name} · {meant.title(talk.words)}"
    return talk.button(label, "places", f"{meant.code}{code(city.id)}")


async def _show(talk: Talk, meant: Meant, city: City) -> None:
    means, words = talk.means, talk.words
    actor = await talk.actor()
    filled = await meeting_of(means.store, means.vault, actor, meant.campaign, meant.day.id, city.id)
    is_guarded = city.risk is Risk.GUARDED
    fields = [name for name in FIELDS if not (is_guarded and name in PLACES)]
    name = escape(isolated(spoken(city.name, words.language, meant.campaign)))
    lines = [
        f"<b>{name} · {escape(meant.title(words))}</b>",
        *(_line(talk, each, filled) for each in fields),
    ]
    if is_guarded:
        lines.append(
            words.say(
                "In a guarded city nobody gathers: a place that is written down would endanger people."
            )
        )
    rows = tuple(
        (talk.button(words.of(FIELDS[each]), "placesin", f"{meant.code}{code(city.id)}{each}"),)
        for each in fields
    )
    await talk.show("\n".join(lines), rows)


def _line(talk: Talk, field: str, filled: Meeting) -> str:
    written: str = getattr(filled, field)
    shown = escape(isolated(written)) if written else "—"
    return f"{escape(talk.words.of(FIELDS[field]))}: {shown}"
