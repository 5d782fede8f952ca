"""Boards for tests: the example's action day as it might go, without a database."""

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final

from PIL import Image

from content.loader import load_campaign
from content.media import Picture, redraw_picture
from content.models import Campaign, Risk, StepKind
from schedules.action_days.board import Board, CityView, PhotoView, Sent, StepView, Totals
from schedules.action_days.timeline import starts_at
from schedules.planning.cities import Status
from tests.support.bot_stage import EXAMPLE

NOON: Final = datetime.fromisoformat("2027-03-20T12:00:00+00:00")
"""T-0 of the example's action day."""
GUARDED: Final = ("aleppo", "cairo")


def example() -> Campaign:
    return load_campaign(EXAMPLE)


def guarded_names(campaign: Campaign) -> set[str]:
    """Everything by which the guarded cities are called."""
    guarded = [city for city in campaign.cities if city.risk is Risk.GUARDED]
    return {name for city in guarded for name in (city.id, *city.name.values())}


def example_board(campaign: Campaign, *, public: bool = False) -> Board:
    """An hour after T-0: some cities have begun, one is late, one aborted, one in danger."""
    day = campaign.action_days[0]
    cities = tuple(
        _city(number, each, starts_at(day, each.zone).at or NOON, public=public)
        for number, each in enumerate(city for city in campaign.cities_of(day) if city.risk is Risk.OPEN)
    )
    return Board(
        campaign=campaign.id,
        day=day.id,
        title=day.title,
        is_public=public,
        seen_at=NOON + timedelta(hours=1),
        totals=Totals(18, 12, 3200, 14, None if public else 4100),
        cities=cities,
        steps=(
            StepView(
                StepKind.POST, NOON, timedelta(days=-7), {Sent.ON_TIME: 9, Sent.LATE: 1}, is_private=False
            ),
            StepView(StepKind.REMINDER, NOON, timedelta(hours=-2), {Sent.ON_TIME: 3}, is_private=True),
            StepView(
                StepKind.ROUND_UP,
                NOON,
                timedelta(hours=2, minutes=30),
                {Sent.WAITING: 10, Sent.FAILED: 2},
                is_private=False,
            ),
        ),
        photos=(PhotoView("berlin", "a" * 64, "image/jpeg"), PhotoView("london", "b" * 64, "image/jpeg")),
    )


def pictures(board: Board) -> dict[str, Picture]:
    """A picture for each of a board."""
    return {photo.sha256: redraw_picture(jpeg(), 640) for photo in board.photos}


def jpeg(size: tuple[int, int] = (800, 500), **options: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "steelblue").save(written, "JPEG", **options)
    return written.getvalue()


def _city(number: int, city: Any, start: datetime, *, public: bool) -> CityView:
    begun = CityView(
        id=city.id,
        name=city.name,
        zone=city.zone,
        status=Status.BEGUN,
        starts_at=start,
        delay=timedelta(),
        begun_at=start + timedelta(minutes=2),
        ended_at=None,
        people=50 * (number + 1),
        coming=None if public else 3 + number,
        is_held=False,
        danger_at=None,
    )
    nothing = replace(begun, begun_at=None, people=None)
    unlike = {
        1: replace(nothing, status=Status.PLANNED, delay=timedelta(minutes=30)),
        2: replace(nothing, status=Status.ABORTED),
        3: replace(begun, status=Status.ENDED, ended_at=start + timedelta(minutes=50)),
    }
    if not public:
        unlike[4] = replace(begun, danger_at=start + timedelta(minutes=20), is_held=True)
    return unlike.get(number, begun)
