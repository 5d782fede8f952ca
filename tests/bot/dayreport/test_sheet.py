import csv
from io import StringIO

from bot.dayreport.sheet import as_csv
from tests.bot.dayreport.reports import report


def lines() -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(as_csv(report()))))


def test_everything_each_channel_and_each_open_city_have_a_line() -> None:
    total, channel, berlin, lyon, why, earlier = lines()
    assert (total["what"], total["name"], total["people"]) == ("total", "2 of 3 cities", "3184")
    assert (channel["name"], channel["planned"], channel["sent"], channel["unknown"]) == (
        "telegram",
        "5",
        "4",
        "1",
    )
    assert (channel["late"], channel["late_p50_s"], channel["late_max_s"]) == ("1", "0.5", "90.0")
    assert (berlin["people"], berlin["coming"], berlin["begun_local"]) == ("3000", "12", "2027-03-20 13:00")
    assert (lyon["status"], lyon["delay_min"], lyon["people"]) == ("aborted", "30", "")
    assert (why["what"], why["name"], why["unknown"]) == ("reason", "telegram berlin", "1")
    assert (earlier["what"], earlier["people"]) == ("earlier day", "90")


def test_fewer_than_five_volunteers_are_not_counted_out_and_no_guarded_city_is_named() -> None:
    assert lines()[2]["guests"] == "<5"
    assert "aleppo" not in as_csv(report())


def test_no_cell_begins_like_a_formula() -> None:
    cells = [cell for line in lines() for cell in line.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert """'=cmd|"<script>\"""" in cells
