import click
import pytest

from bot.cli.walltimes import DATE, WallTime


@pytest.mark.parametrize("word", ["2026-02-30T10:00", "2026-02-28 24:01", "2026-13-01T10:00"])
def test_a_time_that_no_calendar_or_clock_shows_is_said_not_to_exist(word: str) -> None:
    with pytest.raises(click.BadParameter, match=f"{word} does not exist"):
        WallTime().convert(word, None, None)


def test_a_time_that_is_written_differently_is_told_how_to_write_it() -> None:
    for word in ("tomorrow", "2026-02-30"):
        with pytest.raises(click.BadParameter, match="match the format"):
            WallTime().convert(word, None, None)
    assert WallTime(DATE).convert("2026-02-28", None, None).isoformat() == "2026-02-28T00:00:00"
