"""The board as one page that needs nothing from elsewhere, in one language."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markupsafe import Markup

from bot.board.canvas import canvas_of
from bot.pages import source_hash, templates
from bot.telegram.boardtold import city_told, offset_told, step_told, totals_told
from bot.telegram.spoken import own_name, spoken, words_for
from content.filters import datetime_, number_
from content.languages import direction
from content.media import Picture
from content.models import Campaign
from content.words import Words, isolated
from schedules.action_days.board import STEPS, Board, StepView
from schedules.walltime import zone

HERE: Final = Path(__file__).parent
_TEMPLATES: Final = templates(HERE)
REFRESH_SECONDS: Final = 30
"""After so long a browser looks again."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language in which there is a page, called as its readers call it."""

    tag: str
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A cleared picture within the page."""

    city: str
    address: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Line:
    """A step of the day on the page."""

    offset: str
    name: str
    told: Sequence[str]


def as_html(board: Board, campaign: Campaign, language: str, pictures: Mapping[str, Picture]) -> str:
    """The board as HTML. All texts are escaped; its style is the only one that counts, and no script runs.

    Args:
        pictures: The cleared pictures, as large as the page shows them, by the digest that the board knows them by.
    """
    reader_words = words_for(campaign, language)
    names = {city.id: spoken(city.name, language, campaign) for city in board.cities}
    style = own("board.css")
    return _TEMPLATES.get_template("board.html").render(
        words=reader_words,
        direction=direction(reader_words.language),
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=source_hash(style),
        refresh=REFRESH_SECONDS,
        title=spoken(board.title, language, campaign),
        languages=[Tongue(tag, own_name(tag)) for tag in campaign.languages],
        as_of=_as_of(board, campaign, reader_words),
        private=None if board.is_public else reader_words.say("for organisers alone"),
        totals=list(totals_told(board, reader_words)),
        headings=_headings(reader_words),
        canvas=canvas_of(board.cities),
        names=names,
        number=lambda value: number_(reader_words.habits, value),
        cities={city.id: list(city_told(city, reader_words, board.seen_at)) for city in board.cities},
        photos=list(_shown(board, pictures, names, reader_words)),
        steps=[_line(step, reader_words) for step in board.steps],
    )


def own(name: str) -> str:
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8").strip()


def _as_of(board: Board, campaign: Campaign, reader_words: Words) -> str:
    local = board.seen_at.astimezone(zone(campaign.zone))
    return reader_words.say(
        "Last change: {time} ({zone})",
        time=datetime_(reader_words.habits, local, "short"),
        zone=isolated(campaign.zone),
    )


def _headings(reader_words: Words) -> dict[str, str]:
    return {
        "cities": reader_words.say("Cities"),
        "photos": reader_words.say("Pictures"),
        "steps": reader_words.say("Course of the day"),
    }


def _shown(
    board: Board, pictures: Mapping[str, Picture], names: Mapping[str, str], reader_words: Words
) -> Iterator[Shown]:
    for photo in board.photos:
        picture = pictures.get(photo.sha256)
        if picture is not None:
            alt = reader_words.say("A picture from {city}", city=isolated(names[photo.city]))
            yield Shown(photo.city, _address(picture), picture.width, picture.height, alt)


def _address(picture: Picture) -> str:
    return f"data:{picture.mime};base64,{base64.b64encode(picture.data).decode()}"


def _line(step: StepView, reader_words: Words) -> Line:
    told = list(step_told(step, reader_words))
    return Line(offset_told(step, reader_words), reader_words.of(STEPS[step.kind]), told)
