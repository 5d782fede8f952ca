"""The judge: compares the ledger with what the stand-ins wrote down."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.rehearsal.report import Verdict
from channels.rehearsal.journal import accepted, read_journal
from content.limits import LIMITS
from content.models import is_video
from content.richtext import RichText, from_json, plain
from content.visible import visible
from schedules.commands.posts import PostView
from schedules.lifecycle import ENDED, State
from schedules.people.steps import CHANGE

Acceptance = Mapping[str, Any]
Taken = dict[tuple[str, str], list[Acceptance]]


def acceptances(journals: Path) -> tuple[Acceptance, ...]:
    """Everything that any stand-in accepted, by its own account."""
    return tuple(
        entry for path in sorted(journals.glob("*.jsonl")) for entry in accepted(read_journal(path))
    )


def judge(posts: Sequence[PostView], platforms: Mapping[str, str], taken: Iterable[Acceptance]) -> Verdict:
    """Whether every post was accepted as often, as late and as worded as the ledger says.

    Args:
        posts: Every post of the campaign, as the ledger has it.
        platforms: The platform of each account.
        taken: What the stand-ins accepted.
    """
    found: Taken = {}
    for entry in taken:
        found.setdefault((entry["account"], entry["key"]), []).append(entry)
    faults: dict[str, list[int]] = {}
    for post in posts:
        platform, accepted_here = platforms[post.account], found.get((post.account, post.key), [])
        for fault in {*_faults(post, platform, accepted_here), *_faults_in_thread(post, platform, found)}:
            faults.setdefault(fault, []).append(post.id)
    counts = Counter(len(found.get((post.account, post.key), [])) for post in posts)
    return Verdict(posts=len(posts), once=counts[1], **{name: tuple(ids) for name, ids in faults.items()})


def _faults(post: PostView, platform: str, taken: Sequence[Acceptance]) -> Iterable[str]:
    sent, unknown = post.state is State.SENT, post.state is State.UNKNOWN
    times = [datetime.fromisoformat(entry["at"]) for entry in taken]
    verdicts = {
        "twice": len(taken) > 1,
        "lost": sent and not taken,
        "unexplained": bool(taken) and not (sent or unknown),
        "altered": any(not _is_as_approved(entry, post, platform) for entry in taken),
        "early": any(at < _begins(post) for at in times),
        "overdue": any(at > post.expires_at for at in times),
        "landed": unknown and bool(taken),
        "not_landed": unknown and not taken,
        "open": post.state not in ENDED and not unknown,
    }
    return (name for name, is_so in verdicts.items() if is_so)


def _begins(post: PostView) -> datetime:
    """From when on it may go out; what tells of a change of an action day, as soon as that comes."""
    return min(post.planned_at, post.due_at) if f":{CHANGE}" in post.slot else post.planned_at


def _faults_in_thread(post: PostView, platform: str, found: Taken) -> Iterable[str]:
    """The faults of the later parts of a thread. One that was never accepted is none: the thread ends there."""
    earlier = found.get((post.account, post.key), [])
    for number, part in enumerate(post.body.get("thread", ()), 2):
        taken = found.get((post.account, f"{post.key}#{number}"), [])
        text, answered = _shown(from_json(part), platform), {entry["id"] for entry in earlier}
        times = [datetime.fromisoformat(entry["at"]) for entry in taken]
        verdicts = {
            "twice": len(taken) > 1,
            "altered": any(entry["text"] != text or entry["reply_to"] not in answered for entry in taken),
            "early": any(at < post.planned_at for at in times),
            "overdue": any(at > post.expires_at for at in times),
        }
        yield from (name for name, is_so in verdicts.items() if is_so)
        earlier = taken


def _is_as_approved(entry: Acceptance, post: PostView, platform: str) -> bool:
    pictures = [picture["sha256"] for picture in post.body["media"]]
    return entry["text"] == _text(post, platform) and pictures == [
        picture["sha256"] for picture in entry["media"]
    ]


def _text(post: PostView, platform: str) -> str:
    limits = LIMITS[platform]
    media = post.body["media"]
    shown = visible(
        from_json(post.body["text"]),
        limits,
        alts=[each["alt"] for each in media],
        warning=post.body["warning"],
        moving=any(is_video(each["file"]) for each in media),
    )
    return _shown(shown, platform)


def _shown(text: RichText, platform: str) -> str:
    return plain(text, native_links=LIMITS[platform].native_links)
