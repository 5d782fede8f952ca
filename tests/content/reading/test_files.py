import os
from pathlib import Path

import pytest

from content.errors import Severity
from content.reading import files
from content.reading.files import Folder, has_control_characters, place
from tests.support.folders import brief, problems_of, write_campaign

MEGABYTE = 1024 * 1024


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert brief(Folder(tmp_path / "nowhere").problems) == [f"folder-missing {tmp_path / 'nowhere'}"]


def test_a_file_in_place_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert brief(Folder(tmp_path / "file").problems) == [f"folder-missing {tmp_path / 'file'}"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("notes.txt", ["unexpected-file notes.txt"]),
        ("campain.toml", ["unexpected-file campain.toml"]),
        ("drafts/a/b.md", ["unexpected-folder drafts"]),
        ("messages/loose.md", ["unexpected-file messages/loose.md"]),
        ("messages/launch/notes.txt", ["unexpected-file messages/launch/notes.txt"]),
        ("messages/launch/deep/en.md", ["unexpected-folder messages/launch/deep"]),
        ("action_days/rise.txt", ["unexpected-file action_days/rise.txt"]),
        (".git/config", []),
        ("README.md", []),
        ("messages/launch/README.md", []),
        ("media/.DS_Store", []),
    ],
)
def test_unknown_files_are_pointed_out_and_left_out(tmp_path: Path, name: str, expected: list[str]) -> None:
    problems = problems_of(tmp_path, {name: "x"})
    assert brief(problems) == expected
    assert all(problem.severity is Severity.WARNING for problem in problems)


def test_a_misspelt_file_is_told_its_name(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {"citys.toml": ""})
    assert problem.remedy == 'Did you mean "cities.toml"?'


@pytest.mark.parametrize("name", ["slots.toml", "messages/launch/en.md", "media/balloon.png"])
def test_a_folder_in_place_of_a_file_is_a_problem(tmp_path: Path, name: str) -> None:
    folder = write_campaign(tmp_path, {name: None})
    (folder / name).mkdir(parents=True)
    assert f"folder-not-file {name}" in brief(Folder(folder).problems)


@pytest.mark.parametrize("name", ["messages", "media", "prompts", "action_days"])
def test_a_file_in_place_of_a_folder_is_a_problem(tmp_path: Path, name: str) -> None:
    folder = write_campaign(tmp_path, {"messages/launch/message.toml": None, "messages/launch/en.md": None})
    (folder / name).write_text("x")
    assert brief(Folder(folder).problems) == [f"file-not-folder {name}"]


def test_a_link_to_a_file_outside_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("en")
    folder = write_campaign(tmp_path)
    (folder / "messages/launch/tr.md").symlink_to(tmp_path / "secret")
    found = Folder(folder)
    assert brief(found.problems) == ["link-outside messages/launch/tr.md"]
    assert "messages/launch/tr.md" not in found.names


def test_a_link_within_the_folder_is_fine_and_links_to_folders_are_not(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path)
    (folder / "messages/launch/tr.md").symlink_to("en.md")
    (folder / "messages/again").symlink_to("launch")
    (folder / "messages/launch/round.md").symlink_to("round.md")
    found = Folder(folder)
    assert "messages/launch/tr.md" in found.names
    assert brief(found.problems) == [
        "link-to-folder messages/again",
        "file-unreadable messages/launch/round.md",
    ]


def test_a_folder_that_is_itself_reached_by_a_link_is_fine(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(write_campaign(tmp_path))
    assert Folder(tmp_path / "link").problems == []


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path)
    os.mkfifo(folder / "messages/launch/tr.md")
    assert brief(Folder(folder).problems) == ["not-a-file messages/launch/tr.md"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("messages/launch/en.md", "messages/launch/EN.md"), ("media/é.png", "media/e\u0301.png")],
)
def test_names_that_are_one_file_elsewhere_are_a_problem(tmp_path: Path, one: str, other: str) -> None:
    folder = write_campaign(tmp_path, {one: "x", other: "x"})
    assert [problem.code for problem in Folder(folder).problems] == ["names-collide"]


def test_a_name_that_is_no_text_is_shown_safely(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path)
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff\nname")).write_text("x")
    (problem,) = Folder(folder).problems
    assert str(problem).encode()
    assert str(problem).isprintable()


def test_a_text_of_50_mb_is_a_problem_and_is_not_read(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path)
    os.truncate(folder / "messages/launch/en.md", 50 * MEGABYTE)
    found = Folder(folder)
    assert found.text("messages/launch/en.md") is None
    (problem,) = found.problems
    assert problem.code == "file-too-large"
    assert problem.what == "the file has 51,200 kB; at most 256 kB are read"


def test_all_texts_together_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_ALL_TEXT_BYTES", 5)
    found = Folder(write_campaign(tmp_path))
    assert found.text("messages/launch/en.md") is None
    assert brief(found.problems) == ["file-too-large ."]


def test_too_many_files_are_one_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 3)
    folder = write_campaign(tmp_path, {f"media/{number}.png": "x" for number in range(9)})
    assert brief(Folder(folder).problems) == ["too-many-files ."]


@pytest.mark.parametrize(("data", "line"), [(b"\xff", 1), (b"a\nb\r\nc\rd \xe9 e", 4)])
def test_bytes_that_are_not_utf8_are_a_problem_with_their_line(
    tmp_path: Path, data: bytes, line: int
) -> None:
    found = Folder(write_campaign(tmp_path, {"messages/launch/en.md": data}))
    assert found.text("messages/launch/en.md") is None
    assert brief(found.problems) == [f"not-utf8 messages/launch/en.md:{line}"]


@pytest.mark.parametrize("mark", ["\x00", "\x1b", "\u202e", "\u202a"])
def test_invisible_control_characters_are_a_problem_with_their_line(tmp_path: Path, mark: str) -> None:
    found = Folder(write_campaign(tmp_path, {"messages/launch/en.md": f"one\ntw{mark}o"}))
    assert found.text("messages/launch/en.md") is None
    assert brief(found.problems) == ["control-character messages/launch/en.md:2"]
    assert not has_control_characters("tab\tand line\n")


def test_a_file_that_vanishes_is_unreadable(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path)
    found = Folder(folder)
    (folder / "messages/launch/en.md").unlink()
    assert found.text("messages/launch/en.md") is None
    assert brief(found.problems) == ["file-unreadable messages/launch/en.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unreadable(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path)
    (folder / "messages/launch/en.md").chmod(0)
    found = Folder(folder)
    assert found.text("messages/launch/en.md") is None
    assert brief(found.problems) == ["file-unreadable messages/launch/en.md"]


def test_a_place_is_one_visible_line() -> None:
    assert place("a\nb\u202e") == "a\\nb\\u202e"
