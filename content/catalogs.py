"""The catalogs of our own words: one gettext file per language, read as text and compiled in memory."""

from collections.abc import Iterable
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

import regex
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from content.phrases import Key

LOCALES: Final = Path(__file__).parent / "locales"
NOBODY: Final = "nobody yet"
"""What ``X-Read-By`` says until a native speaker has read a catalog."""

_READ_BY: Final = regex.compile(r'^"X-Read-By: (.+)\\n"$', regex.MULTILINE)


def path_of(language: str, folder: Path = LOCALES) -> Path:
    """Where the catalog of one of our languages is kept."""
    return folder / language / "LC_MESSAGES" / "munasara.po"


def read(language: str, folder: Path = LOCALES) -> Catalog:
    """The catalog of one of our languages, untranslated and obsolete phrases included.

    Raises:
        PoFileError: The file is not a catalog.
    """
    with path_of(language, folder).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def compiled(catalog: Catalog) -> GNUTranslations:
    """A catalog ready for look-up. What it lacks, or calls fuzzy, is found in English."""
    binary = BytesIO()
    write_mo(binary, catalog)
    binary.seek(0)
    return GNUTranslations(binary)


def read_by(language: str, folder: Path = LOCALES) -> str | None:
    """Which native speaker has read the catalog; nothing where nobody has."""
    found = _READ_BY.search(_header(language, folder))
    return None if found is None or found[1] == NOBODY else str(found[1])


def update(language: str, phrases: Iterable[Key], folder: Path = LOCALES) -> None:
    """Bring a catalog to exactly these phrases: new ones empty, English ones said as written, others dropped.

    The header is kept to the letter; phrases are sorted, so that updating twice changes nothing.
    """
    kept, catalog = read(language, folder), Catalog(locale=language)
    catalog.mime_headers = kept.mime_headers  # its plural forms may be more than Babel knows of
    for phrase in phrases:
        old = kept.get(_first(phrase))
        if old is not None and old.id == phrase:
            catalog.add(phrase, old.string, flags=old.flags, user_comments=old.user_comments)
        else:
            catalog.add(phrase, phrase if language == "en" else "")
    binary = BytesIO()
    write_po(binary, catalog, width=0, omit_header=True, sort_output=True)
    text = f"{_header(language, folder)}\n\n{binary.getvalue().decode()}".rstrip("\n")
    path_of(language, folder).write_text(f"{text}\n", encoding="utf-8")


def _header(language: str, folder: Path) -> str:
    return path_of(language, folder).read_text(encoding="utf-8").partition("\n\n")[0].rstrip("\n")


def _first(phrase: Key) -> str:
    return phrase if isinstance(phrase, str) else phrase[0]
