"""The report as one page that needs nothing from elsewhere."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment

from bot.dayreport import wording
from bot.pages import templates
from content.languages import direction
from schedules.action_days.report import DayReport
from schedules.people.days import below_five

HERE: Final = Path(__file__).parent


def as_html(report: DayReport) -> str:
    """The whole report. What the campaign wrote keeps its language and its direction."""
    style = (HERE / "report.css").read_text(encoding="utf-8")
    return _environment().get_template("report.html").render(report=report, style=style)


@cache
def _environment() -> Environment:
    environment = templates(HERE)
    environment.globals.update(
        states=wording.STATES, statuses=wording.STATUSES, local=wording.local, direction=direction
    )
    environment.filters.update(
        few=below_five, seconds=wording.seconds, minutes=wording.minutes, in_words=wording.in_words
    )
    return environment
