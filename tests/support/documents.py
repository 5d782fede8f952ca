"""The written documentation as data: headings, links, commands."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support.source import ROOT

NOT_OURS: Final = {"node_modules", "dist", "var", "tests", "examples"}
SHELLS: Final = {"sh", "bash", "shell", "console"}
PARSER: Final = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file, given relative to the root; texts of campaigns are no documentation."""

    path: Path

    @property
    def text(self) -> str:
        """What the file says; nothing where it does not exist."""
        file = ROOT / self.path
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def sections(self) -> dict[str, str]:
        """Each heading with the first paragraph under it, in lower case and without markup."""
        tokens, found, heading = PARSER.parse(self.text), {}, ""
        for opening, inline in pairwise(tokens):
            if opening.type == "heading_open":
                heading = _plain(inline).lower()
                found[heading] = ""
            elif opening.type == "paragraph_open" and heading and not found[heading]:
                found[heading] = _plain(inline)
        return found

    def links(self) -> Iterator[str]:
        """The target of every link and picture."""
        for token in self._inline():
            target = token.attrGet("href") or token.attrGet("src")
            if token.type in {"link_open", "image"} and target:
                yield str(target)

    def code_spans(self) -> Iterator[str]:
        """Every word or line that is set as code."""
        yield from (token.content for token in self._inline() if token.type == "code_inline")

    def commands(self) -> Iterator[list[str]]:
        """Every shell command, in fences and in running text, as its words."""
        fences = (token for token in PARSER.parse(self.text) if token.type == "fence")
        shown = [line for fence in fences if fence.info.strip() in SHELLS for line in _lines(fence.content)]
        for line in [*shown, *self.code_spans()]:
            for part in re.split(r"&&|\|\||[|;]", line):
                yield _words(part)

    def _inline(self) -> Iterator[Token]:
        for token in PARSER.parse(self.text):
            yield from token.children or ()


def documents() -> list[Document]:
    """Every Markdown file that documents Munasara."""
    paths = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return [Document(path) for path in sorted(paths) if not _is_foreign(path)]


def _is_foreign(path: Path) -> bool:
    return any(part in NOT_OURS or part.startswith(".") for part in path.parts)


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _lines(fence: str) -> list[str]:
    joined = fence.replace("\\\n", " ")
    return [line.strip().removeprefix("$ ") for line in joined.splitlines()]


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command, comments=True)
    except ValueError:
        return []
