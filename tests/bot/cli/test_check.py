from pathlib import Path

import pytest

from bot.cli.check import show_coverage
from content.variants import CoverageRow
from tests.bot.cli.terminal import Terminal
from tests.support.folders import COMPLETE, edited, write_campaign


def test_check_of_a_sound_folder_shows_which_text_serves_what(terminal: Terminal, folder: Path) -> None:
    shown = terminal.out("check", str(folder)).splitlines()
    assert shown[0].split() == ["MESSAGE", "LANGUAGE", "TELEGRAM"]
    assert shown[1].split() == ["launch", "en", "en.md"]
    assert f"{folder} can be planned: no problems." in shown


def test_check_lists_every_error_under_its_file_with_its_line(terminal: Terminal, tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "campaign.toml": "id = \n",
        "messages/launch/en.md": b"\xff\xfe",
    }
    folder = write_campaign(tmp_path, changes)
    shown = terminal.out("check", str(folder), code=1)
    assert shown.startswith("Errors (2)\n")
    assert "  campaign.toml\n    line 1: " in shown
    assert "  messages/launch/en.md\n" in shown


def test_check_finds_limits_and_tags_before_there_is_an_account(terminal: Terminal, tmp_path: Path) -> None:
    text = f"{'Balloons. ' * 500}\n\n#whiteballoons\n"
    folder = write_campaign(tmp_path, {"messages/launch/en.md": text})
    found = terminal.json("check", str(folder), code=1)
    codes = {problem["code"] for problem in found["problems"]}
    assert {"over-limit", "tag-spelling"} <= codes
    assert found["errors"] == len([p for p in found["problems"] if p["severity"] == "error"])


def test_check_of_warnings_alone_is_fine(terminal: Terminal, tmp_path: Path) -> None:
    folder = write_campaign(tmp_path)
    found = terminal.json("check", str(folder))
    assert (found["errors"], [problem["severity"] for problem in found["problems"]][:1]) == (0, ["warning"])


def test_check_needs_no_home(tmp_path: Path) -> None:
    Terminal(tmp_path / "none").run("check", str(write_campaign(tmp_path)))
    assert not (tmp_path / "none").exists()


def test_check_of_no_folder_says_so(terminal: Terminal, tmp_path: Path) -> None:
    assert "Traceback" not in terminal.run("check", str(tmp_path / "nothing"), code=1).output


def test_check_tells_of_a_missing_language(terminal: Terminal, tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, {"messages/launch/de.md": None}, base=COMPLETE)
    shown = terminal.out("check", str(folder), code=1)
    assert "MISSING" in shown


def test_check_does_not_complain_twice_of_a_missing_text(terminal: Terminal, tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, {"messages/launch/de.md": None}, base=COMPLETE)
    problems = terminal.json("check", str(folder), code=1)["problems"]
    assert len([problem for problem in problems if problem["code"] == "variant-missing"]) <= 2


def test_coverage_leaves_empty_what_no_slot_asks_for(capsys: object) -> None:
    rows = (
        CoverageRow("a", "en", None, {"x": "messages/a/en.md"}),
        CoverageRow("b", "en", "students", {"feed": None}),
    )
    show_coverage(rows)
    shown = capsys.readouterr().out.splitlines()  # type: ignore[attr-defined]
    assert shown[1].split() == ["a", "en", "en.md"]
    assert shown[2].split() == ["b", "(students)", "en", "MISSING"]


def test_a_slot_in_a_gap_of_the_clocks_can_be_refused(terminal: Terminal, tmp_path: Path) -> None:
    slots = edited("slots.toml", "at = 2026-09-05T12:00:00", 'at = 2026-03-29T02:30:00\ngap = "refuse"')
    folder = write_campaign(tmp_path, slots)
    assert "does not exist in Europe/Berlin" in terminal.out("check", str(folder), code=1)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "campaign.toml",
            "ends_on = 2026-09-30",
            "ends_on = 9999-12-31",
            "dates before 2000 or after 2100",
        ),
        ("campaign.toml", "starts_on = 2026-09-01", 'starts_on = "0001-01-01"', "dates before 2000 or"),
        ("campaign.toml", "number = 1000,", f"number = 1{'0' * 31},", "10,000,000,000"),
    ],
)
def test_check_refuses_years_and_numbers_of_no_campaign(
    terminal: Terminal, tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    folder = write_campaign(tmp_path, edited(name, old, new))
    assert said in terminal.out("check", str(folder), code=1)
