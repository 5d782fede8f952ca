import pytest

from tests.bot.cli.terminal import Terminal


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_munasara(terminal: Terminal, shell: str) -> None:
    shown = terminal.out("completion", shell)
    assert "_MUNASARA_COMPLETE" in shown
    assert f"{shell}_complete" in shown


def test_completion_of_an_unknown_shell_is_not_understood(terminal: Terminal) -> None:
    terminal.run("completion", "tcsh", code=2)
