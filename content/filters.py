"""The filters of a template: dates, times, numbers and names as a language writes them.

| filter | takes | gives |
|---|---|---|
| ``date`` | a date or moment; ``"full"``, ``"long"`` (default), ``"medium"``, ``"short"`` | ``12 September 2026`` |
| ``time`` | a moment; ``"short"`` (default) or ``"medium"`` | ``18:30`` |
| ``datetime`` | a moment; the widths of ``date`` | ``12 September 2026 at 18:30`` |
| ``weekday`` | a date or moment | ``Saturday`` |
| ``number`` | a number | ``3,200`` |
| ``percent`` | a share, 1 being all of it | ``45%`` |
| ``currency`` | a number; ``"EUR"`` | ``€30.00`` |
| ``list`` | a list; ``"and"`` (default) or ``"or"`` | ``Berlin, Paris, and Rome`` |
| ``plural`` | a number; a text for each form of the language, with ``{n}`` for the number | ``3 letters`` |
| ``language_name`` | a language, such as ``"tr"`` | ``Turkish`` |
| ``country_name`` | an ISO 3166 code, such as ``"DE"`` | ``Germany`` |

Digits follow the campaign's setting for the language; addresses, phone numbers and hashtags are texts and
keep theirs. A moment is shown as the wall clock it was given, never converted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NoReturn

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.lists import format_list
from babel.numbers import (
    UnsupportedNumberingSystemError,
    format_currency,
    format_decimal,
    format_percent,
    is_currency,
)
from jinja2 import pass_context
from jinja2.runtime import Context as Names

from content.languages import in_digits, locale_for

MAX_NUMBER: Final = 10**15
HABITS: Final = " habits"
"""The name, impossible in a template, under which the names of a text carry its habits."""
_DATE_WIDTHS: Final = ("full", "long", "medium", "short")
_TIME_WIDTHS: Final = ("short", "medium")
_LIST_STYLES: Final[Mapping[str, Any]] = {"and": "standard", "or": "or"}


class FilterRefused(Exception):
    """A value does not fit the filter or the place it is used in."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


class Table(dict[str, Any]):
    """A named group of values, such as ``ask``; ``path`` is how a template calls it."""

    __slots__ = ("path",)

    def __init__(self, path: str, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.path = path


@dataclass(frozen=True, slots=True)
class Absent:
    """A value that the campaign does not give. ``{% if %}`` sees it as false; printing it is a problem."""

    what: str
    remedy: str

    def __bool__(self) -> bool:
        return False

    def refuse(self) -> NoReturn:
        """Say that the value is missing."""
        raise FilterRefused(self.what, self.remedy)


@dataclass(frozen=True, slots=True)
class Habits:
    """How one text writes: its locale and its digits."""

    locale: Locale | None
    digits: str


def habits_for(language: str, digits: str) -> Habits:
    """The habits of a language; without a locale where CLDR does not know it."""
    try:
        return Habits(locale_for(language), digits)
    except LookupError:
        return Habits(None, digits)


def written(names: Names, value: object) -> str:
    """A value as it is printed without a filter: texts as they stand, numbers as with ``number``."""
    if type(value) is str:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_(names.parent[HABITS], value)
    if isinstance(value, Absent):
        value.refuse()
    if isinstance(value, date):
        raise FilterRefused("a date is printed as it is", "Add a filter: {{ at | date }}, {{ at | time }}.")
    if isinstance(value, tuple):
        raise FilterRefused("a list is printed as it is", "Add a filter: {{ languages | list }}.")
    if isinstance(value, Table):
        parts = ", ".join(sorted(value))
        raise FilterRefused(f"{value.path} is printed whole", f"Print one of its parts: {parts}.")
    raise FilterRefused("a value is printed that is no text", "Print a name of the campaign.")


def date_(habits: Habits, value: object, width: object = "long") -> str:
    """A date in words."""
    shown = format_date(_date(value), _one_of(width, _DATE_WIDTHS), locale=_locale(habits))
    return in_digits(shown, habits.digits)


def time_(habits: Habits, value: object, width: object = "short") -> str:
    """A wall-clock time, without its zone."""
    moment = _moment(value).replace(tzinfo=None)
    shown = format_time(moment, _one_of(width, _TIME_WIDTHS), locale=_locale(habits))
    return in_digits(shown, habits.digits)


def datetime_(habits: Habits, value: object, width: object = "long") -> str:
    """A date in words with its wall-clock time."""
    pattern = get_datetime_format(_one_of(width, _DATE_WIDTHS), locale=_locale(habits))
    shown = str(pattern).replace("'", "")
    return shown.replace("{0}", time_(habits, value)).replace("{1}", date_(habits, _moment(value), width))


def weekday(habits: Habits, value: object) -> str:
    """The name of the day of the week, as it stands alone in a sentence."""
    return format_date(_date(value), "EEEE", locale=_locale(habits))


def number_(habits: Habits, value: object) -> str:
    """A number with the separators of the language."""
    return _in_system(format_decimal, habits, _number(value))


def percent(habits: Habits, value: object) -> str:
    """A share of one as percent."""
    return _in_system(format_percent, habits, _number(value))


def currency(habits: Habits, value: object, code: object) -> str:
    """An amount of money; ``code`` is an ISO 4217 code."""
    if not isinstance(code, str) or not is_currency(code):
        raise FilterRefused(
            "the filter currency is given no currency", 'Write its code: {{ 30 | currency("EUR") }}.'
        )
    return _in_system(format_currency, habits, _number(value), code)


def list_(habits: Habits, value: object, style: object = "and") -> str:
    """A list as a sentence joins it."""
    if not isinstance(value, tuple) or not all(isinstance(entry, str) for entry in value):
        raise FilterRefused(
            "the filter list is given no list", "Give it a list such as languages or slogans."
        )
    return (
        format_list(value, _LIST_STYLES[_one_of(style, tuple(_LIST_STYLES))], _locale(habits))
        if value
        else ""
    )


def plural(habits: Habits, value: object, **forms: object) -> str:
    """The text for a number in the plural form that the language gives it."""
    category = _locale(habits).plural_form(_number(value))
    text = forms.get(category)
    if not isinstance(text, str):
        raise FilterRefused(
            f"the filter plural has no text for “{category}”, which {value} needs in this language",
            f'Add {category}="…"; {{n}} in it stands for the number.',
        )
    return text.replace("{n}", number_(habits, value), 1)


def language_name(habits: Habits, value: object) -> str:
    """The name of a language in the language of the text."""
    try:
        name = locale_for(str(value)).get_display_name(_locale(habits))
    except LookupError:
        name = None
    return name or _unknown("language_name", 'Give it a code such as "tr".')


def country_name(habits: Habits, value: object) -> str:
    """The name of a country in the language of the text."""
    name = _locale(habits).territories.get(str(value))
    return str(name) if name else _unknown("country_name", 'Give it an ISO 3166 code such as "DE".')


def _unknown(name: str, remedy: str) -> NoReturn:
    raise FilterRefused(f"the filter {name} is given something it does not know", remedy)


def _locale(habits: Habits) -> Locale:
    if habits.locale is None:
        raise FilterRefused(
            "the language of this text is not in CLDR", "Write the date or number out in words."
        )
    return habits.locale


def _one_of(value: object, known: tuple[str, ...]) -> Any:
    if isinstance(value, str) and value in known:
        return value
    raise FilterRefused("a filter is given a style it does not know", f"Use one of: {', '.join(known)}.")


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise FilterRefused(
        "a date filter is given something else than a date", "Use it on at, goal.by or a phase."
    )


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    raise FilterRefused("a time filter is given something that has no time", "Use it on at.")


def _number(value: object) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool) and -MAX_NUMBER < value < MAX_NUMBER:
        return value
    raise FilterRefused(
        "a number filter is given something else than a number", "Use it on goal.number or a number."
    )


def _in_system(form: Callable[..., str], habits: Habits, *values: object) -> str:
    locale = _locale(habits)
    try:
        shown = form(*values, locale=locale, numbering_system=habits.digits)
    except UnsupportedNumberingSystemError:
        shown = form(*values, locale=locale)
    return in_digits(shown, habits.digits)


def _in_template(name: str, plain: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def run(names: Names, value: object, *args: object, **kwargs: object) -> str:
        if isinstance(value, Absent):
            value.refuse()
        try:
            return plain(names.parent[HABITS], value, *args, **kwargs)
        except TypeError as error:
            raise FilterRefused(
                f"the filter {name} is given more, fewer or other arguments than it takes",
                "Look it up in the table of filters.",
            ) from error

    return run


_PLAIN: Final[Mapping[str, Callable[..., str]]] = {
    "date": date_,
    "time": time_,
    "datetime": datetime_,
    "weekday": weekday,
    "number": number_,
    "percent": percent,
    "currency": currency,
    "list": list_,
    "plural": plural,
    "language_name": language_name,
    "country_name": country_name,
}
FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    name: _in_template(name, plain) for name, plain in _PLAIN.items()
}
"""Every filter a template may use, by name. They read the habits of the text from the template's names."""
