"""``munasara status``."""

from typing import TYPE_CHECKING

import click

from bot.cli.output import json_option, say, show_json, show_table, utc
from bot.cli.session import Session, pass_session

if TYPE_CHECKING:
    from schedules.commands.status import Status


@click.command
@json_option
@pass_session
def status(session: Session, as_json: bool) -> None:
    """Say how things stand: what went out, what comes next, and what needs a person."""
    from schedules.commands.status import status as ask

    with session.desk() as desk:
        found = desk.do(ask(desk.store, desk.clock, session.actor(recorded=False)))
    if as_json:
        show_json(_as_data(found))
    else:
        _show(found)


def _show(found: "Status") -> None:
    for warning in found.warnings:
        say(f"! {warning}")
    if found.warnings:
        say()
    if found.counts:
        rows = [
            (campaign, state.value, count)
            for campaign, counts in found.counts.items()
            for state, count in counts.items()
        ]
        show_table(["campaign", "state", "posts"], rows)
    else:
        say("Nothing is planned yet. Plan a campaign: munasara plan FOLDER")
    say(f"\nNext post: {utc(found.next_at) or 'none'}")
    say(f"Workers:   {', '.join(found.workers) or 'none'}")
    for account, until in found.blocked.items():
        say(f"{account} waits until {utc(until)}, as its platform asked.")


def _as_data(found: "Status") -> dict[str, object]:
    return {
        "counts": found.counts,
        "next_at": found.next_at,
        "late": found.late,
        "paused": found.paused,
        "held": found.held,
        "blocked": found.blocked,
        "workers": found.workers,
        "warnings": found.warnings,
    }
