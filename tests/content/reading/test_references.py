import os
from pathlib import Path

import pytest

from content.errors import Severity
from tests.support.folders import COMPLETE, brief, edited, picture, problems_of, write_campaign

MESSAGE = "messages/launch/message.toml"


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("slots.toml", '"launch-day"\nmessage = "launch"', '"launch-day"\nmessage = "lunch"', "message-unknown slots.toml:3"),
        ("slots.toml", '["telegram", "mastodon"]', '["telegram", "mastodo"]', "channel-unknown slots.toml:4"),
        ("slots.toml", '["telegram", "mastodon"]', '["rehearsal"]', "channel-unknown slots.toml:4"),
        ("slots.toml", 'cities = "all"', 'cities = ["berlin", "paris"]', "city-unknown slots.toml:11"),
        ("slots.toml", 'languages = ["de"]', 'languages = ["de", "tr"]', "language-unknown slots.toml:20"),
        ("slots.toml", 'relative_to = "rise"', 'relative_to = "fall"', "slot-unknown slots.toml:12"),
        ("slots.toml", 'id = "launch-daily"', 'id = "launch-day"', "id-twice slots.toml:17"),
        ("slots.toml", 'id = "launch-daily"', 'id = "rise"', "id-twice slots.toml:12"),
        ("slots.toml", '["telegram", "mastodon"]', '["x", "x"]', "listed-twice slots.toml:4"),
        ("slots.toml", 'channels = ["feed"]\n', "", "slot-nowhere slots.toml:16"),
        ("action_days/rise.toml", '["berlin", "london"]', '["berlin", "rome"]', "city-unknown action_days/rise.toml:3"),
        ("cities.toml", 'id = "london"', 'id = "berlin"', "id-twice cities.toml:10"),
        (MESSAGE, 'target = "ministry"', 'target = "nobody"', f"target-unknown {MESSAGE}:6"),
        (MESSAGE, 'file = "balloon.png"', 'file = "baloon.png"', f"media-missing {MESSAGE}:9"),
        (MESSAGE, 'file = "balloon.png"', 'file = "../campaign.toml"', f"media-missing {MESSAGE}:9"),
        (MESSAGE, 'file = "balloon.png"', 'file = "/etc/passwd"', f"media-missing {MESSAGE}:9"),
        ("slots.toml", 'id = "launch-daily"', 'id = "door-3"', "id-reserved slots.toml:17"),
        ("campaign.toml", "[hashtag]", '[[partners]]\nid = "friends"\nname = "x"\n[hashtag]', "id-twice campaign.toml:33"),
    ],
)  # fmt: skip
def test_whatever_is_named_must_exist(tmp_path: Path, name: str, old: str, new: str, expected: str) -> None:
    problems = problems_of(tmp_path, edited(name, old, new, base=COMPLETE), base=COMPLETE)
    assert expected in brief(problems)
    codes = {problem.code for problem in problems}
    assert codes <= {expected.split(maxsplit=1)[0], "city-unknown"}


def test_a_misspelt_name_is_told_the_right_one(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, edited("slots.toml", '"telegram"', '"telegarm"'))
    assert problem.what == 'there is no channel "telegarm"'
    assert problem.remedy == 'Did you mean "telegram"?'


def test_names_in_a_file_that_cannot_be_read_are_not_called_unknown(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, {"cities.toml": "[[", "targets.toml": b"\xff"}, base=COMPLETE)
    assert brief(problems) == ["toml-broken cities.toml:1", "not-utf8 targets.toml:1"]


def test_all_cities_of_a_folder_without_cities_are_a_problem(tmp_path: Path) -> None:
    changes = edited("slots.toml", "message =", 'cities = "all"\nmessage =')
    assert "city-unknown slots.toml:3" in brief(problems_of(tmp_path, changes))


def test_an_audience_that_looks_like_a_channel_is_a_warning(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {"messages/launch/en.telegarm.md": "x"})
    assert (problem.code, problem.severity) == ("audience-or-channel", Severity.WARNING)
    assert '"telegram"' in problem.remedy


def test_two_prompts_of_one_day_are_a_problem(tmp_path: Path) -> None:
    names = ("prompt.toml", "en.md", "de.md")
    second = {f"prompts/second/{name}": COMPLETE[f"prompts/first-step/{name}"] for name in names}
    assert brief(problems_of(tmp_path, second, base=COMPLETE)) == ["day-twice prompts/second/prompt.toml:1"]


def test_two_prompts_of_one_day_may_differ_in_who_sees_it(tmp_path: Path) -> None:
    toml = COMPLETE["prompts/first-step/prompt.toml"]
    assert isinstance(toml, str)
    texts: dict[str, str | bytes] = {
        f"prompts/second/{name}": COMPLETE[f"prompts/first-step/{name}"] for name in ("en.md", "de.md")
    }
    second: dict[str, str | bytes] = {"prompts/second/prompt.toml": f'seen_by = "nobody"\n{toml}'}
    assert brief(problems_of(tmp_path, texts | second, base=COMPLETE)) == []


def test_training_prompts_have_places_of_their_own_and_each_its_own(tmp_path: Path) -> None:
    toml = COMPLETE["prompts/first-step/prompt.toml"]
    assert isinstance(toml, str)
    names = ("en.md", "de.md")
    one: dict[str, str | bytes] = {
        **{f"prompts/train/{name}": COMPLETE[f"prompts/first-step/{name}"] for name in names},
        "prompts/train/prompt.toml": f"training = true\n{toml}",
    }
    assert brief(problems_of(tmp_path / "one", one, base=COMPLETE)) == []
    two = one | {
        **{f"prompts/train-too/{name}": COMPLETE[f"prompts/first-step/{name}"] for name in names},
        "prompts/train-too/prompt.toml": f'training = true\nseen_by = "nobody"\n{toml}',
    }
    (problem,) = problems_of(tmp_path / "two", two, base=COMPLETE)
    assert brief([problem]) == ["day-twice prompts/train-too/prompt.toml:3"]
    assert "training day 1" in problem.what


def test_a_prompt_is_seen_by_nobody_one_or_the_public(tmp_path: Path) -> None:
    toml = COMPLETE["prompts/first-step/prompt.toml"]
    assert isinstance(toml, str)
    changed = {"prompts/first-step/prompt.toml": f'seen_by = "friends"\n{toml}'}
    (problem,) = problems_of(tmp_path, changed, base=COMPLETE)
    assert '"nobody"' in str(problem)


@pytest.mark.parametrize("data", [b"", b"<svg/>", picture("GIF"), picture("PNG", (300, 300))[:150]])
def test_media_that_are_no_pictures_are_a_problem(tmp_path: Path, data: bytes) -> None:
    assert brief(problems_of(tmp_path, {"media/balloon.png": data}, base=COMPLETE)) == [
        f"media-broken {MESSAGE}:9"
    ]


def test_media_of_more_than_50_mb_are_a_problem(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, base=COMPLETE)
    os.truncate(folder / "media/balloon.png", 51 * 1024 * 1024)
    assert brief(problems_of(tmp_path, {"media/balloon.png": None}, base=COMPLETE)) == [
        "file-too-large media/balloon.png"
    ]


def test_a_folder_in_place_of_a_picture_is_a_problem(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, {"media/balloon.png": None}, base=COMPLETE)
    (folder / "media/balloon.png").mkdir(parents=True)
    assert brief(problems_of(tmp_path, {"media/balloon.png": None}, base=COMPLETE)) == [
        "folder-not-file media/balloon.png",
        f"media-missing {MESSAGE}:9",
    ]


VIDEO = {
    MESSAGE: str(COMPLETE[MESSAGE]).replace("balloon.png", "balloon.MP4"),
    "media/balloon.png": None,
}


def test_a_video_is_a_medium_too(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {**VIDEO, "media/balloon.MP4": b"film"}, base=COMPLETE) == ()


def test_a_video_that_is_not_there_is_called_one(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, VIDEO, base=COMPLETE)
    assert problem.what == 'there is no video "media/balloon.MP4"'


def test_a_video_of_more_than_a_gigabyte_is_a_problem(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, {**VIDEO, "media/balloon.MP4": b""}, base=COMPLETE)
    os.truncate(folder / "media/balloon.MP4", 1025 * 1024 * 1024)
    assert brief(problems_of(tmp_path, VIDEO, base=COMPLETE)) == ["file-too-large media/balloon.MP4"]
