"""Where a post stands on Bluesky: a place that follows from its key, so that it is known beforehand."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from channels.base import OutgoingPost, Receipt

COLLECTION: Final = "app.bsky.feed.post"
APP: Final = "https://bsky.app"

_TID_LETTERS: Final = "234567abcdefghijklmnopqrstuvwxyz"
_TID_LENGTH: Final = 13
_CLOCK_BITS: Final = 10
_MICROSECONDS: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def record_key(post: OutgoingPost) -> str:
    """Where the post stands in the account's repository: a TID (atproto.com/specs/tid) of our own choice.

    It names the planned second; what a TID counts below a second, and its clock, are 30 bits of the post's
    key. The same post therefore has the same place at every attempt, and two posts have two.
    """
    digest = int.from_bytes(hashlib.sha256(post.key.encode()).digest()[:8])
    clock = digest % (1 << _CLOCK_BITS)
    fraction = (digest >> _CLOCK_BITS) % _MICROSECONDS
    seconds = (post.planned_at - _EPOCH) // timedelta(seconds=1)
    return _letters(((seconds * _MICROSECONDS + fraction) << _CLOCK_BITS) | clock)


def created_at(post: OutgoingPost) -> datetime:
    """The time that readers see: the planned one, a millisecond later for every earlier part of the thread."""
    return post.planned_at.astimezone(UTC) + timedelta(milliseconds=len(post.thread))


def receipt(uri: str, cid: str, post: OutgoingPost) -> Receipt:
    """The proof of a post. Bluesky tells no time of its own, so it is the one that its readers see."""
    did, _, key = uri.removeprefix("at://").split("/")
    return Receipt(f"{uri} {cid}", f"{APP}/profile/{did}/post/{key}", created_at(post))


def uri_of(published: Receipt) -> str:
    """The address of a post within the protocol, such as ``at://did:plc:abc/app.bsky.feed.post/3k…``."""
    return published.remote_id.split()[0]


def place_of(published: Receipt) -> dict[str, str]:
    """Where a published post stands, as the methods of a repository want it."""
    repo, collection, key = uri_of(published).removeprefix("at://").split("/")
    return {"repo": repo, "collection": collection, "rkey": key}


def _letters(number: int) -> str:
    return "".join(_TID_LETTERS[number >> (5 * place) & 31] for place in reversed(range(_TID_LENGTH)))
