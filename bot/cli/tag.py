"""``munasara tag``."""

from typing import TYPE_CHECKING

import click

from bot.cli.exits import NO
from bot.cli.output import json_option, say, show_json, show_table

if TYPE_CHECKING:
    from content.hashtags import TagReport


@click.command(epilog="Exit code 1 where the tag cannot be used as it is.")
@click.argument("candidate")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="TAG",
    help="A language of the campaign, such as ar; repeat it.",
)
@json_option
@click.pass_context
def tag(ctx: click.Context, candidate: str, languages: tuple[str, ...], as_json: bool) -> None:
    """Show where a hashtag breaks, how people will misspell it and how it reads, before anyone prints it."""
    from content.hashtags import report

    for language in languages:
        _require_known(language)
    found = report(candidate, languages=languages)
    if as_json:
        show_json(found)
    else:
        _show(found)
    ctx.exit(NO if found.faults else 0)


def _require_known(language: str) -> None:
    from content.languages import locale_for

    try:
        locale_for(language)
    except LookupError:
        raise click.BadParameter(
            f"no language is known as {language!r:.80}. Write its tag, such as ar, fr or fa-AF.",
            param_hint="--language",
        ) from None


def _show(found: "TagReport") -> None:
    say(f"#{found.candidate}\n")
    for fault in found.faults:
        say(f"It cannot be used: {fault}.")
    if found.mended and found.mended != found.candidate:
        say(f"Nearest form that works: #{found.mended}")
    say(
        f"Script: {', '.join(found.scripts) or 'none'}{', from right to left' if found.right_to_left else ''}"
    )
    say(f"Read aloud: {' '.join(found.words)}")
    say(f"Typed without care: {found.lower_case}\n")
    _show_readings(found)
    _show_misspellings(found)
    for sentence in found.advice:
        say(sentence)


def _show_readings(found: "TagReport") -> None:
    rows = [
        (
            reading.platform,
            f"#{reading.seen}" if reading.seen else "nothing",
            "whole" if reading.whole else "BROKEN",
            "" if reading.measured else "by the strictest rules known",
        )
        for reading in found.readings
    ]
    show_table(["platform", "can be tapped", "", ""], rows)
    say()


def _show_misspellings(found: "TagReport") -> None:
    if found.misspellings:
        rows = [(f"#{slip.text}", slip.why, slip.kind.value) for slip in found.misspellings]
        show_table(["people will write", "because", "Munasara calls it"], rows)
        say()
