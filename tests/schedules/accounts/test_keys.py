import base64
import os
import stat
from pathlib import Path

import pytest

from schedules.accounts.keys import KEY_BYTES, Key, create_key, destroy_key, load_key
from schedules.errors import StoreUnusable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "munasara.key"


def test_a_new_key_is_read_back(path: Path) -> None:
    assert create_key(path) == load_key(path)


def test_a_key_file_and_its_folder_are_for_the_owner_alone(path: Path) -> None:
    create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_two_keys_differ_in_value_and_version(tmp_path: Path) -> None:
    one, other = create_key(tmp_path / "one"), create_key(tmp_path / "other")
    assert one.value != other.value
    assert one.version != other.version


def test_the_version_is_eight_hex_digits_and_stays() -> None:
    assert Key(bytes(KEY_BYTES)).version == Key(bytes(KEY_BYTES)).version
    assert len(bytes.fromhex(Key(bytes(KEY_BYTES)).version)) == 4


def test_each_purpose_has_a_key_of_its_own() -> None:
    key = Key(bytes(KEY_BYTES))
    assert len({key.value, key.derive(b"one"), key.derive(b"other")}) == 3


def test_a_file_that_is_there_is_never_overwritten(path: Path) -> None:
    key = create_key(path)
    with pytest.raises(StoreUnusable, match="left as it is"):
        create_key(path)
    assert load_key(path) == key


def test_a_key_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreUnusable):
        create_key(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="cannot be written"):
        create_key(tmp_path / "file" / "munasara.key")


def test_a_full_disk_leaves_no_half_key(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnusable, match="No space left"):
        create_key(path)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420, 0o401])
def test_a_key_that_others_may_open_is_refused_with_the_command_that_closes_it(
    path: Path, mode: int
) -> None:
    create_key(path)
    path.chmod(mode)
    with pytest.raises(StoreUnusable, match=f"chmod 0400 {path}"):
        load_key(path)


def test_a_key_that_its_owner_may_write_is_taken(path: Path) -> None:
    key = create_key(path)
    path.chmod(0o600)
    assert load_key(path) == key


def test_a_missing_key_is_told(path: Path) -> None:
    with pytest.raises(StoreUnusable, match="There is no key file"):
        load_key(path)


def test_a_path_through_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="cannot be read"):
        load_key(tmp_path / "file" / "munasara.key")


def test_a_folder_is_not_a_key(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="is not a file"):
        load_key(tmp_path)


def test_a_pipe_is_not_a_key_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o400)
    with pytest.raises(StoreUnusable, match="is not a file"):
        load_key(tmp_path / "pipe")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        base64.b64encode(b"S" * 31),
        base64.b64encode(b"S" * 33),
        b"not base64 !",
        b"\xff" * 44,
        b"S" * 10_000,
    ],
)
def test_what_is_no_key_is_refused_without_being_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o400)
    with pytest.raises(StoreUnusable, match="holds no key") as caught:
        load_key(path)
    assert "SSSS" not in str(caught.value)


def test_a_key_shows_itself_nowhere() -> None:
    key = Key(b"K" * KEY_BYTES)
    assert "KKK" not in repr(key) + str(key) + f"{key}"


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(StoreUnusable, match="not 31"):
        Key(b"K" * 31)


def test_a_destroyed_key_is_gone_and_its_bytes_were_overwritten_first(path: Path) -> None:
    create_key(path)
    before = path.read_bytes()
    with path.open("rb") as still_open:
        destroy_key(path)
        assert not path.exists()
        assert before.strip() not in still_open.read()


def test_destroying_what_is_not_there_is_no_error(path: Path) -> None:
    destroy_key(path)
    create_key(path)
    destroy_key(path)
    destroy_key(path)
    assert not path.exists()


def test_a_link_to_a_key_is_taken_away_and_what_it_leads_to_is_destroyed(
    path: Path, tmp_path: Path
) -> None:
    create_key(path)
    before, link = path.read_bytes(), tmp_path / "link"
    link.symlink_to(path)
    destroy_key(link)
    assert not link.is_symlink()
    assert not path.exists() or path.read_bytes() != before


def test_what_cannot_be_destroyed_is_named_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(StoreUnusable, match=rf"is still there.*shred -u {folder}"):
        destroy_key(folder)
