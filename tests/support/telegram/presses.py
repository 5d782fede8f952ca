"""Pressed buttons."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tests.support.telegram.messages import Message
from tests.support.telegram.parameters import Json

if TYPE_CHECKING:
    from tests.support.telegram.people import Person


@dataclass(eq=False, repr=False)
class Press:
    """A press of a button, and what the bot answered; ``None`` while it has not.

    ``waited`` is how many seconds of the world's time the answer took.
    """

    id: str
    person: "Person"
    data: str
    message: Message
    pressed_at: datetime
    answer: Json | None = None
    waited: float | None = None

    @property
    def text(self) -> str | None:
        """What popped up on the phone."""
        return None if self.answer is None else str(self.answer.get("text", ""))
