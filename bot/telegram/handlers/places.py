"""Where a volunteer lives: a city of the campaign, or only which clock is theirs."""

from typing import Final

from bot.telegram.choices import Way, code, coded, marked
from bot.telegram.guarding import city_of
from bot.telegram.handlers.levels import show_levels
from bot.telegram.handlers.mine import choice, for_volunteers, keep, mine, my_campaign
from bot.telegram.handlers.settings import show_settings
from bot.telegram.keyboard import fixed_keys
from bot.telegram.spoken import by_name, place_name, spoken
from bot.telegram.table import button, command, intent
from bot.telegram.talk import Talk
from channels.base import Button, Rows
from content.filters import time_
from content.intents import Intent
from content.later import later
from content.models import Campaign, City
from schedules.people.volunteers import Volunteer
from schedules.walltime import zone

COLUMNS: Final = 2
ON_A_PAGE: Final = 20
NOT_SAID: Final = "-"
PAGE: Final = "p"
"""How the argument begins that turns to another page; no code does."""


@command("city", menu=later("Change the city"))
@intent(Intent.CITY)
@button("city")
@for_volunteers
async def city(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Offer the cities, or take one."""
    del volunteer
    way, given = choice(talk, argument)
    if not given or given.startswith(PAGE):
        await _offer(talk, way, int(given.removeprefix(PAGE) or 0))
        return
    campaign = await my_campaign(talk)
    chosen = city_of(campaign, coded(given, [each.id for each in campaign.cities]))
    if chosen is None:
        await keep(talk, city=None)
        await _offer_clocks(talk, way, campaign)
    else:
        await _take(talk, way, chosen)


@button("zone")
@for_volunteers
async def clock(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Take the clock of somebody who does not say their city."""
    del volunteer
    way, given = choice(talk, argument)
    chosen = coded(given, _zones(await my_campaign(talk)))
    if chosen is not None:
        await keep(talk, zone=chosen)
    await _go_on(talk, way)
    if way is Way.SETTING and await talk.is_guarded():
        told = talk.words.say("The key with which you hide everything at once stands below.")
        await talk.say(told, keyboard=fixed_keys(talk.words.language, guarded=True))


async def show_cities(talk: Talk, way: Way) -> None:
    """Go on to the city; whoever came by the link of a city has one."""
    if way is Way.JOINING and mine(talk).city is not None:
        await show_levels(talk, way)
    else:
        await _offer(talk, way, 0)


async def _take(talk: Talk, way: Way, chosen: City) -> None:
    was_guarded = await talk.is_guarded()
    await keep(talk, city=chosen.id, zone=chosen.zone)
    await _go_on(talk, way)
    if not was_guarded and await talk.is_guarded():
        keys = fixed_keys(talk.words.language, guarded=True) if way is Way.SETTING else None
        await talk.say(_warning(talk), keyboard=keys)


def _warning(talk: Talk) -> str:
    return talk.words.say(
        "From now on, messages here vanish within a day. What was written before stays: "
        "delete this chat in Telegram, for both sides."
    )


async def _go_on(talk: Talk, way: Way) -> None:
    if way is Way.JOINING:
        await show_levels(talk, way)
    else:
        await show_settings(talk)


async def _offer(talk: Talk, way: Way, page: int) -> None:
    campaign, now = await my_campaign(talk), mine(talk).city
    keys = [
        talk.button(
            marked(spoken(each.name, talk.words.language, campaign), chosen=each.id == now),
            "city",
            f"{way}{code(each.id)}",
        )
        for each in by_name(campaign, talk.words.language)
    ]
    none = talk.button(talk.words.say("I do not say"), "city", f"{way}{NOT_SAID}")
    start = page * ON_A_PAGE
    shown = _in_columns(keys[start : start + ON_A_PAGE])
    turning = _turning(talk, way, page, len(keys))
    text = talk.words.say(
        "Where do you live? You need not say it. A city brings tasks that fit it; "
        "only its coordinators see how many take part there."
    )
    await talk.show(text, (*shown, *turning, (none,)))


def _turning(talk: Talk, way: Way, page: int, cities: int) -> Rows:
    """The ways to the pages before and after."""
    keys = []
    if page > 0:
        keys.append(talk.button("‹", "city", f"{way}{PAGE}{page - 1}"))
    if (page + 1) * ON_A_PAGE < cities:
        keys.append(talk.button("›", "city", f"{way}{PAGE}{page + 1}"))
    return (tuple(keys),) if keys else ()


async def _offer_clocks(talk: Talk, way: Way, campaign: Campaign) -> None:
    now = talk.means.clock.now()

    def named(where: str) -> str:
        local = time_(talk.words.habits, now.astimezone(zone(where)))
        return f"{local} · {place_name(campaign, where, talk.words.language)}"

    zones = sorted(_zones(campaign), key=lambda where: now.astimezone(zone(where)).replace(tzinfo=None))
    keys = [(talk.button(named(where), "zone", f"{way}{code(where)}"),) for where in zones]
    text = talk.words.say("What does your clock show now? So that nothing comes at night.")
    if way is Way.SETTING:
        text = f"{_warning(talk)}\n\n{text}"
    await talk.show(text, tuple(keys))


def _zones(campaign: Campaign) -> tuple[str, ...]:
    return tuple(dict.fromkeys([campaign.zone, *(city.zone for city in campaign.cities)]))


def _in_columns(keys: list[Button]) -> Rows:
    return tuple(tuple(keys[start : start + COLUMNS]) for start in range(0, len(keys), COLUMNS))
