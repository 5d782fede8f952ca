"""A terminal with a home of its own."""

import shutil
from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal, new_campaign


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home made once, to be copied: making the schema takes longest."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    Terminal(home).run("init")
    return home


@pytest.fixture
def terminal(prepared_home: Path, tmp_path: Path) -> Terminal:
    """A terminal with an empty home."""
    shutil.copytree(prepared_home, tmp_path / "home")
    return Terminal(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign folder with one message on Telegram in a week."""
    return new_campaign(tmp_path / "balloons")


@pytest.fixture
def planned(terminal: Terminal, folder: Path) -> Terminal:
    """A terminal whose home has one post that waits for approval, number 1."""
    terminal.add_telegram("en")
    terminal.run("plan", str(folder), "--yes")
    return terminal
