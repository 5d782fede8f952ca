"""Doors configure the logs of the whole process; after each test they are as they were before."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import QUIET

LEVELS = {name: logging.getLogger(name).level for name in QUIET}
"""As they are before any command has run."""


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Put back the handlers and levels that a command has changed."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in LEVELS.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()
