from pathlib import Path

import pytest

from content.errors import Severity
from tests.support.folders import COMPLETE, brief, edited, problems_of

AT = "at = 2026-09-05T12:00:00"
RISE = "action_days/rise.toml"


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        (
            "campaign.toml",
            'zone = "Europe/Berlin"',
            'zone = "Europe/Berln"',
            "zone-unknown campaign.toml:5",
        ),
        ("cities.toml", 'zone = "Europe/London"', 'zone = "CET+1"', "zone-unknown cities.toml:12"),
        ("slots.toml", 'zone = "Europe/Berlin"', 'zone = "../../etc/passwd"', "zone-unknown slots.toml:26"),
        ("targets.toml", 'zone = "Europe/Berlin"', 'zone = "Berlin"', "zone-unknown targets.toml:6"),
        ("targets.toml", "closes = 12:00:00", "closes = 08:00:00", "dates-order targets.toml:6"),
        ("campaign.toml", "ends_on = 2026-09-30", "ends_on = 2026-08-30", "dates-order campaign.toml:4"),
        ("campaign.toml", "ends_on = 2026-09-10", "ends_on = 2026-08-30", "dates-order campaign.toml:23"),
        ("campaign.toml", "ends_on = 2026-09-10", "ends_on = 2026-10-10", "phase-outside campaign.toml:19"),
        ("campaign.toml", "by = 2026-09-10", "by = 2027-09-10", "date-outside campaign.toml:17"),
        ("slots.toml", AT, "at = 2026-10-05T12:00:00", "date-outside slots.toml:5"),
        ("slots.toml", AT, "at = 2026-08-31T23:30:00-05:00\nlate_by = '1h'", None),
        ("slots.toml", AT, "at = 2026-09-30T22:30:00Z", "date-outside slots.toml:5"),
        ("slots.toml", 'offset = "-24h"', 'offset = "-30d"', "date-outside slots.toml:13"),
        ("slots.toml", "last_on = 2026-09-20", "last_on = 2026-10-20", "date-outside slots.toml:25"),
        ("slots.toml", "last_on = 2026-09-20", "last_on = 2026-09-09", "dates-order slots.toml:25"),
        (RISE, "at = 2026-09-20T18:00:00", "at = 2026-10-01T18:00:00", f"date-outside {RISE}:2"),
        ("slots.toml", AT, f'{AT}\nreply_to = "https://x.com/a/status/1"', "reply-repeated slots.toml:6"),
        (
            "slots.toml",
            AT,
            f'{AT}\nreply_to = "https://x.com.evil.org/a/status/1"',
            "wrong-form slots.toml:6",
        ),
        ("slots.toml", AT, "", "slot-time slots.toml:1"),
        ("slots.toml", AT, f'{AT}\nrelative_to = "rise"\noffset = "1h"', "slot-time slots.toml:6"),
        ("slots.toml", AT, f"{AT}\ndaily_at = 09:00:00", "slot-time slots.toml:6"),
        ("slots.toml", AT, f'{AT}\noffset = "1h"', "slot-time slots.toml:6"),
        ("slots.toml", AT, f'{AT}\non_days = ["mon"]', "slot-time slots.toml:6"),
        ("slots.toml", AT, f"{AT}\nfirst_on = 2026-09-05", "slot-time slots.toml:6"),
        ("slots.toml", 'offset = "-24h"\n', "", "slot-time slots.toml:12"),
        ("slots.toml", "first_on = 2026-09-10\n", "", "slot-time slots.toml:22"),
        ("slots.toml", "daily_at = 09:00:00", 'daily_at = "09:00:00+02:00"', "wrong-value slots.toml:22"),
        ("slots.toml", 'on_days = ["mon", "thu"]', "on_days = []", "empty slots.toml:23"),
        ("slots.toml", 'late_by = "2h30m"', 'late_by = "-2h"', "duration-invalid slots.toml:14"),
        ("slots.toml", AT, f'{AT}\ncities = "all"\nzone = "Europe/Berlin"', "zone-unused slots.toml:7"),
        ("slots.toml", 'relative_to = "rise"', 'relative_to = "launch-cities"', "slot-cycle slots.toml:12"),
    ],
)
def test_times_that_make_no_sense_are_problems(
    tmp_path: Path, name: str, old: str, new: str, expected: str | None
) -> None:
    problems = problems_of(tmp_path, edited(name, old, new, base=COMPLETE), base=COMPLETE)
    assert brief(problems) == ([expected] if expected else [])
    warnings = {problem.code for problem in problems if problem.severity is Severity.WARNING}
    assert warnings <= {"date-outside", "zone-unused"}


def test_a_circle_of_slots_is_told_once_with_all_its_members(tmp_path: Path) -> None:
    slot = '[[slots]]\nid = "{}"\nmessage = "launch"\nchannels = ["x"]\nrelative_to = "{}"\noffset = "1h"\n'
    pairs = [("d", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("e", "d")]
    problems = problems_of(tmp_path, {"slots.toml": "".join(slot.format(*pair) for pair in pairs)})
    assert brief(problems) == ["slot-cycle slots.toml:11"]
    assert problems[0].what == "these slots wait for each other: a → b → c → a"


def test_a_zone_in_the_wrong_case_is_told_its_name(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, edited("campaign.toml", "Europe/Berlin", "europe/berlin"))
    assert problem.remedy == 'Did you mean "Europe/Berlin"?'


def test_broken_times_are_told_once(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, edited("slots.toml", AT, 'at = "noon"'))
    assert problem.code == "wrong-value"
