from bot.telegram.keys import DoorKeys


def test_keys_are_not_shown() -> None:
    assert repr(DoorKeys(b"buttons", b"links")) == "DoorKeys()"
