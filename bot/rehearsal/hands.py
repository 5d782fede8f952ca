"""Hands: the people who publish by hand in a rehearsal, and how soon each of them answers."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.rehearsal.mishaps import CANNOT, PASSED_ON, REMINDED, SILENT
from bot.rehearsal.stage import Act, Stage
from channels.base import Packet, Receipt, Urging
from channels.rehearsal.journal import Journal
from schedules.commands.actor import Actor
from schedules.commands.post_changes import Verdict, resolve_unknown
from schedules.commands.posts import Filter, PostView, list_posts
from schedules.lifecycle import State, part_number

TAKES: Final = timedelta(minutes=4)
"""How long it takes to publish a post by hand."""
ANSWERED: Final[Mapping[str, Urging | None]] = {
    REMINDED: Urging.REMINDER,
    PASSED_ON: Urging.ESCALATION,
    SILENT: None,
}
"""After which packet somebody answers; otherwise after the first."""
WHY_NOT: Final = "Her phone is broken."


class Hands:
    """Everybody who gets packets, with a journal of what they got and what they published.

    Args:
        behaviour: The mishap of a post, by its key; the people answer other posts after ``TAKES``.
    """

    def __init__(self, stage: Stage, journal: Path, behaviour: Mapping[str, str]) -> None:
        self._stage, self._behaviour = stage, behaviour
        journal.unlink(missing_ok=True)
        self._journal = Journal(journal, now=stage.clock.now)
        self._coming: list[Act] = []

    async def __call__(self, packet: Packet, person: str) -> Receipt:
        """Take a packet, as ``channels.base.HandOver`` says."""
        entry = self._journal.write("handed", person=person, urging=packet.urging, **_facts(packet))
        if packet.urging is ANSWERED.get(self._mishap(packet), Urging.NOTHING):
            answer = partial(self._answer, packet, person)
            self._coming.append(Act(self._stage.clock.now() + TAKES, answer))
        return Receipt(str(entry["n"]), None, self._stage.clock.now())

    def answers(self) -> Iterable[Act]:
        """The answers that are to come since this was asked last."""
        coming, self._coming = self._coming, []
        return coming

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _mishap(self, packet: Packet) -> str:
        return self._behaviour.get(packet.key.partition("#")[0], "")

    async def _answer(self, packet: Packet, person: str) -> None:
        post = await self._waiting(packet)
        if post is None:
            return
        if self._mishap(packet) == CANNOT:
            await self._say(post, person, Verdict.DROP, why=WHY_NOT)
            return
        number = f"{packet.account}-{post.id}"
        self._journal.write("accepted", id=number, **_facts(packet))
        url = f"https://rehearsal.invalid/{packet.platform}/{packet.account}/{number}"
        await self._say(post, person, Verdict.SENT, url=url)

    async def _say(self, post: PostView, person: str, verdict: Verdict, **more: str) -> None:
        store, clock, part = self._stage.app.store, self._stage.clock, part_number(post.kind) or 1
        await resolve_unknown(store, clock, Actor(person), post.id, verdict, part=part, **more)

    async def _waiting(self, packet: Packet) -> PostView | None:
        """The post, where it still waits: who comes too late sees that and publishes nothing."""
        key, _, part = packet.key.partition("#")
        wanted = Filter(account=packet.account, states=(State.HANDED_OFF,))
        found = await list_posts(self._stage.app.store, wanted)
        number = int(part or 1)
        return next((post for post in found if (post.key, part_number(post.kind)) == (key, number)), None)


def _facts(packet: Packet) -> dict[str, Any]:
    return {
        "platform": packet.platform,
        "account": packet.account,
        "key": packet.key,
        "language": packet.language,
        "text": packet.text,
        "link": packet.link,
        "media": [{"sha256": media.sha256, "alt": media.alt} for media in packet.media],
        "reply_to": None,
    }
