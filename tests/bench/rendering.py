"""Rendering per second, beside bare Jinja2 on the same templates."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from jinja2 import Environment

from content import markdown
from content.filters import FILTERS
from content.loader import load_campaign
from content.models import Campaign
from content.rendering import context_for, render
from content.variants import choose

EXAMPLE = Path(__file__).parents[2] / "content" / "examples" / "white-balloons"
MEASURED = (("announce", "en"), ("announce", "ar"), ("gathering", "de"), ("learn", "fr"))


def main() -> None:
    """Print the table."""
    print("Rendering of the example's texts, beside bare Jinja2 (template, Markdown, bidi; one call)")
    campaign = load_campaign(EXAMPLE)
    for name, language in MEASURED:
        print(f"{name + '/' + language:<14} {line(campaign, name, language)}")


def line(campaign: Campaign, name: str, language: str) -> str:
    """One text, measured three ways."""
    message = next(message for message in campaign.messages if message.id == name)
    variant = choose(message, language=language, channel=None)
    context = context_for(
        campaign, message, language=language, channel="x", local_at=datetime(2027, 3, 6, 18, 30)
    )
    environment = Environment(autoescape=False)  # noqa: S701 - the yardstick, never published
    environment.filters.update(FILTERS)
    template = environment.from_string(variant.source)
    bare = microseconds(lambda: template.render(context.names))
    known = microseconds(lambda: render(variant, context))
    new = microseconds(lambda: _with_new_values(lambda: render(variant, context)))
    return (
        f"bare {bare:6.1f} µs   repeated values {known:6.1f} µs, ratio {bare / known:.2f}   "
        f"every value new {new:6.1f} µs, ratio {bare / new:.2f} (target 0.5)"
    )


def _with_new_values(work: Callable[[], object]) -> None:
    markdown._filled.cache_clear()
    work()


def microseconds(work: Callable[[], object], repeats: int = 400) -> float:
    """The best of five rounds, per call."""
    work()
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(repeats):
            work()
        best = min(best, time.perf_counter() - started)
    return best / repeats * 1e6


if __name__ == "__main__":
    main()
