from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from schedules.store.chunks import CHUNK, chunks


@given(st.integers(0, 3 * CHUNK))
def test_nothing_is_lost_and_no_chunk_is_too_large(count: int) -> None:
    cut = list(chunks(range(count)))
    assert list(chain.from_iterable(cut)) == list(range(count))
    assert all(0 < len(chunk) <= CHUNK for chunk in cut)
