from pathlib import Path

import pytest

from content.models import Campaign, Goal, Slot
from content.reading.files import Folder
from content.reading.toml_file import TomlFile, read_toml
from content.reading.wording import MAX_PER_PART, broken_keys, validated, without_unknown_keys
from tests.support.folders import edited, problems_of, write_campaign

CASES = [
    ("hashtag =", "reveiw = 1\nhashtag =", "unknown-key", 8, 'Did you mean "review"?'),
    ('id = "balloons"', "id = 5", "wrong-value", 1, 'Write a text in quotation marks: "…".'),
    ('id = "balloons"', 'id = "B b"', "wrong-form", 1, "launch-day"),
    ('title = {en = "Balloons"}', 'title = "x"', "wrong-value", 2, "Write one line per language"),
    ('title = {en = "Balloons"}', 'title = {EN = "x"}', "wrong-form", 2, "short code of a language"),
    ('{en = "Balloons"}', '{en = ""}', "empty", 2, "Write something there"),
    ('{en = "Balloons"}', '{en = "' + "a" * 501 + '"}', "too-long", 2, "Make it shorter."),
    ('{en = "Balloons"}', "{en = [1]}", "wrong-value", 2, "Write a text"),
    ("starts_on = 2026-09-01", 'starts_on = "1 Sep"', "wrong-value", 3, "Write a date like 2026-09-01"),
    ("starts_on = 2026-09-01", "starts_on = 5", "wrong-value", 3, "Write a date like 2026-09-01"),
    ('languages = ["en"]', 'languages = "en"', "wrong-value", 6, "Write a list"),
    ('languages = ["en"]', "languages = []", "empty", 6, "Write something there"),
    ("number = 1000", "number = 0", "out-of-range", 7, "Write 1 or more."),
    ("number = 1000", "number = 1.5", "wrong-value", 7, "Write a whole number"),
    ("number = 1000", "number = nan", "wrong-value", 7, "Write a whole number"),
    ("number = 1000", "number = true", "wrong-value", 7, "Write a whole number"),
    ("number = 1000, ", "", "missing-key", 7, "Add it"),
    ("number = 1000", "number = 1000, nubmer = 2", "unknown-key", 7, 'Did you mean "number"?'),
    ('hashtag = {tags = ["WhiteBalloons"]}', "hashtag = 5", "wrong-value", 8, "Write a table"),
    ("hashtag =", "review = {approvals = 9}\nhashtag =", "out-of-range", 8, "Write 5 or less."),
    ("hashtag =", "review = {author_may_approve = 1}\nhashtag =", "wrong-value", 8, "Write true or false"),
    ("hashtag =", 'digits = {en = "roman"}\nhashtag =', "wrong-choice", 8, '"latn", "arab" or "arabext"'),
    ("hashtag =", 'identity = {colours = ["red"]}\nhashtag =', "wrong-form", 8, "six digits"),
    ("hashtag =", "slots = []\nhashtag =", "key-misplaced", 8, "Move it to slots.toml."),
    ("hashtag =", 'folder = "x"\nhashtag =', "key-misplaced", 8, "Remove it."),
    ("hashtag =", "launched_at = 2026-09-01\nhashtag =", "key-misplaced", 8, "write dormant = true"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "remedy"), CASES)
def test_each_wrong_value_of_the_campaign_is_told_with_a_remedy(
    tmp_path: Path, old: str, new: str, code: str, line: int, remedy: str
) -> None:
    (problem,) = problems_of(tmp_path, edited("campaign.toml", old, new))
    assert (problem.code, problem.where, problem.line) == (code, "campaign.toml", line)
    assert remedy in problem.remedy
    assert len(str(problem)) < 250
    assert "input" not in str(problem).lower()


SLOT_CASES = [
    ("at = 2026-09-05T12:00:00", "at = 2026-09-05", "wrong-value", 5, "Write a date and a time"),
    ("at = 2026-09-05T12:00:00", "at = 1788609600", "wrong-value", 5, "Write a date and a time"),
    (
        "at = 2026-09-05T12:00:00",
        "at = 2026-09-05T12:00:00\ngap = 'x'",
        "wrong-choice",
        6,
        '"shift", "skip"',
    ),
    ("at = 2026-09-05T12:00:00", "at = 2026-09-05T12:00:00\nsilent = 1", "wrong-value", 6, "true or false"),
    ("at = 2026-09-05T12:00:00", "at = 2026-09-05T12:00:00\ncities = 'al'", "wrong-choice", 6, "or a list"),
    (
        "at = 2026-09-05T12:00:00",
        "at = 2026-09-05T12:00:00\ncities = {a = 1}",
        "wrong-choice",
        6,
        "or a list",
    ),
    (
        "at = 2026-09-05T12:00:00",
        "at = 2026-09-05T12:00:00\ncities = ['A b']",
        "wrong-form",
        6,
        "launch-day",
    ),
    ('message = "launch"\n', "", "missing-key", 1, "Add it"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "remedy"), SLOT_CASES)
def test_each_wrong_value_of_a_slot_is_told_with_a_remedy(
    tmp_path: Path, old: str, new: str, code: str, line: int, remedy: str
) -> None:
    (problem,) = problems_of(tmp_path, edited("slots.toml", old, new))
    assert (problem.code, problem.where, problem.line) == (code, "slots.toml", line)
    assert remedy in problem.remedy


def file_of(root: Path, text: str) -> TomlFile:
    file = read_toml(Folder(write_campaign(root, {"claims.toml": text})), "claims.toml")
    assert file is not None
    return file


def test_a_place_deep_in_a_file_is_said_in_words(tmp_path: Path) -> None:
    (problem,) = problems_of(
        tmp_path,
        edited("campaign.toml", "hashtag =", 'identity = {slogans = [{en = "a"}, {en = ""}]}\nhashtag ='),
    )
    assert problem.what == '"en" of item 2 of "identity.slogans" is empty'


def test_a_part_with_hundreds_of_wrong_values_is_cut_short(tmp_path: Path) -> None:
    file = file_of(tmp_path, "\n".join(f"key{number} = 1" for number in range(300)))
    problems: list[object] = []
    assert validated(Goal, file.data, file, (), problems) is None  # type: ignore[arg-type]
    assert len(problems) == MAX_PER_PART + 1


def test_values_of_sound_parts_are_typed(tmp_path: Path) -> None:
    file = file_of(tmp_path, 'text = {en = "x"}\nnumber = 3\nunit = "y"\nby = 2026-09-01')
    goal = validated(Goal, file.data, file, (), [])
    assert goal is not None
    assert (goal.number, str(goal.by)) == (3, "2026-09-01")


def test_broken_keys_are_those_at_the_top() -> None:
    assert broken_keys(Slot, {"id": "a", "message": "b", "cities": [1], "x": 2}) == {"cities", "x"}
    assert "goal" in broken_keys(Campaign, {"goal": {"text": {}, "number": 0, "unit": "x"}})
    assert broken_keys(Slot, {"id": "a", "message": "b"}) == frozenset()


def test_unknown_keys_are_left_out_at_any_depth() -> None:
    data = {
        "slogans": [{"en": "x"}],
        "identity": {"colours": [], "x": 1},
        "goal": {"number": 0, "y": 2},
        "z": 3,
    }
    known = without_unknown_keys(Campaign, data)
    assert known == {"identity": {"colours": []}, "goal": {"number": 0}}
    assert "z" in data
