"""The account of the bot, and what it shares with those of people."""

from dataclasses import dataclass
from typing import Protocol

from tests.support.telegram.parameters import Json


class Account(Protocol):
    """The bot or a person."""

    id: int

    @property
    def name(self) -> str: ...

    def wire(self) -> Json: ...


@dataclass(eq=False, repr=False)
class BotAccount:
    """The account of the bot under test."""

    id: int
    name: str
    username: str
    reads_everything: bool = False

    def wire(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def described(self) -> Json:
        """What ``getMe`` tells."""
        more = {"can_join_groups": True, "can_read_all_group_messages": self.reads_everything}
        others = ("supports_inline_queries", "can_connect_to_business", "has_main_web_app")
        return {**self.wire(), **more, **dict.fromkeys(others, False)}
