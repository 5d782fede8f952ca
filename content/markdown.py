"""The part of Markdown that a text may use: paragraphs, line breaks, bullets, bold, italic, links, and ``---``.

A line ``---`` divides a text into the parts of a thread.

A template is parsed with a mark in place of every value, and the values are put in afterwards. So no
value ever meets the Markdown parser: whatever it contains, it cannot become structure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import regex
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.token import Token

from content.errors import Problem, TemplateBroken
from content.richtext import Paragraph, RichText, Span, SpanKind, isolated, joined
from content.tokens import ADDRESS, MENTION, TAG, address_in, tokens_in

FIRST_VALUE: Final = 0xF0000
FIRST_TOKEN: Final = 0x100000
MAX_VALUES: Final = 0xFFFD
RESERVED: Final = regex.compile("[\U000f0000-\U0010ffff]")
"""The private characters that stand for values and tokens while a text is parsed."""

_REFUSED: Final = {
    "heading_open": "a heading",
    "heading_open -": "a heading, made by hyphens right below its line (put a blank line above “---”)",
    "hr": "a horizontal line that is not “---”, the break of a thread",
    "code_block": "a block indented by four spaces",
    "fence": "a code block",
    "code_inline": "code in backticks",
    "html_block": "HTML",
    "html_inline": "HTML",
    "blockquote_open": "a quotation",
    "table_open": "a table",
    "image": "a picture",
}
_REMEDY: Final = (
    "Use only paragraphs, line breaks, lists with “-”, **bold**, *italic*, [links](https://…) and a line “---” "
    "where a thread goes on; "
    "put a backslash before a character that is meant as it stands."
)
_PROTECTED: Final = regex.compile(rf"(?<!\\)(?:<({ADDRESS})>|({ADDRESS})|({TAG}|{MENTION}))")
_VALUE: Final = regex.compile("([\U000f0000-\U000ffffd])")
_PROTECTED_MARK: Final = regex.compile("[\U00100000-\U0010fffd]")
_HREF: Final = regex.compile(r"(?:https?://|mailto:|tel:)[^\s\p{Cc}\p{Cf}<>\"]+")


class MarkupRefused(Exception):
    """A text uses Markdown that no platform can show; ``line`` counts from 1 in the parsed text."""

    def __init__(self, what: str, line: int | None) -> None:
        self.what, self.line = what, line
        super().__init__(what)

    def problem(self, where: str, line: int | None) -> Problem:
        """What the writer of the text reads."""
        return Problem("markup-refused", where, f"the text contains {self.what}", _REMEDY, line)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one look, in which values are still to be put: text and value numbers alternate."""

    parts: tuple[str | int, ...]
    bold: bool
    italic: bool
    href: tuple[str | int, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """A paragraph that waits for the values numbered ``first`` to ``last``, the last one excluded."""

    runs: tuple[Run, ...]
    bullet: bool
    leftwards: bool
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Mould:
    """A parsed text with places for values: the blocks of each part of its thread, of which one is the least.

    A paragraph without a place is finished already.
    """

    parts: tuple[tuple[Paragraph | Open, ...], ...]

    def fill(self, values: Sequence[str]) -> tuple[RichText, ...]:
        """The parts of the text with its values, each as it stands.

        Raises:
            MarkupRefused: A value stands where an address belongs and is none.
        """
        return tuple([RichText(tuple([_finished(block, values) for block in part])) for part in self.parts])


def parse(markdown: str, *, where: str = "text") -> RichText:
    """Read a text without values.

    Hashtags, mentions and bare addresses become spans of their own, and nothing inside them is markup. A
    numbered line stays as written, and a single newline is a line break. Parts of a thread stand one below
    the other.

    Raises:
        TemplateBroken: It uses other Markdown; the problem names the construct and its line.
    """
    try:
        return joined(mould(RESERVED.sub("\ufffd", markdown)).fill(()))
    except MarkupRefused as refusal:
        raise TemplateBroken(refusal.problem(where, refusal.line)) from refusal


@lru_cache(maxsize=2048)
def mould(skeleton: str, *, leftwards: bool = False) -> Mould:
    """Parse a text in which the character ``FIRST_VALUE + n`` stands for the n-th value.

    Args:
        leftwards: Whether the language runs leftwards; then the text is isolated as by ``richtext.isolate``.

    Raises:
        MarkupRefused: It uses other Markdown.
    """
    tokens: list[str] = []

    def protect(match: regex.Match[str]) -> str:
        found = match[1] or match[3] or address_in(match[2], "*_")
        rest = "" if match[2] is None else match[2][len(found) :]
        tokens.append(found)
        return chr(FIRST_TOKEN + len(tokens) - 1) + rest

    if len(skeleton) > MAX_VALUES:
        raise MarkupRefused(f"more than {MAX_VALUES} characters", None)
    parsed = _PARSER.parse(_PROTECTED.sub(protect, skeleton))
    return Mould(_divided(_blocks(parsed, tokens, leftwards)))


def _finished(block: Paragraph | Open, values: Sequence[str]) -> Paragraph:
    return (
        block if isinstance(block, Paragraph) else _filled(block, tuple(values[block.first : block.last]))
    )


@lru_cache(maxsize=8192)
def _filled(block: Open, values: tuple[str, ...]) -> Paragraph:
    return _paragraph(block, values)


def _paragraph(block: Open, values: Sequence[str]) -> Paragraph:
    spans = (span for run in block.runs for span in _spans(run, block.first, values))
    paragraph = Paragraph(tuple(spans), block.bullet)
    return isolated(paragraph) if block.leftwards else paragraph


def _spans(run: Run, first: int, values: Sequence[str]) -> tuple[Span, ...]:
    text = _joined(run.parts, first, values)
    if run.href is None:
        return tokens_in(text, bold=run.bold, italic=run.italic)
    href = _joined(run.href, first, values)
    if _HREF.fullmatch(href) is None:
        raise MarkupRefused("a link whose address begins with none of https://, mailto: and tel:", None)
    return (Span(text, SpanKind.LINK, run.bold, run.italic, href),)


def _joined(parts: tuple[str | int, ...], first: int, values: Sequence[str]) -> str:
    return "".join([values[part - first] if isinstance(part, int) else part for part in parts])


def _parts(text: str) -> tuple[str | int, ...]:
    return tuple(
        ord(part) - FIRST_VALUE if RESERVED.match(part) else part for part in _VALUE.split(text) if part
    )


def _bullets_only(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    marker = state.src[state.bMarks[start_line] + state.tShift[start_line] :][:1]
    return not marker.isdigit() and list_block(state, start_line, end_line, silent)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").disable(["entity", "reference"])
    parser.block.ruler.at("list", _bullets_only, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.validateLink = lambda url: bool(url) or True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


_PARSER: Final = _parser()


def _divided(blocks: Iterable[Paragraph | Open | None]) -> tuple[tuple[Paragraph | Open, ...], ...]:
    """The blocks between the breaks. A break with nothing before or after it divides nothing."""
    parts: list[list[Paragraph | Open]] = [[]]
    for block in blocks:
        if block is None:
            parts.append([])
        else:
            parts[-1].append(block)
    return tuple(tuple(part) for part in parts if part) or ((),)


def _blocks(parsed: list[Token], tokens: list[str], leftwards: bool) -> Iterator[Paragraph | Open | None]:
    """Each block in turn, and ``None`` for a break of the thread."""
    depth = 0
    line = 1
    fresh = True
    for token in parsed:
        line = token.map[0] + 1 if token.map else line
        _refuse(token, line)
        if _is_break(token):
            yield None
        depth += token.nesting if token.type in ("bullet_list_open", "bullet_list_close") else 0
        fresh = fresh or token.type == "list_item_open"
        if depth > 1:
            raise MarkupRefused("a list inside a list", line)
        if token.type != "inline":
            continue
        if depth and not fresh:
            raise MarkupRefused("a list item of several paragraphs", line)
        fresh = False
        yield _block(tuple(_runs(token.children or [], tokens, line)), bool(depth), leftwards)


def _refuse(token: Token, line: int) -> None:
    if _is_break(token) and token.level:
        raise MarkupRefused("a break of a thread inside a list", line)
    refused = _REFUSED.get(f"{token.type} {token.markup}") or _REFUSED.get(token.type)
    if refused and not _is_break(token):
        raise MarkupRefused(refused, line)


def _is_break(token: Token) -> bool:
    return token.type == "hr" and token.markup.startswith("-")


def _block(runs: tuple[Run, ...], bullet: bool, leftwards: bool) -> Paragraph | Open:
    numbers = [part for run in runs for part in run.parts + (run.href or ()) if isinstance(part, int)]
    if not numbers:
        return _paragraph(Open(runs, bullet, leftwards, 0, 0), ())
    return Open(runs, bullet, leftwards, min(numbers), max(numbers) + 1)


def _runs(children: list[Token], tokens: list[str], line: int) -> Iterator[Run]:
    """The stretches of one look, with neighbours of the same look joined."""
    text, look = "", Run((), bold=False, italic=False, href=None)
    for token in children:
        _refuse(token, line)
        changed = _look(look, token, tokens, line)
        if changed != look:
            if text:
                yield replace(look, parts=_parts(text))
            text, look = "", changed
        broken = token.type in ("softbreak", "hardbreak")
        line += broken
        text += "\n" if broken else _restored(token.content, tokens)
    if text:
        yield replace(look, parts=_parts(text))


def _look(look: Run, token: Token, tokens: list[str], line: int) -> Run:
    if look.href is not None and token.type in ("strong_open", "em_open"):
        raise MarkupRefused("bold or italic inside the label of a link (put it around the link)", line)
    match token.type:
        case "strong_open" | "strong_close":
            return replace(look, bold=token.nesting > 0)
        case "em_open" | "em_close":
            return replace(look, italic=token.nesting > 0)
        case "link_open":
            return replace(look, href=_href(token, tokens, line))
        case "link_close":
            return replace(look, href=None)
    return look


def _href(token: Token, tokens: list[str], line: int) -> tuple[str | int, ...]:
    if "title" in token.attrs:
        raise MarkupRefused("a link with a title", line)
    href = _restored(str(token.attrs["href"]), tokens)
    if not RESERVED.search(href) and _HREF.fullmatch(href) is None:
        raise MarkupRefused("a link whose address begins with none of https://, mailto: and tel:", line)
    return _parts(href)


def _restored(text: str, tokens: list[str]) -> str:
    return _PROTECTED_MARK.sub(lambda mark: tokens[ord(mark.group()) - FIRST_TOKEN], text)
