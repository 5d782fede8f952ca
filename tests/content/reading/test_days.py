from datetime import timedelta
from pathlib import Path

import pytest

from content.loader import load_campaign
from content.models import DayChange, DayCity, Permit, StepKind
from tests.support.folders import COMPLETE, brief, problems_of, write_campaign

RISE = "action_days/rise.toml"
EMBARGO = 'embargo = ["Rise"]'
TRIED = '{id = "tried", title = {en = "Tried", de = "Probiert"}}'
DAY = """\
title = {en = "The balloons rise", de = "Die Ballons steigen"}
at = 2026-09-20T18:00:00
placards = [{en = "Where are they?"}]
colours = ["#ffffff"]
embargo = ["Rise"]

[[cities]]
id = "berlin"
captains = 3
permit = "granted"
languages = ["de"]

[[cities]]
id = "london"

[[steps]]
id = "week"
kind = "post"
offset = "-7d"
message = "launch"
channels = ["telegram"]
cities = "all"

[[steps]]
id = "call"
kind = "roll_call"
offset = "-24h"

[[steps]]
id = "place"
kind = "reveal"
offset = "-3h"
message = "launch"

[[steps]]
id = "how"
kind = "check_in"
offset = "30m"

[[steps]]
id = "count"
kind = "count_closes"
offset = "2h"

[[steps]]
id = "numbers"
kind = "round_up"
offset = "3h"
message = "launch"
channels = ["telegram"]
late_by = "12h"
"""

CHANGES = 'embargo = ["Rise"]\n\n[changes]\naborted = "launch"\nmoved = "launch"'
REMINDER = 'id = "again"\nkind = "reminder"\noffset = "-2h"\nmessage = "launch"\nchannels = ["x"]'


def changed(old: str, new: str) -> dict[str, str | bytes | None]:
    assert DAY.count(old) == 1, old
    return {RISE: DAY.replace(old, new)}


def added(step: str) -> dict[str, str | bytes | None]:
    return {RISE: f"{DAY}\n[[steps]]\n{step}\n"}


def test_a_whole_day_arrives_as_written(tmp_path: Path) -> None:
    day = load_campaign(write_campaign(tmp_path, {RISE: DAY}, base=COMPLETE)).action_days[0]
    assert day.cities == (
        DayCity(id="berlin", captains=3, permit=Permit.GRANTED, languages=("de",)),
        DayCity(id="london"),
    )
    assert [(step.kind, step.offset) for step in day.steps] == [
        (StepKind.POST, timedelta(days=-7)),
        (StepKind.ROLL_CALL, timedelta(hours=-24)),
        (StepKind.REVEAL, timedelta(hours=-3)),
        (StepKind.CHECK_IN, timedelta(minutes=30)),
        (StepKind.COUNT_CLOSES, timedelta(hours=2)),
        (StepKind.ROUND_UP, timedelta(hours=3)),
    ]
    assert (day.steps[5].late_by, day.embargo) == (timedelta(hours=12), ("Rise",))


def test_a_day_may_list_the_ids_of_its_cities_alone(tmp_path: Path) -> None:
    day = load_campaign(write_campaign(tmp_path, base=COMPLETE)).action_days[0]
    assert day.cities == (DayCity(id="berlin"), DayCity(id="london"))
    assert day.cities[0].permit is Permit.NEEDED


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "london"', 'id = "londn"', [f"city-unknown {RISE}:13"]),
        ('id = "london"', 'id = "berlin"', [f"id-twice {RISE}:14"]),
        (f"{EMBARGO}\n", f"{EMBARGO}\nchecklist = [{TRIED}, {TRIED}]\n", [f"id-twice {RISE}:6"]),
        (f"{EMBARGO}\n", f'{EMBARGO}\nchecklist = [{{id = "a", title = {{en = "A"}}}}]\n', [f"language-missing {RISE}:6"]),
        ('permit = "granted"', 'permit = "yes"', [f"wrong-choice {RISE}:10"]),
        ("captains = 3", "captains = 0", [f"out-of-range {RISE}:9"]),
        ("captains = 3", "captians = 3", [f"unknown-key {RISE}:9"]),
        ('languages = ["de"]', 'languages = ["tr"]', [f"language-unknown {RISE}:11"]),
        ('id = "call"', 'id = "week"', [f"id-twice {RISE}:25"]),
        ('kind = "roll_call"', 'kind = "rollcall"', [f"wrong-choice {RISE}:26"]),
        ('offset = "-24h"', 'offset = "soon"', [f"duration-invalid {RISE}:27"]),
        ('late_by = "12h"', "late_by = 12", [f"duration-invalid {RISE}:51"]),
        ('cities = "all"\n', 'cities = ["rome"]\n', [f"city-unknown {RISE}:22"]),
        ('channels = ["telegram"]\ncities', 'channels = ["telegarm"]\ncities', [f"channel-unknown {RISE}:21"]),
        ('message = "launch"\n\n', 'message = "lunch"\n\n', [f"message-unknown {RISE}:33"]),
        ('message = "launch"\n\n', "\n", [f"step-message {RISE}:30"]),
        ('offset = "-24h"', 'offset = "-24h"\nmessage = "launch"', [f"step-message {RISE}:28"]),
        ('channels = ["telegram"]\ncities = "all"\n', "", [f"step-channels {RISE}:17"]),
        ('offset = "-24h"', 'offset = "-24h"\nchannels = ["x"]', [f"step-channels {RISE}:28"]),
        ('offset = "-3h"', 'offset = "1m"', [f"reveal-late {RISE}:32"]),
        ('cities = "all"\n', 'cities = "all"\nnames_place = true\n', [f"place-early {RISE}:19"]),
        ('offset = "2h"', 'offset = "4h"', [f"round-up-open {RISE}:48"]),
    ],
)  # fmt: skip
def test_each_slip_is_told_with_its_line(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    found = problems_of(tmp_path, changed(old, new), base=COMPLETE)
    assert brief(found) == expected
    assert all(problem.remedy for problem in found)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ('id = "again"\nkind = "reveal"\noffset = "-1h"\nmessage = "launch"', "reveal-twice"),
        ('id = "again"\nkind = "check_in"\noffset = "30m"', "check-in-twice"),
        ('id = "again"\nkind = "check_in"\noffset = "30m"\ncities = ["berlin"]', "check-in-twice"),
        (f"{REMINDER}\nnames_place = true", "place-everywhere"),
    ],
)
def test_steps_that_do_not_go_together_are_told(tmp_path: Path, step: str, code: str) -> None:
    found = problems_of(tmp_path, added(step), base=COMPLETE)
    assert [problem.code for problem in found] == [code]


def test_check_ins_of_different_cities_may_share_an_hour(tmp_path: Path) -> None:
    split = changed('offset = "30m"', 'offset = "30m"\ncities = ["london"]')
    text = f'{split[RISE]!s}\n[[steps]]\nid = "again"\nkind = "check_in"\noffset = "30m"\ncities = ["berlin"]\n'
    assert problems_of(tmp_path, {RISE: text}, base=COMPLETE) == ()


def test_a_text_that_prints_the_place_of_its_ask_must_say_so(tmp_path: Path) -> None:
    text = {"messages/launch/en.md": "We meet here: {{ ask.place }}\n\n#WhiteBalloons\n"}
    found = problems_of(tmp_path, {RISE: DAY, **text}, base=COMPLETE)
    assert brief(found) == [
        f"place-unsaid {RISE}:20",
        f"place-unsaid {RISE}:49",
        "place-unsaid slots.toml:9",
    ]


def test_what_is_written_to_people_needs_a_text_in_every_language_of_their_city(tmp_path: Path) -> None:
    own = {
        "messages/how/message.toml": '[ask]\nkind = "share"\neffort = "low"\n'
        'text = {en = "Share", de = "Teilen"}\nnext_step = {en = "Rest", de = "Ruhen"}\n',
        "messages/how/en.md": "Well done. {{ hashtag }}\n",
    }
    step = added('id = "thanks"\nkind = "thanks"\noffset = "5h"\nmessage = "how"')
    assert brief(problems_of(tmp_path, {**own, **step}, base=COMPLETE)) == ["variant-missing messages/how"]
    alone = added('id = "thanks"\nkind = "thanks"\noffset = "5h"\nmessage = "how"\ncities = ["london"]')
    assert problems_of(tmp_path / "again", {**own, **alone}, base=COMPLETE) == ()


def test_what_tells_of_changes_is_there_in_every_language_and_names_no_place(tmp_path: Path) -> None:
    written = changed('embargo = ["Rise"]', CHANGES)
    (tmp_path / "one").mkdir()
    day = load_campaign(write_campaign(tmp_path / "one", written, base=COMPLETE)).action_days[0]
    assert [change for change, _ in day.change_steps] == [DayChange.MOVED, DayChange.ABORTED]
    for number, (edits, code) in enumerate(
        (
            (
                changed('embargo = ["Rise"]', CHANGES.replace('aborted = "launch"', 'aborted = "lunch"')),
                "message-unknown",
            ),
            (written | {"messages/launch/de.md": None}, "variant-missing"),
            (written | {"messages/launch/en.md": "{{ ask.place }} #WhiteBalloons"}, "place-unsaid"),
        )
    ):
        (tmp_path / str(number)).mkdir()
        found = problems_of(tmp_path / str(number), edits, base=COMPLETE)
        assert code in {problem.code for problem in found if problem.where == RISE}, number
