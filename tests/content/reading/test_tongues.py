from pathlib import Path

import pytest

from content.errors import Severity
from tests.support.folders import COMPLETE, brief, edited, problems_of

MESSAGE = "messages/launch/message.toml"
PROMPT = "prompts/first-step/prompt.toml"


@pytest.mark.parametrize(
    ("name", "old", "expected"),
    [
        ("campaign.toml", ', de = "Ballons"', "campaign.toml:2"),
        ("campaign.toml", ', de = "Petition unterschreiben"', "campaign.toml:9"),
        ("campaign.toml", ', de = "Die ersten hundert"', "campaign.toml:14"),
        ("campaign.toml", ', de = "Auftakt"', "campaign.toml:21"),
        ("cities.toml", ', de = "London"', "cities.toml:11"),
        (MESSAGE, ', de = "Rufen Sie das Amt an"', f"{MESSAGE}:3"),
        (MESSAGE, ', de = "Erzählen Sie es weiter"', f"{MESSAGE}:5"),
        (MESSAGE, ', de = "Ein weißer Ballon"', f"{MESSAGE}:10"),
        (PROMPT, ', de = "Es dauert eine Minute"', f"{PROMPT}:2"),
        ("action_days/rise.toml", ', de = "Die Ballons steigen"', "action_days/rise.toml:1"),
    ],
)
def test_a_line_that_is_not_said_in_a_language_is_a_problem(
    tmp_path: Path, name: str, old: str, expected: str
) -> None:
    (problem,) = problems_of(tmp_path, edited(name, old, "", base=COMPLETE), base=COMPLETE)
    assert brief([problem]) == [f"language-missing {expected}"]
    assert problem.what.endswith("is not said in: de")


def test_angles_are_said_in_every_language_and_ready_letters_in_any(tmp_path: Path) -> None:
    ready = '[[angles]]\nen = "A closed door"\n\n[[wordings]]\nen = "I live here."\n\n[ask]'
    changes = edited(PROMPT, "[ask]", ready, base=COMPLETE)
    (problem,) = problems_of(tmp_path, changes, base=COMPLETE)
    assert brief([problem]) == [f"language-missing {PROMPT}:4"]
    assert problem.what == '"angles.item 1" is not said in: de'


def test_an_angle_is_shorter_than_a_text(tmp_path: Path) -> None:
    long = f'angles = [{{en = "{"a" * 201}", de = "Eine Tür"}}]\n\n[ask]'
    (problem,) = problems_of(tmp_path, edited(PROMPT, "[ask]", long, base=COMPLETE), base=COMPLETE)
    assert problem.what == '"en" of item 1 of "angles" is longer than 200 characters'


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("targets.toml", ', de = "Auswärtiges Amt"'),
        ("claims.toml", ', de = "Viele werden vermisst"'),
        ("action_days/rise.toml", ', de = "Lasst sie steigen"'),
        ("campaign.toml", ', de = "Lasst sie steigen"'),
    ],
)
def test_claims_targets_and_slogans_may_have_fewer_languages(tmp_path: Path, name: str, old: str) -> None:
    assert problems_of(tmp_path, edited(name, old, "", base=COMPLETE), base=COMPLETE) == ()


def test_a_claim_in_no_language_is_a_problem(tmp_path: Path) -> None:
    changes = edited(
        "claims.toml", '{en = "Many are missing", de = "Viele werden vermisst"}', "{}", base=COMPLETE
    )
    assert brief(problems_of(tmp_path, changes, base=COMPLETE)) == ["language-missing claims.toml:3"]


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("campaign.toml", 'de = "Ballons"', 'de = "x", xx = "y"', 2),
        ("campaign.toml", 'languages = ["en", "de"]', 'languages = ["en", "xx"]', 6),
        ("campaign.toml", 'en = ["enemy"]', 'xx = ["enemy"]', 39),
        ("campaign.toml", 'de = "latn"', 'xx = "latn"', 42),
        ("cities.toml", 'languages = ["en"]', 'languages = ["en", "xx"]', 14),
    ],
)
def test_a_language_that_nobody_knows_is_a_problem(
    tmp_path: Path, name: str, old: str, new: str, line: int
) -> None:
    problems = problems_of(tmp_path, edited(name, old, new, base=COMPLETE), base=COMPLETE)
    assert f"language-unknown {name}:{line}" in brief(problems)


def test_missing_texts_are_one_problem_per_message_that_lists_them_all(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "messages/launch/de.md": None,
        "messages/launch/en.md": None,
        "messages/launch/en.mastodon.md": "x",
    }
    (problem,) = problems_of(tmp_path, changes, base=COMPLETE)
    assert brief([problem]) == ["variant-missing messages/launch"]
    assert problem.what == "there is no text for: en on telegram; de on mastodon, telegram"


def test_a_text_in_another_language_never_stands_in(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path, edited("campaign.toml", 'languages = ["en"]', 'languages = ["en", "tr"]')
    )
    assert [problem.what for problem in problems if problem.code == "variant-missing"] == [
        "there is no text for: tr on telegram"
    ]


def test_a_message_without_any_text_is_a_problem(tmp_path: Path) -> None:
    text = COMPLETE[MESSAGE]
    problems = problems_of(tmp_path, {"messages/later/message.toml": text}, base=COMPLETE)
    assert brief(problems) == ["variant-missing messages/later"]


def test_a_prompt_needs_a_text_in_each_language(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {"prompts/first-step/de.md": None}, base=COMPLETE)
    assert str(problem) == ("prompts/first-step: there is no text in: de. Write prompts/first-step/de.md.")


def test_a_text_in_a_language_that_the_campaign_does_not_have_is_a_warning(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, {"messages/launch/tr.md": "x"})
    warnings = [problem for problem in problems if problem.severity is Severity.WARNING]
    assert brief(warnings) == ["language-unused messages/launch/tr.md"]


def test_absurdly_many_languages_are_one_problem(tmp_path: Path) -> None:
    codes = ", ".join(f'"en-x{number:04}"' for number in range(2_000))
    changes = edited("campaign.toml", 'languages = ["en"]', f"languages = [{codes}]")
    assert brief(problems_of(tmp_path, changes)) == ["too-long campaign.toml:6"]


def test_a_slot_whose_place_is_broken_asks_for_no_texts(tmp_path: Path) -> None:
    changes = edited("slots.toml", 'channels = ["telegram"]', 'channels = "x"')
    assert [problem.code for problem in problems_of(tmp_path, changes)] == ["wrong-value"]
