"""Looking for a value in the bytes of a database, in every form that it might have there."""

import base64
from collections.abc import Iterable, Iterator

import psycopg
from sqlalchemy import make_url

from schedules.store.engine import Store
from schedules.store.tables import metadata

INTEGER_BYTES = (4, 5, 6, 8)
"""How long SQLite makes integers of the size of Telegram ids; PostgreSQL and programs write eight bytes."""


def forms(value: int | str) -> frozenset[bytes]:
    """Every way in which a value might be written: as text, as an integer, and both in hex and base64."""
    raw = set(_raw(value))
    texts = {text for one in raw for text in (*_hex(one), *_base64(one))}
    return frozenset(raw | texts)


def found(haystack: bytes, values: Iterable[int | str]) -> list[int | str]:
    """Which of the values are in there, in any form."""
    return [value for value in values if any(form in haystack for form in forms(value))]


async def everything(store: Store) -> bytes:
    """All that lies in the files of SQLite, log included, or in the tables of PostgreSQL as a dump writes them."""
    if store.is_sqlite:
        files = [store.path.with_name(store.path.name + end) for end in ("", "-wal", "-shm")]
        return b"".join(path.read_bytes() for path in files if path.exists())
    return b"".join(_copied(store))


def _copied(store: Store) -> Iterator[bytes]:
    url = make_url(store.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for table in metadata.sorted_tables:
            with cursor.copy(f'COPY "{table.name}" TO STDOUT'.encode()) as copy:
                yield from (bytes(part) for part in copy)


def _raw(value: int | str) -> Iterator[bytes]:
    yield str(value).encode()
    yield str(value).encode("utf-16-le")
    if isinstance(value, int):
        for size in INTEGER_BYTES:
            if value.bit_length() < 8 * size and (size == 8 or value.bit_length() > 8 * (size - 1)):
                yield value.to_bytes(size, "big")
                yield value.to_bytes(size, "little")
        yield f"{value:x}".encode()
        yield f"{value:X}".encode()


def _hex(raw: bytes) -> Iterator[bytes]:
    yield raw.hex().encode()
    yield raw.hex().upper().encode()


def _base64(raw: bytes) -> Iterator[bytes]:
    """Without the characters that depend on what stands before and after."""
    for before in range(3):
        whole = (8 * before + 5) // 6, (8 * (before + len(raw))) // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + raw)[whole[0] : whole[1]]
