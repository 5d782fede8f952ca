import subprocess
import sys
from pathlib import Path

from tests.conftest import ENVIRONMENT
from tests.support.source import ROOT


def test_python_dash_m_bot_is_munasara(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "--help"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("Usage: munasara [OPTIONS] COMMAND")


def test_the_installed_command_is_the_same_and_its_exit_codes_leave_the_process(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("munasara")), "check", str(tmp_path / "nothing")]
    run = subprocess.run(
        command, cwd=tmp_path, env=dict(ENVIRONMENT), capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stdout.startswith("Errors (1)\n")


def test_a_closed_pipe_is_no_defect() -> None:
    command = f"{sys.executable} -m bot check content/examples/white-balloons | head -1"
    run = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S602
    assert run.stderr == ""


def test_with_every_stream_closed_a_command_does_its_work() -> None:
    for words, code in (("tag WhiteBalloons", 0), ("check nothing", 1)):
        command = f"{sys.executable} -m bot {words} <&- >&- 2>&-"
        assert subprocess.run(command, shell=True, cwd=ROOT, check=False).returncode == code  # noqa: S602


def test_an_interruption_while_it_is_being_loaded_ends_it_quietly() -> None:
    code = """
import sys
class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
from bot.__main__ import main
main()
"""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")
