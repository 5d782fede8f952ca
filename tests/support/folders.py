"""Campaign folders for tests."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from content.errors import Problem
from content.loader import read_campaign


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    """The bytes of a small white picture."""
    out = BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


MINIMAL: Final[Mapping[str, str | bytes]] = {
    "campaign.toml": """\
id = "balloons"
title = {en = "Balloons"}
starts_on = 2026-09-01
ends_on = 2026-09-30
zone = "Europe/Berlin"
languages = ["en"]
goal = {text = {en = "Sign the petition"}, number = 1000, unit = "signatures"}
hashtag = {tags = ["WhiteBalloons"]}
""",
    "slots.toml": """\
[[slots]]
id = "launch-telegram"
message = "launch"
channels = ["telegram"]
at = 2026-09-05T12:00:00
""",
    "messages/launch/message.toml": """\
[ask]
kind = "sign"
text = {en = "Sign the petition"}
effort = "low"
next_step = {en = "Tell a friend"}
link = "https://example.org/sign"
""",
    "messages/launch/en.md": "White balloons for the missing.\n\n#WhiteBalloons\n",
}
"""The smallest campaign folder that is valid: one language, one message, one slot on Telegram."""

COMPLETE: Final[Mapping[str, str | bytes]] = {
    "campaign.toml": """\
id = "balloons"
title = {en = "Balloons", de = "Ballons"}
starts_on = 2026-09-01
ends_on = 2026-09-30
zone = "Europe/Berlin"
languages = ["en", "de"]

[goal]
text = {en = "Sign the petition", de = "Petition unterschreiben"}
number = 1000
unit = "signatures"

[[interim_goals]]
text = {en = "First hundred", de = "Die ersten hundert"}
number = 100
unit = "signatures"
by = 2026-09-10

[[phases]]
id = "warm-up"
title = {en = "Warm-up", de = "Auftakt"}
starts_on = 2026-09-01
ends_on = 2026-09-10
gate = "Did a hundred people sign?"

[hashtag]
tags = ["WhiteBalloons"]

[[partners]]
id = "friends"
name = "Friends of the Balloons"

[identity]
colours = ["#ffffff"]
slogans = [{en = "Let them rise", de = "Lasst sie steigen"}]

[review]
approvals = 1
banned_words = {en = ["enemy"]}

[digits]
de = "latn"
""",
    "targets.toml": """\
[[targets]]
id = "ministry"
country = "DE"
office = {en = "Foreign Office", de = "Auswärtiges Amt"}
phone = "+49 30 0000"
hours = {days = ["mon", "fri"], opens = 09:00:00, closes = 12:00:00, zone = "Europe/Berlin"}
""",
    "claims.toml": """\
[[claims]]
id = "missing"
text = {en = "Many are missing", de = "Viele werden vermisst"}
source = "A report"
url = "https://example.org/report"
review_by = 2026-12-31
""",
    "cities.toml": """\
[[cities]]
id = "berlin"
name = {en = "Berlin", de = "Berlin"}
zone = "Europe/Berlin"
territory = "DE"
languages = ["de", "en"]
risk = "open"

[[cities]]
id = "london"
name = {en = "London", de = "London"}
zone = "Europe/London"
territory = "GB"
languages = ["en"]
""",
    "slots.toml": """\
[[slots]]
id = "launch-day"
message = "launch"
channels = ["telegram", "mastodon"]
at = 2026-09-05T12:00:00

[[slots]]
id = "launch-cities"
message = "launch"
channels = ["telegram"]
cities = "all"
relative_to = "rise"
offset = "-24h"
late_by = "2h30m"

[[slots]]
id = "launch-daily"
message = "launch"
channels = ["feed"]
languages = ["de"]
audience = "students"
daily_at = 09:00:00
on_days = ["mon", "thu"]
first_on = 2026-09-10
last_on = 2026-09-20
zone = "Europe/Berlin"
""",
    "messages/launch/message.toml": """\
[ask]
kind = "call"
text = {en = "Call the office", de = "Rufen Sie das Amt an"}
effort = "medium"
next_step = {en = "Tell a friend", de = "Erzählen Sie es weiter"}
target = "ministry"

[[media]]
file = "balloon.png"
alt = {en = "A white balloon", de = "Ein weißer Ballon"}
""",
    "messages/launch/en.md": "White balloons for the missing.\n\n#WhiteBalloons\n",
    "messages/launch/de.md": "Weiße Ballons für die Vermissten.\n\n#WhiteBalloons\n",
    "messages/launch/de.feed.students.md": "Weiße Ballons, auch an der Uni.\n\n#WhiteBalloons\n",
    "prompts/first-step/prompt.toml": """\
day = 1
why = {en = "It takes a minute", de = "Es dauert eine Minute"}

[ask]
kind = "share"
text = {en = "Tell one friend", de = "Erzähl es einem Freund"}
effort = "low"
next_step = {en = "Tell a second one", de = "Erzähl es noch einem"}
""",
    "prompts/first-step/en.md": "Tell one friend why this matters to you.\n",
    "prompts/first-step/de.md": "Erzähl einem Freund, warum dir das wichtig ist.\n",
    "action_days/rise.toml": """\
title = {en = "The balloons rise", de = "Die Ballons steigen"}
at = 2026-09-20T18:00:00
cities = ["berlin", "london"]
slogans = [{en = "Let them rise", de = "Lasst sie steigen"}]
""",
    "media/balloon.png": picture(),
}
"""A campaign folder that uses every file and nearly every key: two languages, two cities, one action day."""


def write_campaign(
    root: Path,
    changes: Mapping[str, str | bytes | None] | None = None,
    *,
    base: Mapping[str, str | bytes] = MINIMAL,
) -> Path:
    """Write a campaign folder below ``root`` and return its path.

    Args:
        root: Usually ``tmp_path``.
        changes: Files to add or replace, by path relative to the folder; ``None`` leaves a file out.
        base: The folder to start from, ``MINIMAL`` or ``COMPLETE``.
    """
    folder = root / "campaign"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**base, **(changes or {})}.items():
        if content is not None:
            _write(folder / name, content)
    return folder


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def edited(
    name: str, old: str, new: str, *, base: Mapping[str, str | bytes] = MINIMAL
) -> dict[str, str | bytes | None]:
    """A change for ``write_campaign``: one file with one place replaced. The place must be there, once."""
    text = base[name]
    assert isinstance(text, str)
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    return {name: text.replace(old, new)}


def problems_of(
    root: Path,
    changes: Mapping[str, str | bytes | None],
    *,
    base: Mapping[str, str | bytes] = MINIMAL,
) -> tuple[Problem, ...]:
    """Every problem of a folder with these changes."""
    return read_campaign(write_campaign(root, changes, base=base))[1]


def brief(problems: Iterable[Problem]) -> list[str]:
    """Problems as ``code where:line``, for comparing."""
    places = ((problem, f":{problem.line}" if problem.line else "") for problem in problems)
    return [f"{problem.code} {problem.where}{line}" for problem, line in places]
