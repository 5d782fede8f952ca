from pathlib import Path

import pytest

from tests.bot.cli.terminal import Terminal


@pytest.fixture
def listed(planned: Terminal) -> Terminal:
    planned.run(
        *("accounts", "add", "mail", "--name", "press-en", "--language", "en", "--owner", "Press"),
        *("--disclosure", "Run by the campaign", "--set", "host=127.0.0.1", "--set", "port=9"),
        *("--set", "tls=none", "--set", "sender=news@example.org", "--set", "username=news"),
        *("--no-verify", "--secret-file", "-"),
        typed="a password",
    )
    return planned


def test_a_file_of_addresses_becomes_a_list(listed: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "press.txt"
    file.write_text("b@example.org\na@example.org\nb@example.org\n", encoding="utf-8")
    shown = listed.out("recipients", "add", "press-en", "--file", str(file))
    assert "2 addresses added to press-en; 1 known already." in shown
    assert listed.json("recipients", "list", "press-en") == ["a@example.org", "b@example.org"]


def test_lines_that_are_no_addresses_are_named_by_their_number(listed: Terminal) -> None:
    shown = listed.run(
        "recipients", "add", "press-en", "--file", "-", typed="a@example.org\nnobody\n", code=1
    )
    assert "lines 2" in shown.stderr
    assert "nobody" not in shown.output


def test_a_file_that_is_no_text_adds_nothing_and_its_line_is_named(
    listed: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "press.txt"
    file.write_bytes(
        "a@example.org\nmüller@example.org\n".encode("utf-8-sig").replace(b"\xc3\xbc", b"\xfc")
    )
    shown = listed.run("recipients", "add", "press-en", "--file", str(file), code=2)
    assert "line 2 is no text in UTF-8, and nothing was added. Save the file" in shown.stderr
    assert listed.json("recipients", "list", "press-en") == []
    file.write_text("a@example.org\n", encoding="utf-8-sig")
    assert "1 address added" in listed.out("recipients", "add", "press-en", "--file", str(file))


def test_who_is_removed_stays_away(listed: Terminal) -> None:
    listed.run("recipients", "add", "press-en", "--file", "-", typed="a@example.org\n")
    listed.run("recipients", "remove", "press-en", typed="a@example.org\n")
    shown = listed.out("recipients", "add", "press-en", "--file", "-", typed="a@example.org\n")
    assert "0 addresses added" in shown
    assert "1 had left the list and stay away." in shown


def test_another_kind_of_account_has_no_recipients(listed: Terminal) -> None:
    shown = listed.run("recipients", "list", "telegram-en", code=3)
    assert "no mailing list" in shown.stderr
