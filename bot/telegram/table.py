"""The table of handlers: what the bot does, for whom, and who may ask for it."""

from collections.abc import Callable, Coroutine, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from content.intents import Intent
from content.later import Phrase
from schedules.people.roles import INCLUDES, Role

if TYPE_CHECKING:
    from bot.telegram.talk import Talk

Handler: TypeAlias = "Callable[[Talk, str], Coroutine[Any, Any, None]]"
"""Answers one update; the text is what followed a command, or the argument of a button."""
_H = TypeVar("_H", bound=Handler)


class Event(StrEnum):
    """What happens besides messages and buttons."""

    CHAT_CHANGED = "chat_changed"
    """What the bot may do in a group has changed: added, promoted, removed."""
    MEMBER_CHANGED = "member_changed"
    JOIN_REQUEST = "join_request"
    MIGRATED = "migrated"
    """A group has become a supergroup and has a new id."""
    JOINED_GROUP = "joined_group"
    OTHER_WORDS = "other_words"
    """Somebody wrote in private what is neither expected nor understood."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the bot does.

    Attributes:
        role: Which role somebody must hold somewhere for it to be obeyed or shown at all, checked again
            by the command behind it within the scope concerned; ``None`` is anybody whom the bot knows.
        unknown: Whether also somebody of whom nothing is kept may ask.
        group: Whether it is asked in groups; otherwise in private.
        menu: Its line in Telegram's menu of commands; ``None`` where it stands in none.
    """

    handler: Handler
    role: Role | None = None
    unknown: bool = False
    group: bool = False
    menu: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Every handler by what calls it."""

    commands: dict[str, Entry] = field(default_factory=dict)
    group_commands: dict[str, Entry] = field(default_factory=dict)
    buttons: dict[str, Entry] = field(default_factory=dict)
    intents: dict[Intent, Entry] = field(default_factory=dict)
    answers: dict[str, Entry] = field(default_factory=dict)
    events: dict[Event, Entry] = field(default_factory=dict)


TABLE: Final = Table()


def menu_of(held: AbstractSet[Role]) -> Iterator[tuple[str, Phrase]]:
    """The commands that somebody with these roles is shown, each with its line."""
    acting = frozenset().union(*(INCLUDES[role] for role in held))
    for name, entry in TABLE.commands.items():
        if entry.menu is not None and (entry.role is None or entry.role in acting):
            yield name, entry.menu


def command(
    name: str,
    *,
    role: Role | None = None,
    unknown: bool = False,
    group: bool = False,
    menu: Phrase | None = None,
) -> Callable[[_H], _H]:
    """Obey ``/name``, in private or in groups."""
    entries = TABLE.group_commands if group else TABLE.commands
    return _into(entries, name, role=role, unknown=unknown, group=group, menu=menu)


def button(
    action: str, *, role: Role | None = None, unknown: bool = False, group: bool = False
) -> Callable[[_H], _H]:
    """Obey a button that was signed for this action."""
    return _into(TABLE.buttons, action, role=role, unknown=unknown, group=group)


def intent(wanted: Intent) -> Callable[[_H], _H]:
    """Obey plain words and the keys of the fixed keyboard."""
    return _into(TABLE.intents, wanted)


def answer(what: str, *, role: Role | None = None) -> Callable[[_H], _H]:
    """Take the next message of somebody of whom ``what`` is expected (``schedules.people.expecting``)."""
    return _into(TABLE.answers, what, role=role)


def event(what: Event, *, unknown: bool = True) -> Callable[[_H], _H]:
    """Take note of something that happens."""
    return _into(TABLE.events, what, unknown=unknown)


def _into(entries: dict[Any, Entry], name: Any, **rules: Any) -> Callable[[_H], _H]:
    def keep(handler: _H) -> _H:
        if name in entries:
            raise ValueError(f"two handlers for {name}")
        entries[name] = Entry(handler, **rules)
        return handler

    return keep
