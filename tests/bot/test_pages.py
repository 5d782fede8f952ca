"""Pages are written from templates that let nothing slip."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from bot.pages import source_hash, templates


def test_values_are_escaped_and_a_line_that_only_controls_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>\n  {% if text %}\n{{ text }}\n  {% endif %}\n</p>\n")
    assert templates(tmp_path).get_template("page.html").render(text="<b>") == "<p>\n&lt;b&gt;\n</p>"


def test_a_name_that_is_not_given_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ text }}")
    with pytest.raises(UndefinedError):
        templates(tmp_path).get_template("page.html").render()


def test_a_style_is_named_as_browsers_name_it() -> None:
    assert source_hash("alert('Hello, world.');") == "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
