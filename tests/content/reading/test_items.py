from datetime import timedelta
from pathlib import Path

import pytest

from content.errors import Problem
from content.models import ActionDay, Claim, Slot
from content.reading.files import Folder
from content.reading.items import duplicates, ids, made
from content.reading.toml_file import TomlFile, read_toml
from tests.support.folders import brief, write_campaign


def file_of(root: Path, text: str) -> TomlFile:
    file = read_toml(Folder(write_campaign(root, {"slots.toml": text})), "slots.toml")
    assert file is not None
    return file


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("-24h", timedelta(hours=-24)),
        ("90m", timedelta(minutes=90)),
        ("-1d12h", timedelta(hours=-36)),
        ("0m", timedelta()),
    ],
)
def test_lengths_of_time_arrive_as_written(tmp_path: Path, written: str, length: timedelta) -> None:
    file = file_of(tmp_path, f'id = "a"\nmessage = "b"\nrelative_to = "c"\noffset = "{written}"')
    located = made(Slot, file.data, file, (), [])
    assert located is not None
    assert located.part.offset == length


@pytest.mark.parametrize("written", ['"soon"', "5", '"400d"', "09:00:00", "[]"])
def test_a_bad_length_of_time_is_a_problem_and_nothing_else_is(tmp_path: Path, written: str) -> None:
    file = file_of(tmp_path, f'id = "a"\nmessage = "b"\nlate_by = {written}')
    problems: list[Problem] = []
    assert made(Slot, file.data, file, (), problems) is not None
    assert brief(problems) == ["duration-invalid slots.toml:3"]


def test_the_public_board_of_an_action_day_lags_behind_as_written(tmp_path: Path) -> None:
    text = 'id = "a"\ntitle = {}\nat = 2026-09-20T18:00:00\nboard = "public"\nboard_delay = '
    problems: list[Problem] = []
    for written in ('"1h30m"', '"-5m"', '"soon"'):
        file = file_of(tmp_path, text + written)
        located = made(ActionDay, file.data, file, (), problems)
        assert located is not None
        if not problems:
            assert (located.part.board, located.part.board_delay) == ("public", timedelta(minutes=90))
    assert brief(problems) == ["out-of-range slots.toml:5", "duration-invalid slots.toml:5"]


def test_a_broken_part_is_mended_so_that_the_rest_of_it_can_be_checked(tmp_path: Path) -> None:
    file = file_of(tmp_path, 'id = "a"\nmesage = "b"\nzone = "Mars/X"\nat = "soon"')
    problems: list[Problem] = []
    located = made(Slot, file.data, file, (), problems)
    assert located is not None
    assert located.broken == {"message", "at"}
    assert (located.part.id, located.part.zone, located.part.at) == ("a", "Mars/X", None)
    assert {problem.code for problem in problems} == {"unknown-key", "missing-key", "wrong-value"}


def test_an_unknown_key_hides_nothing_around_it(tmp_path: Path) -> None:
    text = 'id = "a"\ntext = {en = "x"}\nsource = "s"\nreview_by = 2026-09-01\nx = 1'
    file = file_of(tmp_path, text)
    located = made(Claim, file.data, file, (), [])
    assert located is not None
    assert (located.part.source, located.broken) == ("s", frozenset())


def test_what_is_no_table_cannot_be_mended(tmp_path: Path) -> None:
    file = file_of(tmp_path, "x = 5")
    problems: list[Problem] = []
    assert made(Claim, 5, file, ("x",), problems) is None
    assert brief(problems) == ["wrong-value slots.toml:1"]


def test_ids_are_collected_from_broken_entries_too(tmp_path: Path) -> None:
    file = file_of(tmp_path, '[[slots]]\nid = "a"\n[[slots]]\nx = 1\n[[slots]]\nid = "a"')
    items = file.data["slots"]
    assert ids([*items, 5]) == ["a", "a"]
    assert brief(duplicates(file, "slots", items)) == ["id-twice slots.toml:6"]
