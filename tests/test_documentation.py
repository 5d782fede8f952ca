"""What is built is documented, and what is documented is built."""

import importlib
import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from channels.base import Channel
from schedules.lifecycle import State
from tests.support.commands import complaint, leaves, project, root_command
from tests.support.documents import Document, documents
from tests.support.source import ROOT, modules

DOCUMENTS = documents()
REFERENCE = [document for document in DOCUMENTS if document.path.name != "CHANGELOG.md"]
SETTING = re.compile(r"\bMUNASARA_[A-Z0-9_]*[A-Z0-9]\b")
NAMING_SETTINGS = [".env.example", "docker-compose.yml", "Dockerfile", "Makefile"]
FLOORS = ["bot", "channels", "content", "schedules"]
DRAWN = re.compile(
    r"^(?P<indent>[ ]*)(?:\+ )?(?P<name>[A-Z]\w+)(?:\([\w, ]*\))?(?:[ ]{2,}.*)?$", re.MULTILINE
)


def settings() -> set[str]:
    """The names under which bot/settings.py reads the environment: its fields, and those that it spells out."""
    module = importlib.import_module("bot.settings")
    made_of_fields = {f"MUNASARA_{field.name.upper()}" for field in fields(module.Settings)}
    return made_of_fields | set(SETTING.findall(inspect.getsource(module)))


def test_every_setting_has_a_row_in_a_table() -> None:
    rows = {
        name
        for document in REFERENCE
        for name in re.findall(r"^\| *`(MUNASARA_\w+)`", document.text, re.MULTILINE)
    }
    assert settings() - rows == set()


def test_every_setting_that_is_named_anywhere_exists() -> None:
    texts = {str(document.path): document.text for document in REFERENCE}
    texts |= {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMING_SETTINGS}
    known = settings()
    ghosts = {f"{where}: {name}" for where, text in texts.items() for name in SETTING.findall(text)}
    assert {ghost for ghost in ghosts if ghost.split(": ")[1] not in known} == set()


def test_every_command_is_documented() -> None:
    written = [words for document in REFERENCE for words in document.commands() if "munasara" in words]
    shown = {" ".join(words[words.index("munasara") + 1 :]) for words in written}
    missing = {
        " ".join(path)
        for path, _ in leaves(root_command())
        if not any(f"{line} ".startswith(f"{' '.join(path)} ") for line in shown)
    }
    assert missing == set()


def test_every_command_that_is_shown_would_be_understood() -> None:
    complaints = {
        f"{document.path}: {' '.join(words)}: {why}"
        for document in REFERENCE
        for words in document.commands()
        if words[:1] == ["munasara"] and (why := complaint(words[1:]))
    }
    assert complaints == set()


def test_every_command_helps() -> None:
    for path, command in leaves(root_command()):
        result = CliRunner().invoke(root_command(), [*path, "--help"])
        assert result.exit_code == 0, f"{' '.join(path)}: {result.output}"
        assert command.help, f"munasara {' '.join(path)} does not say what it does"


def test_every_make_target_that_is_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = {
        words[1]
        for document in DOCUMENTS
        for words in document.commands()
        if words[:1] == ["make"] and len(words) > 1 and words[1].isalpha()
    }
    assert shown - targets == set()
    assert {"run", "test"} <= shown


@pytest.mark.parametrize("state", State)
def test_every_state_of_a_delivery_has_a_section(state: State) -> None:
    sections = Document(Path("schedules/README.md")).sections()
    assert sections.get(state.value), f"schedules/README.md needs a heading '{state}' with a paragraph"


def test_every_channel_is_documented() -> None:
    text = Document(Path("channels/README.md")).text
    documented = set(re.findall(r"^- \*\*([\w-]+)\*\*: \S", text, re.MULTILINE))
    names = {channel.name for channel in channels()}
    assert "rehearsal" in names
    assert names - documented == set()


def channels() -> set[type[Channel]]:
    """Every finished adapter of the package."""
    values = [value for module in modules("channels") for value in vars(module).values()]
    kinds = {value for value in values if inspect.isclass(value) and issubclass(value, Channel)}
    return {kind for kind in kinds if not inspect.isabstract(kind) and hasattr(kind, "name")}


@pytest.mark.parametrize("floor", FLOORS)
def test_the_tree_of_errors_is_drawn_as_it_is(floor: str) -> None:
    module = importlib.import_module(f"{floor}.errors")
    assert drawn_tree(module.__doc__ or "") == real_tree(module)


def drawn_tree(docstring: str) -> dict[str, str | None]:
    """Each drawn class and the one that it hangs from: one indent deeper than its parent."""
    parents: dict[str, str | None] = {}
    open_at: list[tuple[int, str]] = []
    for line in DRAWN.finditer(docstring):
        indent, name = len(line["indent"]), line["name"]
        open_at = [(depth, other) for depth, other in open_at if depth < indent]
        parents[name] = open_at[-1][1] if open_at else None
        open_at.append((indent, name))
    return parents


def real_tree(module: Any) -> dict[str, str | None]:
    """Each error that the module defines and the one that it derives from, if that is its own too."""
    own = {
        name: kind
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__ == module.__name__
    }
    bases = {name: kind.__mro__[1] for name, kind in own.items()}
    return {name: base.__name__ if base in own.values() else None for name, base in bases.items()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.path))
def test_every_link_to_a_file_leads_somewhere(document: Document) -> None:
    folder = (ROOT / document.path).parent
    here = [link.partition("#")[0] for link in document.links() if not re.match(r"[a-z]+:", link)]
    assert {link for link in here if not (folder / link).exists()} == set()


def test_the_changelog_has_this_version() -> None:
    version = project()["project"]["version"]
    assert re.search(rf"^## \[?{re.escape(version)}\b", Document(Path("CHANGELOG.md")).text, re.MULTILINE)


def test_the_changelog_leads_every_line_with_a_part() -> None:
    lines = re.findall(r"^- .*", Document(Path("CHANGELOG.md")).text, re.MULTILINE)
    assert lines
    assert [line for line in lines if not re.match(r"- \*\*[^*]+:\*\* ", line)] == []
