"""Whoever acts often and would like to do more takes the training prompts; then those in charge are asked about a role.

How far somebody came stands in the button that they press next: no list says who is on the way to become a captain.
"""

from collections.abc import Callable
from html import escape

from bot.telegram.cards import effort_name
from bot.telegram.choices import code
from bot.telegram.handlers.asking import would_help
from bot.telegram.handlers.mine import for_volunteers
from bot.telegram.readers import Reader
from bot.telegram.spoken import spoken
from bot.telegram.table import button
from bot.telegram.talk import Talk
from channels.base import Button
from channels.telegram.entities import as_html
from content.intents import Intent, label
from content.models import Campaign, Prompt
from schedules.people.volunteers import Volunteer
from schedules.planning.training import training_text


@button("more")
@for_volunteers
async def would_do_more(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """They would like to do more: the training begins; where the campaign has none, those in charge hear of it."""
    del argument
    campaign = await talk.means.kits.get(volunteer.campaign)
    if campaign.training:
        await _show(talk, volunteer, campaign, campaign.training[0])
    else:
        await would_help(talk, _without_training)


@button("trained")
@for_volunteers
async def done(talk: Talk, volunteer: Volunteer, given: str) -> None:
    """One training prompt is done: on to the next; after the last one those in charge are asked."""
    campaign = await talk.means.kits.get(volunteer.campaign)
    codes = [code(each.id) for each in campaign.training]
    if given not in codes:
        await talk.show(talk.words.say("That task is gone. The tasks of the day go on."))
        return
    following = codes.index(given) + 1
    if following < len(codes):
        await _show(talk, volunteer, campaign, campaign.training[following])
    else:
        await would_help(talk, _trained(len(codes)))


async def _show(talk: Talk, volunteer: Volunteer, campaign: Campaign, prompt: Prompt) -> None:
    written = {variant.language for variant in prompt.variants}
    language = next((each for each in volunteer.tongues if each in written), campaign.languages[0])
    text = as_html(training_text(campaign, prompt, language).text)
    place = talk.words.say(
        "Training, {n} of {total}. Take your time: the button waits three days.",
        n=campaign.training.index(prompt) + 1,
        total=len(campaign.training),
    )
    told = (
        f"<b>{escape(spoken(prompt.ask.text, language, campaign))}</b>",
        text,
        escape(spoken(prompt.why, language, campaign)),
        talk.words.say("Effort: {effort}", effort=effort_name(talk.words, prompt.ask.effort)),
        place,
    )
    rows = [(talk.button(label(Intent.DONE, talk.words.language), "trained", code(prompt.id)),)]
    if prompt.ask.link:
        rows.insert(0, (Button(spoken(prompt.ask.text, language, campaign), url=prompt.ask.link),))
    await talk.show("\n\n".join(told), tuple(rows))


def _without_training(captain: Reader) -> str:
    return captain.words.say(
        "Somebody who acts often would like to do more, perhaps as a captain. Reply to this message to tell how; "
        "an admin makes the link: /team"
    )


def _trained(tasks: int) -> Callable[[Reader], str]:
    def told(captain: Reader) -> str:
        return captain.words.count(
            "Somebody who acts often has done the {n} task of the training and would like to do more. "
            "Shall they be captain? Reply to this message to tell; an admin makes the link: /team",
            "Somebody who acts often has done the {n} tasks of the training and would like to do more. "
            "Shall they be captain? Reply to this message to tell; an admin makes the link: /team",
            tasks,
        )

    return told
