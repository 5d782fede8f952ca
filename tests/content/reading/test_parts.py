from pathlib import Path

import pytest

from content.reading.files import Folder
from content.reading.parts import MAX_PER_LIST, read_parts
from tests.support.folders import COMPLETE, brief, problems_of, write_campaign

TEXT = "messages/launch/"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"campaign.toml": None}, ["file-missing campaign.toml"]),
        ({"slots.toml": None}, ["file-missing slots.toml"]),
        ({TEXT + "message.toml": None}, ["file-missing messages/launch/message.toml"]),
        ({"prompts/one/en.md": "x"}, ["file-missing prompts/one/prompt.toml"]),
        ({"claims.toml": "claims = 5"}, ["wrong-value claims.toml:1"]),
        ({"claims.toml": "claims = [5]"}, ["wrong-value claims.toml:1"]),
        ({"claims.toml": "[[claim]]\nid = 'a'"}, ["unknown-key claims.toml:1"]),
        ({"claims.toml": ""}, []),
        ({"targets.toml": "targets = []"}, []),
        ({TEXT + "EN-GB.md": "x"}, [f"text-name {TEXT}EN-GB.md"]),
        ({TEXT + "telegram.md": "x"}, [f"text-name {TEXT}telegram.md"]),
        ({TEXT + "en.students.telegram.md": "x"}, [f"text-name {TEXT}en.students.telegram.md"]),
        ({TEXT + "en.telegram.a.b.md": "x"}, [f"text-name {TEXT}en.telegram.a.b.md"]),
        ({TEXT + "en.Students!.md": "x"}, [f"text-name {TEXT}en.Students!.md"]),
        ({TEXT + "xx.md": "x"}, [f"language-unknown {TEXT}xx.md"]),
        ({TEXT + "en.x.md": "\n \n"}, [f"text-empty {TEXT}en.x.md"]),
        ({TEXT + "en.x.md": b"\xff"}, [f"not-utf8 {TEXT}en.x.md:1"]),
    ],
)
def test_each_fault_of_a_file_is_one_problem(
    tmp_path: Path, changes: dict[str, str | bytes | None], expected: list[str]
) -> None:
    assert brief(problems_of(tmp_path, changes)) == expected


def test_a_folder_without_messages_is_told_what_to_write(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path, {TEXT + "message.toml": None, TEXT + "en.md": None, "slots.toml": "slots = []"}
    )
    assert brief(problems) == ["file-missing messages"]


@pytest.mark.parametrize("key", ["id", "variants"])
def test_a_message_does_not_repeat_the_name_of_its_folder(tmp_path: Path, key: str) -> None:
    text = COMPLETE[TEXT + "message.toml"]
    assert isinstance(text, str)
    problems = problems_of(tmp_path, {TEXT + "message.toml": f'{key} = "launch"\n{text}'}, base=COMPLETE)
    assert brief(problems) == ["key-misplaced messages/launch/message.toml:1"]


@pytest.mark.parametrize("name", ["Big One", "-x", "a" * 65, "ünlü"])
def test_names_of_folders_are_simple(tmp_path: Path, name: str) -> None:
    folder = {
        f"messages/{name}/{file}": COMPLETE[f"messages/launch/{file}"] for file in ("message.toml", "en.md")
    }
    problems = problems_of(tmp_path, {**folder, "media/balloon.png": COMPLETE["media/balloon.png"]})
    assert f"name-not-allowed messages/{name}" in brief(problems)


def test_prompts_have_no_channels(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, {"prompts/first-step/en.x.md": "x"}, base=COMPLETE)
    assert brief(problems) == ["text-name prompts/first-step/en.x.md"]


def test_texts_arrive_as_written_without_the_final_line_end(tmp_path: Path) -> None:
    source = "e\u0301 \u200f{{ x }}\r\n\r\nb\r\n"
    folder = write_campaign(tmp_path, {"messages/launch/en.md": b"\xef\xbb\xbf" + source.encode()})
    (variant,) = read_parts(Folder(folder)).messages[0].part.variants
    assert variant.source == "e\u0301 \u200f{{ x }}\n\nb"
    assert variant.file == "messages/launch/en.md"


def test_a_list_with_hundreds_of_broken_entries_is_cut_short(tmp_path: Path) -> None:
    folder = Folder(write_campaign(tmp_path, {"claims.toml": "[[claims]]\nq = 1\n" * 5_000}))
    read_parts(folder)
    assert MAX_PER_LIST < len(folder.problems) < MAX_PER_LIST + 20
    assert folder.problems[-1].code == "more-problems"
