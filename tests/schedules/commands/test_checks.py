from datetime import UTC, datetime
from pathlib import Path

from content.loader import read_campaign
from schedules.commands.checks import ANYWHERE, check_folder, first_drafts, invented_accounts
from tests.support.folders import COMPLETE, edited, write_campaign

TODAY = datetime(2026, 9, 1, tzinfo=UTC)
SLOT = '[[slots]]\nid = "{id}"\nmessage = "launch"\n{place}\nat = 2026-09-05T12:00:00\n'
LONG = f"{'Balloons. ' * 500}\n\n#WhiteBalloons\n"


def codes(folder: Path, now: datetime = TODAY) -> set[str]:
    return {problem.code for problem in check_folder(folder, now).problems}


def names(folder: Path) -> list[str]:
    campaign, problems = read_campaign(folder)
    assert campaign is not None, problems
    return [account.name for account in invented_accounts(campaign)]


def test_a_sound_folder_has_no_errors_and_a_matrix(tmp_path: Path) -> None:
    report = check_folder(write_campaign(tmp_path, base=COMPLETE), TODAY)
    assert report.campaign is not None
    assert [problem for problem in report.problems if problem.severity == "error"] == []
    assert {row.message for row in report.coverage} == {"launch"}


def test_a_folder_that_cannot_be_read_has_its_problems_alone(tmp_path: Path) -> None:
    report = check_folder(write_campaign(tmp_path, {"campaign.toml": "id ="}), TODAY)
    assert (report.campaign, report.coverage) == (None, ())
    assert report.problems


def test_a_text_is_measured_by_the_channels_that_slots_use(tmp_path: Path) -> None:
    long_text = {"messages/launch/en.md": LONG}
    assert "over-limit" in codes(write_campaign(tmp_path / "telegram", long_text))
    feed = {**long_text, "slots.toml": SLOT.format(id="a", place='channels = ["feed"]')}
    assert "over-limit" not in codes(write_campaign(tmp_path / "feed", feed))


def test_an_account_that_is_only_named_has_no_limit_of_length(tmp_path: Path) -> None:
    changes = {
        "messages/launch/en.md": LONG,
        "slots.toml": SLOT.format(id="a", place='accounts = ["press"]'),
    }
    folder = write_campaign(tmp_path, changes)
    assert names(folder) == ["press"]
    assert "over-limit" not in codes(folder)
    broken = {**changes, "messages/launch/en.md": "Without a tag.\n"}
    assert "tag-missing" in codes(write_campaign(tmp_path / "broken", broken))


def test_claims_are_judged_by_the_date_of_the_check(tmp_path: Path) -> None:
    text = {"messages/launch/en.md": "{{ claims.missing }}.\n\n#WhiteBalloons\n"}
    folder = write_campaign(tmp_path, text, base=COMPLETE)
    assert "claim-expired" not in codes(folder, datetime(2026, 12, 31, tzinfo=UTC))
    assert "claim-expired" in codes(folder, datetime(2027, 1, 1, tzinfo=UTC))


def test_near_equal_texts_of_two_languages_are_found(tmp_path: Path) -> None:
    same = {
        f"messages/launch/{tag}.md": "The very same words everywhere.\n\n#WhiteBalloons\n"
        for tag in ("en", "de")
    }
    assert "text-too-similar" in codes(write_campaign(tmp_path, same, base=COMPLETE))


def test_a_tag_that_no_platform_reads_is_found_before_it_is_printed(tmp_path: Path) -> None:
    changes = edited("campaign.toml", '"WhiteBalloons"', '"White-Balloons"')
    assert "tag-form" in codes(write_campaign(tmp_path, changes))


def test_missing_accounts_are_no_matter_of_the_folder(tmp_path: Path) -> None:
    assert not codes(write_campaign(tmp_path, base=COMPLETE)) & {"account-missing", "city-guarded"}


def test_times_that_do_not_exist_are_found(tmp_path: Path) -> None:
    changes = edited("slots.toml", "at = 2026-09-05T12:00:00", 'at = 2026-03-29T02:30:00\ngap = "refuse"')
    errors = [
        p for p in check_folder(write_campaign(tmp_path, changes), TODAY).problems if p.severity == "error"
    ]
    assert any("does not exist in Europe/Berlin" in problem.what for problem in errors)


def test_a_message_that_is_sent_twice_a_day_is_found(tmp_path: Path) -> None:
    twice = SLOT.format(id="a", place='channels = ["telegram"]') + SLOT.format(
        id="b", place='channels = ["telegram"]'
    )
    assert "message-repeated" in codes(write_campaign(tmp_path, {"slots.toml": twice}))


def test_accounts_are_invented_for_languages_and_for_cities(tmp_path: Path) -> None:
    found = names(write_campaign(tmp_path, base=COMPLETE))
    assert {"telegram-en", "telegram-de", "mastodon-de", "telegram-berlin-de", "telegram-london-en"} <= set(
        found
    )
    assert len(found) == len(set(found))


def test_each_text_is_drawn_once_however_often_it_is_sent(tmp_path: Path) -> None:
    daily = 'channels = ["telegram"]\ndaily_at = 09:00:00\nfirst_on = 2026-09-02\nlast_on = 2026-09-20'
    slots = SLOT.format(id="a", place=daily).replace("at = 2026-09-05T12:00:00\n", "")
    campaign, _ = read_campaign(write_campaign(tmp_path, {"slots.toml": slots}))
    assert campaign is not None
    assert [draft.occurrence.occurrence for draft in first_drafts(campaign)] == ["2026-09-02"]


def test_a_slot_that_pins_on_a_channel_without_an_adapter_can_be_drawn(tmp_path: Path) -> None:
    slots = SLOT.format(id="a", place='channels = ["x"]\npin = true')
    folder = write_campaign(tmp_path, {"slots.toml": slots})
    assert names(folder) == ["x-en"]
    assert ANYWHERE not in {account.split("-")[0] for account in names(folder)}
    assert "over-limit" not in codes(folder)


def test_what_needs_no_account_is_said_before_there_is_one(tmp_path: Path) -> None:
    day = {
        "action_days/rise.toml": """\
title = {en = "The balloons rise", de = "Die Ballons steigen"}
at = 2026-09-20T18:00:00
embargo = ["white"]

[[cities]]
id = "berlin"
captains = 1
permit = "applied"

[[cities]]
id = "london"

[[steps]]
id = "place"
kind = "reveal"
offset = "-3h"
message = "launch"

[[steps]]
id = "count"
kind = "count_closes"
offset = "2h"

[[steps]]
id = "numbers"
kind = "round_up"
offset = "2h30m"
message = "launch"
channels = ["telegram"]
"""
    }
    both = edited("cities.toml", 'languages = ["en"]', 'languages = ["en"]\nrisk = "open"', base=COMPLETE)
    folder = write_campaign(tmp_path, {**day, **both}, base=COMPLETE)
    said = {"deputy-missing", "permit-missing", "round-up-early", "embargo-broken"}
    before, after = datetime(2026, 9, 20, 16, 30, tzinfo=UTC), datetime(2026, 9, 20, 17, tzinfo=UTC)
    assert codes(folder) & {*said, "day-over"} == said
    found = [
        problem.what for problem in check_folder(folder, before).problems if problem.code == "day-over"
    ]
    assert found == ["its T-0, 2026-09-20 18:00, is over in berlin"]
    (over,) = (problem for problem in check_folder(folder, after).problems if problem.code == "day-over")
    assert (over.where, over.what) == ("action_days/rise.toml", "its T-0, 2026-09-20 18:00, is over")
