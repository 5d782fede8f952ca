"""Whom prompts reach, in sentences; fewer than five people are never counted out, nor is it said when they get one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.cli.output import utc

if TYPE_CHECKING:
    from schedules.commands.audiences import Audience
    from schedules.planning.reach import Peak, Reach


def of_plan(reached: "Audience") -> Iterator[str]:
    """For each language the date that asks most of the bot, and the same for all of them together."""
    for language, most in reached.languages.items():
        yield f"Prompts in {language}, {most.on}: {in_words(most, reached.rate)}"
    if len(reached.languages) != 1:
        together = reached.together
        when = "" if together is None else f", {together.on}"
        yield f"Prompts in all languages{when}: {in_words(together, reached.rate)}"


def in_words(reach: "Reach | None", rate: float) -> str:
    """Who gets it and when, how long the busiest moment takes, and how many cannot be written to in time.

    Args:
        rate: Letters per second.
    """
    from schedules.people.days import FEW, below_five

    if reach is None:
        return "nobody gets one as things are now."
    if reach.people < FEW:
        return f"{below_five(reach.people)} people."
    late = (
        f" {below_five(reach.late)} people cannot be reached before their quiet hours."
        if reach.late
        else ""
    )
    when = f"from {utc(reach.first_at)} to {utc(reach.last_at)}"
    return f"{reach.people:,} people, {when}; {_busiest(reach.busiest, rate)}.{late}"


def _busiest(peak: "Peak", rate: float) -> str:
    from schedules.people.days import FEW, below_five
    from schedules.planning.reach import duration

    if peak.people < FEW:
        return f"{below_five(peak.people)} at any one moment"
    return (
        f"busiest at {utc(peak.at)}: {peak.people:,} people at {rate:g} per second: {duration(peak.lasts)}"
    )
