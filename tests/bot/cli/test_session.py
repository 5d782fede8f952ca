import getpass

import pytest

from bot.cli.session import Session
from bot.errors import SettingsError
from schedules.errors import ScheduleError
from tests.bot.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    for name, value in terminal.environment.items():
        if value is not None:
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name, raising=False)


def test_the_option_comes_before_the_setting_and_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "Layla Haddad")
    assert Session("", verbose=False).actor().name == "layla-haddad"
    monkeypatch.setenv("MUNASARA_ACTOR", "sam")
    assert Session("", verbose=False).actor().name == "sam"
    assert Session("amal", verbose=False).actor().name == "amal"


def test_a_name_that_was_said_is_taken_as_it_is_or_refused() -> None:
    with pytest.raises(ScheduleError, match="short handle"):
        Session("Amal", verbose=False).actor()


def test_nobody_is_never_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError

    monkeypatch.setattr(getpass, "getuser", nobody)
    with pytest.raises(SettingsError, match="--as"):
        Session("", verbose=False).actor()


def test_a_desk_does_one_thing_after_the_other_and_closes() -> None:
    async def answer() -> int:
        return 42

    with Session("", verbose=False).desk() as desk:
        assert [desk.do(answer()), desk.do(answer())] == [42, 42]
