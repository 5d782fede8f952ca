"""What is safe for a volunteer: who may come to see that they act."""

from bot.telegram.choices import Way, marked
from bot.telegram.handlers.hours import show_hours
from bot.telegram.handlers.mine import choice, for_volunteers, keep, mine
from bot.telegram.handlers.settings import level_name, show_settings
from bot.telegram.table import button, command, intent
from bot.telegram.talk import Talk
from content.intents import Intent
from content.later import later
from content.models import LEVELS, Level
from schedules.people.volunteers import Volunteer


@command("safety", menu=later("What is safe for me"))
@intent(Intent.SAFETY)
@button("safe")
@for_volunteers
async def safety(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Offer the levels, or take one."""
    del volunteer
    way, given = choice(talk, argument)
    if not given:
        await show_levels(talk, way)
        return
    await keep(talk, level=Level(given))
    if way is Way.JOINING:
        await show_hours(talk, way)
    else:
        await show_settings(talk)


async def show_levels(talk: Talk, way: Way) -> None:
    """Explain each level in a line, the safest first."""
    now, her_words = mine(talk).level, talk.words
    lines = (
        her_words.say("Nobody sees it: reading, learning, signing where no name is shown."),
        her_words.say("One recipient: a letter or a call. One office learns your name."),
        her_words.say("Public, with my name: posts and gatherings. Anybody can see that you take part."),
    )
    head = her_words.say("What is safe for you? You get nothing beyond it, and can change it at any time.")
    rows = tuple(
        (talk.button(marked(level_name(her_words, level), chosen=level is now), "safe", f"{way}{level}"),)
        for level in LEVELS
    )
    await talk.show("\n\n".join((f"<b>{head}</b>", *lines)), rows)
