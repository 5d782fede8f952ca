"""Everything worth knowing about a hashtag before anyone prints it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import regex

from content.grammars import GRAMMARS, extract_tags
from content.limits import LIMITS, length
from content.scripts import is_right_to_left, script_of_language, scripts_of
from content.spelling import Kind, compare, words_of
from content.tagform import form_faults, mended

MOST_MISSPELLINGS: Final = 20
LONGEST_CANDIDATE: Final = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """What one platform makes of the tag.

    Attributes:
        seen: What readers can tap, without ``#``; empty where nothing is left.
        whole: Whether that is the whole tag.
        measured: Whether the platform's grammar is known; otherwise the tag must pass all known ones.
        length: What ``#`` and tag cost there, in ``unit``.
    """

    platform: str
    seen: str
    whole: bool
    measured: bool
    length: int
    unit: str


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A spelling that people will type. ``kind`` says whether a check of texts finds it."""

    text: str
    why: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class TagReport:
    """How a tag fares, without ``#`` throughout.

    Attributes:
        faults: What keeps it from being canonical.
        mended: The nearest canonical form; empty where nothing is left.
        words: How it is read out, word by word; one word where nothing shows where words end.
        lower_case: How most people will type it, in one run.
        right_to_left: Whether it runs from right to left.
        misspellings: The likeliest first.
        advice: Sentences for the coordinator.
    """

    candidate: str
    faults: tuple[str, ...]
    mended: str
    readings: tuple[Reading, ...]
    scripts: tuple[str, ...]
    right_to_left: bool
    words: tuple[str, ...]
    lower_case: str
    misspellings: tuple[Misspelling, ...]
    advice: tuple[str, ...]


def report(candidate: str, *, languages: Sequence[str] = ()) -> TagReport:
    """Say where a candidate breaks, how people will misspell it and how it reads.

    Args:
        candidate: The tag, with or without ``#``; of a very long one only the beginning is looked at.
        languages: The campaign's languages; those whose script the tag is not in are named.
    """
    tag = candidate.strip().lstrip("#＃")[:LONGEST_CANDIDATE]
    return TagReport(
        candidate=tag,
        faults=form_faults(tag),
        mended=mended(tag),
        readings=tuple(_reading(platform, tag) for platform in LIMITS),
        scripts=tuple(sorted(scripts_of(tag))),
        right_to_left=is_right_to_left(tag),
        words=words_of(tag),
        lower_case=tag.replace("_", "").lower(),
        misspellings=_misspellings(mended(tag) or tag),
        advice=tuple(_advice(tag, languages)),
    )


def _reading(platform: str, tag: str) -> Reading:
    seen = " ".join(extract_tags(platform, f"#{tag}"))
    limits = LIMITS[platform]
    return Reading(
        platform, seen, seen == tag, platform in GRAMMARS, length(f"#{tag}", limits), limits.unit.value
    )


def _misspellings(tag: str) -> tuple[Misspelling, ...]:
    found: dict[str, str] = {}
    for text, why in _slips(tag):
        if text and text != tag:
            found.setdefault(text, why)
    ranked = list(found.items())[:MOST_MISSPELLINGS]
    return tuple(Misspelling(text, why, compare(tag, text).kind) for text, why in ranked)


# Ordered by how often each is met: joins and capitals first, then letters that keyboards confuse.
_ARABIC_SLIPS: Final = (
    (r"[أإآٱ]", "ا", "alef without hamza"),
    (r"ة(?=_|$)", "ه", "ه for ة"),
    (r"ى(?=_|$)", "ي", "ي for ى"),
    (r"ي(?=_|$)", "ى", "ى for ي"),
    (r"ی", "ي", "the Arabic ي for the Persian ی"),
    (r"ي", "ی", "the Persian ی for the Arabic ي"),
    (r"ک", "ك", "the Arabic ك for the Persian ک"),
    (r"ك", "ک", "the Persian ک for the Arabic ك"),
    (r"ء", "", "hamza left out"),
    (r"ئ", "ي", "ي for ئ"),
    (r"ؤ", "و", "و for ؤ"),
    (r"وا(?=_|$)", "و", "the silent alef left out"),
    (r"(?<=^|_)ال", "", "the article left out"),
    (r"(?<=^|_)(?!ال)(?=\p{Arabic}{3})", "ال", "an article added"),
)
_LATIN_SLIPS: Final = (
    (r"(?i)(.)\1", r"\1", "a doubled letter written once"),
    (r"(?i)(g)h", r"\1", "g for gh"),
    (r"(?i)(k)h", r"\1", "k for kh"),
    (r"(?i)ph", "f", "f for ph"),
    (r"(?i)ou", "u", "u for ou"),
    (r"(?i)ee", "i", "i for ee"),
    (r"(?<=[A-Za-z])q", "k", "k for q"),
    (r"(?i)(?<=[a-z])ie", "ei", "ei for ie"),
    (r"(?<=^|_|[a-z])A[lL]_?(?=[A-Z])", "", "the article left out"),
)
_ACCENTS: Final = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ç", "c"), ("ş", "s"), ("ğ", "g"), ("ı", "i"), ("é", "e"), ("è", "e"), ("ê", "e"))  # fmt: skip


def _slips(tag: str) -> Iterator[tuple[str, str]]:
    yield tag.replace("_", ""), "the underscore left out"
    yield tag.lower(), "no capitals"
    yield "_".join(words_of(tag)), "underscores between the words"
    yield "_".join(words_of(tag)).lower(), "underscores and no capitals"
    if "Arabic" in scripts_of(tag):
        yield from _applied(tag, _ARABIC_SLIPS)
    if "Latin" in scripts_of(tag):
        yield from _applied(tag, _LATIN_SLIPS)
        yield from _accent_slips(tag)
        yield from _latin_ends(tag)


def _applied(tag: str, slips: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    for pattern, replacement, why in slips:
        yield regex.sub(pattern, replacement, tag, count=1), why
        yield regex.sub(pattern, replacement, tag), why


def _accent_slips(tag: str) -> Iterator[tuple[str, str]]:
    plain = tag
    for accented, letters in _ACCENTS:
        plain = plain.replace(accented, letters).replace(accented.upper(), letters.capitalize())
    yield plain, "letters without accents"


def _latin_ends(tag: str) -> Iterator[tuple[str, str]]:
    words = words_of(tag)
    if len(words) > 1:
        joint = "_" if "_" in tag else ""
        yield joint.join((*words[:-1], "Al" + words[-1])), "an article added"
    yield (
        (tag.removesuffix("s"), "singular for plural")
        if tag.endswith("s")
        else (tag + "s", "plural for singular")
    )


def _advice(tag: str, languages: Sequence[str]) -> Iterator[str]:
    if form_faults(tag) and mended(tag) not in {"", tag}:
        yield f"Use #{mended(tag)} instead."
    if len(words_of(tag)) == 1 and tag.isascii() and len(tag) > 8:  # noqa: PLR2004
        yield "Write each word with a capital, as in WhiteBalloons: screen readers then read words."
    elif len(words_of(tag)) > 1 and tag != tag.lower():
        yield f"Most people type {tag.replace('_', '').lower()}; read it aloud: does it hold another word?"
    if is_right_to_left(tag):
        yield "It runs from right to left: put it on a line of its own in texts that run the other way."
    missing = [name for name in languages if script_of_language(name) not in {"", *scripts_of(tag)}]
    if missing:
        yield f"Readers of {', '.join(missing)} write another script; consider one second tag in it."
