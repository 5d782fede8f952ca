import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.errors import VariantMissing
from content.limits import LIMITS
from content.models import Ask, AskKind, Campaign, City, Effort, Goal, Hashtag, Message, Slot, Variant
from content.variants import (
    ANY_CHANNEL,
    CHANNELS,
    CoverageRow,
    NameFault,
    VariantName,
    choose,
    coverage,
    languages_of,
    parse_name,
)


def variant(name: str) -> Variant:
    parsed = parse_name(name)
    assert isinstance(parsed, VariantName)
    return Variant(
        language=parsed.language,
        channel=parsed.channel,
        audience=parsed.audience,
        source=name,
        file=f"messages/launch/{name}",
    )


def message(*names: str) -> Message:
    ask = Ask(kind=AskKind.SHARE, text={"en": "x"}, effort=Effort.LOW, next_step={"en": "y"})
    return Message(id="launch", ask=ask, variants=tuple(variant(name) for name in names))


def campaign(*slots: Slot, texts: tuple[str, ...] = (), cities: tuple[City, ...] = ()) -> Campaign:
    return Campaign.model_validate(
        {
            "id": "balloons",
            "title": {"en": "x"},
            "goal": Goal(text={"en": "x"}, number=1, unit="y"),
            "starts_on": "2026-09-01",
            "ends_on": "2026-09-30",
            "zone": "UTC",
            "languages": ("en", "de", "tr"),
            "hashtag": Hashtag(tags=("Balloons",)),
            "messages": (message(*texts),),
            "slots": slots,
            "cities": cities,
        }
    )


def slot(**keys: object) -> Slot:
    return Slot.model_validate({"id": "one", "message": "launch", **keys})


def city(name: str, *languages: str) -> City:
    return City(id=name, name={"en": name}, zone="UTC", territory="DE", languages=languages)


ALL = ("en.md", "en.students.md", "en.telegram.md", "en.telegram.students.md", "de.telegram.students.md")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("en.md", VariantName("en")),
        ("pt-BR.md", VariantName("pt-BR")),
        ("en.telegram.md", VariantName("en", "telegram")),
        ("en.students.md", VariantName("en", None, "students")),
        ("en.telegram.students.md", VariantName("en", "telegram", "students")),
    ],
)
def test_the_name_of_a_text_says_for_whom_it_is(name: str, expected: VariantName) -> None:
    assert parse_name(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "telegram.md",
        "EN.md",
        ".md",
        "en..md",
        "en.students.telegram.md",
        "en.telegram.mastodon.md",
        "en.a.b.md",
    ],
)
def test_any_other_name_is_a_fault_with_a_remedy(name: str) -> None:
    fault = parse_name(name)
    assert isinstance(fault, NameFault)
    assert fault.remedy.endswith(".")


@given(st.text(max_size=80))
def test_every_name_is_read_or_refused(name: str) -> None:
    assert isinstance(parse_name(f"{name}.md"), VariantName | NameFault)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (ALL, "en.telegram.students.md"),
        (("en.md", "en.students.md", "en.telegram.md"), "en.telegram.md"),
        (("en.md", "en.students.md", "en.mastodon.students.md"), "en.students.md"),
        (("en.md", "en.parents.md", "en.mastodon.md"), "en.md"),
    ],
)
def test_the_most_specific_text_wins(texts: tuple[str, ...], expected: str) -> None:
    chosen = choose(message(*texts), language="en", channel="telegram", audience="students")
    assert chosen.source == expected


def test_a_text_for_an_audience_is_not_for_everyone() -> None:
    assert choose(message(*ALL), language="en", channel="telegram").source == "en.telegram.md"
    assert choose(message(*ALL), language="en", channel="mastodon").source == "en.md"


def test_another_language_never_stands_in() -> None:
    with pytest.raises(VariantMissing, match=r"no text in tr for telegram. Write messages/launch/tr\.md"):
        choose(message(*ALL), language="tr", channel="telegram")
    with pytest.raises(VariantMissing, match="no text in de for telegram"):
        choose(message(*ALL), language="de", channel="telegram")


def test_the_matrix_shows_the_file_of_each_cell_and_the_empty_cells() -> None:
    rows = coverage(
        campaign(
            slot(channels=("telegram", "mastodon"), languages=("en", "de")),
            slot(id="two", channels=("x",), languages=("de",)),
            slot(id="three", channels=("telegram",), languages=("de",), audience="students"),
            texts=("en.md", "en.telegram.md", "de.telegram.students.md"),
        )
    )
    place = "messages/launch/"
    assert rows == (
        CoverageRow(
            "launch", "en", None, {"telegram": place + "en.telegram.md", "mastodon": place + "en.md"}
        ),
        CoverageRow("launch", "de", None, {"telegram": None, "mastodon": None, "x": None}),
        CoverageRow("launch", "de", "students", {"telegram": place + "de.telegram.students.md"}),
    )


def test_a_message_that_no_slot_sends_has_no_rows() -> None:
    assert coverage(campaign(slot(message="other", channels=("x",)), texts=("en.md",))) == ()


def test_a_slot_without_channels_needs_a_text_for_any() -> None:
    rows = coverage(campaign(slot(cities="all"), texts=("en.telegram.md",), cities=(city("berlin", "en"),)))
    assert rows == (CoverageRow("launch", "en", None, {ANY_CHANNEL: None}),)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"channels": ("x",)}, ("en", "de", "tr")),
        ({"channels": ("x",), "languages": ("tr",)}, ("tr",)),
        ({"accounts": ("news-en",)}, ()),
        ({"accounts": ("news-en",), "languages": ("en",)}, ("en",)),
        ({"cities": "all"}, ("de", "tr")),
        ({"cities": ("izmir",)}, ("tr",)),
    ],
)
def test_a_slot_needs_the_languages_of_the_places_it_reaches(
    keys: dict[str, object], expected: tuple[str, ...]
) -> None:
    cities = (city("berlin", "de", "pl"), city("izmir", "tr"))
    assert languages_of(slot(**keys), campaign(cities=cities)) == expected


def test_the_channels_of_texts_and_slots_are_those_with_limits() -> None:
    assert set(CHANNELS) == set(LIMITS)
    assert "rehearsal" not in CHANNELS
