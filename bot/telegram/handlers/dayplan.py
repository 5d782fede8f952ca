"""The action day as its organisers see it: how long until it begins, how many cities are ready, what is missing where."""

from collections.abc import Sequence

from bot.telegram.choices import FIRST_PAGE, code, paged
from bot.telegram.handlers.readying import day_of, lists_of
from bot.telegram.handlers.stopping import stop_button
from bot.telegram.readyview import Meant, city_name, days_ahead, overview
from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.base import Button, Rows
from content.later import later
from schedules.action_days.readiness import Readiness
from schedules.commands.scopes import named
from schedules.people.roles import Role


@command("day", role=Role.APPROVER, menu=later("Action days: are the cities ready?"))
async def show_days(talk: Talk, argument: str) -> None:
    """The action day; where there are several, a key for each."""
    del argument
    actor = await talk.actor()
    days = [
        meant
        for meant in await days_ahead(talk.means.kits, talk.means.clock.now())
        if actor.may(Role.APPROVER, named(campaign=meant.campaign.id))
    ]
    if not days:
        await talk.say(talk.words.say("No action day is ahead."))
    elif len(days) == 1:
        await _show(talk, days[0], FIRST_PAGE)
    else:
        keys = tuple((talk.button(meant.title(talk.words), "day", meant.code),) for meant in days)
        await talk.say(talk.words.say("Which day?"), keys)


@button("day", role=Role.APPROVER)
async def show_day(talk: Talk, argument: str) -> None:
    """One day, or another page of its cities."""
    given, _, page = argument.partition(".")
    meant = await day_of(talk, given)
    if meant is not None:
        await _show(talk, meant, int(page or FIRST_PAGE))


async def _show(talk: Talk, meant: Meant, page: int) -> None:
    lists = await lists_of(talk, meant)
    told = overview(talk.words, meant, lists, talk.means.clock.now())
    ways = talk.words.say("Meeting places: /places\nThe board, in your group: /board")
    await talk.show(f"{told}\n\n{ways}", (*_cities(talk, meant, lists, page), _held(talk, meant)))


def _cities(talk: Talk, meant: Meant, lists: Sequence[Readiness], page: int) -> Rows:
    keys = [
        (
            talk.button(
                f"{'✓' if one.is_ready else '✗'} {city_name(talk.words, meant.campaign, one)}",
                "ready",
                f"{meant.code}{code(one.city.id)}",
            ),
        )
        for one in lists
        if not one.is_over
    ]
    return paged(keys, page, lambda label, number: talk.button(label, "day", f"{meant.code}.{number}"))


def _held(talk: Talk, meant: Meant) -> tuple[Button, ...]:
    return (stop_button(talk, talk.words.say("Hold the whole day"), f"campaign:{meant.campaign.id}"),)
