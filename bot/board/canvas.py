"""Cities as dots on a canvas without borders: from west to east by their clocks, one below the other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from schedules.action_days.board import CityView
from schedules.planning.cities import Status
from schedules.walltime import zone

WIDTH: Final = 340
ROW: Final = 40
MOST_COLUMNS: Final = 8
SMALLEST: Final = 9.0
LARGEST: Final = 18.0
DANGER: Final = "danger"


@dataclass(frozen=True, slots=True)
class Dot:
    """One city on the canvas.

    Attributes:
        number: Its place in the list below the canvas, from 1.
        radius: Grows with the number of people.
        look: How it is drawn: a status, or ``danger``.
    """

    city: CityView
    number: int
    x: float
    y: float
    radius: float
    look: str


@dataclass(frozen=True, slots=True)
class Canvas:
    """All dots, and how high the canvas is that holds them."""

    dots: tuple[Dot, ...]
    height: int
    width: int = WIDTH


def canvas_of(cities: tuple[CityView, ...]) -> Canvas:
    """Lay cities out: to the right the later clocks, and downwards in the order of the campaign."""
    offsets = sorted({_offset(city) for city in cities})
    columns = min(len(offsets), MOST_COLUMNS)
    most = max((city.people or 0 for city in cities), default=0)
    filled: dict[int, int] = {}
    dots = []
    for number, city in enumerate(cities, 1):
        column = offsets.index(_offset(city)) * columns // len(offsets)
        row = filled[column] = filled.get(column, -1) + 1
        x, y = WIDTH * (column + 0.5) / columns, ROW * (row + 0.5)
        dots.append(Dot(city, number, round(x, 1), y, _radius(city, most), look_of(city)))
    return Canvas(tuple(dots), ROW * (max(filled.values(), default=-1) + 1))


def look_of(city: CityView) -> str:
    """How a city is drawn, as a word of the page's style."""
    if city.danger_at is not None:
        return DANGER
    return "held" if city.is_held and city.status is Status.PLANNED else city.status.value


def _offset(city: CityView) -> timedelta:
    instant: datetime = city.starts_at
    return instant.astimezone(zone(city.zone)).utcoffset() or timedelta()


def _radius(city: CityView, most: int) -> float:
    share = sqrt((city.people or 0) / most) if most else 0.0
    return round(SMALLEST + (LARGEST - SMALLEST) * share, 1)
