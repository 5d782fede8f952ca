"""``munasara day``."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bot.cli.exits import NO
from bot.cli.output import counted, json_option, local_moment, say, show_json, show_table
from bot.cli.session import Desk, Session, acting, pass_session
from bot.cli.timeline import show_day, timelines_as_data

if TYPE_CHECKING:
    from content.models import ActionDay, Campaign
    from schedules.action_days.readiness import Check, Readiness
    from schedules.commands.action_days import Changed
    from schedules.planning.cities import CityStates

CAMPAIGN: Final = click.option(
    "--campaign", help="The campaign of the day, where several have one of that name."
)
YES: Final = click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
MARKS: Final = {True: "yes", False: "NO", None: "-"}


@click.group
def day() -> None:
    """Look at an action day, and hold, delay, move, end or abort it in a city or everywhere."""


@day.command(
    epilog="\b\nExamples:\n  munasara day show              every action day\n  munasara day show release"
)
@click.argument("name", metavar="[DAY]", required=False)
@CAMPAIGN
@json_option
@pass_session
def show(session: Session, name: str | None, campaign: str | None, as_json: bool) -> None:
    """Show what happens when in each city, on its own clock, and what people changed there."""
    from schedules.planning.cities import load_cities

    with session.desk() as desk:
        if name is None:
            _show_days(_days(desk, campaign), as_json=as_json)
            return
        kit, meant = _meant(desk, name, campaign)
        states = desk.do(load_cities(desk.store, kit.id))
    if as_json:
        only = kit.model_copy(update={"action_days": (meant,)})
        show_json({"cities": _changed(kit, meant, states), "timelines": timelines_as_data(only, states)})
        return
    show_day(meant, kit, None, states)
    changed = _changed(kit, meant, states)
    if changed:
        say("\nWhat people changed:")
        show_table(
            ["city", "status", "later by", "place", "permit"], [tuple(row.values()) for row in changed]
        )


@day.command(epilog="\b\nExit code 1 where a city is not ready.")
@click.argument("name", metavar="DAY")
@CAMPAIGN
@json_option
@pass_session
@click.pass_context
def ready(ctx: click.Context, session: Session, name: str, campaign: str | None, as_json: bool) -> None:
    """Show which cities are ready, and what is missing in the others."""
    from schedules.commands.readiness import lists

    actor = session.actor(recorded=False)
    with session.desk() as desk:
        kit, meant = _meant(desk, name, campaign)
        found = desk.do(lists(desk.store, desk.vault, desk.clock, actor, kit, meant.id))
    going = [one for one in found if not one.is_over]
    if as_json:
        show_json([_as_data(one, kit) for one in found])
    else:
        _show_ready(going, kit)
    if not all(one.is_ready for one in going):
        ctx.exit(NO)


@day.command(epilog="\b\nExample:\n  munasara day board release --out board")
@click.argument("name", metavar="DAY")
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder into which the pages are written.",
)
@CAMPAIGN
@pass_session
def board(session: Session, name: str, folder: Path, campaign: str | None) -> None:
    """Write the live board as it is now: the private page, and the public one where the day has one."""
    from bot.board.files import write_boards

    with session.desk() as desk:
        kit, meant = _meant(desk, name, campaign)
        pages = desk.do(write_boards(desk.store, kit, meant, desk.clock.now(), folder))
    for page in pages:
        say(str(page))


@day.command(epilog="\b\nExample:\n  munasara day report release --out release.html")
@click.argument("name", metavar="DAY")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it here; else it is printed."
)
@click.option("--csv", "as_table", is_flag=True, help="A table for a spreadsheet instead of a page.")
@CAMPAIGN
@pass_session
def report(session: Session, name: str, out: Path | None, as_table: bool, campaign: str | None) -> None:
    """Tell what became of an action day: the plan beside what happened, without anybody's name."""
    from bot.dayreport.page import as_html
    from bot.dayreport.sheet import as_csv
    from schedules.commands.day_report import report_day
    from schedules.planning.kits import Kits

    actor = session.actor(recorded=False)
    with session.desk() as desk:
        kit, meant = _meant(desk, name, campaign)
        made = desk.do(report_day(desk.store, desk.clock, actor, Kits(desk.store), kit.id, meant.id))
    text = as_csv(made) if as_table else as_html(made)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        say(f"Wrote the report of {meant.id} to {out}.", err=True)


@day.command(
    epilog="\b\nExamples:\n  munasara day hold release berlin\n  munasara day hold release        everywhere"
)
@click.argument("name", metavar="DAY")
@click.argument("city", required=False)
@CAMPAIGN
@acting
@pass_session
def hold(session: Session, name: str, city: str | None, campaign: str | None) -> None:
    """Stop everything in a city, or in the whole campaign, at once. It takes two people to go on."""
    from schedules.commands.action_days import require_day
    from schedules.commands.pauses import pause

    actor = session.actor()
    with session.desk() as desk:
        kit, meant = _meant(desk, name, campaign)
        require_day(actor, kit, meant.id, city)
        scope = f"city:{city}" if city else f"campaign:{kit.id}"
        desk.do(pause(desk.store, desk.clock, actor, scope))
    say(f"Held: {scope}. Nothing of it is sent from now on.")
    say(f"To go on, two people say: munasara resume {scope}")


@day.command(epilog="\b\nExample:\n  munasara day delay release berlin --to 30")
@click.argument("name", metavar="DAY")
@click.argument("city", required=False)
@click.option(
    "--to", "minutes", type=click.IntRange(1, 240), required=True, help="The whole delay, in minutes."
)
@CAMPAIGN
@YES
@acting
@pass_session
def delay(
    session: Session, /, name: str, city: str | None, minutes: int, campaign: str | None, yes: bool
) -> None:
    """Let the day begin later in a city, or everywhere; whatever is not sent comes later with it."""
    from schedules.commands.action_days import delay as command

    actor = session.actor()
    with session.desk() as desk:
        kit, meant = _meant(desk, name, campaign)
        _ask(f"Delay {_where(meant, city)} by {minutes} minutes?", yes=yes)
        later = timedelta(minutes=minutes)
        _tell(desk.do(command(desk.store, desk.clock, actor, kit, meant.id, city, later)))


@day.command(epilog="\b\nExample:\n  munasara day move release berlin --to b")
@click.argument("name", metavar="DAY")
@click.argument("city")
@click.option(
    "--to",
    "place",
    type=click.Choice(("a", "b")),
    default="b",
    show_default=True,
    help="The meeting place.",
)
@CAMPAIGN
@YES
@acting
@pass_session
def move(session: Session, /, name: str, city: str, place: str, campaign: str | None, yes: bool) -> None:
    """Let people meet at the other place. What it is, is entered in the bot and shown nowhere else."""
    from schedules.commands.action_days import move as command

    actor = session.actor()
    with session.desk() as desk:
        kit, meant = _meant(desk, name, campaign)
        _ask(f"Move {_where(meant, city)} to place {place.upper()}?", yes=yes)
        _tell(desk.do(command(desk.store, desk.vault, desk.clock, actor, kit, meant.id, city, place)))


@day.command
@click.argument("name", metavar="DAY")
@click.argument("city", required=False)
@CAMPAIGN
@YES
@acting
@pass_session
def end(session: Session, name: str, city: str | None, campaign: str | None, yes: bool) -> None:
    """End the day in a city, or everywhere, once it has begun. Thanks, the next ask and the numbers still go out."""
    from schedules.commands.action_days import end as command

    actor = session.actor()
    with session.desk() as desk:
        kit, meant = _meant(desk, name, campaign)
        _ask(f"End {_where(meant, city)} now?", yes=yes)
        _tell(desk.do(command(desk.store, desk.clock, actor, kit, meant.id, city)))


@day.command
@click.argument("name", metavar="DAY")
@click.argument("city", required=False)
@CAMPAIGN
@YES
@acting
@pass_session
def abort(session: Session, name: str, city: str | None, campaign: str | None, yes: bool) -> None:
    """Call the day off in a city, or everywhere: nothing more of it is sent. It cannot be taken back."""
    from schedules.commands.action_days import abort as command

    actor = session.actor()
    with session.desk() as desk:
        kit, meant = _meant(desk, name, campaign)
        _ask(f"Call off {_where(meant, city)}? It cannot be taken back.", yes=yes)
        _tell(desk.do(command(desk.store, desk.clock, actor, kit, meant.id, city)))


def _days(desk: Desk, campaign: str | None) -> "list[tuple[Campaign, ActionDay]]":
    from schedules.planning.kits import Kits

    kits = Kits(desk.store)
    names = [campaign] if campaign else desk.do(kits.known())
    found = desk.do(kits.offered(names))
    for name in sorted(set(names) - {kit.id for kit in found}):
        say(f"Left out: the campaign {name}. Plan it again: munasara plan <folder>", err=True)
    return [(kit, meant) for kit in found for meant in kit.action_days]


def _meant(desk: Desk, name: str, campaign: str | None) -> "tuple[Campaign, ActionDay]":
    from schedules.errors import ScheduleError

    found = [(kit, meant) for kit, meant in _days(desk, campaign) if meant.id == name]
    if not found:
        raise ScheduleError(
            f"There is no action day {name!r:.80} in what is planned here. Look: munasara day show"
        )
    if len(found) > 1:
        names = ", ".join(kit.id for kit, _ in found)
        raise ScheduleError(
            f"Several campaigns have an action day {name}: {names}. Say which with --campaign."
        )
    return found[0]


def _show_days(days: "Sequence[tuple[Campaign, ActionDay]]", *, as_json: bool) -> None:
    rows = [(kit.id, meant.id, meant.at, len(kit.cities_of(meant))) for kit, meant in days]
    headings = ("campaign", "day", "at", "cities")
    if as_json:
        show_json([dict(zip(headings, row, strict=True)) for row in rows])
    elif rows:
        show_table(headings, rows)
    else:
        say("No action day is planned here.")


def _changed(kit: "Campaign", meant: "ActionDay", states: "CityStates") -> list[dict[str, object]]:
    """What people changed, city by city; cities in which nobody did are left out."""
    return [
        {
            "city": city.id,
            "status": state.status.value,
            "later_by": str(state.delay) if state.delay else "",
            "place": state.place,
            "permit": "" if state.permit is None else state.permit.value,
        }
        for city in kit.cities_of(meant)
        if (state := states.get((meant.id, city.id))) is not None
    ]


def _show_ready(lists: "Sequence[Readiness]", kit: "Campaign") -> None:
    from schedules.people.days import below_five

    rows = [
        (
            one.city.id,
            local_moment(one.starts_at, one.city.zone),
            below_five(one.coming),
            MARKS[one.is_ready],
            _missing(one, kit),
        )
        for one in lists
    ]
    show_table(["city", "T-0", "coming", "ready", "missing"], rows)
    ready_ones = sum(one.is_ready for one in lists)
    say(f"\n{ready_ones} of {counted(len(lists), 'city', 'cities')} ready.")


def _missing(one: "Readiness", kit: "Campaign") -> str:
    return "; ".join(f"{_called(check, kit)}: {check.said}" for check in one.missing)


def _called(check: "Check", kit: "Campaign") -> str:
    from content.later import Phrase

    if isinstance(check.called, Phrase):
        return str(check.called)
    return next(check.called[tag] for tag in ("en", *kit.languages, *check.called) if tag in check.called)


def _as_data(one: "Readiness", kit: "Campaign") -> dict[str, object]:
    from schedules.people.days import below_five

    return {
        "city": one.city.id,
        "starts_at": one.starts_at,
        "status": one.state.status,
        "permit": one.permit,
        "coming": below_five(one.coming),
        "ready": one.is_ready,
        "checks": [
            {
                "item": check.item,
                "called": _called(check, kit),
                "ready": check.is_ready,
                "said": None if check.said is None else str(check.said),
                "ticked_by_hand": check.is_ticked_by_hand,
            }
            for check in one.checks
        ],
    }


def _where(meant: "ActionDay", city: str | None) -> str:
    return f"{meant.id} in {city}" if city else f"the whole of {meant.id}"


def _ask(question: str, *, yes: bool) -> None:
    if not yes:
        click.confirm(question, abort=True, err=True)


def _tell(done: "Changed") -> None:
    from schedules.planning.cities import GENERAL

    if not done.cities:
        say("It was so already; nothing changed.")
        return
    say(f"Done in {counted(len(done.cities - {GENERAL}), 'city', 'cities')}.")
    if done.told:
        say(f"People are told in: {', '.join(sorted(done.told))}.")
    if done.untold:
        say(f"Nobody is told in: {', '.join(sorted(done.untold))}.")
        for cause in _causes(done):
            say(cause)
    if done.again:
        say(f"Waiting for approval again: {counted(done.again, 'post')}. Next: munasara approve")


def _causes(done: "Changed") -> "Iterator[str]":
    """Why nobody is told, and what to do about it."""
    if done.waiting:
        yield "The text that tells it waits for approval: munasara approve"
    if done.unreached:
        yield (
            "No account writes to volunteers. Tell people in another way now; for the next time connect one, "
            "then plan again: munasara accounts add telegram-bot"
        )
    if done.untold - done.waiting - done.unreached:
        yield (
            "No text fits this. Tell people in another way; what a day says of changes stands under [changes] "
            "in its file, and of a delay only the first one, by half an hour."
        )
