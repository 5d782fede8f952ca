"""The board for programs: every number as JSON, in every language that names have."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from schedules.action_days.board import Board, CityView, Sent, StepView
from schedules.people.days import FEW

ESTIMATES: Final = "captains' estimates"
"""What the numbers of people are."""


def as_values(board: Board) -> dict[str, Any]:
    """Everything that the board says, except when it was seen. A public one has no word of what is private."""
    totals = board.totals
    return {
        "campaign": board.campaign,
        "day": board.day,
        "title": dict(board.title),
        "public": board.is_public,
        "people_are": ESTIMATES,
        "totals": {
            "cities": totals.cities,
            "begun": totals.begun,
            "people": totals.people,
            "counted": totals.counted,
            **_unless(board, coming=_few(totals.coming)),
        },
        "cities": [_city(board, city) for city in board.cities],
        "steps": [_step(step) for step in board.steps],
        "photos": [{"city": each.city, "sha256": each.sha256} for each in board.photos],
    }


def as_json(values: Mapping[str, Any]) -> str:
    """The same values always give the same text."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, indent=1)


def _city(board: Board, city: CityView) -> dict[str, Any]:
    return {
        "id": city.id,
        "name": dict(city.name),
        "zone": city.zone,
        "status": city.status.value,
        "starts_at": city.starts_at.isoformat(),
        "delay_minutes": int(city.delay.total_seconds() // 60),
        "begun_at": _instant(city.begun_at),
        "ended_at": _instant(city.ended_at),
        "people": city.people,
        **_unless(board, coming=_few(city.coming), held=city.is_held, danger_at=_instant(city.danger_at)),
    }


def _step(step: StepView) -> dict[str, Any]:
    counts = {each.value: step.count(each) for each in Sent}
    told = {name: _few(number) for name, number in counts.items()} if step.is_private else counts
    return {
        "kind": step.kind.value,
        "at": step.at.isoformat(),
        "offset_minutes": int(step.offset.total_seconds() // 60),
        **told,
    }


def _unless(board: Board, **private: Any) -> dict[str, Any]:
    return {} if board.is_public else private


def _few(people: int | None) -> int | str | None:
    """Fewer than five people are not counted out."""
    return f"<{FEW}" if people is not None and 0 < people < FEW else people


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
