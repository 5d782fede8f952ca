"""Campaigns and accounts for tests of planning."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from content.models import (
    ActionDay,
    Ask,
    AskKind,
    Campaign,
    City,
    Effort,
    Goal,
    Hashtag,
    Message,
    Risk,
    Slot,
)
from schedules.planning.occurrences import AccountView

wall = datetime.fromisoformat


def utc(text: str) -> datetime:
    return wall(text).replace(tzinfo=UTC)


def message(name: str = "launch", kind: AskKind = AskKind.SIGN) -> Message:
    words = {"en": "Words"}
    return Message(id=name, ask=Ask(kind=kind, text=words, effort=Effort.LOW, next_step=words))


def slot(name: str = "launch", **keys: Any) -> Slot:
    """A slot on Telegram, at noon unless another time is given."""
    if not {"at", "relative_to", "daily_at"} & keys.keys():
        keys["at"] = wall("2026-06-01 12:00")
    if "accounts" not in keys:
        keys.setdefault("channels", ("telegram",))
    return Slot(**{"id": name, "message": "launch"} | keys)


def city(name: str, zone: str, risk: Risk = Risk.OPEN) -> City:
    return City(id=name, name={"en": name}, zone=zone, territory="DE", languages=("en",), risk=risk)


def action_day(at: datetime, **keys: Any) -> ActionDay:
    return ActionDay(id="the-day", title={"en": "The day"}, at=at, **keys)


def campaign(*slots: Slot, messages: Iterable[Message] = (), **keys: Any) -> Campaign:
    given: dict[str, Any] = {
        "id": "balloons",
        "title": {"en": "Balloons"},
        "goal": Goal(text={"en": "Sign"}, number=1, unit="signatures"),
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "zone": "Europe/Berlin",
        "languages": ("en",),
        "hashtag": Hashtag(tags=("WhiteBalloons",)),
        "messages": tuple(messages) or (message(), message("reminder")),
        "slots": slots,
    }
    return Campaign(**given | keys)


def account(name: str = "main", **keys: Any) -> AccountView:
    return AccountView(**{"name": name, "channel": "telegram", "language": "en"} | keys)
