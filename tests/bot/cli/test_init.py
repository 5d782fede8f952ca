import stat
from pathlib import Path

from tests.bot.cli.terminal import Terminal


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_makes_a_private_home_with_a_database_and_a_key(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shown = Terminal(home).out("init")
    assert (mode(home), mode(home / "munasara.key")) == (0o700, 0o400)
    assert (home / "munasara.db").exists()
    assert "munasara new" in shown
    assert "(new)" in shown


def test_init_again_keeps_the_key(terminal: Terminal) -> None:
    key = (terminal.home / "munasara.key").read_bytes()
    assert "(kept)" in terminal.out("init")
    assert (terminal.home / "munasara.key").read_bytes() == key


def test_init_takes_another_home_and_says_how_to_use_it(terminal: Terminal, tmp_path: Path) -> None:
    shown = terminal.out("init", "--home", str(tmp_path / "other"))
    assert (tmp_path / "other" / "munasara.key").exists()
    assert f"export MUNASARA_HOME={tmp_path / 'other'}" in shown


def test_init_where_nobody_may_write_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shown = Terminal(tmp_path / "file" / "home").run("init", code=3)
    assert "Not a directory" in shown.stderr
    assert "Traceback" not in shown.output
