import re
from dataclasses import replace

from bot.dayreport.page import as_html
from tests.bot.dayreport.reports import report


def test_the_page_says_the_frozen_numbers_and_what_they_are() -> None:
    shown = " ".join(as_html(report()).split())
    assert "about 3,200 people (captains’ estimates), 2 of 3 cities" in shown
    assert "With what arrived later: about 3,300 people" in shown
    assert "The count is still open." in as_html(replace(report(), counted=None))


def test_it_needs_nothing_from_elsewhere_and_escapes_what_others_wrote() -> None:
    shown = as_html(report())
    assert not re.search(r"https?://|<script|<link|src=", shown)
    assert "<b>Berlin</b>" not in shown
    assert "&lt;b&gt;Berlin&lt;/b&gt;" in shown
    assert "=The &lt;day&gt;" in shown
    assert '<li lang="en"' not in shown, "the title stands above already"
    assert "&lt;script&gt;" in shown


def test_what_is_written_from_right_to_left_is_shown_so() -> None:
    shown = as_html(report())
    assert '<li lang="ar" dir="rtl">اليوم</li>' in shown
    assert "<bdi>ليون</bdi>" in shown


def test_few_volunteers_are_not_counted_out_and_guarded_cities_are_not_listed() -> None:
    shown = as_html(report())
    assert "12, with &lt;5 guests" in shown
    assert "20 sent, &lt;5 say that they have done it, 0 not" in shown
    assert "aleppo" not in shown
    assert "1 is guarded and not listed" in " ".join(shown.split())
