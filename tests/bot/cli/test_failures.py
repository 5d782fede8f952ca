import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.cli.exits import DEFECT, NO, NOT_NOW
from bot.cli.failures import report
from bot.errors import SettingsError
from channels.errors import NotAuthorised, RateLimited
from content.errors import CampaignInvalid, Problem, VariantMissing
from schedules.errors import StoreUnusable

TOKEN = "7351926480:AAH-canary-that-must-never-be-seen"


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (SettingsError("MUNASARA_HTTP must be host:port."), NOT_NOW, "MUNASARA_HTTP must be host:port."),
        (StoreUnusable("Another worker is running."), NOT_NOW, "Another worker is running."),
        (NotAuthorised("x", "x-en", "the token expired", "Renew it."), NOT_NOW, "x x-en: the token expired. Renew it."),
        (RateLimited("x", "x-en", "too fast.", timedelta(minutes=1)), NOT_NOW, "x x-en: too fast."),
        (PermissionError(13, "Permission denied", "/home"), NOT_NOW, "/home: Permission denied. Let the user that runs"),
        (OSError(999, "Out of luck", "/home"), NOT_NOW, "/home: Out of luck.\n"),
        (VariantMissing("launch", "tr", "x"), NO, "messages/launch: no text in tr for x."),
        (
            OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked")),
            NOT_NOW,
            "The database cannot be used: database is locked. See what is wrong: munasara doctor.",
        ),
    ],
)  # fmt: skip
def test_what_may_happen_is_one_sentence(
    error: Exception, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error) == code
    captured = capsys.readouterr()
    assert captured.err.startswith(sentence)
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_a_broken_campaign_is_a_list_of_its_problems(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem("bad", "a.toml", "it is wrong", "Mend it.")
    assert report(CampaignInvalid([problem])) == NO
    assert "a.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [ValueError("unexpected"), IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))],
)  # fmt: skip
def test_anything_else_is_a_defect_with_a_traceback(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error) == DEFECT
    assert type(error).__name__ in capsys.readouterr().err


def fail_with(text: str) -> None:
    length = len(text)
    raise ValueError(length)


def test_a_traceback_shows_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="21") as caught:
        fail_with("canary " * 3)
    report(caught.value)
    shown = capsys.readouterr().err
    assert "raise ValueError(length)" in shown
    assert "canary canary" not in shown


def test_a_token_in_an_error_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    report(StoreUnusable(f"https://api.telegram.org/bot{TOKEN}/getMe"))
    report(ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe"))
    assert "canary" not in capsys.readouterr().err
