import tracemalloc
from datetime import datetime
from time import process_time

import pytest

from content import filters
from content.errors import Problem, TemplateBroken
from content.filters import FILTERS
from content.rendering import context_for, render
from content.richtext import plain
from content.templates import compiled
from tests.content.hostile_templates import BOMBS, ESCAPES, MARKUP
from tests.content.sample import campaign, message, variant

SECONDS = 5.0
MEMORY = 20_000_000


def rendered(source: str, language: str = "en") -> str:
    context = context_for(
        campaign(),
        message(),
        language=language,
        channel="x",
        city="berlin",
        local_at=datetime(2026, 9, 12, 18, 30),
    )
    return plain(render(variant(source, language), context).text)


def problem_of(source: str, language: str) -> Problem | None:
    try:
        rendered(source, language)
    except TemplateBroken as broken:
        return broken.problem
    return None


@pytest.mark.parametrize("source", ESCAPES)
def test_escapes_are_refused_with_a_remedy(source: str) -> None:
    with pytest.raises(TemplateBroken) as caught:
        rendered(source)
    assert caught.value.problem.code == "template-broken"
    assert caught.value.problem.remedy.endswith(".")


@pytest.mark.parametrize("source", BOMBS, ids=lambda source: source[:40])
def test_bombs_are_refused_in_little_time_and_memory(source: str) -> None:
    tracemalloc.start()
    started = process_time()
    try:
        with pytest.raises(TemplateBroken) as caught:
            rendered(source)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    assert process_time() - started < SECONDS
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize("source", MARKUP, ids=lambda source: source[:40])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_hostile_markup_becomes_a_text_or_a_problem_in_little_time(source: str, language: str) -> None:
    started = process_time()
    problem = problem_of(source, language)
    assert problem is None or problem.code == "markup-refused"
    assert process_time() - started < SECONDS


def test_the_corpus_is_large() -> None:
    assert len({*ESCAPES, *BOMBS, *MARKUP}) >= 140


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ hashtag }}", "#WhiteBalloons"),
        ("{{ claims['homes_destroyed'] }}", "3,200 homes were destroyed"),
        ("{{ slogans[0] }}", "Look up"),
        ("{% for slogan in slogans %}\n- {{ slogan }}\n{% endfor %}", "• Look up\n• Let them go"),
        (
            "{% for a in languages %}{% for b in city.languages %}{{ a }}{{ b }} {% endfor %}{% endfor %}.",
            None,
        ),
        ("{% if channel == 'x' %}short{% elif channel == 'y' %}y{% else %}long{% endif %}", "short"),
        ("{{ 'a' if language in ['en', 'de'] and not false else 'b' }}", "a"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("a{# note #}b", "ab"),
        ("{{ goal.number }} {{ '*x*' }}", "10,000 *x*"),
        ("{% if target %}{{ target.phone }}{% endif %}", "+49 30 1234567"),
        ("{% if target.email %}x{% else %}y{% endif %}", "y"),
    ],
)
def test_what_a_template_may_do(source: str, expected: str | None) -> None:
    assert expected is None or rendered(source) == expected


@pytest.mark.parametrize(
    ("source", "line", "named"),
    [
        ("a\n{{ hashtga }}", 2, "there is no “hashtga”. Use one of these names: ask, at,"),
        ("a\n\n{{ ask.lnk }}", 3, "ask has no “lnk”. It has: effort,"),
        ("{{ claims.other }}", 1, "claims has no “other”; it has: homes_destroyed"),
        ("a\n{{ target.email }}", 2, "target.email is printed, but the campaign does not give it here"),
        ("{{ slogans[7] }}", 1, "there is no [7]"),
        ("a\n{{ at }}", 2, "Add a filter: {{ at | date }}"),
        ("{{ languages }}", 1, "Add a filter: {{ languages | list }}"),
        ("{{ ask }}", 1, "Print one of its parts: effort, kind"),
        ("{{ true }}", 1, "no text"),
        ("{{ at < 3 }}", 1, "compared"),
        ("a\n{% if x", 2, "the template is not correct"),
        ("{{ hashtag | uper }}", 1, "there is no filter “uper”. Use one of these: country_name,"),
        ("x\n\n{{ hashtag }} `{{ hashtag }}`", 3, "code in backticks"),
        ("{% if at %}\n\n# A {{ hashtag }}\n{% endif %}", 3, "a heading"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_the_known_names(source: str, line: int, named: str) -> None:
    with pytest.raises(TemplateBroken) as caught:
        rendered(source)
    assert (caught.value.problem.where, caught.value.problem.line) == ("messages/launch/en.md", line)
    assert named in str(caught.value)


def test_a_template_is_compiled_once() -> None:
    assert compiled("{{ hashtag }}, once") is compiled("{{ hashtag }}, once")


def test_every_filter_is_documented() -> None:
    assert all(f"| ``{name}`` |" in (filters.__doc__ or "") for name in FILTERS)
