"""Picks posts so that no two mishaps meet, and so that they spread over platforms, languages and texts."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from schedules.commands.posts import PostView

MOST_LOOKED_AT: Final = 500


@dataclass(slots=True)
class Picker:
    """The posts of a rehearsal, and what is already in the way of which account.

    Attributes:
        sample: The posts that may be picked: all of them, or some of a large plan.
    """

    posts: Sequence[PostView]
    platforms: Mapping[str, str]
    dice: random.Random
    sample: Sequence[PostView] = field(init=False)
    _busy: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        few = min(len(self.posts), MOST_LOOKED_AT)
        self.sample = sorted(self.dice.sample(list(self.posts), few), key=lambda p: (p.planned_at, p.id))

    def best(self, candidates: Sequence[PostView]) -> PostView | None:
        """One that nothing is in the way of yet, unlike those that were picked before."""
        free = [p for p in candidates if self.is_free(p)]
        self.dice.shuffle(free)
        return max(free, key=self._newness, default=None)

    def is_free(self, post: PostView) -> bool:
        """Whether nothing is in its way yet."""
        return not any(
            account == post.account and begins <= post.planned_at <= ends
            for account, begins, ends in self._busy
        )

    def take(self, posts: Iterable[PostView], begins: datetime, ends: datetime) -> None:
        """Keep further mishaps off these accounts for this time."""
        for post in posts:
            self._busy.append((post.account, begins, ends))
            self._seen |= {self.platforms[post.account], post.language, post.message}

    def is_followed(self, post: PostView, after: timedelta) -> bool:
        """Whether its account has a post that is due later than this."""
        later = post.planned_at + after
        return any(p.account == post.account and p.planned_at > later for p in self.posts)

    def accounts_of(self, platform: str) -> set[str]:
        """Every account on a platform."""
        return {account for account, played in self.platforms.items() if played == platform}

    def after(self, post: PostView, accounts: Iterable[str], lasting: timedelta) -> list[PostView]:
        """What is due on these accounts from this post on."""
        return self.between(accounts, post.planned_at, post.planned_at + lasting)

    def between(self, accounts: Iterable[str], begins: datetime, ends: datetime) -> list[PostView]:
        """What is due on these accounts within this time."""
        wanted = set(accounts)
        return [p for p in self.posts if begins <= p.planned_at <= ends and p.account in wanted]

    def _newness(self, post: PostView) -> int:
        news = {self.platforms[post.account], post.language, post.message} - self._seen
        return len(news) + (self.platforms[post.account] in news)
