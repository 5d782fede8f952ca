import os
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content import models
from content.errors import CampaignInvalid, Problem, Severity
from content.loader import MAX_PER_CHECK, load_campaign, read_campaign
from content.variants import CHANNELS
from tests.support.folders import COMPLETE, MINIMAL, brief, edited, problems_of, write_campaign
from tests.support.source import ROOT

GUIDE = (ROOT / "content/README.md").read_text(encoding="utf-8")
BOUND = 10.0


def test_the_smallest_folder_loads(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path)
    campaign = load_campaign(folder)
    assert (campaign.id, campaign.folder) == ("balloons", folder)
    assert campaign.slots[0].at == datetime(2026, 9, 5, 12, 0)
    assert campaign.messages[0].variants[0].source == "White balloons for the missing.\n\n#WhiteBalloons"


def test_every_file_of_a_folder_arrives(tmp_path: Path) -> None:
    campaign, problems = read_campaign(write_campaign(tmp_path, base=COMPLETE))
    assert problems == ()
    assert campaign is not None
    assert campaign.interim_goals[0].by == date(2026, 9, 10)
    assert campaign.targets[0].hours is not None
    assert campaign.targets[0].hours.opens == wall_time(9)
    assert campaign.claims[0].id == "missing"
    assert [city.id for city in campaign.cities] == ["berlin", "london"]
    assert campaign.slots[1].offset == timedelta(hours=-24)
    assert campaign.slots[1].late_by == timedelta(hours=2, minutes=30)
    assert campaign.messages[0].media[0].file == "balloon.png"
    assert [text.file for text in campaign.prompts[0].variants] == [
        "prompts/first-step/de.md",
        "prompts/first-step/en.md",
    ]
    assert campaign.action_days[0].id == "rise"


def test_an_instant_keeps_its_offset(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, edited("slots.toml", "12:00:00", "12:00:00+03:00"))
    at = load_campaign(folder).slots[0].at
    assert at is not None
    assert at.astimezone(UTC) == datetime(2026, 9, 5, 9, tzinfo=UTC)


def test_every_problem_is_reported_at_once_by_file_and_line(tmp_path: Path) -> None:
    changes = {
        **edited("campaign.toml", 'zone = "Europe/Berlin"', 'zone = "Mars/X"\ncolour = "red"', base=COMPLETE),
        **edited("slots.toml", 'channels = ["telegram", "mastodon"]', 'channels = ["telegarm"]\nsilent = 1', base=COMPLETE),
        **edited("messages/launch/message.toml", '"balloon.png"', '"baloon.png"\ngrafic = true', base=COMPLETE),
        "claims.toml": "claims = [",
        "messages/launch/de.md": b"\xff",
        "prompts/first-step/en.md": None,
        "notes.txt": "x",
    }  # fmt: skip
    campaign, problems = read_campaign(write_campaign(tmp_path, changes, base=COMPLETE))
    assert campaign is None
    assert brief(problems) == [
        "zone-unknown campaign.toml:5",
        "unknown-key campaign.toml:6",
        "toml-broken claims.toml:1",
        "variant-missing messages/launch",
        "not-utf8 messages/launch/de.md:1",
        "media-missing messages/launch/message.toml:9",
        "unknown-key messages/launch/message.toml:10",
        "unexpected-file notes.txt",
        "variant-missing prompts/first-step",
        "channel-unknown slots.toml:4",
        "wrong-value slots.toml:5",
    ]


def test_loading_a_folder_with_errors_raises_all_of_them(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, {"slots.toml": None, "notes.txt": "x"})
    with pytest.raises(CampaignInvalid) as caught:
        load_campaign(folder)
    assert brief(caught.value.problems) == ["unexpected-file notes.txt", "file-missing slots.toml"]


def test_warnings_do_not_keep_a_campaign_from_loading(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, {"notes.txt": "x"})
    assert load_campaign(folder).id == "balloons"
    assert [problem.severity for problem in read_campaign(folder)[1]] == [Severity.WARNING]


def test_a_campaign_that_only_lacks_texts_can_be_shown_but_not_loaded(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path, {"messages/launch/en.md": None})
    campaign, problems = read_campaign(folder)
    assert campaign is not None
    assert brief(problems) == ["variant-missing messages/launch"]
    with pytest.raises(CampaignInvalid):
        load_campaign(folder)


@pytest.mark.parametrize("name", ["nowhere", "file", "empty"])
def test_what_is_no_campaign_folder_is_a_problem(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    campaign, problems = read_campaign(tmp_path / name)
    assert campaign is None
    assert problems


@pytest.mark.parametrize("name", [name for name in COMPLETE if name.endswith((".toml", ".md"))])
def test_any_text_of_50_mb_is_a_problem_at_once(tmp_path: Path, name: str) -> None:
    folder = write_campaign(tmp_path, base=COMPLETE)
    os.truncate(folder / name, 50 * 1024 * 1024)
    started = process_time()
    problems = read_campaign(folder)[1]
    assert f"file-too-large {name}" in brief(problems)
    assert process_time() - started < BOUND


def test_hundreds_of_problems_of_one_kind_are_cut_short(tmp_path: Path) -> None:
    channels = ", ".join(f'"channel{number}"' for number in range(5_000))
    problems = problems_of(tmp_path, edited("slots.toml", '"telegram"', channels))
    assert MAX_PER_CHECK < len(problems) < MAX_PER_CHECK + 10
    assert "more-problems campaign.toml" in brief(problems)


HOSTILE = {
    "slots of nothing": ("slots.toml", "[[slots]]\n" * 25_000),
    "circle": ("slots.toml", "".join(
        f'[[slots]]\nid="{n}"\nmessage="launch"\nrelative_to="{(n + 1) % 3000}"\noffset="1h"\nchannels=["x"]\n'
        for n in range(3000)
    )),
    "unknown zones": ("cities.toml", "".join(
        f'[[cities]]\nid="c{n}"\nname={{en="x"}}\nzone="Europe/Berli{n}"\nterritory="DE"\nlanguages=["en"]\n'
        for n in range(2500)
    )),
    "unknown languages": ("campaign.toml", "title = {" + ", ".join(f'x{chr(97 + n % 26)}-{n:05}="x"' for n in range(15_000)) + "}"),
    "unknown keys": ("campaign.toml", "\n".join(f"k{n} = 1" for n in range(20_000))),
    "long list": ("claims.toml", "claims = [" + "1," * 120_000 + "]"),
    "many dots": ("claims.toml", "\n".join(".".join(["a"] * 19) + f".b{n} = 1" for n in range(4_000))),
    "same language": ("slots.toml", '[[slots]]\nid="a"\nmessage="launch"\nat=2026-09-05T12:00:00\nlanguages=['
        + '"en",' * 20_000 + "]\nchannels=[" + '"x",' * 20_000 + "]"),
    "words": ("claims.toml", "x = '" + "a.b " * 30_000 + "a " * 60_000 + "'"),
    "one word": ("claims.toml", "a" * 250_000),
    "many quotes": ("claims.toml", "x = [" + "\"a\", '.', " * 20_000 + "]"),
    "long text": ("messages/launch/en.md", "a" * 1_000_000),
    "quotes": ("claims.toml", 'x = """' + '"a' * 100_000 + '"""'),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_take_bounded_time(tmp_path: Path, name: str, text: str) -> None:
    folder = write_campaign(tmp_path, {name: text})
    started = process_time()
    problems = read_campaign(folder)[1]
    assert process_time() - started < BOUND
    assert len(problems) < 2_000
    assert all(len(str(problem)) < 1_000 for problem in problems)


def is_readable(problem: Problem) -> bool:
    text = str(problem)
    jargon = re.search(r"pydantic|traceback|errno|exception|NoneType|extra_forbidden", text, re.IGNORECASE)
    return jargon is None and text.isprintable() and len(text) < 1_000 and text.endswith((".", "?"))


@given(name=st.sampled_from(sorted(COMPLETE)), data=st.binary(max_size=200), at=st.integers(0, 400))
def test_any_bytes_in_any_file_are_problems_or_fine(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: bytes, at: int
) -> None:
    original = COMPLETE[name]
    whole = original.encode() if isinstance(original, str) else original
    folder = write_campaign(
        tmp_path_factory.mktemp("fuzz"),
        {name: whole[:at] + data + whole[at + len(data) // 2 :]},
        base=COMPLETE,
    )
    assert all(is_readable(problem) for problem in read_campaign(folder)[1])


SCALARS = st.one_of(
    st.sampled_from(["true", "nan", "-inf", "1e400", "0", "-1", "9" * 30, '""', '"en"', '"Europe/Berlin"']),
    st.sampled_from(
        ["2026-09-05", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59", "00:00:00", "12:00:00.5"]
    ),
    st.sampled_from(
        ['"all"', '"launch"', '"berlin"', '"-366d"', '"\\u0000"', '"\\U0001F388"', '"\\u202E"']
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(["en", "de", "EN", "id", "text", "zone", "x"]), inner, max_size=3
        ).map(lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"),
    ),
    max_leaves=6,
)
ASSIGNMENTS = [
    (name, match.group(0))
    for name, text in COMPLETE.items()
    if isinstance(text, str) and name.endswith(".toml")
    for match in re.finditer(r"^\w+ = .*$", text, re.MULTILINE)
]


@settings(max_examples=150)
@given(edits=st.lists(st.tuples(st.sampled_from(ASSIGNMENTS), VALUES), min_size=1, max_size=3))
def test_any_values_of_any_keys_are_problems_or_fine(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[tuple[str, str], str]]
) -> None:
    files: dict[str, str | bytes | None] = dict(COMPLETE)
    for (name, assignment), value in edits:
        text = files[name]
        assert isinstance(text, str)
        files[name] = text.replace(assignment, f"{assignment.split(' = ')[0]} = {value}")
    folder = write_campaign(tmp_path_factory.mktemp("fuzz"), files, base=COMPLETE)
    campaign, problems = read_campaign(folder)
    assert all(is_readable(problem) for problem in problems)
    assert (campaign is None) <= any(problem.severity is Severity.ERROR for problem in problems)


def examples() -> dict[str, str]:
    """The files that the guide shows, by the name that stands above or at the top of each."""
    headed = re.findall(r"^`([\w/.-]+)`\n\n```\w*\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL)
    named = re.findall(r"^```toml\n# ([\w/.-]+)\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL)
    return {**dict(named), **dict(headed)}


def test_the_smallest_campaign_of_the_guide_loads(tmp_path: Path) -> None:
    names = {"campaign.toml", "slots.toml"}
    shown = {
        name: text for name, text in examples().items() if name in names or name.startswith("messages/")
    }
    assert len(shown) == 5  # two files, one message, two texts
    folder = write_campaign(tmp_path, shown, base={})
    assert load_campaign(folder).languages == ("en", "tr")


def test_every_other_file_of_the_guide_loads_with_it(tmp_path: Path) -> None:
    named = re.findall(r"^```toml\n# ([\w/.-]+)\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL)
    prompts = {"prompts/tell-a-friend/en.md": "Tell.", "prompts/tell-a-friend/tr.md": "Anlat."}
    told = {
        f"messages/{name}/{file}": text
        for name in ("later", "elsewhere", "over", "off")
        for file, text in {
            "message.toml": examples()["messages/launch/message.toml"],
            "en.md": "Look here.\n\n#WhiteBalloons",
            "tr.md": "Buraya bak.\n\n#WhiteBalloons",
        }.items()
    }
    folder = write_campaign(tmp_path, {**examples(), **prompts, **told, **dict(named)}, base={})
    assert read_campaign(folder)[1] == ()
    campaign = load_campaign(folder)
    assert len(campaign.slots) == 5
    assert (len(campaign.targets), len(campaign.claims), len(campaign.cities)) == (1, 1, 1)
    assert (campaign.prompts[0].day, campaign.action_days[0].id) == (1, "rise")


def test_every_piece_of_toml_in_the_guide_is_toml() -> None:
    pieces = re.findall(r"^```toml\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL)
    assert len(pieces) >= 9
    assert all(tomllib.loads(piece) for piece in pieces)


def test_the_guide_names_every_key_that_a_campaigner_may_write() -> None:
    kinds = [
        kind for kind in vars(models).values() if isinstance(kind, type) and issubclass(kind, models.Part)
    ]
    own = {
        "folder",
        "launched_at",
        "variants",
        "targets",
        "claims",
        "cities",
        "slots",
        "messages",
        "prompts",
        "action_days",
        "events",
    }
    keys = {
        key for kind in kinds if kind not in {models.Variant, models.Event} for key in kind.model_fields
    } - own
    assert {key for key in keys if not re.search(rf"\b{key}\b", GUIDE)} == set()


def test_the_guide_names_every_channel() -> None:
    assert {channel for channel in CHANNELS if f"`{channel}`" not in GUIDE} == set()


def test_the_folders_of_the_tests_are_written_in_toml() -> None:
    texts = [text for base in (MINIMAL, COMPLETE) for name, text in base.items() if name.endswith(".toml")]
    assert all(tomllib.loads(str(text)) for text in texts)
