"""What keeps the catalogs of our own words whole: they hold what the code says, and nothing is left open."""

from collections.abc import Iterator
from gettext import c2py
from pathlib import Path
from typing import Final

import regex
from babel.messages.catalog import Catalog, Message

from content.catalogs import LOCALES, read, update
from content.direction import check_bidi
from content.errors import Problem
from content.languages import OURS, direction
from content.phrases import Found, Key, phrases_under, placeholders

SPEAKING: Final = ("bot", "content", "schedules")
"""The floors that say something to people."""

_SAMPLES: Final = {"tag": "#SaveGhouta", "mention": "@SaveGhouta", "link": "https://example.org/a?b=1"}
_SAMPLE_NAME: Final = "\N{FIRST STRONG ISOLATE}Lea 7\N{POP DIRECTIONAL ISOLATE}"
_MARKUP: Final = regex.compile(r"</?[a-z][^>]*>|[<>]|&\w*;?")
_LAST_COUNT: Final = 1_100


def bring_up_to_date(root: Path, folder: Path = LOCALES) -> tuple[str, ...]:
    """Update every catalog to what the code under ``root`` says; in whole sentences, what is left to do."""
    found = said_under(root)
    for language in OURS:
        update(language, found.phrases, folder)
    return (
        *found.faults,
        *(fault for language in OURS for fault in faults(language, found.phrases, folder)),
    )


def said_under(root: Path) -> Found:
    """Every phrase of the code under ``root``."""
    return phrases_under(*(root / floor for floor in SPEAKING))


def faults(language: str, phrases: frozenset[Key], folder: Path = LOCALES) -> tuple[str, ...]:
    """In whole sentences, what keeps a catalog from saying exactly these phrases well."""
    catalog = read(language, folder)
    entries = {_key(message): message for message in catalog if message.id}
    found = [
        *((key, "is missing. Run: python -m content.words") for key in phrases - entries.keys()),
        *((key, "is said nowhere. Run: python -m content.words") for key in entries.keys() - phrases),
        *((key, "is obsolete. Take it out") for key in catalog.obsolete),
        *((key, fault) for key, message in entries.items() for fault in _of_entry(catalog, message)),
    ]
    return tuple(sorted(f"{language}: “{_first(key)}” {fault}." for key, fault in found))


def _of_entry(catalog: Catalog, message: Message) -> Iterator[str]:
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
    if message.fuzzy:
        yield "is fuzzy. Read it again and take the mark away"
    if not all(form.strip() for form in forms):
        yield "is not translated"
        return
    unequal = (*_unequal_placeholders(catalog, message, forms), *_unequal_markup(message, forms))
    yield from unequal
    if direction(str(catalog.locale)) == "rtl" and not unequal:
        yield from (f"moves: {problem.what}" for form in forms for problem in _moving(catalog, form))


def _unequal_placeholders(catalog: Catalog, message: Message, forms: tuple[str, ...]) -> Iterator[str]:
    asked = placeholders(_last(message))
    for place, form in enumerate(forms):
        lacking, added = asked - placeholders(form), placeholders(form) - asked
        if message.pluralizable and _stands_for_one_number(catalog, place):
            lacking -= {"n"}
        yield from (f"lacks {{{name}}} in “{form}”" for name in lacking)
        yield from (f"has a {{{name}}} of its own in “{form}”" for name in added)


def _unequal_markup(message: Message, forms: tuple[str, ...]) -> Iterator[str]:
    asked = sorted(_MARKUP.findall(_last(message)))
    for form in forms:
        if sorted(_MARKUP.findall(form)) != asked:
            yield f"has other marks than {' '.join(asked) or 'none'} in “{form}”"


def _stands_for_one_number(catalog: Catalog, place: int) -> bool:
    """Whether a plural form is used for a single number, which may then be told in words."""
    form_of = c2py(catalog.plural_expr)
    return sum(form_of(n) == place for n in range(_LAST_COUNT + 1)) <= 1


def _moving(catalog: Catalog, form: str) -> tuple[Problem, ...]:
    samples = {name: _SAMPLES.get(name, _SAMPLE_NAME) for name in placeholders(form)} | {"n": "1,200"}
    return check_bidi(form.format_map(samples), language=str(catalog.locale), where=str(catalog.locale))


def _key(message: Message) -> Key:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def _first(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


def _last(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[-1])
