"""A group and a city: a captain binds the one to the other, or lets it go; the bot notices where it is added and thrown out."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import escape
from typing import Final

from telegram import Chat, ChatMember, ChatMemberAdministrator

from bot.telegram.choices import FIRST_PAGE, code, coded, paged
from bot.telegram.groups import NAMES, is_published_to
from bot.telegram.guarding import risk_of
from bot.telegram.handlers.grouphours import another_hour
from bot.telegram.spoken import own_name, spoken
from bot.telegram.table import Event, button, command, event
from bot.telegram.talk import Talk
from channels.base import Rows, Topic
from content.later import Phrase, later
from content.models import Campaign, City, Risk
from content.words import isolated, words
from schedules.action_days import boards
from schedules.commands import groups as commands
from schedules.commands.groups import Binding
from schedules.people import groups
from schedules.people.groups import Group
from schedules.people.roles import Role

GRACE: Final = timedelta(hours=1)
"""How long the bot stays in a group that somebody in charge added it to and nobody has bound."""
RIGHTS: Final[Mapping[str, Phrase]] = {
    "can_pin_messages": later("Pin messages: so that the task of the day stays on top"),
    "can_delete_messages": later("Delete messages: to take away what should not be read"),
    "can_invite_users": later("Invite users via link: to let in whoever a captain approves"),
    "can_manage_topics": later("Manage topics: to make and mend the topics"),
}
"""What the bot needs in a group, as Telegram's settings name it, and what for."""
TOPIC_RIGHT: Final = "can_manage_topics"


@command("setup", role=Role.CAPTAIN, group=True)
async def setup(talk: Talk, argument: str) -> None:
    """Say which rights are missing, or ask which city the group is for."""
    del argument
    if await _has_rights(talk):
        await _offer_cities(talk, FIRST_PAGE)


@button("setup", role=Role.CAPTAIN, group=True)
async def setup_again(talk: Talk, page: str) -> None:
    """Look again whether the rights are there now, or at more cities."""
    if await _has_rights(talk):
        await _offer_cities(talk, int(page or FIRST_PAGE))


@button("setcity", role=Role.CAPTAIN, group=True)
async def set_city(talk: Talk, choice: str) -> None:
    """Ask for the language; a guarded city is refused."""
    found = await _chosen(talk, choice)
    if found is None:
        await talk.show(talk.words.say("Write /setup again."))
        return
    campaign, city = found
    if risk_of(campaign, city.id) is Risk.GUARDED:
        await talk.show(
            talk.words.say(
                "This city is guarded: a group would show its members to each other. "
                "Volunteers there are served in private alone."
            )
        )
        return
    rows = tuple(
        (talk.button(own_name(language), "setlang", f"{choice}.{number}"),)
        for number, language in enumerate(_languages(campaign, city))
    )
    await talk.show(talk.words.say("In which language are the posts of this group?"), rows)


@button("setlang", role=Role.CAPTAIN, group=True)
async def set_language(talk: Talk, choice: str) -> None:
    """Bind the group and make its topics."""
    choice, _, number = choice.rpartition(".")
    found = await _chosen(talk, choice)
    if found is None or not int(number) < len(_languages(*found)):
        await talk.show(talk.words.say("Write /setup again."))
        return
    if not await _has_rights(talk):
        return
    campaign, city = found
    means = talk.means
    wanted = Binding(talk.chat, means.account, campaign, city.id, _languages(campaign, city)[int(number)])
    group = await commands.bind(means.store, means.vault, means.clock, await talk.actor(), wanted)
    await _make_topics(talk, group)
    await talk.show(
        talk.words.say(
            "This group is bound to {city}. What is planned for it is posted here from the next plan on, "
            "and the task of the day is pinned at {hour} o’clock.",
            city=escape(isolated(spoken(city.name, talk.words.language, campaign))),
            hour=await commands.hour_of(means.store, group),
        ),
        ((another_hour(talk),),),
    )


@command("unbind", role=Role.CAPTAIN, group=True)
async def unbind(talk: Talk, argument: str) -> None:
    """Let the group go; the bot leaves it in an hour unless it is bound again."""
    del argument
    means = talk.means
    await commands.unbind(means.store, means.vault, means.clock, await talk.actor(), talk.chat)
    await groups.wait(means.store, means.vault, talk.chat, means.clock.now() + GRACE)
    await talk.say(talk.words.say("This group is bound no longer. The bot leaves in an hour."))


@event(Event.CHAT_CHANGED)
async def chat_changed(talk: Talk, argument: str) -> None:
    """The bot was added, promoted or thrown out."""
    del argument
    change = talk.update.my_chat_member
    means = talk.means
    if change is None:
        return
    if change.new_chat_member.status in {ChatMember.LEFT, ChatMember.BANNED}:
        await groups.lost(means.store, means.vault, means.clock, talk.chat)
        await boards.lost(means.store, means.vault, talk.chat)
    elif await _is_nobodys(talk, change.chat):
        await _stay_for_now(talk)


@event(Event.MIGRATED)
async def migrated(talk: Talk, argument: str) -> None:
    """The group has a new id."""
    del argument
    message, means = talk.update.message, talk.means
    group = await groups.of_chat(means.store, means.vault, talk.chat)
    if message is None or message.migrate_to_chat_id is None:
        return
    await boards.moved(means.store, means.vault, talk.chat, message.migrate_to_chat_id)
    if group is not None:
        await groups.moved(means.store, means.vault, means.clock, group.account, message.migrate_to_chat_id)
    elif await groups.is_waiting(means.store, means.vault, talk.chat):
        await groups.stop_waiting(means.store, means.vault, talk.chat)
        await groups.wait(means.store, means.vault, message.migrate_to_chat_id, means.clock.now() + GRACE)


async def _is_nobodys(talk: Talk, chat: Chat) -> bool:
    """Whether it is a group that nobody has bound, and no account posts to, and where no board stands."""
    means = talk.means
    if await groups.of_chat(means.store, means.vault, chat.id) is not None:
        return False
    if await boards.is_board(means.store, means.vault, chat.id):
        return False
    return not await is_published_to(means.store, chat)


async def _stay_for_now(talk: Talk) -> None:
    """An hour where somebody in charge added it; else it leaves in the next round."""
    means = talk.means
    is_wanted = talk.person is not None and (await talk.actor()).may_somewhere(Role.CAPTAIN)
    now = means.clock.now()
    if is_wanted and not await groups.is_waiting(means.store, means.vault, talk.chat):
        await talk.say(
            talk.words.say(
                "Write /setup here, to bind this group to a city. Otherwise the bot leaves in an hour."
            )
        )
    await groups.wait(means.store, means.vault, talk.chat, now + GRACE if is_wanted else now)


async def _has_rights(talk: Talk) -> bool:
    """Whether the bot may do what it has to; otherwise say what to click."""
    lacking = [RIGHTS[right] for right in await _lacking(talk)]
    if not lacking:
        return True
    listed = "\n".join(f"• {talk.words.of(each)}" for each in lacking)
    how = talk.words.say(
        "The bot lacks rights here. Tap the name of the group, then Edit, Administrators, "
        "the bot, and switch on:"
    )
    again = talk.button(talk.words.say("Look again"), "setup")
    await talk.show(f"{how}\n{listed}", ((again,),))
    return False


async def _lacking(talk: Talk) -> tuple[str, ...]:
    bot = talk.means.bot
    chat = await bot.get_chat(talk.chat)
    member = await bot.get_chat_member(talk.chat, bot.id)
    wanted = [right for right in RIGHTS if right != TOPIC_RIGHT or chat.is_forum]
    is_admin = isinstance(member, ChatMemberAdministrator)
    return tuple(right for right in wanted if not (is_admin and getattr(member, right)))


async def _offer_cities(talk: Talk, page: int) -> None:
    actor, rows = await talk.actor(), []
    for campaign in await talk.means.kits.readable(await talk.means.kits.known()):
        name = code(campaign.id)
        rows += [
            (talk.button(spoken(city.name, talk.words.language, campaign), "setcity", f"{name}.{n}"),)
            for n, city in enumerate(campaign.cities)
            if actor.may(Role.CAPTAIN, {f"campaign:{campaign.id}", f"city:{city.id}"})
        ]
    is_bound = await groups.of_chat(talk.means.store, talk.means.vault, talk.chat) is not None
    hour: Rows = ((another_hour(talk),),) if is_bound else ()
    shown = paged(rows, page, lambda label, number: talk.button(label, "setup", str(number)))
    asked = talk.words.say("Which city is this group for?")
    nothing = talk.words.say("There is no city here that you look after.")
    await talk.show(asked if rows else nothing, (*shown, *hour))


async def _chosen(talk: Talk, choice: str) -> tuple[Campaign, City] | None:
    given, _, number = choice.partition(".")
    name = coded(given, await talk.means.kits.known())
    campaign = None if name is None else await talk.means.kits.get(name)
    if campaign is None or not int(number) < len(campaign.cities):
        return None
    return campaign, campaign.cities[int(number)]


def _languages(campaign: Campaign, city: City) -> tuple[str, ...]:
    """Those that people in the city read; all where the campaign does not say which."""
    return tuple(each for each in city.languages if each in campaign.languages) or campaign.languages


async def _make_topics(talk: Talk, group: Group) -> None:
    """In a group with topics, make those that are not there yet, in the order in which they are read."""
    chat = await talk.means.bot.get_chat(talk.chat)
    for purpose in _missing(group) if chat.is_forum else ():
        name = words(group.language).of(NAMES[purpose])
        made = await talk.means.bot.create_forum_topic(talk.chat, name)
        await groups.keep_topic(talk.means.store, group.account, purpose, made.message_thread_id)


def _missing(group: Group) -> Iterator[Topic]:
    return (purpose for purpose in Topic if purpose not in group.topics)
