"""A group on the stage: a captain, and her group bound to her city."""

from tests.support.bot_stage import BotStage
from tests.support.telegram.chats import Chat
from tests.support.telegram.people import Person

RIGHTS = ("can_pin_messages", "can_delete_messages", "can_invite_users")


async def captain(stage: BotStage, handle: str = "lena") -> Person:
    """A captain of Berlin."""
    return await stage.comes(handle, "captain", scope="city:berlin")


async def bound_group(stage: BotStage, lena: Person) -> Chat:
    """A group of hers, bound to Berlin in German."""
    return await bind(stage, lena, stage.world.add_group("Berlin", owner=lena))


async def bind(stage: BotStage, lena: Person, group: Chat, *rights: str) -> Chat:
    """Add the bot to a group with all that it needs, and bind it."""
    group.add_bot(lena, rights=(*RIGHTS, *rights))
    await stage.settle()
    await say(stage, lena, "/setup", group)
    await tap(stage, lena, group, "Berlin")
    await tap(stage, lena, group, "Deutsch")
    return group


async def say(stage: BotStage, person: Person, text: str, group: Chat) -> None:
    """Write into the group."""
    person.send(text, to=group)
    await stage.settle()


async def tap(stage: BotStage, person: Person, group: Chat, label: str) -> None:
    """Press a button below the newest message there."""
    person.press(group.last, label)
    await stage.settle()
