"""``munasara new``."""

import hashlib
import re
import sys
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from shlex import quote
from typing import Final

import click

from bot.cli.output import say
from bot.cli.starter import Start, write_starter

_WORD: Final = re.compile(r"[^\W_]+")
MAX_SLUG: Final = 56
DIGEST_DIGITS: Final = 6
_NOT_IN_A_SLUG: Final = re.compile(r"[^a-z0-9]+")


@click.command(
    epilog="""\b
Example:
  munasara new balloons --title "White balloons" --tag WhiteBalloons --language en --language tr
"""
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", help="What the campaign is called.")
@click.option("--tag", help="Its one hashtag.")
@click.option(
    "--language", "languages", multiple=True, metavar="TAG", help="A language, such as ar; repeat it."
)
@click.option(
    "--zone", metavar="ZONE", help="The time zone of its times, such as Europe/Istanbul; else UTC."
)
def new(
    folder: Path, title: str | None, tag: str | None, languages: Sequence[str], zone: str | None
) -> None:
    """Write a small campaign folder that passes `munasara check`: one message, one time, one tag.

    Asks for what is not given, where there is a terminal. What is there already is never overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.BadParameter("there is something already. Choose a new folder.", param_hint="FOLDER")
    title = title or _asked(
        "What is the campaign called?", folder.resolve().name.replace("-", " ").capitalize()
    )
    tag = tag or _asked("Its one hashtag, without #", _tag_of(title))
    languages = languages or _asked("Its languages, with spaces between", "en").split()
    zone = zone or _asked("Its time zone", "UTC")
    start = Start(
        _slug(folder.resolve().name),
        title,
        tag.lstrip("#"),
        tuple(dict.fromkeys(languages)),
        zone,
        _today(),
    )
    _refuse_bad(start)
    write_starter(folder, start)
    _tell(folder)


def _asked(question: str, otherwise: str) -> str:
    return str(click.prompt(question, default=otherwise, err=True)) if sys.stdin.isatty() else otherwise


def _today() -> date:
    from schedules.clock import SystemClock

    return SystemClock().now().date()


def _tag_of(title: str) -> str:
    words = _WORD.findall(title)
    return "".join(word[:1].upper() + word[1:] for word in words) if title.isascii() else "_".join(words)


def _slug(name: str) -> str:
    """The name as an id. Letters that an id cannot hold leave a digest, so that no two names share one id."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    slug = _NOT_IN_A_SLUG.sub("-", plain.lower()).strip("-")[:MAX_SLUG].strip("-")
    if slug and plain.isascii() and len(plain) <= MAX_SLUG:
        return slug
    written = unicodedata.normalize("NFC", name).encode()
    return f"{slug or 'campaign'}-{hashlib.sha256(written).hexdigest()[:DIGEST_DIGITS]}"


def _refuse_bad(start: Start) -> None:
    from content.hashtags import report
    from content.languages import locale_for
    from schedules.errors import LocalTimeInvalid
    from schedules.walltime import zone

    found = report(start.tag)
    if found.faults:
        nearest = f" Nearest that works: {found.mended}" if found.mended else ""
        raise click.BadParameter(f"{found.faults[0]}.{nearest}", param_hint="--tag")
    try:
        for language in start.languages:
            locale_for(language)
    except LookupError:
        raise click.BadParameter(f"no language is known as {language}.", param_hint="--language") from None
    try:
        zone(start.zone)
    except LocalTimeInvalid as error:
        raise click.BadParameter(str(error), param_hint="--zone") from None


def _tell(folder: Path) -> None:
    written = quote(str(folder))
    say(f"{folder} is a campaign now: one message on Telegram, a week from today at noon.\n")
    say("Next:")
    say(f"  1. Write your own goal and texts in {folder / 'campaign.toml'} and {folder / 'messages'}")
    say(f"  2. munasara check {written}      what is missing or wrong")
    say(f"  3. munasara preview {written}    what readers will see")
    say(f"  4. munasara rehearse {written}   the whole campaign, offline")
    say(f"  5. munasara accounts add telegram, then munasara plan {written}")
