"""A volunteer is kept after the end of the campaign, because they want it."""

from bot.telegram.farewells import asked
from bot.telegram.handlers.mine import for_volunteers
from bot.telegram.table import button
from bot.telegram.talk import Talk
from content.filters import date_
from schedules.commands import volunteering
from schedules.people.volunteers import Volunteer


@button("farewell")
@for_volunteers
async def open_farewell(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Open the question whether they stay, in place of what made the phone ring."""
    del argument
    campaign = await talk.means.kits.get(volunteer.campaign)
    html, rows = asked(talk.means, campaign, talk.user, talk.words)
    await talk.show(html, rows)


@button("keep")
@for_volunteers
async def keep_me(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Keep them for a year from now on."""
    del argument
    means = talk.means
    until = await volunteering.keep_a_year(means.store, means.clock, volunteer.person)
    await talk.show(
        talk.words.say(
            "Thank you. You are kept until {date}, and can choose to be forgotten at any time.",
            date=date_(talk.words.habits, until.date()),
        )
    )
