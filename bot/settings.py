"""Settings: from the environment, or a file of the same names; the environment wins."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from bot.errors import SettingsError

PREFIX: Final = "MUNASARA_"
FILE_VARIABLE: Final = "MUNASARA_SETTINGS"
LOG_FORMATS: Final = ("auto", "text", "json")
OFF: Final = "off"
MOST_PORT: Final = 65_535
POLLING: Final = "polling"
WEBHOOK: Final = "webhook"
LOG_LEVELS: Final = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of Munasara. ``README.md`` has the table.

    Attributes:
        home: Folder of the database, the key and what Munasara writes.
        database: SQLAlchemy URL; SQLite in ``home`` where empty.
        key: The file with the key that encrypts account tokens; in ``home`` where empty.
        http: Address for ``/health`` and ``/ready`` as ``host:port``; ``off`` for none.
        actor: Who is acting, where ``--as`` does not say it; the name of the system's user where empty.
        log: ``text``, ``json``, or ``auto``: text on a terminal and JSON elsewhere.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
        in_flight: How many sends one worker makes at once.
        public_url: Where the internet reaches the web server of ``http``, such as ``https://bot.example.org``, for
            platforms that fetch pictures; empty where it is not reached.
        telegram: How the bot hears of what people do: ``polling`` asks Telegram and needs no open port; ``webhook``
            lets Telegram bring it to ``public_url``.
        board: Folder for the pages of live boards; in ``home`` where empty.
    """

    home: Path = Path("var")
    database: str = ""
    key: str = ""
    http: str = "127.0.0.1:8080"
    actor: str = ""
    log: str = "auto"
    log_level: str = "info"
    in_flight: int = 400
    public_url: str = ""
    telegram: str = POLLING
    board: str = ""

    @property
    def database_url(self) -> str:
        """The database to use."""
        return self.database or f"sqlite+aiosqlite:///{self.home.absolute()}/munasara.db"

    @property
    def board_folder(self) -> Path:
        """The folder of the pages of live boards to use."""
        return Path(self.board).expanduser() if self.board else self.home / "board"

    @property
    def key_path(self) -> Path:
        """The key file to use."""
        return Path(self.key) if self.key else self.home / "munasara.key"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read every setting.

    Raises:
        SettingsError: A value cannot be used, or a name is not a setting.
    """
    environment = os.environ if environment is None else environment
    given = _from_file(environment.get(FILE_VARIABLE, "")) | _from_environment(environment)
    known = {field.name for field in fields(Settings)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise SettingsError(
            f"{PREFIX}{unknown[0].upper()} is not a setting. "
            f"Settings are: {', '.join(PREFIX + name.upper() for name in sorted(known))}."
        )
    settings = Settings(**{name: _checked(name, value) for name, value in given.items()})
    if settings.telegram == WEBHOOK and not (settings.public_url and settings.http != OFF):
        raise SettingsError(
            f"{PREFIX}TELEGRAM is {WEBHOOK}, so Telegram must reach us: set {PREFIX}PUBLIC_URL, and {PREFIX}HTTP to "
            f"where its server is to be reached from; or leave it at {POLLING}."
        )
    return settings


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name != FILE_VARIABLE
    }


def _from_file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read: {error.strerror}. Name one in {FILE_VARIABLE} that the user "
            "who runs Munasara may read."
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"The settings file {path} is no text in UTF-8. Save it as plain text in UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f'The settings file {path} is no TOML: {error}. Write a setting a line, such as log = "text".'
        ) from error


def _checked(name: str, value: Any) -> Any:
    match name:
        case "home":
            return Path(str(value)).expanduser()
        case "in_flight":
            return _number(name, value)
        case "log" | "log_level":
            return _choice(name, str(value), LOG_FORMATS if name == "log" else LOG_LEVELS)
        case "telegram":
            return _choice(name, str(value), (POLLING, WEBHOOK))
        case _:
            return _CHECKS.get(name, str)(str(value))


def _number(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number < 1:
        raise SettingsError(f"{PREFIX}{name.upper()} must be a whole number from 1 up.")
    return number


def _public_url(value: str) -> str:
    if value and not value.startswith("https://"):
        raise SettingsError(
            f"{PREFIX}PUBLIC_URL must begin with https://, as platforms fetch pictures from nowhere else."
        )
    return value.rstrip("/")


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise SettingsError(f"{PREFIX}{name.upper()} must be one of {', '.join(choices)}.")
    return value


def _address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if value != OFF and not (host and port.isdecimal() and int(port) <= MOST_PORT):
        raise SettingsError(f"{PREFIX}HTTP must be host:port, such as 127.0.0.1:8080, or off.")
    return value


def _database(value: str) -> str:
    schemes = ("sqlite+aiosqlite:///", "postgresql+psycopg://")
    spelled = value.replace("postgresql://", schemes[1], 1).replace("sqlite:///", schemes[0], 1)
    if value and not spelled.startswith(schemes):
        raise SettingsError(
            f"{PREFIX}DATABASE must begin with postgresql:// or sqlite:///. "
            "Leave it empty for SQLite in the home folder."
        )
    return spelled


_CHECKS: Final[Mapping[str, Callable[[str], str]]] = {
    "http": _address,
    "database": _database,
    "public_url": _public_url,
}
