"""What came of a campaign so far, in numbers that say what they are."""

from collections.abc import Iterator
from html import escape

from bot.telegram.spoken import spoken
from bot.telegram.table import command
from bot.telegram.talk import Talk
from content.later import later
from content.words import Words, isolated
from schedules.commands.results import Results, results
from schedules.commands.scopes import named
from schedules.people.days import below_five
from schedules.people.roles import Role


@command("stats", role=Role.VIEWER, menu=later("What came of it so far"))
async def stats(talk: Talk, argument: str) -> None:
    """Posts that are out, what platforms tell of them, and what volunteers say they did."""
    del argument
    actor, kits = await talk.actor(), talk.means.kits
    theirs = [name for name in await kits.names() if actor.may(Role.VIEWER, named(campaign=name))]
    for campaign in await kits.offered(theirs):
        title = escape(isolated(spoken(campaign.title, talk.words.language, campaign)))
        found = await results(talk.means.store, actor, campaign.id)
        await talk.say(f"<b>{title}</b>\n\n" + "\n".join(_lines(found, talk.words)))
    if not theirs:
        await talk.say(talk.words.say("No campaign is yours to look at."))


def _lines(found: Results, their_words: Words) -> Iterator[str]:
    total = sum(found.posts.values())
    yield their_words.count("{n} post is out.", "{n} posts are out.", total)
    for platform, number in found.posts.items():
        counts = found.numbers.get(platform, {})
        told = ", ".join(f"{what} {count:,}" for what, count in sorted(counts.items()) if count)
        yield f"• {escape(platform)}: {number:,}" + (f" ({escape(told)})" if told else "")
    yield ""
    people, done = found.prompts.people, found.prompts.done
    yield their_words.say("Tasks that reached volunteers: {people}.", people=escape(below_five(people)))
    yield their_words.say("Done, as they say themselves: {done}.", done=escape(below_five(done)))
