from urllib.parse import parse_qs, urlsplit

import pytest

from content.loader import load_campaign
from content.own_words import APPS, COMPOSERS, Fault, Mend, check_own_words, composer, tag_in
from tests.support.source import ROOT

CAMPAIGN = load_campaign(ROOT / "content" / "examples" / "white-balloons")
GOOD = "My grandmother kept a key of a house that she never saw again."


def faults(text: str, language: str = "en", apps: tuple[str, ...] = ("x",)) -> set[Fault]:
    return {mend.fault for mend in check_own_words(text, CAMPAIGN, language, apps)}


def test_a_sentence_of_her_own_with_the_tag_is_good() -> None:
    assert not check_own_words(f"{GOOD}\n#WhiteBalloons", CAMPAIGN, "en", APPS)


def test_a_sentence_in_arabic_with_its_own_tag_is_good() -> None:
    tag = tag_in(CAMPAIGN, "ar")
    assert tag != "#WhiteBalloons"
    assert not check_own_words(f"احتفظت جدتي بمفتاح بيت لم تره بعد ذلك أبدًا.\n{tag}", CAMPAIGN, "ar", APPS)


def test_a_missing_tag_is_said() -> None:
    assert faults(GOOD) == {Fault.TAG_MISSING}


@pytest.mark.parametrize(
    "written", ["#whiteballoons", "#White_Balloons", "#WhiteBaloons", "#WhіteBalloons"]
)
def test_another_spelling_is_shown_as_she_wrote_it(written: str) -> None:
    mends = check_own_words(f"{GOOD}\n{written}", CAMPAIGN, "en", ("x",))
    assert Mend(Fault.TAG_MISSPELT, written) in mends


def test_the_tag_twice_is_once_too_often() -> None:
    assert faults(f"{GOOD} #WhiteBalloons\n#WhiteBalloons") == {Fault.TAG_LOST}


def test_too_long_is_told_in_the_count_of_each_of_her_apps() -> None:
    long = " ".join(f"word{number}" for number in range(50)) + "\n#WhiteBalloons"
    mends = check_own_words(long, CAMPAIGN, "en", ("x", "bluesky", "whatsapp", "snapchat"))
    told = {mend.detail: mend.excess for mend in mends}
    assert set(told) == {"x", "bluesky", "snapchat"}
    assert told["x"] == told["bluesky"] + 20


def test_our_own_text_is_not_hers() -> None:
    ours = next(
        variant.source
        for prompt in CAMPAIGN.prompts
        for variant in prompt.variants
        if prompt.id == "day-1" and variant.language == "en"
    )
    assert Fault.OURS in faults(ours.replace("{{ claims.people }}", "9,000 people"), apps=())


def test_an_angle_of_ours_is_not_her_sentence() -> None:
    (angle, *_) = (angle["en"] for prompt in CAMPAIGN.prompts for angle in prompt.angles)
    assert Fault.OURS in faults(f"{angle}\n#WhiteBalloons")


def test_a_tag_alone_is_no_sentence() -> None:
    assert faults("#WhiteBalloons") == {Fault.TOO_SHORT}


@pytest.mark.parametrize("app", COMPOSERS)
def test_her_very_text_reaches_the_app(app: str) -> None:
    text = f"{GOOD} & more? 100% سلام\n#WhiteBalloons"
    url = urlsplit(composer(app, text))
    (given,) = (parse_qs(url.query) | parse_qs(url.fragment)).popitem()[1]
    assert given == text
    assert url.scheme == "https"


def test_apps_that_take_no_text_are_only_opened() -> None:
    assert composer("tiktok", GOOD) == "https://www.tiktok.com/"
