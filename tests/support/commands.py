"""The command line as data."""

import importlib
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

import click

from tests.support.source import ROOT, modules


def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def root_command() -> click.Group:
    """The group behind ``munasara``: the entry point itself, or the group that it calls."""
    module, _, name = project()["project"]["scripts"]["munasara"].partition(":")
    main = getattr(importlib.import_module(module), name)
    if isinstance(main, click.Group):
        return main
    values = [value for found in modules("bot.cli") for value in vars(found).values()]
    return next(value for value in values if isinstance(value, click.Group) and "rehearse" in _names(value))


def leaves(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that lead to it."""
    for name in _names(group):
        command = _child(group, name)
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        elif command is not None and not command.hidden:
            yield (*path, name), command


def complaint(words: Sequence[str]) -> str | None:
    """Why ``munasara WORDS`` would not be understood, or ``None``: unknown commands and options."""
    command: click.Command = root_command()
    options = _options(command)
    for word in words:
        if word.startswith("-"):
            name = word.partition("=")[0]
            if name not in options:
                return f"{command.name} has no option {name}"
        elif isinstance(command, click.Group):
            child = _child(command, word)
            if child is None:
                return f"{command.name} has no command {word}"
            command, options = child, options | _options(child)
    return None


def _names(group: click.Group) -> list[str]:
    return group.list_commands(click.Context(group))


def _child(group: click.Group, name: str) -> click.Command | None:
    return group.get_command(click.Context(group), name)


def _options(command: click.Command) -> set[str]:
    parameters = command.get_params(click.Context(command))
    return {name for parameter in parameters for name in (*parameter.opts, *parameter.secondary_opts)}
