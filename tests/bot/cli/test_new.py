import shlex
import tomllib
from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal


def test_a_new_folder_passes_check_at_once(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "My campaign"
    words = ("--title", 'The "long" way', "--tag", "#LongWay", "--language", "ar", "--language", "fa-AF")
    shown = terminal.out("new", str(folder), *words, "--zone", "Asia/Beirut")
    assert f"munasara check '{folder}'" in shown
    report = terminal.json("check", str(folder))
    assert (report["errors"], report["problems"]) == (0, [])
    assert 'id = "my-campaign"' in (folder / "campaign.toml").read_text()


def test_a_new_folder_needs_nothing_but_a_name(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("new", str(tmp_path / "white-balloons"))
    assert 'tags = ["WhiteBalloons"]' in (tmp_path / "white-balloons/campaign.toml").read_text()
    terminal.run("check", str(tmp_path / "white-balloons"))


def test_nothing_is_overwritten(terminal: Terminal, folder: Path) -> None:
    before = (folder / "campaign.toml").read_text()
    assert "there is something already" in terminal.run("new", str(folder), code=2).stderr
    assert (folder / "campaign.toml").read_text() == before


@pytest.mark.parametrize(
    ("option", "value"), [("--tag", "12"), ("--language", "xx"), ("--zone", "Europe/Atlantis")]
)
def test_what_cannot_be_used_is_said_before_anything_is_written(
    terminal: Terminal, tmp_path: Path, option: str, value: str
) -> None:
    assert option in terminal.run("new", str(tmp_path / "it"), option, value, code=2).stderr
    assert not (tmp_path / "it").exists()


def test_names_in_any_script_give_ids_of_their_own_and_commands_that_can_be_copied(
    terminal: Terminal, tmp_path: Path
) -> None:
    ids = []
    for name in ("حملة", "نداء", "نداء 2", "Été à Paris"):
        words = ("new", str(tmp_path / name), "--title", name, "--tag", "WhiteBalloons")
        shown = terminal.out(*words)
        assert shlex.split(shown.splitlines()[-1])[-1] == str(tmp_path / name)
        ids.append(id_in(tmp_path / name))
    assert ids == ["campaign-725506", "campaign-758c5e", "2-83f3b5", "ete-a-paris"]


def id_in(folder: Path) -> str:
    """The id that was written into a folder."""
    return str(tomllib.loads((folder / "campaign.toml").read_text())["id"])
