"""The report as CSV: one line for everything, for each channel and each open city."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from bot.dayreport.wording import STATES, STATUSES, in_words, local, minutes, seconds
from schedules.action_days.report import CityReport, DayReport, Sends
from schedules.people.days import below_five

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would work out."""
HEADINGS: Final = (
    "what", "name", "planned", *STATES.values(), "waiting", "late", "late_p50_s", "late_p99_s", "late_max_s",
    "people", "coming", "guests", "t0_local", "delay_min", "status", "begun_local", "ended_local", "reason",
)  # fmt: skip


def as_csv(report: DayReport) -> str:
    """The whole report. A number of volunteers below five is ``<5``; guarded cities are in the totals alone."""
    out = StringIO()
    table = csv.DictWriter(out, HEADINGS, restval="")
    table.writeheader()
    for line in _lines(report):
        table.writerow({name: _cell(value) for name, value in line.items()})
    return out.getvalue()


def _lines(report: DayReport) -> Iterator[dict[str, object]]:
    crowd = (report.counted or report.so_far).crowd
    coming = {"coming": below_five(report.coming.people), "guests": below_five(report.coming.guests)}
    total = {"what": "total", "name": f"{crowd.cities} of {crowd.of} cities", "people": crowd.people}
    yield total | coming | _sends(report.everything)
    for channel, sends in report.channels.items():
        yield {"what": "channel", "name": channel} | _sends(sends)
    for one in report.cities:
        yield _city(one) | _sends(one.sends)
    for why in report.reasons:
        where = f"{why.channel} {why.city or ''}".strip()
        yield {"what": "reason", "name": where, "reason": why.reason, STATES[why.state]: why.posts}
    for day, counted in report.earlier:
        named = f"{in_words(day.title)}: {counted.crowd.cities} of {counted.crowd.of} cities"
        yield {"what": "earlier day", "name": named, "people": counted.crowd.people}


def _city(one: CityReport) -> dict[str, object]:
    where = one.city.zone
    signed = one.coming
    return {
        "what": "city",
        "name": in_words(one.city.name),
        "people": "" if one.reports.people is None else one.reports.people,
        "coming": "" if signed is None else below_five(signed.people),
        "guests": "" if signed is None else below_five(signed.guests),
        "t0_local": local(one.starts_at, where),
        "delay_min": minutes(one.state.delay),
        "status": STATUSES[one.state.status],
        "begun_local": local(one.reports.begun_at, where),
        "ended_local": local(one.reports.ended_at, where),
    }


def _sends(sends: Sends) -> dict[str, object]:
    states = {name: sends.of(state) for state, name in STATES.items()}
    late = {"late_p50_s": sends.middle, "late_p99_s": sends.most, "late_max_s": sends.worst}
    shown = {name: seconds(by) for name, by in late.items()}
    return {"planned": sends.planned, **states, "waiting": sends.waiting, "late": sends.late, **shown}


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
