from collections.abc import Sequence

import click
import pytest

from tests.support import commands


@click.group()
@click.option("--json", "as_json", is_flag=True)
def munasara() -> None:
    """Run campaigns."""


@munasara.group()
def posts() -> None:
    """Posts."""


@posts.command()
@click.argument("post")
@click.option("--at")
def show(post: str, at: str) -> None:
    """Show one post."""


@pytest.fixture(autouse=True)
def _small_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "root_command", lambda: munasara)


@pytest.mark.parametrize(
    "words",
    [["posts", "show", "7"], ["--json", "posts", "show", "7", "--at=noon"], ["posts", "--help"], []],
)
def test_what_the_command_line_knows_is_understood(words: Sequence[str]) -> None:
    assert commands.complaint(words) is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["post"], "munasara has no command post"),
        (["posts", "shwo", "7"], "posts has no command shwo"),
        (["posts", "show", "7", "--when", "noon"], "show has no option --when"),
    ],
)
def test_what_it_does_not_know_is_named(words: Sequence[str], why: str) -> None:
    assert commands.complaint(words) == why


def test_leaves_are_found_with_their_path() -> None:
    assert [path for path, _ in commands.leaves(munasara)] == [("posts", "show")]
