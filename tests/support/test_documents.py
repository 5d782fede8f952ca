from pathlib import Path

import pytest

from tests.support import documents
from tests.support.documents import Document

TEXT = """\
# Ledger

See [states](states.md#top) and ![a map](map.png).

## `handed_off`

A person holds the packet.

## Empty

```sh
$ make run     # first
munasara posts show 7 | cat
```

Then run `munasara status`.
"""


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Document:
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    (tmp_path / "README.md").write_text(TEXT, encoding="utf-8")
    return Document(Path("README.md"))


def test_sections_have_their_first_paragraph(document: Document) -> None:
    assert document.sections()["handed_off"] == "A person holds the packet."


def test_links_and_pictures_are_found(document: Document) -> None:
    assert list(document.links()) == ["states.md#top", "map.png"]


def test_commands_are_found_in_fences_and_in_running_text(document: Document) -> None:
    shown = [" ".join(words) for words in document.commands() if words[:1] in (["make"], ["munasara"])]
    assert shown == ["make run", "munasara posts show 7", "munasara status"]


def test_a_file_that_does_not_exist_says_nothing(document: Document) -> None:
    assert Document(Path("ARCHITECTURE.md")).text == ""
    assert document.text == TEXT


def test_texts_of_campaigns_and_installed_packages_are_not_documentation(
    document: Document, tmp_path: Path
) -> None:
    for name in ("content/examples/x/messages/en.md", ".venv/lib/README.md", "schedules/README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [str(found.path) for found in documents.documents()] == ["README.md", "schedules/README.md"]
