"""Logs in stable verbs, without tokens, names or message texts."""

import logging
import re
import sys
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

QUIET: Final = {
    "aiohttp": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "telegram": logging.WARNING,
    "apscheduler": logging.CRITICAL,
    "sqlalchemy": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "asyncio": logging.ERROR,
    "uvicorn": logging.WARNING,
    "alembic": logging.WARNING,
}
"""Libraries that would write addresses with tokens, or every statement; never more than this, at any level."""

_TOKENS: Final = re.compile(r"(?<!\d)\d{5,12}:[\w-]{15,}|(?i:bearer)\s+[\w.~+/=-]{8,}")
_MASK: Final = "***"


def redact(text: str) -> str:
    """The text without anything that looks like a bot token or a bearer token."""
    return _TOKENS.sub(_MASK, text)


def configure_logs(*, form: str, level: str) -> None:
    """Send every log, also those of libraries, to standard error in one form.

    Args:
        form: ``text``, ``json``, or ``auto`` for text on a terminal and JSON elsewhere.
        level: ``debug``, ``info``, ``warning`` or ``error``.
    """
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact_values,
    ]
    final: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28)
        if as_text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, final],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level.upper())))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=False,
    )


def _redact_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: _redacted(value) for name, value in event.items()}


def _redacted(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case dict():
            return {name: _redacted(item) for name, item in value.items()}
        case list() | tuple():
            return [_redacted(item) for item in value]
        case _:
            return value
