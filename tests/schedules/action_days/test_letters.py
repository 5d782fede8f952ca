from content.loader import load_campaign
from content.models import DayCity, Message, StepKind, Variant
from schedules.action_days.letters import Letters
from tests.schedules.action_days.days import day_at, step, with_day
from tests.schedules.planning.factories import city, message, wall
from tests.support.source import ROOT

BERLIN = city("berlin", "Europe/Berlin")


def said(source: str, *others: Variant) -> Message:
    own = Variant(language="en", channel=None, audience=None, source=source, file="messages/launch/en.md")
    return message().model_copy(update={"variants": (own, *others)})


def test_a_letter_tells_the_local_hour_and_the_name_of_its_city() -> None:
    post = step("now", 0, StepKind.POST, channels=("telegram",), cities="all")
    day = day_at(wall("2026-09-05 18:00"), step("soon", -2), post)
    text = said("{{ city.name }}, {{ at | time }}\n\n{{ hashtag }}")
    letters = Letters(with_day(day, BERLIN, city("tokyo", "Asia/Tokyo"), messages=(text,)))
    found = {letter.city.id: str(letter.rendered.text) for letter in letters.all()}
    assert found.keys() == {"berlin", "tokyo"}
    assert {letter.step.id for letter in letters.all()} == {"soon"}
    assert all("4:00" in text for text in found.values())
    assert "tokyo" in found["tokyo"]
    assert letters.problems == ()


def test_a_city_may_have_words_of_its_own_and_other_languages_on_the_day() -> None:
    own = Variant(
        language="tr",
        channel=None,
        audience="berlin",
        source="Selam #WhiteBalloons",
        file="messages/x/tr.md",
    )
    entries = (DayCity(id="berlin", languages=("tr", "en")),)
    day = day_at(wall("2026-09-05 18:00"), step("soon", -2)).model_copy(update={"cities": entries})
    letters = Letters(with_day(day, BERLIN, messages=(said("Hello #WhiteBalloons", own),)))
    assert [letter.language for letter in letters.all()] == ["tr", "en"]


def test_a_text_that_is_missing_or_broken_is_told_and_the_others_are_made() -> None:
    entries = (DayCity(id="berlin", languages=("tr", "en")),)
    day = day_at(wall("2026-09-05 18:00"), step("soon", -2)).model_copy(update={"cities": entries})
    letters = Letters(with_day(day, BERLIN, messages=(said("Hello #WhiteBalloons"),)))
    assert len(list(letters.all())) == 1
    assert [problem.code for problem in letters.problems] == ["variant-missing"]


def test_a_text_too_long_for_one_message_is_told() -> None:
    day = day_at(wall("2026-09-05 18:00"), step("soon", -2))
    letters = Letters(with_day(day, BERLIN, messages=(said("x" * 5000),)))
    assert len(list(letters.all())) == 1
    assert [problem.code for problem in letters.problems] == ["over-limit"]


def test_the_example_writes_to_every_city_in_each_of_its_languages() -> None:
    campaign = load_campaign(ROOT / "content/examples/white-balloons")
    letters = Letters(campaign)
    found = list(letters.all())
    assert letters.problems == ()
    assert {letter.city.id for letter in found} == {city.id for city in campaign.cities}
    assert {letter.language for letter in found} == set(campaign.languages)
    everywhere = [letter for letter in found if letter.step.id == "come"]
    assert len(everywhere) == sum(len(city.languages) for city in campaign.cities)
