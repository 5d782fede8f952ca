from pathlib import Path

from tests.bot.cli.terminal import Terminal, new_campaign
from tests.support.folders import COMPLETE, write_campaign
from tests.support.source import ROOT


def test_preview_of_a_folder_shows_the_text_and_the_room_it_takes(terminal: Terminal, folder: Path) -> None:
    shown = terminal.out("preview", str(folder))
    assert shown.startswith("--- launch on telegram, en, ")
    assert "Sign the petition: https://example.org/sign\n\n#WhiteBalloons\n" in shown
    assert "Room: 85 of 4,096 UTF-16 units" in shown


def test_preview_shows_pictures_in_words_and_the_limit_of_captions(
    terminal: Terminal, tmp_path: Path
) -> None:
    folder = write_campaign(tmp_path, base=COMPLETE)
    shown = terminal.out(
        "preview", str(folder), "--channel", "telegram", "--language", "en", "--city", "london"
    )
    assert "Picture balloon.png: A white balloon" in shown
    assert "of 1,024 UTF-16 units" in shown
    assert shown.count("---") == 1


def test_preview_narrows_down_to_one_language(terminal: Terminal, tmp_path: Path) -> None:
    folder = new_campaign(tmp_path / "two", languages=["en", "ar"])
    shown = terminal.out("preview", str(folder), "--language", "ar")
    assert shown.count("---") == 1
    assert "وقّعوا العريضة" in shown


def test_preview_shows_a_round_up_with_sample_numbers(terminal: Terminal) -> None:
    example = ROOT / "content" / "examples" / "white-balloons"
    shown = terminal.out(
        "preview", str(example), "--message", "first-count", "--channel", "telegram", "--language", "en"
    )
    assert ", with sample numbers, from messages/first-count/en.md" in shown
    assert "about 3,200 people (captains' estimates), 14 of 15 cities." in shown


def test_preview_of_what_is_not_planned_is_an_answer_of_no(terminal: Terminal, folder: Path) -> None:
    assert "Nothing of this kind" in terminal.run("preview", str(folder), "--channel", "x", code=1).stderr


def test_preview_of_a_broken_folder_lists_its_problems(terminal: Terminal, tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, {"campaign.toml": "id ="})
    assert "campaign.toml" in terminal.run("preview", str(folder), code=1).stderr


def test_preview_makes_no_home_for_a_folder(tmp_path: Path, folder: Path) -> None:
    Terminal(tmp_path / "none").run("preview", str(folder))
    assert not (tmp_path / "none").exists()


def test_preview_of_a_recorded_post_shows_what_was_frozen(planned: Terminal, folder: Path) -> None:
    (folder / "messages/launch/en.md").write_text("Something else.\n\n#WhiteBalloons\n")
    shown = planned.out("preview", "1")
    assert shown.startswith("--- post 1: launch on telegram-en, en, ")
    assert "This campaign needs you." in shown
    assert "Something else" not in shown


def test_preview_of_an_unknown_post_says_where_to_look(planned: Terminal) -> None:
    assert "There is no post 99" in planned.run("preview", "99", code=3).stderr
