"""What is wrong with a text, in the reader's language; what has no wording of ours is told as the checks say it."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from content.errors import Problem, Severity
from content.words import Phrase, Words, later

SAID: Final[Mapping[str, Phrase]] = {
    "tag-missing": later("The campaign's tag is missing, or misspelt."),
    "tag-near": later("It has a tag that is close to ours but another one."),
    "over-limit": later("The text is too long."),
    "word-banned": later("It has a word that this campaign does not use."),
    "alt-missing": later("Nobody has said yet what a picture shows."),
    "media-missing": later("This platform takes no post without a picture."),
    "text-too-similar": later("It is nearly the text of another account on this platform."),
    "text-unread": later("No second person has read this text yet."),
    "variant-missing": later("There is no text in this language yet."),
    "claim-expired": later("It names a fact that has to be checked again."),
    "time-over": later("Its time is over."),
    "ask-incomplete": later("It does not say how to do what it asks for. Put a link into it."),
}


def told(problems: Iterable[Problem], reader_words: Words) -> str:
    """A line for each problem, errors first; empty where there is none."""
    ordered = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)
    return "\n".join(dict.fromkeys(_line(problem, reader_words) for problem in ordered))


def _line(problem: Problem, reader_words: Words) -> str:
    mark = "⚠" if problem.severity is Severity.ERROR else "·"
    detail = escape(f"{problem.what}. {problem.remedy}")
    if problem.code not in SAID:
        return f"{mark} {detail}"
    said = f"{mark} {escape(reader_words.of(SAID[problem.code]))}"
    return said if reader_words.language != "en" else f"{said} {detail}"
