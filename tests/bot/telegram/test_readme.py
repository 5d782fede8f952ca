"""What bot/README.md shows is what phones show."""

import pytest

from tests.support.transcripts import MARK, README, SCENES, played

REMEDY = "stale: run .venv/bin/python -m tests.support.transcripts"


@pytest.mark.parametrize("name", SCENES)
async def test_a_transcript_is_what_the_phone_shows(name: str, sqlite_url: str) -> None:
    assert f"\n{await played(name, sqlite_url)}\n" in README.read_text(encoding="utf-8"), REMEDY


def test_every_transcript_stands_in_the_document_once() -> None:
    found = [mark[1] for mark in MARK.finditer(README.read_text(encoding="utf-8"))]
    assert sorted(found) == sorted(SCENES)


def test_arabic_runs_from_right_to_left_and_no_secret_is_shown() -> None:
    text = README.read_text(encoding="utf-8")
    begins, ends = text.index('<div dir="rtl">'), text.index("</div>")
    assert begins < text.index("جاهز.") < ends
    assert "?start=" not in text.replace("?start=…", "")
