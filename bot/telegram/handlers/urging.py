"""``/urgent``: a word to every volunteer who is awake, ahead of everything else, once somebody has approved it."""

from datetime import timedelta
from html import escape
from typing import Final

from bot.telegram.choices import code, coded
from bot.telegram.readers import holding
from bot.telegram.spoken import own_name, spoken
from bot.telegram.table import answer, button, command
from bot.telegram.talk import Talk
from bot.telegram.troubles import told
from content.errors import CampaignInvalid
from content.later import later
from content.words import Words, isolated
from schedules.commands.scopes import named
from schedules.commands.urgent import Urgent, plan_urgent
from schedules.people.days import below_five
from schedules.people.roles import Role

MOST_PROBLEMS: Final = 5
A_SECOND: Final = timedelta(seconds=1)


@command("urgent", role=Role.EDITOR, menu=later("A word to all volunteers, at once"))
async def urgent(talk: Talk, argument: str) -> None:
    """Choose the language that it is written in."""
    del argument
    actor, is_offered = await talk.actor(), False
    for campaign in await talk.means.kits.offered(await talk.means.kits.names()):
        name = code(campaign.id)
        rows = tuple(
            (talk.button(own_name(language), "urgent", f"{name}.{number}"),)
            for number, language in enumerate(campaign.languages)
            if actor.may(Role.EDITOR, named(campaign=campaign.id, language=language))
        )
        if rows:
            title = escape(isolated(spoken(campaign.title, talk.words.language, campaign)))
            await talk.say(talk.words.say("In which language is it?") + f"\n{title}", rows)
            is_offered = True
    if not is_offered:
        await talk.say(talk.words.say("There is no campaign here in which you write."))


@button("urgent", role=Role.EDITOR)
async def urgent_in(talk: Talk, choice: str) -> None:
    """Take the text."""
    await talk.expect(f"urgent:{choice}")
    await talk.say(
        talk.words.say(
            "Write the text now: what has happened, and one thing to do that is safe for everybody. "
            "It is sent once somebody approves it, to all who are awake; to the others in the morning."
        )
    )


@answer("urgent", role=Role.EDITOR)
async def urgent_text(talk: Talk, choice: str) -> None:
    """Plan it, and say whom it would reach."""
    given, _, number = choice.partition(".")
    name = coded(given, await talk.means.kits.names())
    if name is None or not talk.text.strip():
        await talk.say(talk.words.say("Ask again: {command}", command="/urgent"))
        return
    campaign = await talk.means.kits.get(name)
    language = campaign.languages[int(number)]
    try:
        planned = await plan_urgent(
            talk.means.store, talk.means.clock, await talk.actor(), campaign, language, talk.text
        )
    except CampaignInvalid as error:
        await talk.expect(f"urgent:{choice}")
        await talk.say(_problems(talk, error))
        return
    await talk.say(_told(talk, planned))
    for approver in await holding(talk.means, Role.APPROVER, named(campaign=name, language=language)):
        if approver.person.id != talk.known().id:
            await approver.say(_waits(approver.words, planned))


def _told(talk: Talk, planned: Urgent) -> str:
    waits = _waits(talk.words, planned)
    if planned.reach is None:
        return waits + "\n" + talk.words.say("Nobody reads this language yet.")
    lasts = talk.words.duration(max(planned.reach.busiest.lasts, A_SECOND))
    return (
        waits
        + "\n"
        + talk.words.say(
            "It reaches {people} people, the awake ones within {time}.",
            people=escape(below_five(planned.reach.people)),
            time=lasts,
        )
    )


def _problems(talk: Talk, error: CampaignInvalid) -> str:
    found = told(error.problems[:MOST_PROBLEMS], talk.words)
    return talk.words.say("This cannot be sent:") + f"\n{found}"


def _waits(their_words: Words, planned: Urgent) -> str:
    return their_words.say("⚡ Urgent: number {number} waits for approval: /pending", number=planned.post)
