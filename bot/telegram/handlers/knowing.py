"""What a volunteer wants to know of themselves: how far they came, and everything that is kept."""

from collections.abc import Iterator, Sequence
from html import escape

from bot.telegram.handlers.mine import for_volunteers, my_campaign
from bot.telegram.handlers.settings import described
from bot.telegram.spoken import spoken
from bot.telegram.table import button, command, intent
from bot.telegram.talk import Talk
from content.filters import date_, list_
from content.intents import Intent
from content.later import later
from content.models import Campaign
from content.words import Words, isolated
from schedules.people import signups
from schedules.people.purge import AFTER_SILENCE
from schedules.people.signups import SignUp
from schedules.people.volunteers import Volunteer


@command("progress", menu=later("What I have done"))
@intent(Intent.PROGRESS)
@for_volunteers
async def progress(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Tell their own counts, to nobody else."""
    del argument
    her_words = talk.words
    lines = [her_words.count("{n} task done.", "{n} tasks done.", volunteer.done)]
    if _goes_on(volunteer, talk):
        lines.append(her_words.count("{n} day in a row.", "{n} days in a row.", volunteer.streak))
    lines.append(her_words.say("That is what you reported yourself. Only you see it here."))
    await talk.say("\n".join(lines))


@command("mydata", menu=later("What is kept of me"))
@intent(Intent.MY_DATA)
@button("data")
@for_volunteers
async def my_data(talk: Talk, volunteer: Volunteer, argument: str) -> None:
    """Tell everything that is kept of them, and what is kept elsewhere."""
    del argument
    campaign, her_words = await my_campaign(talk), talk.words
    kept = (
        her_words.say("A random name: {name}", name=f"<code>{volunteer.person}</code>"),
        her_words.say("Your Telegram ID, encrypted, and a mark of it by which you are found again."),
        *described(her_words, volunteer, campaign, talk.means.clock.now()),
        *_counts(her_words, volunteer),
        *_bonds(her_words, volunteer, campaign),
        *_days(her_words, campaign, await signups.of(talk.means.store, volunteer.person)),
        her_words.say("When you came; and for an hour at most, what your next message is taken for."),
        her_words.say("What you answered to tasks of the last days; then it becomes a number without you."),
        *(
            [her_words.say("Which messages here are to vanish, until they have.")]
            if await talk.is_guarded()
            else []
        ),
    )
    listed = "\n".join(f"• {line}" for line in kept)
    head = her_words.say("Everything that is kept of you:")
    await talk.show(f"<b>{head}</b>\n\n{listed}\n\n{_elsewhere(her_words, campaign)}")


def _goes_on(volunteer: Volunteer, talk: Talk) -> bool:
    """Whether the streak has not been broken: the last day done is today or the day before."""
    today = volunteer.today(talk.means.clock.now())
    return volunteer.done_on is not None and (today - volunteer.done_on).days <= 1


def _counts(her_words: Words, volunteer: Volunteer) -> tuple[str, ...]:
    def day(label: str, value: object) -> str:
        shown = her_words.say("none") if value is None else date_(her_words.habits, value)
        return f"{label} {shown}"

    return (
        her_words.count("{n} task done.", "{n} tasks done.", volunteer.done),
        her_words.count("{n} day in a row.", "{n} days in a row.", volunteer.streak),
        day(her_words.say("Last task done:"), volunteer.done_on),
        day(her_words.say("Last task sent:"), volunteer.prompted_on),
        day(her_words.say("Last sign from you:"), volunteer.active_on),
    )


def _bonds(her_words: Words, volunteer: Volunteer, campaign: Campaign) -> tuple[str, ...]:
    title = escape(spoken(campaign.title, volunteer.language, campaign))
    partner = next((each.name for each in campaign.partners if each.id == volunteer.partner), None)
    found = [
        her_words.say("The campaign: {campaign}", campaign=title),
        her_words.say("Version of what you agreed to: {number}", number=volunteer.consent),
    ]
    if partner:
        found.append(
            her_words.say("The partner who invited you: {partner}", partner=escape(isolated(partner)))
        )
    if volunteer.apps:
        apps = list_(her_words.habits, volunteer.apps)
        found.append(her_words.say("Your apps: {apps}", apps=escape(apps)))
    if volunteer.keep_until is not None:
        until = date_(her_words.habits, volunteer.keep_until.date())
        found.append(her_words.say("Kept beyond the campaign until {date}.", date=until))
    return tuple(found)


def _days(her_words: Words, campaign: Campaign, coming: Sequence[SignUp]) -> Iterator[str]:
    titles = {day.id: spoken(day.title, her_words.language, campaign) for day in campaign.action_days}
    for each in coming:
        day = escape(isolated(titles.get(each.day, each.day)))
        yield her_words.count(
            "You come to {day}, with {n} guest.",
            "You come to {day}, with {n} guests.",
            each.guests,
            day=day,
        )


def _elsewhere(her_words: Words, campaign: Campaign) -> str:
    until = date_(her_words.habits, campaign.ends_on + AFTER_SILENCE)
    return "\n\n".join(
        (
            her_words.say(
                "It is kept until {date} at the latest, or until you choose to be forgotten.", date=until
            ),
            her_words.say(
                "Elsewhere: backups of the campaign may hold the same, until they are overwritten; without the key, "
                "which is not in them, nobody can tell that it is you. Telegram keeps this chat and "
                "your phone number. Your phone keeps what you see here."
            ),
        )
    )
