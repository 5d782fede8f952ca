"""Working through many rows in transactions of a bounded size."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

Item = TypeVar("Item")

CHUNK: Final = 500


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in lists of at most ``CHUNK``."""
    taken = iter(items)
    while chunk := list(islice(taken, CHUNK)):
        yield chunk
