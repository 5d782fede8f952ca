import hashlib
import stat
from pathlib import Path

import pytest

from schedules.errors import StoreUnusable
from schedules.store.files import Files

DATA = b"the very bytes"
SHA256 = hashlib.sha256(DATA).hexdigest()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_kept_is_read_by_its_digest(tmp_path: Path) -> None:
    files = Files(tmp_path / "home" / "media")
    assert files.read(SHA256) is None
    files.keep(SHA256, DATA)
    assert files.read(SHA256) == DATA


def test_only_the_owner_may_look(tmp_path: Path) -> None:
    Files(tmp_path / "media").keep(SHA256, DATA)
    assert (mode(tmp_path / "media"), mode(tmp_path / "media" / SHA256)) == (0o700, 0o600)


def test_nothing_but_whole_files_is_left(tmp_path: Path) -> None:
    files = Files(tmp_path)
    for _ in range(3):
        files.keep(SHA256, DATA)
    assert [path.name for path in tmp_path.iterdir()] == [SHA256]


def test_a_file_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.keep(SHA256, DATA)
    before = (tmp_path / SHA256).stat().st_ino
    files.keep(SHA256, DATA)
    assert (tmp_path / SHA256).stat().st_ino == before


def test_a_changed_file_is_never_given_out_and_is_mended_when_kept_again(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.keep(SHA256, DATA)
    (tmp_path / SHA256).write_bytes(b"other bytes")
    assert files.read(SHA256) is None
    files.keep(SHA256, DATA)
    assert files.read(SHA256) == DATA


def test_without_a_folder_nothing_is_kept_and_nothing_is_there() -> None:
    assert Files(None).read(SHA256) is None
    with pytest.raises(StoreUnusable, match="needs a folder"):
        Files(None).keep(SHA256, DATA)


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnusable, match="cannot be written: Not a directory"):
        Files(tmp_path / "file" / "media").keep(SHA256, DATA)


def test_all_of_it_is_erased_and_erasing_nothing_is_no_error(tmp_path: Path) -> None:
    files = Files(tmp_path / "media")
    files.erase()
    files.keep(SHA256, DATA)
    files.erase()
    assert not (tmp_path / "media").exists()
    Files(None).erase()
