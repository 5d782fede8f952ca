"""The example campaign is documentation, demo and test at once: it must pass every rule of its own."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
import regex
from PIL import Image

from content.crowds import SAMPLE, Crowd
from content.hashtags import check_hashtag
from content.languages import in_digits
from content.limits import LIMITS
from content.loader import read_campaign
from content.models import (
    ActionDay,
    Campaign,
    City,
    Effort,
    Level,
    Message,
    Risk,
    Slot,
    Step,
    StepKind,
    Variant,
)
from content.rendering import RenderedMessage, context_for, render
from content.review import Candidate, check, check_similarity, review_campaign
from content.richtext import SpanKind, plain
from content.variants import choose

FOLDER: Final = Path(str(files("content"))) / "examples" / "white-balloons"
LANGUAGES: Final = ("ar", "en", "fr", "de", "tr")
TAGS: Final = {"ar": "#بالونات_بيضاء"}
EFFORTS: Final = tuple(Effort)
RESERVED_PHONES: Final = ("+49 30 23125 ", "+33 1 99 00 ", "+44 20 7946 0", "+1 202 555 01")


@dataclass(frozen=True)
class Post:
    """One text as one account would publish it."""

    slot: Slot
    message: Message
    variant: Variant
    channel: str
    account: str
    on: date
    rendered: RenderedMessage


@cache
def campaign() -> Campaign:
    loaded, problems = read_campaign(FOLDER)
    assert [str(problem) for problem in problems] == []
    assert loaded is not None
    return loaded


@cache
def posts() -> tuple[Post, ...]:
    later = {slot.id for day in campaign().action_days for slot in day.round_ups}
    slots = [slot for slot in campaign().planned_slots if slot.id not in later]
    return tuple(post for slot in slots for post in posts_of(slot))


def posts_of(slot: Slot) -> Iterator[Post]:
    message = next(message for message in campaign().messages if message.id == slot.message)
    for moment in moments(slot):
        for channel in slot.channels:
            for language, city in destinations(slot):
                variant = choose(message, language=language, channel=channel, audience=city)
                context = context_for(
                    campaign(), message, language=language, channel=channel, city=city, local_at=moment
                )
                account = f"{channel}-{city or language}"
                rendered = render(variant, context)
                yield Post(slot, message, variant, channel, account, moment.date(), rendered)


def destinations(slot: Slot) -> Iterator[tuple[str, str | None]]:
    if slot.cities:
        yield from ((city.languages[0], city.id) for city in open_cities())
    else:
        yield from ((language, None) for language in slot.languages or campaign().languages)


def moments(slot: Slot) -> Iterator[datetime]:
    if slot.daily_at is None:
        yield anchor(slot)
        return
    assert slot.first_on is not None
    assert slot.last_on is not None
    for days in range((slot.last_on - slot.first_on).days + 1):
        yield datetime.combine(slot.first_on + timedelta(days), slot.daily_at)


def anchor(part: Slot | ActionDay) -> datetime:
    if part.at is not None:
        return part.at
    assert isinstance(part, Slot)
    assert part.offset is not None
    named: dict[str, Slot | ActionDay] = {slot.id: slot for slot in campaign().slots}
    named |= {day.id: day for day in campaign().action_days}
    return anchor(named[part.relative_to or ""]) + part.offset


def open_cities() -> list[City]:
    return [city for city in campaign().cities if city.risk is Risk.OPEN]


def prompt_texts() -> Iterator[RenderedMessage]:
    for prompt in campaign().prompts:
        message = Message(id=prompt.id, ask=prompt.ask, variants=prompt.variants)
        for variant in prompt.variants:
            language = variant.language
            yield render(variant, context_for(campaign(), message, language=language, channel="telegram"))


def all_texts() -> list[RenderedMessage]:
    return [*(post.rendered for post in posts()), *prompt_texts(), *step_texts()]


def steps() -> list[Step]:
    return list(campaign().action_days[0].steps)


def said_on_the_day() -> set[str]:
    """The messages of its steps, and of what tells of changes."""
    told = (step for _, step in campaign().action_days[0].change_steps)
    return {step.message for step in (*steps(), *told) if step.message}


def step_texts() -> Iterator[RenderedMessage]:
    """What an action day writes to people, and what it tells of its numbers."""
    for message in campaign().messages:
        for variant in message.variants if message.id in said_on_the_day() else ():
            yield told(message, variant, SAMPLE)


def told(message: Message, variant: Variant, crowd: Crowd) -> RenderedMessage:
    context = context_for(campaign(), message, language=variant.language, channel="telegram", crowd=crowd)
    return render(variant, context)


def release() -> datetime:
    return campaign().action_days[0].at


def test_the_example_loads_without_a_problem_or_a_warning() -> None:
    assert campaign().id == "white-balloons"


def test_it_speaks_five_languages_under_one_tag_in_two_scripts() -> None:
    assert campaign().languages == LANGUAGES
    assert campaign().hashtag.tags == ("WhiteBalloons", "بالونات_بيضاء")
    assert check_hashtag(campaign().hashtag, tuple(LIMITS)) == ()


def test_it_has_eighteen_cities_of_which_two_are_guarded() -> None:
    cities = campaign().cities
    assert len({city.id for city in cities}) == len(cities) == 18
    assert {city.id for city in cities if city.risk is Risk.GUARDED} == {"aleppo", "cairo"}


def test_its_cities_lie_on_six_continents() -> None:
    regions = {city.zone.partition("/")[0] for city in campaign().cities}
    assert regions == {"Africa", "America", "Asia", "Australia", "Europe"}
    assert any(city.territory == "BR" for city in campaign().cities)


def test_seven_daily_prompts_ask_for_more_and_more() -> None:
    prompts = sorted(campaign().daily, key=lambda prompt: prompt.day)
    efforts = [EFFORTS.index(prompt.ask.effort) for prompt in prompts]
    assert [prompt.day for prompt in prompts] == [1, 2, 3, 3, 4, 5, 6, 6, 7]
    assert efforts == sorted(efforts)
    assert set(efforts) == {0, 1, 2}
    assert all({text.language for text in prompt.variants} == set(LANGUAGES) for prompt in prompts)


def test_own_words_begin_from_angles_and_some_prompts_train() -> None:
    assert {prompt.id for prompt in campaign().daily if prompt.angles} == {"day-3", "day-4"}
    assert [prompt.id for prompt in campaign().training] == ["training-1", "training-2"]


def test_on_days_with_a_public_prompt_there_is_one_that_nobody_sees() -> None:
    levels: dict[int, set[Level]] = {}
    for prompt in campaign().daily:
        levels.setdefault(prompt.day, set()).add(prompt.level)
    assert {day for day, found in levels.items() if Level.PUBLIC in found} == {3, 6}
    assert all(Level.NOBODY in found for found in levels.values() if Level.PUBLIC in found)


def test_messages_ask_for_low_medium_and_high_effort_and_one_is_uniform() -> None:
    assert {message.ask.effort for message in campaign().messages} == set(Effort)
    assert [message.id for message in campaign().messages if message.general] == ["announce"]


def test_the_harder_ask_comes_after_the_action_day() -> None:
    after = [slot for slot in campaign().slots if slot.at and slot.at.date() > release().date()]
    efforts = {
        message.ask.effort
        for message in campaign().messages
        for slot in after
        if slot.message == message.id
    }
    assert Effort.HIGH in efforts


def test_every_message_is_sent_and_every_kind_of_time_is_shown() -> None:
    slots = campaign().slots
    days = {day.id for day in campaign().action_days}
    sent = {slot.message for slot in slots} | said_on_the_day()
    assert sent == {message.id for message in campaign().messages}
    assert any(slot.at and slot.at.tzinfo for slot in slots)
    assert any(slot.at and not slot.at.tzinfo and slot.zone for slot in slots)
    assert any(slot.at and not slot.at.tzinfo and slot.cities == "all" for slot in slots)
    assert any(slot.daily_at for slot in slots)
    assert {slot.relative_to in days for slot in slots if slot.relative_to} == {True, False}


def test_the_plan_has_as_many_posts_as_its_readme_says() -> None:
    assert f"publish {len(posts())} posts" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert 150 <= len(posts()) <= 400
    assert Counter(post.channel for post in posts()).keys() == {
        "x", "mastodon", "bluesky", "facebook", "instagram", "threads", "telegram", "mail", "feed",
        "tiktok", "whatsapp", "youtube", "snapchat",
    }  # fmt: skip


def test_every_text_is_used() -> None:
    used = {post.variant.file for post in posts()} | {text.file for text in step_texts()}
    written = {text.file for message in campaign().messages for text in message.variants}
    spare = {
        f"messages/{message}/{language}.md" for message in ("eve", "city-thanks") for language in LANGUAGES
    }
    tailored = {f"messages/release/{language}.md" for language in LANGUAGES}
    assert written - used == spare
    assert tailored <= used


def test_every_text_carries_its_tag_once_on_the_last_line() -> None:
    texts = all_texts()
    assert len(texts) > 300
    for text in texts:
        spans = [span for paragraph in text.text.paragraphs for span in paragraph.spans]
        tags = [span.text for span in spans if span.kind is SpanKind.HASHTAG]
        expected = TAGS.get(text.language, "#WhiteBalloons")
        assert tags == [expected], text.file
        assert plain(text.text).splitlines()[-1] == expected, text.file


def test_some_texts_go_on_as_a_thread_also_from_right_to_left() -> None:
    threads = [(post.account, len(post.rendered.more)) for post in posts() if post.rendered.more]
    assert threads == [("x-ar", 2), ("x-en", 2), ("bluesky-en", 1)]


def test_every_text_passes_the_review() -> None:
    problems = review_campaign(campaign(), all_texts(), on=campaign().ends_on)
    assert [str(problem) for problem in problems] == []


def test_every_text_is_within_the_limits_of_its_platform() -> None:
    problems = {problem for post in posts() for problem in check(post.rendered, LIMITS[post.channel])}
    assert sorted(str(problem) for problem in problems) == []


def test_arabic_texts_keep_to_one_kind_of_digits() -> None:
    for text in all_texts():
        words = regex.sub(r"https?://\S+|\+[\d ]+", "", plain(text.whole))
        assert text.language != "ar" or not regex.search("[0-9]", words), text.file


def test_no_two_accounts_of_a_platform_say_nearly_the_same() -> None:
    candidates = [
        Candidate(post.variant.file, post.channel, post.account, post.on, plain(post.rendered.whole))
        for post in posts()
    ]
    problems = check_similarity(candidates, similar_days=campaign().review.similar_days)
    assert [str(problem) for problem in problems] == []


def test_every_open_city_has_words_of_its_own_and_guarded_ones_have_none() -> None:
    for name in ("eve", "city-thanks"):
        message = next(message for message in campaign().messages if message.id == name)
        own = Counter(text.audience for text in message.variants if text.audience)
        assert own == Counter(city.id for city in open_cities())


@pytest.mark.parametrize("city", open_cities(), ids=lambda city: city.id)
def test_the_evening_before_names_the_local_hour_of_the_release(city: City) -> None:
    post = next(post for post in posts() if post.slot.id == "eve" and post.account == f"telegram-{city.id}")
    bold = [span.text for part in post.rendered.text.paragraphs for span in part.spans if span.bold]
    assert bold[0].strip().startswith(hour(release().astimezone(ZoneInfo(city.zone)), city.languages[0]))


def hour(local: datetime, language: str) -> str:
    match language:
        case "de":
            return f"{local:%-H} Uhr"
        case "fr":
            return f"{local:%-H}\N{NO-BREAK SPACE}h"
        case "tr":
            return f"{local:%H.%M}"
        case "ar":
            return in_digits(f"{local:%H:%M}", "arab")
    return f"{local:%-I} noon" if local.hour == 12 else f"{local:%-I} {local:%p}".lower()


def test_the_release_falls_between_the_american_and_the_european_clock_change() -> None:
    at = release()
    london, new_york = (at.astimezone(ZoneInfo(zone)) for zone in ("Europe/London", "America/New_York"))
    assert at.tzinfo is not None
    assert at.weekday() == 5
    assert at.astimezone(UTC) == datetime(2027, 3, 20, 12, tzinfo=UTC)
    assert (london.utcoffset(), new_york.utcoffset()) == (timedelta(0), timedelta(hours=-4))


def test_the_action_day_goes_from_a_week_before_to_two_days_after() -> None:
    offsets = [step.offset for step in steps()]
    assert offsets == sorted(offsets)
    assert (offsets[0], offsets[-1]) == (timedelta(days=-7), timedelta(hours=48))
    assert {step.kind for step in steps()} == set(StepKind)


def test_no_place_is_told_in_a_guarded_city() -> None:
    guarded = [city.id for city in campaign().cities if city.risk is Risk.GUARDED]
    telling = [step for step in steps() if step.tells_place]
    assert [step.id for step in telling] == ["where"]
    assert not any(step.includes(city) for step in telling for city in guarded)


ABOUT: Final[Mapping[str, Mapping[int, str]]] = {
    "ar": {
        0: "٠ شخص", 1: "نحو شخص واحد", 2: "نحو شخصين", 3: "نحو ٣ أشخاص", 11: "نحو ١١ شخصًا", 100: "نحو ١٠٠ شخص",
        1_049: "نحو ١٬٠٠٠ شخص", 3_184: "نحو ٣٬٢٠٠ شخص",
    },
    "en": {
        0: "about 0 people", 1: "about 1 person", 2: "about 2 people", 3: "about 3 people", 11: "about 11 people",
        100: "about 100 people", 1_049: "about 1,000 people", 3_184: "about 3,200 people",
    },
    "fr": {
        0: "environ 0 personne", 1: "environ 1 personne", 2: "environ 2 personnes", 3: "environ 3 personnes",
        11: "environ 11 personnes", 100: "environ 100 personnes", 1_049: "environ 1\u202f000 personnes",
        3_184: "environ 3\u202f200 personnes",
    },
    "de": {
        0: "rund 0 Menschen", 1: "rund 1 Mensch", 2: "rund 2 Menschen", 3: "rund 3 Menschen", 11: "rund 11 Menschen",
        100: "rund 100 Menschen", 1_049: "rund 1.000 Menschen", 3_184: "rund 3.200 Menschen",
    },
    "tr": {
        0: "yaklaşık 0 kişi", 1: "yaklaşık 1 kişi", 2: "yaklaşık 2 kişi", 3: "yaklaşık 3 kişi", 11: "yaklaşık 11 kişi",
        100: "yaklaşık 100 kişi", 1_049: "yaklaşık 1.000 kişi", 3_184: "yaklaşık 3.200 kişi",
    },
}  # fmt: skip
CITIES: Final = {
    "ar": "١٤ من أصل ١٥ مدينة",
    "en": "14 of 15 cities",
    "fr": "14 villes sur 15",
    "de": "14 von 15 Städten",
    "tr": "15 şehirden 14 şehir",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_round_up_says_its_numbers_in_the_plural_forms_and_digits_of_each_language(
    language: str,
) -> None:
    message = next(each for each in campaign().messages if each.id == "first-count")
    variant = choose(message, language=language, channel="telegram")
    for people, said in ABOUT[language].items():
        first = plain(told(message, variant, Crowd(people, 14, 15)).text).splitlines()[0]
        assert f" {said} (" in first
        assert first.endswith(f"{CITIES[language]}.")


def test_what_people_are_written_fits_into_one_message() -> None:
    problems = {problem for text in step_texts() for problem in check(text, LIMITS["telegram"])}
    assert sorted(str(problem) for problem in problems) == []


def test_every_claim_names_an_example_source_or_the_law_and_outlives_the_campaign() -> None:
    claims = {claim.id: claim for claim in campaign().claims}
    assert claims.keys() == {"people", "trucks", "clinic", "law"}
    assert all(
        claim.source.startswith("Example source: ") for claim in claims.values() if claim.id != "law"
    )
    assert all(claim.review_by > campaign().ends_on for claim in claims.values())


def test_addresses_and_numbers_are_those_reserved_for_examples() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.*") if is_text(path))
    hosts = set(regex.findall(r"https?://([^/\s\"]+)|@([a-z.]+\.[a-z]+)", written))
    assert {(host or mail).removesuffix("example.org") for host, mail in hosts} <= {
        "", "de.", "fr.", "gb.", "us.", "tr.", "un."
    }  # fmt: skip
    phones = regex.findall(r"\+\d[\d ]{6,}", written)
    assert phones
    assert all(phone.startswith(RESERVED_PHONES) for phone in phones)


def is_text(path: Path) -> bool:
    return path.suffix in {".toml", ".md"}


def test_pictures_are_small_and_carry_no_metadata() -> None:
    pictures = sorted((FOLDER / "media").iterdir())
    assert [path.name for path in pictures] == ["balloons-at-dawn.jpg", "one-on-a-ribbon.png"]
    for path in pictures:
        assert path.stat().st_size < 100_000
        with Image.open(path) as picture:
            assert not picture.getexif()
            assert not {"comment", "exif", "xmp", "icc_profile"} & picture.info.keys()
