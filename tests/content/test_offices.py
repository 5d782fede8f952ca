from datetime import UTC, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from content.models import OfficeHours, Weekday
from content.offices import answers_at, opens_next

BERLIN = OfficeHours(days=(Weekday.MON, Weekday.FRI), opens=time(9), closes=time(15), zone="Europe/Berlin")
NEVER = OfficeHours(days=(), opens=time(9), closes=time(15), zone="Europe/Berlin")


def test_an_office_answers_in_its_own_time() -> None:
    assert answers_at(BERLIN, datetime(2027, 2, 5, 8, 0, tzinfo=UTC))
    assert not answers_at(BERLIN, datetime(2027, 2, 5, 7, 59, tzinfo=UTC))
    assert not answers_at(BERLIN, datetime(2027, 2, 5, 14, 0, tzinfo=UTC))
    assert not answers_at(BERLIN, datetime(2027, 2, 4, 10, 0, tzinfo=UTC))


def test_an_office_that_never_opens_never_opens() -> None:
    assert opens_next(NEVER, datetime(2027, 2, 5, tzinfo=UTC)) is None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))
def test_it_answers_the_moment_it_opens_also_across_a_change_of_clocks(moment: datetime) -> None:
    opening = opens_next(BERLIN, moment)
    assert opening is not None
    assert opening > moment
    assert opening.time() == BERLIN.opens
    assert answers_at(BERLIN, opening)
