"""``munasara plan``."""

import sys
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from bot.cli.exits import NO
from bot.cli.output import counted, json_option, moment, say, show_json, show_problems, show_table, utc
from bot.cli.session import Desk, Session, acting, pass_session
from bot.cli.timeline import show_timelines, timelines_as_data, write_calendar

if TYPE_CHECKING:
    from schedules.commands.actor import Actor
    from schedules.commands.plans import Checked
    from schedules.planning.occurrences import Occurrence
    from schedules.planning.record import Outcome

ROWS_SHOWN = 100


@click.command(
    epilog="""\b
Examples:
  munasara plan my-campaign --dry-run
  munasara plan my-campaign --yes --json

Exit code 1 where the campaign has errors; nothing is recorded or written then.
"""
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Record without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would be recorded; record and write nothing.")
@click.option("--replace", "replacing", is_flag=True, help="Take the place of another campaign of that id.")
@click.option("--every", is_flag=True, help=f"Show every post, not only the first {ROWS_SHOWN}.")
@click.option("--ics", type=click.Path(path_type=Path), help="Write the action days as a calendar file.")
@json_option
@acting
@pass_session
@click.pass_context
def plan(
    ctx: click.Context,
    session: Session,
    folder: Path,
    yes: bool,
    dry_run: bool,
    replacing: bool,
    every: bool,
    ics: Path | None,
    as_json: bool,
) -> None:
    """Plan a campaign folder on the connected accounts: what goes out where and when; then record it.

    Safe to repeat: posts that changed are revised and wait for approval again, posts that vanished are
    withdrawn, and what was sent is never sent again. Of a dormant campaign the kit is kept, and no post recorded.
    """
    actor = session.actor()
    with session.desk() as desk:
        checked = _checked(desk, folder)
        before = None if checked.errors else desk.do(_preview(desk, checked))
        if as_json:
            show_json(_as_data(checked, before))
        else:
            _show(checked, before, every)
        if before is None:
            ctx.exit(NO)
        if ics is not None and not dry_run:
            write_calendar(checked.campaign, desk.clock.now(), ics, checked.overrides.cities)
        if dry_run or (as_json and not yes) or not _changes_something(desk, checked, before):
            return
        if not yes:
            question = "Keep this kit?" if checked.campaign.dormant else "Record this plan?"
            click.confirm(question, abort=True, err=True)
            replacing = replacing or _may_replace(checked)
        _record(desk, actor, checked, replacing=replacing, quiet=as_json)


def _checked(desk: Desk, folder: Path) -> "Checked":
    from content.loader import load_campaign
    from schedules.commands import accounts
    from schedules.commands.launch_wishes import as_launched
    from schedules.commands.plans import check_plan

    campaign = desk.do(as_launched(desk.store, load_campaign(folder)))
    views = desk.do(accounts.views(desk.store))
    return desk.do(check_plan(desk.store, desk.clock, campaign, views))


async def _preview(desk: Desk, checked: "Checked") -> "Outcome":
    from schedules.commands.plans import preview_plan

    return await preview_plan(desk.store, desk.clock, checked)


def _may_replace(checked: "Checked") -> bool:
    """Ask whether another campaign may lose its place; nobody is asked where there is none."""
    from schedules.commands.plans import ID_TAKEN

    if all(problem.code != ID_TAKEN for problem in checked.problems):
        return False
    return click.confirm(
        f"Another campaign is planned as {checked.campaign.id}. Replace it?", abort=True, err=True
    )


def _record(desk: Desk, actor: "Actor", checked: "Checked", *, replacing: bool, quiet: bool) -> None:
    from schedules.commands.plans import record_plan

    with click.progressbar(
        length=checked.posts, label="Recording", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        outcome = desk.do(
            record_plan(
                desk.store,
                desk.clock,
                actor,
                checked,
                replacing=replacing,
                progress=lambda done: bar.update(done - bar.pos),
            )
        )
    if quiet:
        return
    if checked.campaign.dormant:
        say(f"\nKept: {checked.campaign.id}. Nothing of it goes out before two people launch it.")
        say(
            f"Next:\n  munasara launch {quote(str(checked.campaign.folder))}    show what a launch would do, and ask for it"
        )
        return
    say(f"\nRecorded: {_summary(outcome)}.")
    say(
        "Next:\n  munasara approve    look at each post and approve it\n  munasara run        send what is approved, when it is due"
    )


def _occurrences(checked: "Checked") -> "list[Occurrence]":
    return sorted(checked.planned(), key=lambda occurrence: (occurrence.due_at, occurrence.key))


def _show(checked: "Checked", outcome: "Outcome | None", every: bool) -> None:
    show_problems(checked.problems)
    planned = _occurrences(checked)
    shown = planned if every else planned[:ROWS_SHOWN]
    if planned:
        show_table(["local time", "UTC", "city", "account", "language", "message", "note"], _rows(shown))
    if len(shown) < len(planned):
        folder = quote(str(checked.campaign.folder))
        say(f"... and {len(planned) - len(shown):,} more: munasara plan {folder} --every")
    say(f"\n{counted(len(planned), 'post')} on {counted(len({o.account for o in planned}), 'account')}.")
    show_timelines(checked.campaign, None if every else ROWS_SHOWN, checked.overrides.cities)
    _show_forecast(checked)
    _show_audience(checked)
    if checked.campaign.dormant:
        say(f"{checked.campaign.id} is dormant: the kit is kept, none of these posts is recorded.")
    if outcome is not None:
        show_problems(outcome.conflicts)
        say(f"Against what is recorded: {_summary(outcome)}.")
    else:
        say(f"{counted(len(checked.errors), 'error')} to correct first; nothing was recorded.")


def _show_forecast(checked: "Checked") -> None:
    from schedules.planning.forecast import dollars, in_words

    for one in checked.forecast:
        if one.cost:
            say(f"This plan costs {dollars(one.cost)} on {one.account}.")
        if one.allowed is not None:
            most, within = f"{one.busiest.posts:,} of {one.allowed:,} posts", in_words(one.window)
            say(f"{most} within {within} on {one.account}.")


def _show_audience(checked: "Checked") -> None:
    from bot.cli.reaches import of_plan

    if checked.audience is not None:
        for line in of_plan(checked.audience):
            say(line)
    if checked.has_bot:
        return
    missing = "no account writes to volunteers. Connect one: munasara accounts add telegram-bot"
    if checked.campaign.daily:
        say(f"{counted(len(checked.campaign.daily), 'prompt')} not planned, as {missing}")
    if checked.campaign.writes_letters:
        say(f"Letters of action days not planned, as {missing}")


def _rows(planned: "list[Occurrence]") -> Iterator[tuple[object, ...]]:
    for one in planned:
        yield (
            moment(one.shown_at, one.zone),
            utc(one.due_at).removesuffix(" UTC"),
            one.city,
            one.account,
            one.language,
            one.message_id,
            _note(one),
        )


def _note(planned: "Occurrence") -> str:
    from schedules.walltime import Note

    if planned.waits:
        return "only when the day is changed there"
    asked = f"{planned.local_at:%H:%M}"
    notes = {
        Note.GAP_SHIFTED: f"the clocks jump over {asked}; sent at {planned.shown_at:%H:%M}",
        Note.GAP_SKIPPED: f"the clocks jump over {asked}; left out",
        Note.OVERLAP_FIRST: f"the clocks show {asked} twice; the first is meant",
        Note.OVERLAP_SECOND: f"the clocks show {asked} twice; the second is meant",
    }
    return notes.get(planned.note, "")


def _summary(outcome: "Outcome") -> str:
    counts = [f"{count:,} {change.value}" for change, count in outcome.counts.items() if count]
    return ", ".join(counts) or "nothing planned"


def _changes_something(desk: Desk, checked: "Checked", outcome: "Outcome") -> bool:
    from schedules.commands.launch_checks import is_kept
    from schedules.planning.changes import Change

    if checked.campaign.dormant and not desk.do(is_kept(desk.store, checked.campaign)):
        return True

    still = {Change.UNCHANGED, Change.OVERRIDDEN, Change.CONFLICT}
    return any(count for change, count in outcome.counts.items() if change not in still)


def _as_data(checked: "Checked", outcome: "Outcome | None") -> dict[str, object]:
    from bot.cli.reaches import of_plan

    posts = [
        {
            "key": one.key,
            "due_at": one.due_at,
            "local_at": one.shown_at,
            "zone": one.zone,
            "account": one.account,
            "channel": one.channel,
            "city": one.city,
            "language": one.language,
            "message": one.message_id,
            "note": one.note,
        }
        for one in _occurrences(checked)
    ]
    return {
        "errors": len(checked.errors),
        "problems": checked.problems,
        "posts": posts,
        "action_days": timelines_as_data(checked.campaign, checked.overrides.cities),
        "forecast": checked.forecast,
        "prompts": () if checked.audience is None else tuple(of_plan(checked.audience)),
        "changes": None if outcome is None else outcome.counts,
        "conflicts": () if outcome is None else outcome.conflicts,
    }
