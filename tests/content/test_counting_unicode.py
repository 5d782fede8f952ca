"""Our graphemes beside the cases that Unicode publishes for them, where Debian's ``unicode-data`` is installed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from content.counting import graphemes

CASES: Final = Path("/usr/share/unicode/auxiliary/GraphemeBreakTest.txt")
WHERE_A_CLUSTER_ENDS: Final = "÷"
WHERE_IT_GOES_ON: Final = "×"

DIFFERENCES: Final = {
    "÷ 2701 × 200D × 2701 ÷": "in Unicode 17 scissors are no picture any more, so nothing joins two of them",
}
"""Cases that an older Unicode decided otherwise than the one that we count with, and why."""


def cases() -> Iterator[str]:
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if case := line.partition("#")[0].strip():
            yield case


def clusters(case: str) -> list[str]:
    marked = case.strip(f"{WHERE_A_CLUSTER_ENDS} ").split(WHERE_A_CLUSTER_ENDS)
    return [
        "".join(chr(int(code, 16)) for code in each.replace(WHERE_IT_GOES_ON, " ").split())
        for each in marked
    ]


def is_counted_alike(case: str) -> bool:
    """Whether the count is the same after every cluster, so that two mistakes cannot make up for each other."""
    wanted = clusters(case)
    return [graphemes("".join(wanted[:end])) for end in range(1, len(wanted) + 1)] == list(
        range(1, len(wanted) + 1)
    )


@pytest.mark.skipif(not CASES.exists(), reason="needs Debian's unicode-data (.ci/run installs it)")
def test_graphemes_are_those_of_unicode_but_for_known_differences() -> None:
    all_cases = list(cases())
    assert len(all_cases) > 500
    different = {case for case in all_cases if not is_counted_alike(case)}
    assert different == DIFFERENCES.keys() & set(all_cases)


@pytest.mark.parametrize(
    ("case", "alike"),
    [
        ("÷ 0061 ÷ 1F6D1 ÷", True),
        ("÷ 0061 × 0308 ÷ 0062 ÷", True),
        ("÷ 0061 ÷ 0308 ÷", False),
        ("÷ 0061 × 0062 ÷", False),
        ("÷ 0061 × 0062 ÷ 0063 ÷ 0308 ÷", False),
    ],
)
def test_a_case_is_read_with_its_marks(case: str, alike: bool) -> None:
    assert is_counted_alike(case) == alike
