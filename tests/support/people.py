"""People who publish by hand, and the bot that brings them packets."""

from dataclasses import dataclass, field

from channels.base import OutgoingPost, Packet, Prepared, Receipt
from channels.errors import NotAuthorised
from channels.handoff import HandoffChannel
from tests.channels.conformance import Seen
from tests.channels.posts import PLANNED_AT


@dataclass
class People:
    """Who is known to the bot, and what each of them was brought. One post keeps its number."""

    known: tuple[str, ...] = ("mina", "noor")
    brought: list[tuple[str, Packet]] = field(default_factory=list)
    base_url: str = ""

    async def __call__(self, packet: Packet, person: str) -> Receipt:
        if person not in self.known:
            raise NotAuthorised(
                "handoff", packet.account, "the bot does not know whom to ask", "She opens it."
            )
        self.brought.append((person, packet))
        return self.receipt(packet.key)

    @property
    def packets(self) -> dict[str, Packet]:
        """By their keys, each once however often it was brought."""
        return {packet.key: packet for _, packet in self.brought}

    def public(self) -> list[Seen]:
        """What is published where everybody publishes at once."""
        return [
            Seen(packet.text, tuple(media.alt for media in packet.media))
            for packet in self.packets.values()
        ]

    def receipt(self, key: str) -> Receipt:
        """The number under which a person knows a post."""
        return Receipt(str(list(self.packets).index(key) + 1), None, PLANNED_AT)


class PublishedAtOnce(HandoffChannel):
    """A hand-over whose person publishes the moment that she gets the packet."""

    async def publish(self, post: OutgoingPost, prepared: Prepared) -> Receipt:
        await super().publish(post, prepared)
        people = self.connection.ports.hand_over
        assert isinstance(people, People)
        return people.receipt(post.key)
