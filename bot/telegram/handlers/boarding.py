"""``/board`` in a group of organisers: the board of an action day stands there and changes in place."""

from datetime import datetime

from bot.telegram.boards import keep_boards
from bot.telegram.spoken import spoken
from bot.telegram.table import command
from bot.telegram.talk import Talk
from content.models import ActionDay, Campaign
from content.words import isolated
from schedules.action_days.board import is_kept
from schedules.action_days.timeline import starts_at
from schedules.commands import boards
from schedules.people.roles import Role
from schedules.planning.cities import load_cities


@command("board", role=Role.ADMIN, group=True)
async def put_board(talk: Talk, argument: str) -> None:
    """Let the board of an action day stand here: the one that is named, else the next one."""
    message, means = talk.update.message, talk.means
    if message is not None and message.chat.username:
        await talk.say(
            talk.words.say(
                "Everybody can read this group, and the board is for organisers alone. Make a private group."
            )
        )
        return
    found = await _day(talk, argument.strip())
    if found is None:
        await talk.say(talk.words.say("There is no such action day. Write /board and its name."))
        return
    campaign, day = found
    await boards.put_up(
        means.store, means.vault, await talk.actor(), talk.chat, campaign.id, day.id, talk.words.language
    )
    await talk.say(
        talk.words.say(
            "The board of {day} stands here. Everybody in this group reads it: let only organisers in.",
            day=isolated(spoken(day.title, talk.words.language, campaign)),
        )
    )
    await keep_boards(means)


async def _day(talk: Talk, wanted: str) -> tuple[Campaign, ActionDay] | None:
    """The day of that name; where none is given, the first that is not over, else the last."""
    actor, now = await talk.actor(), talk.means.clock.now()
    known: list[tuple[bool, datetime, Campaign, ActionDay]] = []
    for campaign in await talk.means.kits.readable(await talk.means.kits.names()):
        states = await load_cities(talk.means.store, campaign.id)
        for day in campaign.action_days:
            at = starts_at(day, campaign.zone).at
            if (
                at is not None
                and actor.may(Role.ADMIN, {f"campaign:{campaign.id}"})
                and wanted in {"", day.id}
            ):
                is_over = at < now and not is_kept(campaign, day, states, now)
                known.append((is_over, at, campaign, day))
    if not known:
        return None
    ahead = [each for each in known if not each[0]]
    chosen = min(ahead, key=lambda each: each[1]) if ahead else max(known, key=lambda each: each[1])
    return chosen[2], chosen[3]
