"""Which templates are allowed: small ones that always end. Everything else is refused before it is compiled.

A template may print names and pass them through filters, choose with ``if``, and loop over a campaign's lists.
There is no arithmetic, no call, no assignment, no macro and no import, so its work is bounded by its size.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from jinja2 import nodes

from content.errors import Problem
from content.filters import FILTERS

MAX_NODES: Final = 2_000
MAX_DEPTH: Final = 30
MAX_LOOPS: Final = 10
MAX_LOOP_DEPTH: Final = 2
MAX_LITERAL: Final = 1_000
MAX_NUMBER: Final = 10**15

KNOWN_NAMES: Final[Mapping[str, frozenset[str] | None]] = {
    "hashtag": frozenset(),
    "language": frozenset(),
    "channel": frozenset(),
    "at": frozenset(),
    "languages": frozenset(),
    "slogans": frozenset(),
    "campaign": frozenset({"title", "starts_on", "ends_on"}),
    "goal": frozenset({"text", "number", "unit", "by"}),
    "phase": frozenset({"title", "starts_on", "ends_on"}),
    "ask": frozenset({"kind", "text", "effort", "next_step", "link", "number", "place"}),
    "target": frozenset({"office", "country", "phone", "email", "address", "url"}),
    "city": frozenset({"id", "name", "country", "languages"}),
    "day": frozenset({"title", "number", "cities"}),
    "claims": None,
    "count": frozenset({"people", "cities", "of"}),
}
"""Every name a template may use, with the parts it has; ``None`` where the campaign names the parts."""

LISTS: Final = frozenset({("languages",), ("slogans",), ("city", "languages"), ("day", "cities")})
"""The lists a template may loop over."""

_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.If, nodes.CondExpr, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.Filter, nodes.Keyword, nodes.Tuple, nodes.List,
)  # fmt: skip
_PLAIN_WORDS: Final[Mapping[type[nodes.Node], str]] = {
    nodes.Call: "a call",
    nodes.Macro: "a macro",
    nodes.Assign: "an assignment",
    nodes.AssignBlock: "an assignment",
    nodes.Include: "an include",
    nodes.Import: "an import",
    nodes.FromImport: "an import",
    nodes.Extends: "an inheritance",
    nodes.Block: "a block",
    nodes.Test: "a test with “is”",
    nodes.Concat: "the operator ~",
    nodes.Dict: "a table",
    nodes.Slice: "a slice",
}
_REMEDY: Final = "A template may print names, use the listed filters, choose with {% if %} and loop over the campaign's lists."


class Disallowed(Exception):
    """A template may not be used, or its values do not fit; ``line`` counts from 1 in its source."""

    def __init__(self, what: str, remedy: str = _REMEDY, line: int | None = None) -> None:
        self.what, self.remedy, self.line = what, remedy, line
        super().__init__(what)

    def problem(self, where: str) -> Problem:
        """What the writer of the template reads."""
        return Problem("template-broken", where, self.what, self.remedy, self.line)


def allow(tree: nodes.Template) -> None:
    """Refuse a parsed template that does anything but what this module lists.

    Raises:
        Disallowed: It does; the error says what, and in which line.
    """
    loops = 0
    for count, (node, depth, names) in enumerate(_walk(tree)):
        loops += isinstance(node, nodes.For)
        if count > MAX_NODES or depth > MAX_DEPTH or loops > MAX_LOOPS:
            raise Disallowed("the template is too complicated", "Write it more simply.", node.lineno)
        _allow(node, names)


def _walk(tree: nodes.Template) -> Iterator[tuple[nodes.Node, int, frozenset[str]]]:
    """Every node with its depth and the names that the loops around it define."""
    stack: list[tuple[nodes.Node, int, frozenset[str]]] = [(tree, 0, frozenset())]
    while stack:
        node, depth, names = stack.pop()
        yield node, depth, names
        inner = names | {node.target.name} if _plain_loop(node) else names  # type: ignore[attr-defined]
        stack.extend((child, depth + 1, inner) for child in _children(node))


def _children(node: nodes.Node) -> Iterator[nodes.Node]:
    return node.iter_child_nodes(exclude=("target",) if isinstance(node, nodes.For) else ())


def _plain_loop(node: nodes.Node) -> bool:
    return isinstance(node, nodes.For) and isinstance(node.target, nodes.Name)


def _allow(node: nodes.Node, names: frozenset[str]) -> None:
    if type(node) not in _ALLOWED:
        what = _PLAIN_WORDS.get(type(node), f"“{type(node).__name__.lower()}”")
        raise Disallowed(f"the template uses {what}, which is not allowed", line=node.lineno)
    match node:
        case nodes.Name():
            _allow_name(node, names)
        case nodes.Getattr() | nodes.Getitem():
            _allow_part(node, names)
        case nodes.Const():
            _allow_literal(node)
        case nodes.Filter():
            _allow_filter(node)
        case nodes.For():
            _allow_loop(node, names)


def _allow_name(node: nodes.Name, names: frozenset[str]) -> None:
    if node.name not in names and node.name not in KNOWN_NAMES:
        known = ", ".join(sorted({*KNOWN_NAMES, *names}))
        raise Disallowed(
            f"there is no “{node.name[:60]}”", f"Use one of these names: {known}.", node.lineno
        )


def _allow_part(node: nodes.Getattr | nodes.Getitem, names: frozenset[str]) -> None:
    part = _part(node)
    if part is None:
        raise Disallowed("the template looks a part up by something else than its name", line=node.lineno)
    if not isinstance(node.node, nodes.Name) or node.node.name in names or isinstance(part, int):
        return
    parts = KNOWN_NAMES.get(node.node.name, None)
    if parts is not None and part not in parts:
        remedy = f"It has: {', '.join(sorted(parts))}." if parts else "It has no parts."
        raise Disallowed(f"{node.node.name} has no “{part[:60]}”", remedy, node.lineno)


def _part(node: nodes.Getattr | nodes.Getitem) -> str | int | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    argument = node.arg
    value = argument.value if isinstance(argument, nodes.Const) else None
    return value if type(value) in (str, int) else None


def _allow_literal(node: nodes.Const) -> None:
    long = isinstance(node.value, str) and len(node.value) > MAX_LITERAL
    large = isinstance(node.value, int | float) and not -MAX_NUMBER < node.value < MAX_NUMBER
    if long or large or not isinstance(node.value, str | int | float):
        raise Disallowed("the template holds a value that is too large or of no use", line=node.lineno)


def _allow_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS or node.node is None:
        known = ", ".join(sorted(FILTERS))
        raise Disallowed(
            f"there is no filter “{node.name[:60]}”", f"Use one of these: {known}.", node.lineno
        )
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise Disallowed("the template spreads arguments with *", line=node.lineno)


def _allow_loop(node: nodes.For, names: frozenset[str]) -> None:
    if _path(node.iter) not in LISTS:
        lists = ", ".join(".".join(path) for path in sorted(LISTS))
        raise Disallowed(
            "a loop runs over something that is no list", f"The lists are: {lists}.", node.lineno
        )
    if not _plain_loop(node) or node.test is not None or node.recursive or node.else_:
        raise Disallowed("a loop does more than name each entry", line=node.lineno)
    if len(names) >= MAX_LOOP_DEPTH:
        raise Disallowed(f"loops are nested more than {MAX_LOOP_DEPTH} deep", line=node.lineno)
    if node.target.name in {*KNOWN_NAMES, *names, "loop"}:  # type: ignore[attr-defined]
        raise Disallowed("a loop gives its entries a name that is taken", "Choose another.", node.lineno)


def _path(node: nodes.Node) -> tuple[str, ...]:
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        return (*_path(node.node), node.attr)
    return ()


def claims_in(tree: nodes.Template) -> Iterator[str]:
    """The names of the claims that an allowed template mentions, in any of its branches."""
    for node, _, _ in _walk(tree):
        if isinstance(node, nodes.Getattr | nodes.Getitem) and _path(node.node) == ("claims",):
            yield str(_part(node))
