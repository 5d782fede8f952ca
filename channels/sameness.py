"""What every search for a post of ours by its text rests on."""

import unicodedata
from datetime import timedelta
from typing import Final

EARLY: Final = timedelta(minutes=5)
"""How much earlier than planned a post of ours may seem to have gone out, as the clocks differ."""


def one_form(text: str) -> str:
    """The text in the form in which two are compared: NFC, every space and break one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())
