"""Whom a prompt or a letter of an action day reaches, for whoever is to approve it; fewer than five people are never counted out."""

from content.filters import datetime_
from content.words import Words
from schedules.people.days import FEW, below_five
from schedules.planning.reach import Reach


def reach_told(reach: Reach | None, rate: float, reader_words: Words) -> str:
    """Who gets it and when, how long the busiest moment takes, and how many cannot be written to in time.

    Args:
        rate: Letters per second.
    """
    if reach is None or reach.people < FEW:
        return people_told(0 if reach is None else reach.people, reader_words)
    habits = reader_words.habits
    told = reader_words.say(
        "People who get it: {number}\nFirst and last, in UTC: {first} – {last}",
        number=reach.people,
        first=datetime_(habits, reach.first_at, "short"),
        last=datetime_(habits, reach.last_at, "short"),
    )
    lines = [told]
    if reach.busiest.people >= FEW:
        lines.append(
            reader_words.say(
                "At the busiest moment: {number}, at {rate} a second: {time}",
                number=reach.busiest.people,
                rate=f"{rate:g}",
                time=reader_words.duration(reach.busiest.lasts),
            )
        )
    if reach.late:
        late = below_five(reach.late).replace("<", "&lt;")
        lines.append(reader_words.say("Not reached before their quiet hours: {number}", number=late))
    return "\n".join(lines)


def people_told(people: int, reader_words: Words) -> str:
    """How many get it as things are now."""
    if not people:
        return reader_words.say("Nobody gets it as things are now.")
    if people < FEW:
        return reader_words.say("Fewer than five people get it.")
    return reader_words.say("People who get it as things are now: {number}", number=people)
