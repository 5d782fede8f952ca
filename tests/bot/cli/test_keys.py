from schedules.accounts.keys import create_key, next_key
from schedules.store.engine import Store
from tests.bot.cli.terminal import Terminal


def test_a_key_is_changed_after_a_warning_and_the_installation_goes_on(planned: Terminal) -> None:
    key = planned.home / "munasara.key"
    before = key.read_bytes()
    asked = planned.run("keys", "rotate", typed="n\n", code=130)
    assert "Links and buttons that were given out stop working" in asked.stderr
    assert key.read_bytes() == before
    said = planned.out("keys", "rotate", "--yes")
    assert "and nothing is sealed with another." in said
    assert key.read_bytes() != before
    assert planned.json("doctor", code=1)["findings"][-2] == {
        "what": "account telegram-en",
        "state": "ok",
        "detail": "Nothing keeps it from sending.",
    }
    planned.run("audit", "verify")


def test_while_the_key_is_being_changed_a_second_change_says_so(planned: Terminal) -> None:
    store = Store(f"sqlite+aiosqlite:///{planned.home}/munasara.db")
    with store.sole_worker():
        said = planned.run("keys", "rotate", "--yes", code=3)
    assert "The key is being changed by another command at this moment" in said.stderr
    planned.run("keys", "rotate", "--yes")


def test_nothing_is_opened_before_a_change_of_key_is_finished(planned: Terminal) -> None:
    create_key(next_key(planned.home / "munasara.key"))
    for words in (("status",), ("run",), ("init",)):
        assert "Finish it: munasara keys rotate" in planned.run(*words, code=3).stderr
    planned.run("pause", "everything")
    planned.run("keys", "rotate", "--yes")
    assert planned.json("status")["paused"] == ["everything"]
