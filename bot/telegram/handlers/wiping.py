"""``/wipe``: an admin destroys the whole installation from the phone, by a code and two taps."""

from datetime import timedelta
from html import escape
from typing import Final

from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.base import Button
from content.later import later
from content.words import isolated
from schedules.commands.wipe import Wiped, wipe
from schedules.people.roles import Role

CONFIRM_WITHIN: Final = timedelta(minutes=2)
"""How long each button lives; as whole minutes are counted, at least one."""


@command("wipe", role=Role.ADMIN, menu=later("Destroy everything, for ever"))
async def ask(talk: Talk, argument: str) -> None:
    """Say what would be destroyed and what would stay, and wait for the first tap."""
    del argument
    actor = await talk.actor()
    actor.require(Role.ADMIN)
    actor.require_proof()
    await talk.say(
        talk.words.say(
            "This destroys the whole installation, for ever: the key, everybody who is kept here, all tokens, "
            "campaigns, plans and records. Every worker ends, and so does this bot.\n\n"
            "It does not reach what is published, the messages on people’s phones, Telegram’s own copy of every "
            "chat, and backups, which nothing opens unless a copy of the key was kept. Afterwards revoke the "
            "tokens on the platforms, and delete the bot with {father}.",
            father=isolated("@BotFather"),
        ),
        ((talk.button(talk.words.say("Destroy everything"), "wipe", lives=CONFIRM_WITHIN),), _no(talk)),
    )


@button("wipe", role=Role.ADMIN)
async def ask_again(talk: Talk, argument: str) -> None:
    """Wait for the second tap."""
    del argument
    await talk.show(
        talk.words.say("Really everything? There is no way back. The next tap does it."),
        (_no(talk), (talk.button(talk.words.say("Yes, destroy it now"), "wipenow", lives=CONFIRM_WITHIN),)),
    )


@button("wipeno", role=Role.ADMIN)
async def keep(talk: Talk, argument: str) -> None:
    """Leave everything as it is."""
    del argument
    await talk.show(talk.words.say("Nothing was destroyed."))


@button("wipenow", role=Role.ADMIN)
async def destroy(talk: Talk, argument: str) -> None:
    """Destroy everything, and say from memory what came of it: afterwards nothing is known of anybody."""
    del argument
    actor, means = await talk.actor(), talk.means
    actor.require(Role.ADMIN)
    actor.require_proof()
    await talk.show(
        talk.words.say(
            "It is being destroyed, the key first. If nothing more comes here within a minute, "
            "do it again on the server: munasara wipe"
        )
    )
    done = await wipe(means.store, means.clock, actor, means.key)
    await talk.show(escape(_told(talk, done)))


def _told(talk: Talk, done: Wiped) -> str:
    lines = [talk.words.say("Worker {name} has ended.", name=isolated(name)) for name in done.confirmed]
    lines += [
        talk.words.say(
            "Worker {name} did not confirm. End it by hand, on its machine.", name=isolated(name)
        )
        for name in done.silent
    ]
    whole = not done.left and not done.silent
    end = talk.words.say("Wiped.") if whole else talk.words.say("Wiped, but for what is named above.")
    return "\n".join((*lines, *done.left, end))


def _no(talk: Talk) -> tuple[Button]:
    return (talk.button(talk.words.say("No, keep everything"), "wipeno"),)
