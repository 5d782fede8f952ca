from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content.errors import TemplateBroken
from content.markdown import FIRST_VALUE, mould, parse
from content.richtext import Paragraph, Span, SpanKind, plain

VALUE = chr(FIRST_VALUE)


def spans(markdown: str) -> tuple[Span, ...]:
    (paragraph,) = parse(markdown).paragraphs
    return paragraph.spans


def test_paragraphs_line_breaks_bullets_bold_italic_and_links_are_understood() -> None:
    text = parse("One\ntwo\n\n- **a** *b*\n- [c](https://c.org)\n\n***d***")
    assert text.paragraphs == (
        Paragraph((Span("One\ntwo"),)),
        Paragraph((Span("a", bold=True), Span(" "), Span("b", italic=True)), bullet=True),
        Paragraph((Span("c", SpanKind.LINK, href="https://c.org"),), bullet=True),
        Paragraph((Span("d", bold=True, italic=True),)),
    )


@pytest.mark.parametrize(
    "tag", ["#save_ghouta", "#زن_زندگی_آزادی", "#_under_", "#می\u200cخواهم", "#a1", "#أَنقذوا", "#Ä_b_"]
)
def test_a_hashtag_is_one_span_and_its_underscores_are_no_markup(tag: str) -> None:
    assert spans(f"x {tag} *y*") == (
        Span("x "),
        Span(tag, SpanKind.HASHTAG),
        Span(" "),
        Span("y", italic=True),
    )
    assert spans(tag) == (Span(tag, SpanKind.HASHTAG),)


@pytest.mark.parametrize("handle", ["@user", "@some_user_", "@user@mastodon.social", "@name.bsky.social"])
def test_a_mention_is_one_span(handle: str) -> None:
    assert spans(f"Ask {handle}, please") == (
        Span("Ask "),
        Span(handle, SpanKind.MENTION),
        Span(", please"),
    )


@pytest.mark.parametrize(
    ("markdown", "address"),
    [
        ("see https://a.org/x_y_z.", "https://a.org/x_y_z"),
        ("(https://a.org/b_(c))", "https://a.org/b_(c)"),
        ("**https://a.org/b**", "https://a.org/b"),
        ("_https://a.org/b_", "https://a.org/b"),
        ("<https://a.org/_b_>", "https://a.org/_b_"),
        ("انظروا https://a.org/b، ثم", "https://a.org/b"),
        ("https://a.org/#part", "https://a.org/#part"),
        ("https://a.org/@name", "https://a.org/@name"),
    ],
)
def test_a_bare_address_is_a_link_without_the_punctuation_around_it(markdown: str, address: str) -> None:
    links = [span for span in spans(markdown) if span.kind is SpanKind.LINK]
    assert [(link.text, link.href) for link in links] == [(address, address)]


@pytest.mark.parametrize(
    "literal",
    [
        "3. Oktober",
        "1. eins\n2. zwei",
        "a < b > c <3",
        "AT&amp;T &copy;",
        "[x]: https://a.org",
        "~~no~~",
        "5 * 3 * 2",
        "#tag and # alone",
    ],
)
def test_what_is_no_markup_here_stays_as_written(literal: str) -> None:
    assert plain(parse(literal)) == literal


def test_a_backslash_makes_the_next_character_literal() -> None:
    assert spans(r"\*a\* \_b\_ \# c") == (Span("*a* _b_ # c"),)


@pytest.mark.parametrize(
    ("construct", "named"),
    [
        ("# Title", "a heading"),
        ("Title\n---", "a heading, made by hyphens .* blank line above"),
        ("Title\n===", "a heading"),
        ("***", "a horizontal line that is not “---”"),
        ("___", "a horizontal line"),
        ("- a\n\n  ---\n\n- b", "a break of a thread inside a list"),
        ("> ---", "a quotation"),
        ("```\nx\n```", "a code block"),
        ("    x", "a block indented by four spaces"),
        ("`x`", "code in backticks"),
        ("> x", "a quotation"),
        ("| a |\n|---|\n| b |", "a table"),
        ("![x](https://a.org/b.png)", "a picture"),
        ("<b>x</b>", "HTML"),
        ("<!-- x -->", "HTML"),
        ("- a\n  - b", "a list inside a list"),
        ("- a\n\n  b", "a list item of several paragraphs"),
        ("[x](javascript:alert(1))", "address"),
        ("[x](ftp://a.org)", "address"),
        ("[x]()", "address"),
        ("[x](https://a.org 'title')", "a link with a title"),
        ("[**x**](https://a.org)", "inside the label"),
    ],
)
def test_other_markdown_is_named_with_its_line(construct: str, named: str) -> None:
    with pytest.raises(TemplateBroken, match=named) as caught:
        parse(f"First\n\n{construct}", where="messages/launch/en.md")
    problem = caught.value.problem
    lines = range(3, 4 + construct.count("\n") + 1)
    assert (problem.code, problem.where) == ("markup-refused", "messages/launch/en.md")
    assert problem.line in lines


def test_a_line_inside_a_paragraph_is_counted() -> None:
    with pytest.raises(TemplateBroken) as caught:
        parse("a\nb\nc `d`")
    assert caught.value.problem.line == 3


@given(st.text(max_size=200))
@example("[]()")
@example("- ")
@example("[a](https://b.org)#c")
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(TemplateBroken):
        plain(parse(text))


@given(st.text(max_size=80))
@example("**x**")
@example("](https://evil.org)")
@example("\n\n# x")
@example("\n\n---\n\n")
@example("`<b>`")
@example(VALUE)
def test_a_value_stands_as_it_is_and_changes_no_structure(value: str) -> None:
    (text,) = mould(f"- **{VALUE}**\n- b\n\nend").fill([value])
    assert len(text.paragraphs) == 3
    assert [paragraph.bullet for paragraph in text.paragraphs] == [True, True, False]
    assert "".join(span.text for span in text.paragraphs[0].spans) == value
    assert all(span.bold for span in text.paragraphs[0].spans)


def test_a_value_may_be_an_address_behind_a_label_but_nothing_else() -> None:
    form = mould(f"[Sign]({VALUE})")
    (text,) = form.fill(["https://a.org/x_(y)*"])
    assert text.paragraphs[0].spans == (Span("Sign", SpanKind.LINK, href="https://a.org/x_(y)*"),)
    for bad in ("javascript:alert(1)", "https://a.org/ x", "x", ""):
        with pytest.raises(Exception, match="address"):
            form.fill([bad])


def test_a_value_may_complete_a_tag_or_an_address() -> None:
    (text,) = mould(f"#{VALUE}_2 https://a.org/{VALUE}/c").fill(["Berlin"])
    assert [span.text for span in text.paragraphs[0].spans] == ["#Berlin_2", " ", "https://a.org/Berlin/c"]


def parts(markdown: str, *values: str) -> list[str]:
    return [plain(part) for part in mould(markdown).fill(values)]


@pytest.mark.parametrize(
    "break_", ["\n\n---\n\n", "\n\n---\n", "\n\n-----\n\n", "\n\n- - -\n\n", "\n\n---\n\n---\n\n"]
)
def test_a_line_of_hyphens_divides_a_text_into_parts(break_: str) -> None:
    assert parts(f"One\n\nmore{break_}Two") == ["One\n\nmore", "Two"]


def test_a_break_ends_a_list() -> None:
    assert parts("- a\n---\n- b") == ["• a", "• b"]


@pytest.mark.parametrize("empty", ["---\n\nOne", "One\n\n---", "---\n\n---\n\nOne\n\n---\n\n---"])
def test_a_break_with_nothing_on_one_side_divides_nothing(empty: str) -> None:
    assert parts(empty) == ["One"]


def test_a_text_of_breaks_alone_is_one_empty_part() -> None:
    assert parts("---\n\n---") == parts("") == [""]


def test_a_backslash_makes_a_break_literal() -> None:
    assert parts("One\n\n\\---\n\nTwo") == ["One\n\n---\n\nTwo"]


def test_a_parsed_text_has_its_parts_one_below_the_other() -> None:
    assert parse("One\n\n---\n\nTwo") == parse("One\n\nTwo")


@given(st.text(max_size=80))
@example("---")
@example("\n\n---\n\n")
@example("")
def test_a_value_never_begins_a_part(value: str) -> None:
    for around in (VALUE, f"One\n\n{VALUE}\n\nTwo", f"--{VALUE}", f"{VALUE}--"):
        assert len(mould(around).fill([value])) == 1


def test_an_empty_value_alone_in_a_part_leaves_it_there() -> None:
    assert parts(f"One\n\n---\n\n{VALUE}", "") == ["One", ""]
