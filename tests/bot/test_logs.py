import json
import logging

import pytest
import structlog

from bot.logs import QUIET, configure_logs, redact

TOKEN = "7351926480:AAH-canary-that-must-never-be-seen"


def test_logs_are_json_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(form="auto", level="info")
    structlog.get_logger().info("delivery settled", delivery=7, outcome="sent")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["delivery"], line["level"]) == ("delivery settled", 7, "info")


def test_logs_are_text_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(form="text", level="info")
    structlog.get_logger().info("worker started", worker="w")
    shown = capsys.readouterr().err
    assert "worker started" in shown
    assert "\x1b" not in shown


def fail_with(text: str) -> None:
    length = len(text)
    raise ValueError(length)


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_token_is_logged_by_us_by_libraries_or_in_a_traceback(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(form=form, level="debug")
    structlog.get_logger().info("sent", url=f"https://api.telegram.org/bot{TOKEN}/sendMessage")
    logging.getLogger("somebody").warning("Authorization: Bearer %s", "canary-abcdefgh")
    error = ValueError(f"bad address /bot{TOKEN}/getMe")
    structlog.get_logger().error("delivery crashed", exc_info=error)
    logging.getLogger("somebody").error("failed", exc_info=error)
    shown = capsys.readouterr().err
    assert "canary" not in shown
    assert shown.count("***") == 4


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_shows_no_values(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(form=form, level="info")
    with pytest.raises(ValueError, match="21") as caught:
        fail_with("canary " * 3)
    structlog.get_logger().error("delivery crashed", exc_info=caught.value)
    logging.getLogger("somebody").error("failed", exc_info=caught.value)
    shown = capsys.readouterr().err
    assert shown.count("raise ValueError(length)") == 2
    assert "canary canary" not in shown


@pytest.mark.parametrize("library", QUIET)
def test_libraries_that_would_tell_too_much_are_quiet_at_every_level(
    library: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(form="json", level="debug")
    logging.getLogger(library).info("GET https://api.telegram.org/...")
    assert capsys.readouterr().err == ""


def test_redact_leaves_times_and_ids_alone() -> None:
    text = "2027-03-06T12:00:00 post 17, chat -1001234567890, key ab12"
    assert redact(text) == text
