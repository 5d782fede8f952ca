"""Wall times against an independent implementation (``whenever``) that reads the same zone data."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from itertools import groupby, product
from zoneinfo import ZoneInfo

import pytest
import whenever

from content.models import Gap, Overlap, Weekday
from schedules.errors import LocalTimeInvalid
from schedules.walltime import Note, Resolution, resolve, wall_times, zone

pytestmark = pytest.mark.slow

FIRST_ON, LAST_ON = date(2026, 1, 1), date(2027, 12, 31)
HOURS = [
    time(*hour)
    for hour in [(0, 0), (0, 30), (1, 30), (2, 0), (2, 30), (3, 0), (12, 0), (23, 0), (23, 30), (23, 59)]
]
DAYS = [date.fromordinal(day) for day in range(FIRST_ON.toordinal(), LAST_ON.toordinal() + 1)]
PARTS = 8


def _data(name: str) -> bytes:
    return (files("tzdata") / "zoneinfo" / name).read_bytes()


NAMES = sorted((files("tzdata") / "zones").read_text(encoding="utf-8").split())
DIFFERENT = sorted(next(same) for _, same in groupby(sorted(NAMES, key=_data), key=_data))


@pytest.fixture(scope="module", autouse=True)
def _oracle_reads_the_pinned_zones() -> Iterator[None]:
    before = whenever.get_tzpath()
    whenever.reset_tzpath(())
    whenever.clear_tzcache()
    yield
    whenever.reset_tzpath(before)
    whenever.clear_tzcache()


def _part(names: list[str], part: int) -> list[str]:
    return names[part::PARTS]


def _ours(local: datetime, name: str, gap: Gap, overlap: Overlap) -> Resolution:
    return resolve(local, name, gap=gap, overlap=overlap)


def _oracle(local: whenever.PlainDateTime, name: str) -> tuple[datetime, datetime, datetime, Note]:
    first = local.assume_tz(name, disambiguation="compatible")
    second = local.assume_tz(name, disambiguation="later")
    if first.to_plain() != local:
        note = Note.GAP_SHIFTED
    else:
        note = Note.NONE if first == second else Note.OVERLAP_FIRST
    return (
        first.to_instant().to_stdlib(),
        second.to_instant().to_stdlib(),
        first.to_plain().to_stdlib(),
        note,
    )


def _disagree(local: datetime, oracle: whenever.PlainDateTime, name: str) -> bool:
    first, second, shown, note = _oracle(oracle, name)
    ours = _ours(local, name, Gap.SHIFT, Overlap.FIRST)
    if ours.at != first or ours.note is not note or ours.shown != shown:
        return True
    return note is not Note.NONE and not _policies_hold(local, name, second, note)


def _policies_hold(local: datetime, name: str, second: datetime, note: Note) -> bool:
    if note is Note.OVERLAP_FIRST:
        other = _ours(local, name, Gap.REFUSE, Overlap.SECOND)
        return other == Resolution(second, Note.OVERLAP_SECOND, local)
    with pytest.raises(LocalTimeInvalid):
        _ours(local, name, Gap.REFUSE, Overlap.FIRST)
    return _ours(local, name, Gap.SKIP, Overlap.SECOND) == Resolution(None, Note.GAP_SKIPPED, None)


def test_the_package_holds_every_zone_that_is_tested() -> None:
    assert len(NAMES) > 590
    assert len(DIFFERENT) > 340


@pytest.mark.parametrize("part", range(PARTS))
def test_two_years_of_daily_slots_agree_in_every_zone(part: int) -> None:
    names = _part(DIFFERENT, part)
    locals_ = [at for hour in HOURS for at in wall_times(hour, tuple(Weekday), FIRST_ON, LAST_ON)]
    assert locals_ == [datetime.combine(day, hour) for hour, day in product(HOURS, DAYS)]
    pairs = [(local, whenever.PlainDateTime(local)) for local in locals_]
    wrong = [(name, local) for name in names for local, oracle in pairs if _disagree(local, oracle, name)]
    assert wrong == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_change_of_the_clocks_since_1970_agrees_at_its_edges(part: int) -> None:
    wrong = [
        (name, local)
        for name in _part(DIFFERENT, part)
        for change in _changes(zone(name))
        for local in _around(zone(name), change)
        if _disagree(local, whenever.PlainDateTime(local), name)
    ]
    assert wrong == []


def test_every_other_name_of_a_zone_agrees() -> None:
    locals_ = [datetime.combine(day, hour) for day, hour in product(DAYS[::61], HOURS[::4])]
    wrong = [
        (name, local)
        for name in sorted(set(NAMES) - set(DIFFERENT))
        for local in locals_
        if _disagree(local, whenever.PlainDateTime(local), name)
    ]
    assert wrong == []


def _offset(place: ZoneInfo, second: int) -> timedelta:
    return datetime.fromtimestamp(second, place).replace(tzinfo=None) - datetime.fromtimestamp(
        second, UTC
    ).replace(tzinfo=None)


def _changes(place: ZoneInfo) -> Iterator[int]:
    step, end = 5 * 86_400, int(datetime(2038, 1, 1, tzinfo=UTC).timestamp())
    for start in range(0, end, step):
        old = _offset(place, start)
        if _offset(place, start + step) != old:
            seconds = range(start, start + step + 1)
            yield seconds[bisect_left(seconds, 1, key=lambda second: int(_offset(place, second) != old))]


def _around(place: ZoneInfo, change: int) -> Iterator[datetime]:
    at = datetime.fromtimestamp(change, UTC).replace(tzinfo=None)
    edges = at + _offset(place, change - 1), at + _offset(place, change)
    middle = min(edges) + abs(edges[1] - edges[0]) / 2
    for edge in edges:
        for seconds in (-3600, -1, 0, 1, 3600):
            yield edge + timedelta(seconds=seconds)
    yield middle.replace(microsecond=0)
