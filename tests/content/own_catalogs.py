"""Catalogs of the tests' own phrases, beside the real ones."""

import shutil
from pathlib import Path

from content.catalogs import LOCALES, path_of, update
from content.languages import OURS
from content.phrases import Key

PEOPLE = ("{n} person in {city}", "{n} people in {city}")
SIX = ("صفر", "شخص {city}", "شخصان {city}", "{n} أشخاص {city}", "{n} شخصًا {city}", "{n} شخص {city}")


def catalogs_of(folder: Path, *phrases: Key) -> Path:
    """Catalogs with the real headers that hold these phrases only, untranslated but in English."""
    for language in OURS:
        path_of(language, folder).parent.mkdir(parents=True)
        shutil.copy(path_of(language, LOCALES), path_of(language, folder))
        update(language, frozenset(phrases), folder)
    return folder


def translate(folder: Path, language: str, phrase: str, *forms: str) -> None:
    """Write the translation of a phrase, given by its first text, into a catalog."""
    path = path_of(language, folder)
    before, entry, rest = path.read_text(encoding="utf-8").partition(f'msgid "{phrase}"\n')
    assert entry, f"no phrase {phrase}"
    own, gap, after = rest.partition("\n\n")
    plural = "".join(line + "\n" for line in own.splitlines() if line.startswith("msgid_plural"))
    texts = enumerate(forms)
    lines = "\n".join(
        f'msgstr[{place}] "{form}"' if plural else f'msgstr "{form}"' for place, form in texts
    )
    path.write_text(before + entry + plural + lines + (gap or "\n") + after, encoding="utf-8")


def edit(folder: Path, language: str, old: str, new: str) -> None:
    """Replace something in a catalog that stands there."""
    path = path_of(language, folder)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
