import fcntl
import os
from pathlib import Path

import pytest

from channels.feed import files
from channels.feed.files import folder_time, only_writer, replace_file


def test_a_replaced_file_has_the_new_bytes_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "feed.json"
    replace_file(target, b"old")
    replace_file(target, b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["feed.json"]


def test_a_failed_write_leaves_the_old_bytes_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "feed.json"
    replace_file(target, b"old")
    monkeypatch.setattr(os, "fsync", _failing)
    with pytest.raises(OSError, match="disk"):
        replace_file(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["feed.json"]


def _failing(descriptor: int) -> None:
    raise OSError(5, "the disk failed")


def test_nobody_else_holds_the_lock_while_one_writes(tmp_path: Path) -> None:
    with (
        only_writer(tmp_path),
        (tmp_path / files.LOCK_FILE).open("a") as other,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_lock_is_free_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="disk"), only_writer(tmp_path):
        _failing(0)
    with (tmp_path / files.LOCK_FILE).open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_time_of_a_folder_never_goes_back(tmp_path: Path) -> None:
    with only_writer(tmp_path):
        first = folder_time(tmp_path)
        assert folder_time(tmp_path) >= first
        assert first.utcoffset() is not None
