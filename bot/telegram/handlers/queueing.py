"""``/queue``: somebody writes or forwards a message with pictures, and gets the grid of where it can go."""

from telegram import Message

from bot.telegram import gridview, queues
from bot.telegram.choices import code, coded
from bot.telegram.handlers import describing
from bot.telegram.readers import reader_of
from bot.telegram.spoken import own_name, spoken
from bot.telegram.table import answer, button, command
from bot.telegram.talk import Talk
from content.later import later
from content.models import Campaign
from schedules.commands import door_messages
from schedules.commands.scopes import named
from schedules.people.roles import Role


@command("queue", role=Role.EDITOR, menu=later("Queue a post for several platforms"))
async def queue(talk: Talk, argument: str) -> None:
    """Queue the message that this answers or stands above; else ask for one."""
    campaigns = await _campaigns(talk)
    if not campaigns:
        await talk.say(talk.words.say("There is no campaign here in which you write."))
        return
    message = talk.update.message
    answered = message.reply_to_message if message else None
    if answered is not None:
        await _take(talk, campaigns[0], await _language(talk, campaigns[0]), _words_of(answered), answered)
    elif message is not None and (describing.medium_in(message) or message.document):
        await _take(talk, campaigns[0], await _language(talk, campaigns[0]), argument, message)
    elif argument and argument not in campaigns[0].languages:
        await _take(talk, campaigns[0], await _language(talk, campaigns[0]), argument, None)
    elif len(campaigns) == 1:
        await _ask(talk, campaigns[0], argument)
    else:
        await _choose(talk, campaigns, argument)


@button("qn", role=Role.EDITOR)
async def chosen(talk: Talk, argument: str) -> None:
    """The campaign that it is for."""
    given, _, language = argument.partition(".")
    name = coded(given, await talk.means.kits.names())
    if name is not None:
        await _ask(talk, await talk.means.kits.get(name), language)


@answer("queue", role=Role.EDITOR)
async def queued(talk: Talk, argument: str) -> None:
    """The message itself."""
    name, _, language = argument.partition(".")
    await _take(talk, await talk.means.kits.get(name), language, talk.text, talk.update.message)


async def _take(talk: Talk, campaign: Campaign, language: str, text: str, message: Message | None) -> None:
    medium = None if message is None else describing.medium_in(message)
    if not text.strip() and medium is None:
        await _ask(talk, campaign, language)
        return
    data = None if medium is None else await describing.fetch(talk, medium)
    means, actor = talk.means, await talk.actor()
    number = await door_messages.create(
        means.store, means.clock, actor, campaign, language=language, text=text
    )
    if medium is not None and data is not None:
        await describing.add(talk, number, medium, data)
    desk = await queues.desk(means, actor, number)
    card = await talk.say(*gridview.shown(await desk.look(), await reader_of(talk)))
    await door_messages.keep_card(means.store, number, card.message_id)
    if medium is not None and message is not None:
        await describing.ask(talk, number, language, 0, message.media_group_id or "")


async def _campaigns(talk: Talk) -> list[Campaign]:
    """The campaigns in which this person may write in some language, the latest first."""
    every = await talk.means.kits.offered(await talk.means.kits.names())
    return [campaign for campaign in every if await _spoken_by(talk, campaign)]


async def _spoken_by(talk: Talk, campaign: Campaign) -> list[str]:
    actor = await talk.actor()
    return [
        language
        for language in campaign.languages
        if actor.may(Role.EDITOR, named(campaign=campaign.id, language=language))
    ]


async def _language(talk: Talk, campaign: Campaign, wanted: str = "") -> str:
    """The language that somebody writes in: the one they named, else their own, else the first that they may."""
    may = await _spoken_by(talk, campaign)
    return next((tag for tag in (wanted, talk.words.language) if tag in may), may[0])


async def _ask(talk: Talk, campaign: Campaign, wanted: str) -> None:
    language = await _language(talk, campaign, wanted)
    await talk.expect(f"queue:{campaign.id}.{language}")
    other = next((tag for tag in await _spoken_by(talk, campaign) if tag != language), language)
    await talk.say(
        talk.words.say(
            "Write or forward the post now, with its pictures or its video. It counts as written in {language}; "
            "for another language write first: {example}",
            language=own_name(language),
            example=f"/queue {other}",
        )
    )


async def _choose(talk: Talk, campaigns: list[Campaign], wanted: str) -> None:
    rows = tuple(
        (
            talk.button(
                spoken(campaign.title, talk.words.language, campaign), "qn", f"{code(campaign.id)}.{wanted}"
            ),
        )
        for campaign in campaigns
    )
    await talk.say(talk.words.say("For which campaign?"), rows)


def _words_of(message: Message) -> str:
    return message.text or message.caption or ""
