"""The files of a new campaign folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

FIRST_POST_AFTER: Final = timedelta(days=7)
LASTS: Final = timedelta(days=60)

_SIGN: Final[Mapping[str, str]] = {
    "ar": "وقّعوا العريضة",
    "de": "Unterschreiben Sie die Petition",
    "en": "Sign the petition",
    "fr": "Signez la pétition",
    "tr": "Dilekçeyi imzalayın",
}
_NEXT: Final[Mapping[str, str]] = {
    "ar": "أخبروا صديقة أو صديقًا",
    "de": "Erzählen Sie es weiter",
    "en": "Tell one friend",
    "fr": "Parlez-en autour de vous",
    "tr": "Bir arkadaşınıza anlatın",
}
_TEXT: Final[Mapping[str, str]] = {
    "ar": "هذه الحملة لا تكتمل من دونكم.",
    "de": "Diese Kampagne braucht Sie.",
    "en": "This campaign needs you.",
    "fr": "Cette campagne a besoin de vous.",
    "tr": "Bu kampanyanın size ihtiyacı var.",
}

_CAMPAIGN: Final = """\
# The campaign: what it wants, until when, in which languages, under which one hashtag.
id = {id}
starts_on = {starts_on}
ends_on = {ends_on}
zone = {zone}                     # times that name no other zone are meant here
languages = {languages}

[title]
{title}

[goal]                            # something that can be counted
number = 1000
unit = "signatures"

[goal.text]
{sign}

[hashtag]
tags = [{tag}]                    # without the #; at most one more, in another script

[review]
approvals = 1                     # how many people approve each post
author_may_approve = true         # false: not the one who planned it
"""

_SLOTS: Final = """\
# What goes out when, and where.
[[slots]]
id = "launch"
message = "launch"
channels = ["telegram"]           # every account of this kind, each in its own language
at = {at}T12:00:00
"""

_CITIES: Final = """\
# Places with people. Take the signs away to name one; `munasara check` says what else is needed.
# [[cities]]
# id = "izmir"
# name = {en = "Izmir"}           # in every language of the campaign
# zone = "Europe/Istanbul"
# territory = "TR"
# languages = ["tr"]
# risk = "open"                   # guarded where you say nothing: no groups, no public lists
"""

_MESSAGE: Final = """\
# One message, one ask. Its texts are beside this file, one for each language.
[ask]
kind = "sign"                     # sign call write post attend donate share report
effort = "medium"                 # low medium high
link = "https://example.org/sign" # put your own here

[ask.text]
{sign}

[ask.next_step]                   # what comes after it
{next}
"""

_VARIANT: Final = "{text}\n\n{{{{ ask.text }}}}: {{{{ ask.link }}}}\n\n{{{{ hashtag }}}}\n"


@dataclass(frozen=True, slots=True)
class Start:
    """What a new campaign begins with. ``tag`` is without ``#``."""

    id: str
    title: str
    tag: str
    languages: tuple[str, ...]
    zone: str
    today: date


def write_starter(folder: Path, start: Start) -> None:
    """Write the folder; a file that is there already is left alone and raises ``FileExistsError``."""
    for name, content in starter_files(start).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(content)


def starter_files(start: Start) -> dict[str, str]:
    """Every file of the folder with its text."""
    texts = {
        f"messages/launch/{language}.md": _VARIANT.format(text=_in(_TEXT, language))
        for language in start.languages
    }
    return {
        "campaign.toml": _campaign(start),
        "slots.toml": _SLOTS.format(at=start.today + FIRST_POST_AFTER),
        "cities.toml": _CITIES,
        "messages/launch/message.toml": _MESSAGE.format(
            sign=_lines(_SIGN, start.languages), next=_lines(_NEXT, start.languages)
        ),
        **texts,
    }


def _campaign(start: Start) -> str:
    return _CAMPAIGN.format(
        id=_quoted(start.id),
        starts_on=start.today,
        ends_on=start.today + LASTS,
        zone=_quoted(start.zone),
        languages=f"[{', '.join(_quoted(language) for language in start.languages)}]",
        title="\n".join(f"{_quoted(language)} = {_quoted(start.title)}" for language in start.languages),
        sign=_lines(_SIGN, start.languages),
        tag=_quoted(start.tag),
    )


def _lines(words: Mapping[str, str], languages: Sequence[str]) -> str:
    return "\n".join(f"{_quoted(language)} = {_quoted(_in(words, language))}" for language in languages)


def _in(words: Mapping[str, str], language: str) -> str:
    """The sample in a language; English where there is none yet, which no plan accepts on two accounts."""
    return words.get(language.partition("-")[0], words["en"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
