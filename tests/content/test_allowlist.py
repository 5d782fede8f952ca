from datetime import datetime

import pytest
from jinja2 import Environment

from content.allowlist import KNOWN_NAMES, Disallowed, allow
from content.crowds import SAMPLE
from content.models import ActionDay
from content.names import names_for
from content.rendering import claims_used
from tests.content.hostile_templates import ESCAPES
from tests.content.sample import ask, campaign


@pytest.mark.parametrize(
    "source", ["{{ 1 + 1 }}", "{{ hashtag.x() }}", "{% set x = 1 %}", "a\n\n{{ nobody }}"]
)
def test_what_is_not_listed_is_refused_with_its_line(source: str) -> None:
    with pytest.raises(Disallowed) as caught:
        allow(Environment(autoescape=True).parse(source))
    assert caught.value.line == source.count("\n") + 1
    assert len(ESCAPES) > 60


def test_every_known_name_is_given_and_nothing_else() -> None:
    at = datetime(2026, 9, 12, 18)
    day = ActionDay(id="rise", title={"en": "Rise"}, at=at)
    names = names_for(campaign(), ask(), "en", "x", city="berlin", local_at=at, crowd=SAMPLE, day=day)
    given = {name: value for name, value in names.items() if name.isidentifier()}
    assert given.keys() == KNOWN_NAMES.keys()
    for name, parts in KNOWN_NAMES.items():
        assert not parts or given[name].keys() == parts


def test_claims_are_found_in_every_branch() -> None:
    source = "{{ claims.a_b }}{% if at %}{{ claims['c'] | list }}{% else %}{{ claims.d }}{% endif %}"
    assert claims_used(source) == frozenset({"a_b", "c", "d"})
