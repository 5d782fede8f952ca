"""What is frozen with a post, and what its digest covers."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.errors import Problem, Severity
from content.loader import load_campaign
from content.richtext import from_json, plain
from schedules.planning.destinations import AccountView
from schedules.planning.drafts import Draft, Drafter, digest_of
from schedules.planning.occurrences import occurrences
from tests.support.folders import MINIMAL, edited, picture, write_campaign
from tests.support.videos import film

SEEN: dict[str, Any] = {
    "account": "chat-en",
    "language": "en",
    "when": "2026-09-05T12:00:00",
    "zone": "Europe/Berlin",
    "pinned": False,
    "body": {"text": [["words"]], "warning": None, "media": [], "options": {}},
}
CHAT = AccountView("chat-en", "telegram", "en")
POST_ON_X = AccountView("x-en", "x", "en")
IN_PICTURE = '\n[[media]]\nfile = "balloon.png"\nalt = {en = "A white balloon"}\n'


def _drafts(
    root: Path, changes: Mapping[str, str | bytes | None] | None = None, *accounts: AccountView
) -> tuple[list[Draft], tuple[Problem, ...]]:
    campaign = load_campaign(write_campaign(root, changes))
    drafter = Drafter(campaign)
    drafts = list(drafter.drafts(occurrences(campaign, accounts or (CHAT,))))
    return drafts, drafter.problems


def _one(root: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Draft:
    (draft,), _ = _drafts(root, changes)
    return draft


def test_a_draft_holds_the_text_as_it_will_appear(tmp_path: Path) -> None:
    draft = _one(tmp_path)
    assert plain(from_json(draft.body["text"])).splitlines()[0] == "White balloons for the missing."
    assert {name: draft.body[name] for name in ("warning", "media", "options")} == {
        "warning": None,
        "media": [],
        "options": {},
    }
    assert draft.expires_at - draft.occurrence.due_at == draft.occurrence.late_by


def test_the_same_folder_gives_the_same_digest(tmp_path: Path) -> None:
    assert _one(tmp_path / "a").digest == _one(tmp_path / "b").digest


@pytest.mark.parametrize(
    "changes",
    [
        {"messages/launch/en.md": "Other words.\n\n#WhiteBalloons\n"},
        edited("slots.toml", "12:00:00", "12:01:00"),
        edited("slots.toml", "12:00:00\n", '12:00:00\nzone = "Europe/Paris"\n'),
        edited("slots.toml", "12:00:00\n", "12:00:00\npin = true\n"),
        edited("slots.toml", "12:00:00\n", "12:00:00\nsilent = true\n"),
        {
            "messages/launch/message.toml": str(MINIMAL["messages/launch/message.toml"]) + IN_PICTURE,
            "media/balloon.png": picture(),
        },
    ],
    ids=["text", "time", "zone", "pin", "silent", "picture"],
)
def test_whatever_an_approver_sees_changes_the_digest(
    tmp_path: Path, changes: Mapping[str, str | bytes | None]
) -> None:
    assert _one(tmp_path / "a", changes).digest != _one(tmp_path / "b").digest


def test_a_late_policy_is_not_part_of_what_is_seen(tmp_path: Path) -> None:
    later = edited("slots.toml", "12:00:00\n", '12:00:00\nlate_by = "3h"\n')
    assert _one(tmp_path / "a", later).digest == _one(tmp_path / "b").digest


def test_an_instant_is_what_is_approved_where_a_slot_asks_for_one(tmp_path: Path) -> None:
    instant = _one(tmp_path / "a", edited("slots.toml", "12:00:00", "10:00:00Z"))
    wall = _one(tmp_path / "b")
    assert instant.occurrence.fixed
    assert instant.occurrence.due_at == wall.occurrence.due_at
    assert instant.digest != wall.digest


def test_a_picture_is_named_by_the_bytes_that_go_out(tmp_path: Path) -> None:
    changes: Mapping[str, str | bytes | None] = {
        "messages/launch/message.toml": str(MINIMAL["messages/launch/message.toml"]) + IN_PICTURE,
        "media/balloon.png": picture(),
    }
    draft = _one(tmp_path, changes)
    (item,) = draft.body["media"]
    assert (item["file"], item["alt"], item["sensitive"]) == ("balloon.png", "A white balloon", False)
    assert [item["sha256"]] == [frozen.sha256 for frozen in draft.media]
    assert (item["width"], item["height"]) == (8, 8)


def test_each_platform_is_shown_the_picture_that_it_gets(tmp_path: Path) -> None:
    changes: Mapping[str, str | bytes | None] = {
        "messages/launch/message.toml": str(MINIMAL["messages/launch/message.toml"]) + IN_PICTURE,
        "media/balloon.png": picture("PNG", (2_000, 2_000)),
        "slots.toml": str(MINIMAL["slots.toml"]).replace('["telegram"]', '["telegram", "instagram"]'),
    }
    on_instagram = AccountView("page-en", "instagram", "en")
    drafts, problems = _drafts(tmp_path, changes, CHAT, on_instagram)
    found = {draft.occurrence.channel: draft.media[0] for draft in drafts}
    assert problems == ()
    assert (found["telegram"].mime, found["telegram"].width) == ("image/png", 2_000)
    assert (found["instagram"].mime, found["instagram"].width) == ("image/jpeg", 1_440)
    assert {draft.body["media"][0]["source"] for draft in drafts} == {found["telegram"].source}


def test_what_cannot_be_drawn_is_a_problem_and_the_rest_goes_on(tmp_path: Path) -> None:
    slots = str(MINIMAL["slots.toml"])
    broken = {
        "slots.toml": slots + slots.replace('id = "launch-telegram"', 'id = "two"').replace("-05T", "-06T"),
        "messages/launch/en.md": "{% if campaign.ends_on > 3 %}x{% endif %}\n\n#WhiteBalloons\n",
    }
    drafts, problems = _drafts(tmp_path, broken)
    assert drafts == []
    assert [(problem.code, problem.where) for problem in problems] == [
        ("template-broken", "messages/launch/en.md")
    ]


def test_a_missing_text_says_which_and_what_to_do(tmp_path: Path) -> None:
    french = AccountView("chat-fr", "telegram", "fr")
    campaign = load_campaign(write_campaign(tmp_path)).model_copy(update={"languages": ("en", "fr")})
    drafter = Drafter(campaign)
    assert len(list(drafter.drafts(occurrences(campaign, (CHAT, french))))) == 1
    (problem,) = drafter.problems
    assert problem.code == "variant-missing"
    assert (problem.where, problem.what) == ("messages/launch", "there is no text in fr for telegram")


def test_a_wish_that_a_channel_cannot_fulfil_is_a_warning_and_left_out(tmp_path: Path) -> None:
    wishes = edited("slots.toml", "12:00:00\n", "12:00:00\npin = true\nsilent = true\n")
    wishes = {"slots.toml": str(wishes["slots.toml"]).replace('["telegram"]', '["x"]')}
    (draft,), problems = _drafts(tmp_path, wishes, POST_ON_X)
    assert (draft.pinned, draft.body["options"]) == (False, {})
    assert [problem.code for problem in problems] == ["cannot-pin", "cannot-silent"]


def test_problems_are_told_once_for_a_hundred_occurrences(tmp_path: Path) -> None:
    daily = edited(
        "slots.toml",
        "at = 2026-09-05T12:00:00",
        "daily_at = 12:00:00\nfirst_on = 2026-09-01\nlast_on = 2026-09-30\npin = true",
    )
    on_x = {"slots.toml": str(daily["slots.toml"]).replace('["telegram"]', '["x"]')}
    drafts, problems = _drafts(tmp_path, on_x, POST_ON_X)
    assert (len(drafts), [problem.code for problem in problems]) == (30, ["cannot-pin"])


@pytest.mark.parametrize("field", sorted(SEEN))
def test_every_field_of_a_digest_counts(field: str) -> None:
    other: dict[str, Any] = {"pinned": True, "body": {**SEEN["body"], "warning": "Wounds"}}
    assert digest_of(**SEEN) != digest_of(**{**SEEN, field: other.get(field, "other")})


@given(st.dictionaries(st.text(), st.recursive(st.text() | st.none(), st.lists, max_leaves=5)))
def test_a_digest_survives_the_database(body: dict[str, Any]) -> None:
    stored = json.loads(json.dumps(body))
    assert digest_of(**{**SEEN, "body": stored}) == digest_of(**{**SEEN, "body": body})


THREAD = "One.\n\n#WhiteBalloons\n\n---\n\nTwo.\n\n---\n\nThree.\n"


def _thread(root: Path, text: str = THREAD) -> Draft:
    slots = str(MINIMAL["slots.toml"]).replace('["telegram"]', '["x"]')
    (draft,), problems = _drafts(root, {"slots.toml": slots, "messages/launch/en.md": text}, POST_ON_X)
    assert problems == ()
    return draft


def test_a_thread_is_frozen_part_by_part(tmp_path: Path) -> None:
    body = _thread(tmp_path).body
    assert plain(from_json(body["text"])) == "One.\n\n#WhiteBalloons"
    assert [plain(from_json(part)) for part in body["thread"]] == ["Two.", "Three."]


def test_a_post_without_later_parts_says_nothing_of_threads(tmp_path: Path) -> None:
    draft = _one(tmp_path, {"messages/launch/en.md": THREAD})
    assert set(draft.body) == {"text", "warning", "media", "options"}
    assert draft.followers == {}


def test_each_part_waits_for_the_one_before_and_a_pin_for_the_first(tmp_path: Path) -> None:
    draft = replace(_thread(tmp_path), pinned=True)
    assert draft.followers == {"pin": "publish", "part-2": "publish", "part-3": "part-2"}


def test_another_later_part_is_another_digest(tmp_path: Path) -> None:
    other = _thread(tmp_path / "b", THREAD.replace("Three", "Four"))
    assert _thread(tmp_path / "a").digest != other.digest


def _filmed(ffmpeg: Path, root: Path, *channels: str) -> dict[str, str | bytes | None]:
    root.mkdir(exist_ok=True)
    return {
        "messages/launch/message.toml": str(MINIMAL["messages/launch/message.toml"])
        + IN_PICTURE.replace("balloon.png", "balloon.mov"),
        "media/balloon.mov": film(ffmpeg, root / "film.mov").read_bytes(),
        "slots.toml": str(MINIMAL["slots.toml"]).replace(
            '["telegram"]', str(list(channels)).replace("'", '"')
        ),
    }


def test_a_video_is_named_by_the_bytes_that_go_out(ffmpeg: Path, tmp_path: Path) -> None:
    drafts, problems = _drafts(tmp_path / "a", _filmed(ffmpeg, tmp_path, "telegram", "x"), CHAT, POST_ON_X)
    assert problems == ()
    telegram, x = (draft.body["media"][0] for draft in drafts)
    assert telegram == x
    assert (telegram["width"], telegram["height"], telegram["file"]) == (160, 120, "balloon.mov")
    assert telegram["seconds"] == pytest.approx(1, abs=0.1)
    assert telegram["sha256"] == hashlib.sha256(drafts[0].media[0].data).hexdigest()


def test_a_platform_without_video_is_a_problem_before_anybody_approves(
    ffmpeg: Path, tmp_path: Path
) -> None:
    feed = AccountView("feed-en", "feed", "en")
    drafts, problems = _drafts(tmp_path / "a", _filmed(ffmpeg, tmp_path, "feed"), feed)
    assert drafts == []
    assert [problem.code for problem in problems] == ["video-not-taken"]


def test_without_ffmpeg_a_video_is_a_problem(
    ffmpeg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = _filmed(ffmpeg, tmp_path, "telegram")
    monkeypatch.setenv("PATH", "")
    _, problems = _drafts(tmp_path / "a", changes)
    assert [problem.code for problem in problems] == ["ffmpeg-missing"]


def test_a_reply_is_frozen_with_what_it_answers_and_only_x_can(tmp_path: Path) -> None:
    address = "https://x.com/ministry/status/17"
    named = edited("slots.toml", "12:00:00\n", f'12:00:00\naccounts = ["x-en"]\nreply_to = "{address}"\n')
    wish = {"slots.toml": str(named["slots.toml"]).replace('channels = ["telegram"]\n', "")}
    (draft,), problems = _drafts(tmp_path / "x", wish, POST_ON_X)
    assert (draft.body["options"], problems) == ({"reply_to": address}, ())
    _, problems = _drafts(tmp_path / "telegram", wish, AccountView("x-en", "telegram", "en"))
    assert [(each.code, each.severity) for each in problems] == [("cannot-reply", Severity.ERROR)]
