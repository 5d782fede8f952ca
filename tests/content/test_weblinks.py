import pytest

from content.weblinks import http_links, top_level_domains, without_links, x_links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://example.org/a.", ["https://example.org/a"]),
        ("(https://example.org)", ["https://example.org"]),
        ("no address here", []),
    ],
)
def test_addresses_are_found_without_the_punctuation_around_them(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in http_links(text)] == found


def test_x_links_a_bare_domain_too() -> None:
    text = "visit example.org today"
    assert [text[start:end] for start, end in x_links(text)] == ["example.org"]
    assert list(http_links(text)) == []


def test_places_are_replaced_from_left_to_right() -> None:
    text = "a https://example.org b https://example.com c"
    assert without_links(text, http_links(text), "…") == "a … b … c"


def test_top_level_domains_are_lower_case_and_known() -> None:
    assert {"org", "com", "tr", "de"} <= top_level_domains()
