import asyncio
import re
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from bot.rehearsal import run
from bot.rehearsal.cast import BOT
from bot.rehearsal.judge import acceptances
from channels.rehearsal.journal import accepted, read_journal
from content.errors import CampaignInvalid
from schedules.lifecycle import ENDED, State
from tests.bot.rehearsal.conftest import EXAMPLE, Played
from tests.support.folders import COMPLETE, MINIMAL, edited, write_campaign


def test_example_loses_nothing_and_sends_nothing_twice(played: Played) -> None:
    verdict = played.report.verdict
    assert verdict.holds, verdict
    assert verdict.posts == sum(played.report.counts.values())
    assert verdict.posts >= 300


def test_every_post_of_the_example_ends_or_waits_for_a_person(played: Played) -> None:
    assert set(played.report.counts) <= ENDED | {State.UNKNOWN}


def test_counts_of_the_ledger_equal_the_journals_of_the_stand_ins(played: Played) -> None:
    taken = Counter((entry["account"], entry["key"]) for entry in acceptances(played.report.journals))
    assert set(taken.values()) == {1}
    sent, parts = played.report.counts[State.SENT], [key for _, key in taken if "#" in key]
    assert len(taken) - len(parts) == sent + len(played.report.verdict.landed) == played.report.verdict.once


def test_things_go_wrong_on_the_way_and_each_is_told(played: Played) -> None:
    counts = played.report.counts
    assert counts[State.UNKNOWN] == counts[State.REFUSED] == 1
    assert counts[State.EXPIRED] >= 2
    told = " ".join(played.report.attention)
    assert len(played.report.attention) == sum(counts.values()) - counts[State.SENT]
    assert "Nobody approved it in time." in told
    assert "The token has expired" in told or "the token has expired" in told


def test_what_is_published_by_hand_is_handed_over_urged_and_answered(played: Played) -> None:
    told = " ".join(played.report.attention)
    assert "Mina cannot publish it: Her phone is broken." in told
    assert "Handed to mina. Nobody said in time that it is published." in told
    handed = [
        (entry["person"], entry["urging"])
        for entry in read_journal(played.report.journals / "by-hand.jsonl")
        if entry["event"] == "handed"
    ]
    assert Counter(handed) == {
        ("mina", "nothing"): 20,
        ("mina", "reminder"): 3,
        ("noor", "escalation"): 2,
    }
    assert played.html.count("To publish by hand") == 20
    assert "Noor says that it is published." in played.html


ROUND_UPS = {
    "ar": "نحو ٣٬٤٠٠ شخص (تقديرات منسقي المدن)، ١٧ من أصل ١٧ مدينة",
    "en": "about 3,400 people (captains' estimates), 17 of 17 cities",
    "fr": "environ 3 400 personnes (estimations des équipes), 17 villes sur 17",
    "de": "rund 3.400 Menschen (Schätzungen der Stadtteams), 17 von 17 Städten",
    "tr": "yaklaşık 3.400 kişi (şehir ekiplerinin tahmini), 17 şehirden 17 şehir",
}
"""The 3,363 people of whom captains told, in the digits and forms of each language."""


def test_the_action_day_is_played_and_everything_that_tells_of_it_agrees(played: Played) -> None:
    [verdict] = played.report.cities
    assert verdict.holds, verdict.mismatches
    assert (verdict.cities, verdict.begun, verdict.aborted, verdict.delayed) == (18, 17, 1, 1)
    assert (verdict.people, verdict.round_ups) == (3_363, 10)
    assert played.report.days is not None
    assert played.report.days.holds, played.report.days


def test_the_round_up_tells_the_numbers_of_the_captains_in_five_languages(played: Played) -> None:
    told = [
        (entry["language"], re.sub(r"\s", " ", entry["text"]))
        for entry in acceptances(played.report.journals)
        if "/release:first-count/" in f"/{entry['key']}"
    ]
    assert Counter(language for language, _ in told) == dict.fromkeys(ROUND_UPS, 2)
    for language, text in told:
        assert ROUND_UPS[language] in text


def test_progress_is_shown_from_the_first_post_to_the_last(played: Played) -> None:
    first, last = played.frames[0], played.frames[-1]
    assert (first.done, last.done) == (0, last.total)
    assert all(
        earlier.now <= later.now for earlier, later in zip(played.frames, played.frames[1:], strict=False)
    )
    assert len(last.recent) == 8


def test_guarded_cities_have_no_post_and_are_not_named(played: Played) -> None:
    assert "2 guarded cities: no group" in played.html
    for name in ("Aleppo", "aleppo", "Cairo", "cairo"):
        assert name not in played.html


def test_same_seed_gives_the_same_transcript(
    played: Played, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    again = asyncio.run(run(pytestconfig.rootpath / EXAMPLE, out=tmp_path))
    assert again.transcript.read_bytes() == played.report.transcript.read_bytes()


async def test_minimal_folder_goes_out_on_time(tmp_path: Path) -> None:
    report = await run(write_campaign(tmp_path), out=tmp_path / "out", faults=False)
    assert report.counts == {State.SENT: 1}
    assert report.attention == ()
    assert report.verdict.sentence.startswith("1 post planned, 1 accepted exactly once")
    assert "munasara init" in report.next_steps
    assert str(tmp_path / "campaign") in report.next_steps


async def test_rehearsing_again_replaces_what_was_there(tmp_path: Path) -> None:
    for _ in range(2):
        report = await run(write_campaign(tmp_path), out=tmp_path / "out", faults=False)
    assert report.verdict.once == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["accepted", "transcript.html"]


async def test_complete_folder_keeps_the_promises_with_things_going_wrong(tmp_path: Path) -> None:
    own = {
        "messages/launch/de.berlin.md": "Wir treffen uns in Berlin, jede Stimme zählt.\n\n#WhiteBalloons\n"
    }
    report = await run(write_campaign(tmp_path, own, base=COMPLETE), out=tmp_path / "out")
    assert report.verdict.holds
    assert report.counts


def _said(name: str, words: str, *, effort: str = "low") -> dict[str, str]:
    ask = f'[ask]\nkind = "share"\ntext = {{en = "{words}"}}\neffort = "{effort}"\nnext_step = {{en = "Tell a friend"}}\n'
    return {f"messages/{name}/message.toml": ask, f"messages/{name}/en.md": f"{words}.\n\n#WhiteBalloons\n"}


def _city(name: str, *, risk: str = "open") -> str:
    return (
        f'[[cities]]\nid = "{name}"\nname = {{en = "{name.title()}"}}\nzone = "Europe/Berlin"\n'
        f'territory = "DE"\nlanguages = ["en"]\nrisk = "{risk}"\n'
    )


CITIES: Final = ("berlin", "lyon", "paris", "izmir")
A_DAY_ALONE: Final[dict[str, str]] = {
    "cities.toml": "".join(_city(name) for name in CITIES) + _city("hidden", risk="guarded"),
    "action_days/rise.toml": """\
title = {en = "The balloons rise"}
at = 2026-09-20T18:00:00
changes = {delayed = "later", aborted = "off"}
"""
    + "".join(f'[[cities]]\nid = "{name}"\ncaptains = 2\npermit = "granted"\n' for name in CITIES)
    + '[[cities]]\nid = "hidden"\ncaptains = 1\n'
    + "".join(
        f'[[steps]]\nid = "{kind.replace("_", "-")}"\nkind = "{kind}"\noffset = "{offset}"\n{more}\n'
        for kind, offset, more in (
            ("prompt", "-5d", 'message = "come"'),
            ("roll_call", "-24h", ""),
            ("reveal", "-3h", f'message = "where"\ncities = {list(CITIES)}'),
            ("check_in", "20m", ""),
            ("next_ask", "40h", 'message = "more"'),
        )
    ),
    **_said("come", "Come"),
    **_said("where", "This is where we meet"),
    **_said("later", "It begins later"),
    **_said("off", "It does not take place"),
    **_said("more", "Write to your representative", effort="medium"),
}
"""An action day in four open cities and a guarded one, with letters and changes, in a campaign that has no prompts."""


@pytest.mark.parametrize("faults", [False, True])
async def test_an_action_day_is_played_where_there_are_no_prompts(tmp_path: Path, *, faults: bool) -> None:
    report = await run(write_campaign(tmp_path, A_DAY_ALONE), out=tmp_path / "out", faults=faults)
    [verdict] = report.cities
    assert verdict.holds, verdict.mismatches
    assert (verdict.cities, verdict.begun, verdict.aborted) == (5, 5 - faults, int(faults))
    assert report.letters is None
    assert report.days is not None
    assert report.days.holds, report.days
    assert report.days.unwanted == ()
    reached = accepted(read_journal(report.journals / "phones" / f"{BOT}.jsonl"))
    told = {entry["text"].partition(".")[0] for entry in reached}
    assert told >= {"Come", "This is where we meet", "Write to your representative"}
    assert ("It begins later" in told) == faults


async def test_as_many_people_approve_as_the_campaign_asks_for(tmp_path: Path) -> None:
    strict = {
        "campaign.toml": f"{MINIMAL['campaign.toml']!s}\n[review]\napprovals = 3\nauthor_may_approve = false\n"
    }
    report = await run(write_campaign(tmp_path, strict), out=tmp_path / "out", faults=False)
    assert report.counts == {State.SENT: 1}


async def test_broken_folder_is_refused_with_every_problem(tmp_path: Path) -> None:
    broken = edited("slots.toml", 'message = "launch"', 'message = "lunch"')
    with pytest.raises(CampaignInvalid, match="lunch"):
        await run(write_campaign(tmp_path, broken), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
