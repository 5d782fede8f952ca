"""How many people were on the streets, as a round-up says it: rounded, because nobody counted to the last one."""

from dataclasses import dataclass
from typing import Final

THOUSAND: Final = 1_000
HUNDRED: Final = 100
TEN: Final = 10


@dataclass(frozen=True, slots=True)
class Crowd:
    """The numbers of an action day.

    Attributes:
        people: The captains' estimates added up, as they gave them.
        cities: How many cities began.
        of: How many were to take part.
        is_sample: Whether nobody has counted yet, and the numbers only show what a text will look like.
    """

    people: int
    cities: int
    of: int
    is_sample: bool = False

    @property
    def about(self) -> int:
        """The people as they are told: from a thousand on to hundreds, from a hundred on to tens."""
        if self.people < HUNDRED:
            return self.people
        step = HUNDRED if self.people >= THOUSAND else TEN
        return (self.people + step // 2) // step * step


SAMPLES: Final = tuple(
    Crowd(people, cities, of, is_sample=True)
    for people, cities, of in (
        (0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3), (11, 11, 11), (100, 100, 100), (3_184, 14, 15),
    )
)  # fmt: skip
"""Numbers that between them need every plural form of our languages, so that a text without one is found before the day."""
SAMPLE: Final = SAMPLES[-1]
"""The one that a preview shows."""
