"""``/launch``: a campaign that is kept ready begins now; one person asks for it, another confirms the very same."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Final

from bot.telegram.choices import code, coded
from bot.telegram.readers import Reader, called, holding
from bot.telegram.spoken import spoken
from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from bot.telegram.troubles import told
from channels.base import Button, Rows
from content.errors import Problem, Severity
from content.filters import datetime_
from content.later import later
from content.models import Campaign
from content.words import Words, isolated
from schedules.commands import launches
from schedules.commands.launch_checks import Ahead
from schedules.commands.launch_wishes import Wish, unlaunched, wish_for
from schedules.commands.scopes import named
from schedules.errors import LaunchRefused
from schedules.people.roles import Role
from schedules.walltime import zone

MOST_PROBLEMS: Final = 12


@command("launch", role=Role.APPROVER, menu=later("Launch a campaign that is kept ready"))
async def launch(talk: Talk, argument: str) -> None:
    """Choose one of the campaigns that are kept ready; where there is one, see what its launch would do."""
    del argument
    kits = await talk.means.kits.offered(await _names(talk))
    if len(kits) == 1:
        await _show(talk, kits[0].id)
    elif kits:
        rows = tuple((talk.button(_title(kit, talk.words), "ln", code(kit.id)),) for kit in kits)
        await talk.say(talk.words.say("Which campaign is to be launched?"), rows)
    else:
        await talk.say(talk.words.say("No campaign is kept ready for a launch here."))


@button("ln", role=Role.APPROVER)
async def chosen(talk: Talk, argument: str) -> None:
    """See what a launch would do."""
    name = coded(argument, await _names(talk))
    if name is None:
        await talk.show(talk.words.say("No campaign is kept ready for a launch here."))
    else:
        await _show(talk, name)


@button("lnask", role=Role.APPROVER)
async def ask(talk: Talk, argument: str) -> None:
    """Ask for the launch, and tell everybody who may confirm it."""
    name, means = coded(argument, await _names(talk)), talk.means
    if name is None:
        await talk.show(talk.words.say("No campaign is kept ready for a launch here."))
        return
    kit = await means.kits.get(name)
    try:
        wish = await launches.ask(means.store, means.clock, await talk.actor(), name)
    except LaunchRefused as error:
        await talk.show(_problems(error.problems, talk.words))
        return
    await talk.show(_asked(wish, kit, talk.words), (_take_back(talk, name),))
    for reader in await holding(means, Role.APPROVER, named(campaign=name)):
        if reader.handle != wish.asked_by:
            key = reader.button(reader.words.say("See what it would do"), "ln", code(name))
            await reader.say(_alert(wish, kit, reader), ((key,),))


@button("lngo", role=Role.APPROVER)
async def confirm(talk: Talk, argument: str) -> None:
    """Launch exactly what was shown."""
    given, _, seal = argument.partition(".")
    name, means = coded(given, await _names(talk)), talk.means
    if name is None:
        await talk.show(talk.words.say("No campaign is kept ready for a launch here."))
        return
    wish = await wish_for(means.store, name)
    try:
        done = await launches.confirm(means.store, means.clock, await talk.actor(), name, seal)
    except LaunchRefused as error:
        await talk.show(_problems(error.problems, talk.words))
        return
    await talk.show(_launched(done.posts - done.waiting, done.waiting, talk.words))
    first = None if wish is None else await called(means, wish.asked_by)
    if first is not None and first.handle != talk.known().handle:
        await first.say(_launched(done.posts - done.waiting, done.waiting, first.words))


@button("lnno", role=Role.APPROVER)
async def take_back(talk: Talk, argument: str) -> None:
    """Take back what somebody asked for."""
    name, means = coded(argument, await _names(talk)), talk.means
    if name is not None:
        await launches.cancel(means.store, await talk.actor(), name)
    await talk.show(talk.words.say("It is taken back. Nothing was launched."))


async def _names(talk: Talk) -> list[str]:
    """What this person may launch."""
    actor = await talk.actor()
    names = await unlaunched(talk.means.store, talk.means.kits)
    return [name for name in names if actor.may(Role.APPROVER, named(campaign=name))]


async def _show(talk: Talk, name: str) -> None:
    means = talk.means
    ahead = await launches.look(means.store, means.clock, await talk.actor(), name)
    await talk.show(_ahead(ahead, talk.words), _rows(talk, ahead))


def _rows(talk: Talk, ahead: Ahead) -> Rows:
    name, wish = ahead.kit.id, ahead.wish
    if wish is None:
        ask_for_it = talk.button(talk.words.say("Ask to launch it now"), "lnask", code(name))
        return ((ask_for_it,),) if not ahead.errors else ()
    going = talk.button(talk.words.say("Launch exactly this"), "lngo", f"{code(name)}.{ahead.seal}")
    if wish.launched_by is not None:
        return ((going,),)
    is_mine = wish.asked_by == talk.known().handle
    return (*(() if is_mine or ahead.errors else ((going,),)), _take_back(talk, name))


def _take_back(talk: Talk, name: str) -> tuple[Button]:
    return (talk.button(talk.words.say("Take it back"), "lnno", code(name)),)


def _ahead(ahead: Ahead, words: Words) -> str:
    campaign = ahead.checked.campaign
    planned = tuple(ahead.checked.planned())
    lines = [
        f"<b>{escape(_title(campaign, words))}</b> #{escape(' #'.join(campaign.hashtag.tags))}",
        words.say("It begins: {time}", time=_time(ahead.starts_at, campaign, words)),
        words.count(
            "{n} post would be planned and approved.",
            "{n} posts would be planned and approved.",
            len(planned),
        ),
    ]
    if ahead.wish is not None:
        lines.append(_asked(ahead.wish, campaign, words))
    if ahead.problems:
        lines.append(_problems(ahead.problems, words))
    if ahead.errors:
        lines.append(words.say("As long as a ⚠ is there, it cannot be launched."))
    return "\n\n".join(lines)


def _asked(wish: Wish, campaign: Campaign, words: Words) -> str:
    until = _time(wish.open_until, campaign, words)
    return words.say(
        "{name} has asked to launch it. Another person confirms it, until {time}.",
        name=wish.asked_by,
        time=until,
    )


def _alert(wish: Wish, campaign: Campaign, reader: Reader) -> str:
    title = escape(_title(campaign, reader.words))
    begins = reader.words.say("It begins: {time}", time=_time(wish.starts_at, campaign, reader.words))
    return f"⚡ <b>{title}</b>\n{_asked(wish, campaign, reader.words)}\n{begins}"


def _launched(approved: int, waiting: int, words: Words) -> str:
    lines = [
        words.count(
            "⚡ It is launched: {n} post is approved.",
            "⚡ It is launched: {n} posts are approved.",
            approved,
        ),
        words.say("To stop it at once: /stop"),
    ]
    if waiting:
        lines.insert(
            1, words.count("{n} post still waits: /pending", "{n} posts still wait: /pending", waiting)
        )
    return "\n".join(lines)


def _problems(problems: Sequence[Problem], words: Words) -> str:
    """Errors first, each with the name of what it is about."""
    ordered = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)
    lines = [f"<code>{escape(one.where)}</code>\n{told([one], words)}" for one in ordered[:MOST_PROBLEMS]]
    if len(ordered) > MOST_PROBLEMS:
        more = len(ordered) - MOST_PROBLEMS
        lines.append(words.count("and {n} more", "and {n} more", more))
    return "\n".join(lines)


def _title(campaign: Campaign, words: Words) -> str:
    return isolated(spoken(campaign.title, words.language, campaign))


def _time(at: datetime, campaign: Campaign, words: Words) -> str:
    local = at.astimezone(zone(campaign.zone)).replace(tzinfo=None)
    return f"{datetime_(words.habits, local, 'medium')} ({isolated(campaign.zone)})"
