import importlib
import json
import subprocess
import sys

import click
import pytest

from bot.cli.root import SECTIONS, munasara
from tests.bot.cli.terminal import Terminal
from tests.support.commands import leaves

NOUNS = {noun: sentence for nouns in SECTIONS.values() for noun, sentence in nouns.items()}
HEAVY = {
    "alembic",
    "asyncio",
    "babel",
    "bot.app",
    "httpx",
    "jinja2",
    "PIL",
    "pydantic",
    "regex",
    "rich",
    "sqlalchemy",
    "starlette",
    "structlog",
    "telegram",
}


def imported_by(*words: str) -> set[str]:
    """Every module that one command imports, in a fresh process."""
    code = (
        "import contextlib, json, sys\nfrom bot.__main__ import main\n"
        f"sys.argv[1:] = {list(words)!r}\nwith contextlib.suppress(SystemExit):\n    main()\n"
        "print('\\n' + json.dumps(list(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize("words", [("--help",), ("--version",)])
def test_help_imports_click_and_nothing_else_of_weight(words: tuple[str, ...]) -> None:
    modules = imported_by(*words)
    assert modules & HEAVY == set()
    ours = {"bot", "bot.__main__", "bot.cli", "bot.cli.root", "bot.cli.exits"}
    assert {
        name for name in modules if name.partition(".")[0] in {"bot", "content", "channels", "schedules"}
    } == ours


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_every_noun_of_the_help_page_exists_and_explains_itself(noun: str) -> None:
    command = getattr(importlib.import_module(f"bot.cli.{noun}"), noun)
    assert command.name == noun
    assert command.help
    assert NOUNS[noun].endswith(".")


def test_every_option_has_a_sentence() -> None:
    silent = {
        f"{' '.join(path)} {parameter.name}"
        for path, command in leaves(munasara)
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    }
    assert silent == set()


def test_help_tells_examples_and_exit_codes(terminal: Terminal) -> None:
    shown = terminal.out("--help")
    assert "munasara rehearse" in shown
    assert "130  interrupted" in shown
    assert all(f"  {noun} " in shown for noun in NOUNS)


def test_version_is_the_one_that_is_installed(terminal: Terminal) -> None:
    assert terminal.out("--version") == "munasara 0.1.0\n"


def test_an_unknown_noun_is_not_understood(terminal: Terminal) -> None:
    assert "aprove" in terminal.run("aprove", code=2).stderr


def test_a_wrong_setting_is_one_sentence(terminal: Terminal) -> None:
    shown = Terminal.run_in({**terminal.environment, "MUNASARA_LOG": "loud"}, "status", code=3)
    assert shown.stderr == "MUNASARA_LOG must be one of auto, text, json.\n"


def test_an_empty_name_is_refused(terminal: Terminal) -> None:
    for words in (("--as", "", "pause", "everything"), ("pause", "everything", "--as", " ")):
        assert "nobody is named" in Terminal.run_in(terminal.environment, *words, code=2).stderr
    assert terminal.json("status")["paused"] == []


def test_a_wrong_name_is_one_sentence(terminal: Terminal) -> None:
    assert "short handle" in terminal.run("pause", "everything", actor="Amal Haddad", code=3).stderr
