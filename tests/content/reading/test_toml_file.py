from datetime import date
from pathlib import Path

import pytest

from content.reading.files import Folder
from content.reading.toml_file import read_toml, written_in_json
from tests.support.folders import brief, write_campaign


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('id = "a"\ntitle "b"\n', 2, 'an "=" is missing after the key'),
        ('id = "a"\nid = "b"\n', 2, "this is written twice"),
        ('id = "a\n', 1, "a text is not closed with a quotation mark"),
        ("id = \n", 1, "a value is missing or cannot be read; texts stand in quotation marks"),
        ("id = abc\n", 1, "a value is missing or cannot be read; texts stand in quotation marks"),
        ("id = [1,\n2\n", 3, "a list is not closed"),
        ("on = 2026-13-41\n", 1, "this date or time does not exist"),
        ("on = 2026-9-1\n", 1, "this date or time does not exist"),
        ("on = 2026-02-31\n", 1, "this date or time does not exist"),
        ('id = "a" b\n', 1, "there is something after the end of the value"),
        ("[a]\nb = 1\n[a]\n", 3, "this is written twice"),
        ("=\n", 1, "a key cannot begin like this"),
        ("x = " + "9" * 5000 + "\n", None, "not valid TOML"),
    ],
)
def test_broken_toml_is_a_problem_with_its_line(
    tmp_path: Path, text: str, line: int | None, what: str
) -> None:
    folder = Folder(write_campaign(tmp_path, {"claims.toml": text}))
    assert read_toml(folder, "claims.toml") is None
    (problem,) = folder.problems
    assert (problem.code, problem.where, problem.line) == ("toml-broken", "claims.toml", line)
    assert what in problem.what
    assert len(problem.what) < 120


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 100_000,
        "x = " + "[" * 25 + "]" * 25,
        ".".join(["a"] * 100_000) + " = 1",
        "[[" + " . ".join(['"a"'] * 30_000) + "]]",
        "x = {" + "a.b." * 50_000 + "c = 1}",
        'x = {"a" = ' + '{"a" = ' * 20_000,
    ],
    ids=["open lists", "lists", "long key", "long header", "inline key", "open tables"],
)
def test_deep_toml_is_a_problem(tmp_path: Path, text: str) -> None:
    folder = Folder(write_campaign(tmp_path, {"claims.toml": text}))
    assert read_toml(folder, "claims.toml") is None
    assert brief(folder.problems) == ["toml-too-deep claims.toml"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\nx = 1999-12-31", "date-far-away claims.toml:2"),
        ("x = [2026-01-01, 9999-12-31T23:59:59Z]", "date-far-away claims.toml:1"),
        ('x = "1999-12-31 10:00"', "date-far-away claims.toml:1"),
        ('x = 1\ny = "a\\u0000b"', "control-character claims.toml:2"),
        ('"a\\u001bb" = 1', "control-character claims.toml:1"),
    ],
)
def test_odd_values_are_problems_wherever_they_stand(tmp_path: Path, text: str, expected: str) -> None:
    folder = Folder(write_campaign(tmp_path, {"claims.toml": text}))
    assert read_toml(folder, "claims.toml") is not None
    assert brief(folder.problems) == [expected]


def test_a_byte_order_mark_and_foreign_line_ends_are_fine(tmp_path: Path) -> None:
    folder = Folder(write_campaign(tmp_path, {"claims.toml": b"\xef\xbb\xbfa = 1\r\nb = 2\rc = 3"}))
    file = read_toml(folder, "claims.toml")
    assert file is not None
    assert file.data == {"a": 1, "b": 2, "c": 3}
    assert file.problem(("c",), "code", "what", "remedy").line == 3
    assert folder.problems == []


def test_dates_are_written_as_texts() -> None:
    assert written_in_json({"a": [date(2026, 9, 1), 1, "x"]}) == {"a": ["2026-09-01", 1, "x"]}
