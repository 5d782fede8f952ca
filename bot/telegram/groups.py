"""The groups that the bot serves, for whoever posts there: where they moved, their topics, and what stands below a post."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from telegram import Chat, ChatFullInfo

from channels.base import Button, OutgoingPost, Rows, Topic, TopicWanted
from channels.registry import BOT_CHANNEL
from content.later import Phrase, later
from content.words import Words, words
from schedules.accounts import accounts
from schedules.accounts.vault import Vault
from schedules.clock import Clock
from schedules.commands import pauses
from schedules.people import groups
from schedules.people.days import group_day
from schedules.people.groups import Group
from schedules.people.roles import EVERYTHING
from schedules.store.engine import Store

NAMES: Final[Mapping[str, Phrase]] = {
    Topic.ANNOUNCEMENTS: later("Announcements"),
    Topic.TODAY: later("Today"),
    Topic.QUESTIONS: later("Questions"),
}
OPENING: Final = "today"
"""What the link below a prompt asks the bot for."""


@dataclass(frozen=True, slots=True)
class BoundGroups:
    """What is kept of groups, as adapters need it."""

    store: Store
    vault: Vault
    clock: Clock

    async def moved(self, account: str, chat: int) -> bool:
        """Note the new id of a group. Whether the account posts to one of ours."""
        if await groups.of_account(self.store, account) is None:
            return False
        await groups.moved(self.store, self.vault, self.clock, account, chat)
        return True

    async def topic(self, account: str, purpose: str) -> TopicWanted | None:
        """A topic of the account's group, named in its language."""
        group = await groups.of_account(self.store, account)
        if group is None or purpose not in NAMES:
            return None
        group_words = words(group.language)
        return TopicWanted(group_words.of(NAMES[purpose]), group.topics.get(purpose))

    async def made(self, account: str, purpose: str, number: int) -> None:
        """Keep the number of a topic that was made anew."""
        await groups.keep_topic(self.store, account, purpose, number)

    async def rows(self, account: str, post: OutgoingPost) -> Rows:
        """Below a prompt, the way into the private chat; below other posts nothing."""
        bot = await accounts.first_of(self.store, BOT_CHANNEL)
        if bot is None or group_day(post.options) is None:
            return ()
        group = await groups.of_account(self.store, account)
        username = (await accounts.get(self.store, bot)).settings.get("username")
        return private_rows(words(post.language), username) if group and username else ()


async def is_published_to(store: Store, chat: Chat | ChatFullInfo) -> bool:
    """Whether a chat is a channel, or one that a connected account names: nobody binds it, and the bot stays."""
    names = {str(chat.id), f"@{chat.username}".lower()}
    known = await accounts.list_all(store)
    return chat.type == Chat.CHANNEL or any(
        one.settings.get("chat_id", "").strip().lower() in names for one in known
    )


async def is_stopped(store: Store, group: Group) -> bool:
    """Whether a pause covers a group, so that the bot says nothing there by itself."""
    paused = {pause.scope for pause in await pauses.paused(store)}
    return group.held is not None or not paused.isdisjoint({EVERYTHING, *group.scopes})


def private_rows(group_words: Words, username: str) -> Rows:
    """The way from a group into one's own chat with the bot, where nobody else reads."""
    return ((Button(group_words.say("My task, in private"), url=private_link(username, OPENING)),),)


def private_link(username: str, payload: str) -> str:
    """A link into the private chat with the bot."""
    return f"https://t.me/{username}?start={payload}"
