"""A report of an action day with something in each of its parts."""

from datetime import timedelta
from typing import Final

from content.crowds import Crowd
from content.models import Risk, StepKind
from schedules.action_days.checkins import CheckIns
from schedules.action_days.report import CityReport, DayReport, Letters, Sends, Why
from schedules.action_days.signups import Coming
from schedules.ledger.tallies import Progress
from schedules.lifecycle import State
from schedules.planning.cities import CityState, Status
from schedules.planning.counts import Frozen
from tests.schedules.action_days.days import day_at, with_day
from tests.schedules.planning.factories import city, utc

T0: Final = utc("2027-03-20 12:00")
SENT: Final = Sends(
    {State.SENT: 4, State.UNKNOWN: 1},
    1,
    timedelta(seconds=0.5),
    timedelta(seconds=90),
    timedelta(seconds=90),
)
BERLIN: Final = city("berlin", "Europe/Berlin").model_copy(update={"name": {"en": "<b>Berlin</b>"}})
LYON: Final = city("lyon", "Europe/Paris").model_copy(update={"name": {"ar": "ليون"}})
ALEPPO: Final = city("aleppo", "Asia/Damascus", Risk.GUARDED)
DAY: Final = day_at(T0).model_copy(update={"title": {"en": "=The <day>", "ar": "اليوم"}})


def report() -> DayReport:
    frozen = Frozen(T0 + timedelta(hours=2), Crowd(3_184, 2, 3), {"berlin": 3_000})
    begun = CheckIns(begun_at=T0, people=3_000, people_at=T0)
    return DayReport(
        campaign=with_day(DAY, BERLIN, LYON, ALEPPO),
        day=DAY,
        made_at=T0 + timedelta(hours=5),
        counted=frozen,
        so_far=Frozen(T0 + timedelta(hours=5), Crowd(3_290, 2, 3), {"berlin": 3_106}),
        cities=(
            CityReport(BERLIN, T0, CityState(status=Status.BEGUN), begun, Coming(12, 3), SENT),
            CityReport(
                LYON,
                T0,
                CityState(status=Status.ABORTED, delay=timedelta(minutes=30)),
                CheckIns(),
                None,
                Sends({}),
            ),
        ),
        guarded=1,
        channels={"telegram": SENT},
        everything=SENT,
        reasons=(Why("telegram", "berlin", State.UNKNOWN, '=cmd|"<script>"', 1),),
        letters=(Letters("come", StepKind.PROMPT, 12, 3, 0),),
        coming=Coming(12, 3),
        prompts=Progress(people=20, done=4, declined=0),
        earlier=((DAY, Frozen(T0, Crowd(90, 1, 2), {})),),
    )
