"""The keys that stay below the chat."""

import pytest

from bot.telegram.keyboard import fixed_keys
from content.intents import intent_of
from content.languages import OURS


@pytest.mark.parametrize("language", OURS)
@pytest.mark.parametrize("guarded", [True, False])
def test_every_key_is_understood(language: str, *, guarded: bool) -> None:
    keys = fixed_keys(language, guarded=guarded)
    labels = [key.text for row in keys.keyboard for key in row]
    assert all(intent_of(label) is not None for label in labels)
    assert len(labels) == (5 if guarded else 4)
    assert keys.resize_keyboard
    assert keys.is_persistent
