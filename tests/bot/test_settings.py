from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load_settings


def test_without_settings_everything_has_a_default() -> None:
    settings = load_settings({})
    assert settings == Settings()
    assert settings.database_url == f"sqlite+aiosqlite:///{Path('var').absolute()}/munasara.db"
    assert settings.key_path == Path("var/munasara.key")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('home = "/srv/munasara"\nin_flight = 5\nlog = "json"\n')
    settings = load_settings({"MUNASARA_SETTINGS": str(file), "MUNASARA_IN_FLIGHT": "7"})
    assert (settings.home, settings.in_flight, settings.log) == (Path("/srv/munasara"), 7, "json")


def test_other_variables_do_not_matter() -> None:
    assert load_settings({"HOME": "/root", "_MUNASARA_COMPLETE": "bash_source"}) == Settings()


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ("postgresql://u@host/db", "postgresql+psycopg://u@host/db"),
        ("sqlite:////srv/m.db", "sqlite+aiosqlite:////srv/m.db"),
        ("postgresql+psycopg://u@host/db", "postgresql+psycopg://u@host/db"),
    ],
)
def test_a_database_may_be_written_in_short(given: str, becomes: str) -> None:
    assert load_settings({"MUNASARA_DATABASE": given}).database_url == becomes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MUNASARA_HTTP", "8080"),
        ("MUNASARA_HTTP", "localhost:http"),
        ("MUNASARA_HTTP", "127.0.0.1:99999"),
        ("MUNASARA_LOG", "loud"),
        ("MUNASARA_LOG_LEVEL", "WARN"),
        ("MUNASARA_IN_FLIGHT", "0"),
        ("MUNASARA_IN_FLIGHT", "many"),
        ("MUNASARA_DATABASE", "mysql://host/db"),
        ("MUNASARA_PUBLIC_URL", "http://bot.example.org"),
        ("MUNASARA_DATABSE", "postgresql://host/db"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} "):
        load_settings({name: value})


def test_a_public_address_has_no_slash_at_its_end() -> None:
    given = load_settings({"MUNASARA_PUBLIC_URL": "https://bot.example.org/"})
    assert given.public_url == "https://bot.example.org"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "settings.toml"
    broken.write_text("home =")
    for path in (broken, tmp_path / "nothing.toml"):
        with pytest.raises(SettingsError, match=str(path)):
            load_settings({"MUNASARA_SETTINGS": str(path)})


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"log = '\xff'", "is no text in UTF-8. Save it"),
        (b"log", "is no TOML: .* Write a setting a line"),
        (None, "cannot be read: Is a directory. Name one in MUNASARA_SETTINGS"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_what_to_do(
    tmp_path: Path, content: bytes | None, remedy: str
) -> None:
    path = tmp_path / "settings.toml"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(SettingsError, match=remedy):
        load_settings({"MUNASARA_SETTINGS": str(path)})


def test_telegram_brings_updates_only_to_where_it_reaches_us() -> None:
    public = {"MUNASARA_TELEGRAM": "webhook", "MUNASARA_PUBLIC_URL": "https://bot.example.org"}
    assert load_settings(public).telegram == "webhook"
    for wrong in ({"MUNASARA_TELEGRAM": "webhook"}, {**public, "MUNASARA_HTTP": "off"}):
        with pytest.raises(SettingsError, match="MUNASARA_PUBLIC_URL"):
            load_settings(wrong)
    with pytest.raises(SettingsError, match="polling, webhook"):
        load_settings({"MUNASARA_TELEGRAM": "pigeon"})
