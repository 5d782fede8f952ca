"""What ``munasara accounts`` asks a person: whose account it is, how to reach it, and its token."""

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.output import say

if TYPE_CHECKING:
    from channels.base import Channel, Setting
    from channels.secret import Secret
    from schedules.accounts.accounts import NewAccount

SECRET_FILE = click.option(
    "--secret-file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Read the token from this file, or from standard input with -. One of several parts is JSON or TOML.",
)


def pairs(given: Sequence[str]) -> dict[str, str]:
    """Settings that were given as ``KEY=VALUE``."""
    split = [entry.partition("=") for entry in given]
    for key, equals, _ in split:
        if not key or not equals:
            raise click.BadParameter("write KEY=VALUE.", param_hint="--set")
    return {key: value for key, _, value in split}


def show_guide(kind: "type[Channel]") -> None:
    """Print how a first-timer gets what will be asked for, step by step, on standard error."""
    for number, step in enumerate(kind.guide, start=1):
        say(f"{number:2}. {step}", err=True)
    if kind.guide:
        say(err=True)


def new_account(
    kind: "type[Channel]", said: Mapping[str, str | None], given: Mapping[str, str]
) -> "NewAccount":
    """An account from what was said, asking for what was not."""
    from schedules.accounts.accounts import NewAccount

    language = _asked(said["language"], "Language in which it speaks, such as tr")
    return NewAccount(
        id=said["name"]
        or click.prompt("Name of the account", default=f"{kind.name}-{language.lower()}", err=True),
        channel=kind.name,
        language=language,
        owner=_asked(said["owner"], "Who answers for it, in the campaign or at the partner"),
        disclosure=_asked(said["disclosure"], "How its profile tells readers who speaks"),
        city=said["city"],
        partner=said["partner"],
        audience=said["audience"],
        settings=_settings(kind, given),
    )


def secret(kind: "type[Channel]", file: Path | None) -> "Secret":
    """The token of an account: from a file, or asked for without showing it."""
    from channels.secret import Secret, pack

    if file is not None:
        text = _content(file).strip()
        return pack(_parts(kind, text)) if kind.secret_parts else Secret(text)
    if kind.secret_help is None:
        return Secret("")
    say(kind.secret_help, err=True)
    if kind.secret_parts:
        return pack({part.name: _part(part) for part in kind.secret_parts})
    return Secret(str(click.prompt("Token (it stays hidden)", hide_input=True, err=True)).strip())


def _settings(kind: "type[Channel]", given: Mapping[str, str]) -> dict[str, str]:
    settings = dict(given)
    for setting in kind.settings:
        if setting.name not in settings and (setting.required or sys.stdin.isatty()):
            settings[setting.name] = _answer(setting, f"{setting.name}: {setting.help.rstrip('.')}")
    return {name: value for name, value in settings.items() if value}


def _part(part: "Setting") -> str:
    can_be_empty = "" if part.required else "; it may stay empty"
    question = f"{part.name}: {part.help.rstrip('.')} (it stays hidden{can_be_empty})"
    return _answer(part, question, hide_input=True).strip()


def _answer(wanted: "Setting", question: str, *, hide_input: bool = False) -> str:
    default = None if wanted.required else ""
    answer: str = click.prompt(
        question,
        default=default,
        value_proc=partial(_fitting, wanted),
        show_default=False,
        hide_input=hide_input,
        err=True,
    )
    return answer


def _fitting(wanted: "Setting", value: str) -> str:
    """What was typed, or the same question again, with how to write it."""
    if value.strip() and wanted.shape is not None and not wanted.shape.fits(value):
        raise click.UsageError(wanted.shape.remedy)
    return value


def _asked(value: str | None, question: str) -> str:
    return value if value is not None else str(click.prompt(question, err=True))


def _content(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.BadParameter(
            "it holds no text in UTF-8. Save the token as plain text.", param_hint="--secret-file"
        ) from None


def _parts(kind: "type[Channel]", text: str) -> dict[str, str]:
    found = _read(text)
    if found is None or any(not isinstance(value, str | int) for value in found.values()):
        names = ", ".join(part.name for part in kind.secret_parts)
        raise click.BadParameter(
            f"it is neither JSON nor TOML that gives each part its value. Write these: {names}.",
            param_hint="--secret-file",
        )
    return {name: str(value).strip() for name, value in found.items()}


def _read(text: str) -> dict[str, Any] | None:
    """A file of names and values; errors are not told, as they might show a part of a token."""
    try:
        found = json.loads(text) if text.startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
