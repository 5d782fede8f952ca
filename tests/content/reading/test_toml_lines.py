import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from content.reading.toml_lines import KeyPath, line_of, locate

TEXT = '''\
# a comment = "not a key"
title = "a [bracket] = and # no comment"
"quoted \\u0061 key" = 1
many = """
not = "a key"
"""
raw = \'\'\'
[not.a.table]
\'\'\'
a.b.c = 1979-05-27T07:32:00Z

[goal] # a table
text = {en = "x", "tr" = "y", deep = {er = [1, 2]}}

[[slots]]
id = "one"
channels = [
  "x",  # the first
  # nothing

  "mastodon",
]
[[slots]]
id = "two"
[slots.ask]
kind = "sign"
[[slots.media]]
file = "f"
[[slots.media]]
file = "g"
rows = [[1, 2],
  [3]]
[ dotted . "table" ]
last = 1.5'''


def test_each_key_has_its_line() -> None:
    lines = locate(TEXT)
    expected: dict[KeyPath, int] = {
        ("title",): 2,
        ("quoted a key",): 3,
        ("many",): 4,
        ("raw",): 7,
        ("a", "b", "c"): 10,
        ("goal",): 12,
        ("goal", "text", "tr"): 13,
        ("goal", "text", "deep", "er", 1): 13,
        ("slots", 0): 15,
        ("slots", 0, "id"): 16,
        ("slots", 0, "channels", 0): 18,
        ("slots", 0, "channels", 1): 21,
        ("slots", 1): 23,
        ("slots", 1, "ask", "kind"): 26,
        ("slots", 1, "media", 0, "file"): 28,
        ("slots", 1, "media", 1, "file"): 30,
        ("slots", 1, "media", 1, "rows", 1, 0): 32,
        ("dotted", "table", "last"): 34,
    }
    assert {path: lines.get(path) for path in expected} == expected


def test_a_missing_key_is_placed_at_what_is_around_it() -> None:
    lines = locate(TEXT)
    assert line_of(lines, ("slots", 1, "at")) == 23
    assert line_of(lines, ("nowhere",)) is None


def paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for step, part in inner:
        yield (*path, step)
        yield from paths(part, (*path, step))


def test_no_key_of_a_real_file_is_left_out() -> None:
    assert set(paths(tomllib.loads(TEXT))) == set(locate(TEXT))


values = st.recursive(
    st.sampled_from(
        ["1", "true", "1.5", "-inf", "07:32:00", '"a # ] } \\" b"', "'c = \"'", '""', '"""\n[x]\n"""']
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: "[" + ",\n".join(items) + "\n]"),
        st.lists(inner, max_size=4).map(
            lambda items: "{" + ", ".join(f"k{number} = {item}" for number, item in enumerate(items)) + "}"
        ),
    ),
    max_leaves=12,
)


@given(st.lists(values, max_size=6))
def test_every_key_of_any_valid_file_is_found_on_its_line(items: list[str]) -> None:
    text = "\n".join(f"[[list]]\nkey{number} = {item} # note" for number, item in enumerate(items))
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = locate(text)
    assert set(paths(data)) == set(lines)
    written = text.split("\n")
    assert all(f"key{n} = " in written[lines["list", n, f"key{n}"] - 1] for n in range(len(items)))
