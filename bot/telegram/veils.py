"""Ids in the data of buttons that whoever holds the button must not learn: hidden, and opened again when it is pressed.

The data is signed as well (``signing``), so nobody can make one up or change one.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final

NONCE_BYTES: Final = 6
ID_BYTES: Final = 7
"""Ids of Telegram have at most 52 significant bits (core.telegram.org/bots/api#chat)."""


class Veil:
    """Hides two ids in 27 characters.

    Args:
        key: At least 16 secret bytes, for this alone.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hide(self, user: int, group: int = 0) -> str:
        """A user's id and, where one is given, the negative id of a group."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        clear = user.to_bytes(ID_BYTES, "big") + abs(group).to_bytes(ID_BYTES, "big")
        return base64.urlsafe_b64encode(nonce + self._mixed(nonce, clear)).decode().rstrip("=")

    def see(self, hidden: str) -> tuple[int, int]:
        """The ids that ``hide`` was given.

        Raises:
            ValueError: It was not ``hide`` that wrote this.
        """
        try:
            raw = base64.urlsafe_b64decode(hidden + "=" * (-len(hidden) % 4))
        except ValueError:
            raise ValueError("this hides no ids") from None
        if len(raw) != NONCE_BYTES + 2 * ID_BYTES:
            raise ValueError("this hides no ids")
        clear = self._mixed(raw[:NONCE_BYTES], raw[NONCE_BYTES:])
        return int.from_bytes(clear[:ID_BYTES], "big"), -int.from_bytes(clear[ID_BYTES:], "big")

    def _mixed(self, nonce: bytes, value: bytes) -> bytes:
        stream = hmac.digest(self._key, nonce, hashlib.sha256)
        return bytes(a ^ b for a, b in zip(value, stream, strict=False))
