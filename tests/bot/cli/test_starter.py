from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.cli.starter import Start, starter_files, write_starter
from content.loader import read_campaign
from schedules.commands.checks import check_folder

TODAY = date(2027, 3, 1)


@pytest.mark.parametrize("languages", [("en",), ("ar", "en", "fr", "de", "tr"), ("sw", "fa-AF")])
def test_every_language_gives_a_folder_without_errors(tmp_path: Path, languages: tuple[str, ...]) -> None:
    write_starter(tmp_path, Start("one", "One", "OneForAll", languages, "Europe/Berlin", TODAY))
    report = check_folder(tmp_path, datetime.combine(TODAY, time(), UTC))
    errors = [problem for problem in report.problems if problem.severity == "error"]
    assert [problem.code for problem in errors] == (["text-too-similar"] if "sw" in languages else [])
    assert [row.language for row in report.coverage] == list(languages)


def test_the_first_post_is_a_week_ahead(tmp_path: Path) -> None:
    write_starter(tmp_path, Start("one", "One", "OneForAll", ("en",), "UTC", TODAY))
    campaign, _ = read_campaign(tmp_path)
    assert campaign is not None
    assert [str(slot.at) for slot in campaign.slots] == ["2027-03-08 12:00:00"]


def test_a_title_with_quotes_and_backslashes_stays_as_it_is(tmp_path: Path) -> None:
    title = 'A "quoted" \\ title'
    write_starter(tmp_path, Start("one", title, "OneForAll", ("en",), "UTC", TODAY))
    campaign, _ = read_campaign(tmp_path)
    assert campaign is not None
    assert campaign.title["en"] == title


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    start = Start("one", "One", "OneForAll", ("en",), "UTC", TODAY)
    (tmp_path / "slots.toml").write_text("mine")
    with pytest.raises(FileExistsError):
        write_starter(tmp_path, start)
    assert (tmp_path / "slots.toml").read_text() == "mine"
    assert "slots.toml" in starter_files(start)
