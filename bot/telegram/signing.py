"""Data of buttons, signed: bound to who may press, to what it does, and until when.

A client can send callback data that no button contained (Telegram's privacy notes), so nothing unsigned is obeyed.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from schedules.clock import Clock

MAC_BYTES: Final = 12
LONGEST: Final = 64
"""Of callback data, in bytes (core.telegram.org/bots/api#inlinekeyboardbutton)."""
LIVES: Final = timedelta(days=3)
_MINUTE: Final = 60
_SEPARATOR: Final = " "


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button of ours asks for."""

    action: str
    argument: str


class Signer:
    """Signs and reads the data of buttons.

    Args:
        key: At least 16 secret bytes.
    """

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def data(self, presser: int, action: str, argument: str = "", lives: timedelta = LIVES) -> str:
        """The data of a button.

        Args:
            presser: Who alone may press it: a user's Telegram id, or a group's where everybody in it may.

        Raises:
            ValueError: It would be longer than Telegram takes.
        """
        until = int((self._clock.now() + lives).timestamp()) // _MINUTE
        body = _SEPARATOR.join((action, argument, f"{until:x}"))
        signed = f"{body}{_SEPARATOR}{self._mac(presser, body)}"
        if len(signed.encode()) > LONGEST:
            raise ValueError(f"the data of a button {action!r} is longer than {LONGEST} bytes")
        return signed

    def read(self, presser: int, data: str) -> Pressed | None:
        """What is asked for, or ``None`` where it is not ours, not this presser's, or too old."""
        body, _, given = data.rpartition(_SEPARATOR)
        if not hmac.compare_digest(self._mac(presser, body).encode(), _bytes(given)):
            return None
        what, _, until = body.rpartition(_SEPARATOR)
        if int(until, 16) * _MINUTE < self._clock.now().timestamp():
            return None
        action, _, argument = what.partition(_SEPARATOR)
        return Pressed(action, argument)

    def derived(self, purpose: bytes) -> bytes:
        """A key of 32 bytes for another purpose."""
        return hmac.digest(self._key, purpose, hashlib.sha256)

    def _mac(self, presser: int, body: str) -> str:
        value = _bytes(f"{presser}{_SEPARATOR}{body}")
        mac = hmac.digest(self._key, value, hashlib.sha256)[:MAC_BYTES]
        return base64.urlsafe_b64encode(mac).decode()


def _bytes(text: str) -> bytes:
    """JSON can hold halves of characters, which UTF-8 has no place for."""
    return text.encode(errors="surrogatepass")
