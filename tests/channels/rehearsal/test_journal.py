import hashlib
from datetime import UTC, datetime
from pathlib import Path

from channels.rehearsal.journal import Journal, accepted, digest, machine_time, read_journal

NOON = datetime(2026, 12, 10, 12, 0, tzinfo=UTC)


def test_lines_are_numbered_and_dated_by_the_given_clock(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "log", now=lambda: NOON)
    journal.write("begun", key="a", text="سلام")
    journal.write("accepted", key="a")
    journal.close()
    first, second = read_journal(tmp_path / "log")
    assert first == {
        "n": 1,
        "event": "begun",
        "at": "2026-12-10T12:00:00+00:00",
        "key": "a",
        "text": "سلام",
    }
    assert second["n"] == 2


def test_a_restarted_journal_goes_on_counting_and_ignores_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    first = Journal(path, sync=True)
    first.write("accepted", key="a")
    first.close()
    with path.open("ab") as log:
        log.write(b'{"n": 2, "eve')
    second = Journal(path)
    assert [entry["key"] for entry in accepted(second.entries)] == ["a"]
    assert second.last == 1
    second.close()


def test_a_digest_is_the_sha256_of_the_text() -> None:
    assert digest("سلام") == hashlib.sha256("سلام".encode()).hexdigest()


def test_the_machine_has_a_clock_in_utc() -> None:
    assert machine_time().utcoffset() == NOON.utcoffset()
