"""What somebody reads who opens a link for volunteers, before they agree to anything."""

from dataclasses import dataclass
from html import escape

from bot.telegram.choices import code
from bot.telegram.spoken import spoken, words_for
from content.filters import date_
from content.models import Campaign, Partner
from content.words import Words, isolated
from schedules.people.invites import Invite
from schedules.people.purge import AFTER_SILENCE


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who has not agreed to anything yet."""

    invite: Invite
    campaign: Campaign
    language: str

    @property
    def words(self) -> Words:
        """Our words in the language that they read."""
        return words_for(self.campaign, self.language)

    @property
    def partner(self) -> Partner | None:
        """Who invites them besides the campaign."""
        return next((each for each in self.campaign.partners if each.id == self.invite.partner), None)

    def state(self, language: str | None = None) -> str:
        """What the buttons of the dialog carry."""
        return f"{self.invite.id}{code(language or self.language)}"


def who_asks(guest: Guest, bot: str) -> str:
    """Who runs this, how to check it, what it never asks, and what to set first, in Telegram's HTML.

    Args:
        bot: The bot's own name without ``@``.
    """
    her_words, campaign = guest.words, guest.campaign
    title = escape(spoken(campaign.title, guest.language, campaign))
    goal = escape(spoken(campaign.goal.text, guest.language, campaign))
    runs = [her_words.say("This bot belongs to the campaign:") + f"\n<b>{title}</b>\n{goal}"]
    if guest.partner is not None:
        runs.append(
            her_words.say("You are invited by its partner:") + f"\n<b>{escape(guest.partner.name)}</b>"
        )
    return "\n\n".join((*runs, _how_to_check(guest, bot), _what_it_never_asks(her_words)))


def _how_to_check(guest: Guest, bot: str) -> str:
    her_words = guest.words
    mention = her_words.say(
        "Is it the real one? Compare its name with the one on the flyer:\n{mention}",
        mention=f"@{escape(bot)}",
    )
    if guest.partner is None or not guest.partner.url:
        return mention
    link = her_words.say("Or ask here:\n{link}", link=escape(guest.partner.url))
    return f"{mention}\n\n{link}"


def _what_it_never_asks(her_words: Words) -> str:
    return "\n\n".join(
        (
            her_words.say(
                "It never asks for your name, your phone number or a code. It is for adults, 18 or older."
            ),
            her_words.say(
                "Before you go on: in Telegram’s settings, under Privacy, let nobody see your phone number, "
                "and nobody but your contacts find you by it."
            ),
        )
    )


def what_is_kept(guest: Guest) -> str:
    """What would be kept, by whom, for what, how long, and what Telegram keeps, in Telegram's HTML."""
    her_words = guest.words
    until = guest.campaign.ends_on + AFTER_SILENCE
    by = spoken(guest.campaign.title, guest.language, guest.campaign)
    by = by if guest.partner is None else f"{by}, {guest.partner.name}"
    return "\n\n".join(
        (
            f"<b>{her_words.say('What would be kept of you')}</b>",
            her_words.say(
                "A random name, your Telegram ID in encrypted form, your languages, your city if you say it, "
                "your hour, what is safe for you, and how many tasks you did."
            ),
            her_words.say("Not your name, not your phone number, and nothing of what you write."),
            her_words.say(
                "By whom: {campaign}. For what: to bring you one small task a day.",
                campaign=escape(isolated(by)),
            ),
            her_words.say(
                "How long: until {date}, or at once when you choose to be forgotten; "
                "after 30 days without a sign from you as well.",
                date=date_(her_words.habits, until),
            ),
            her_words.say(
                "Telegram itself knows that you write to this bot, and can be made to hand over your phone number. "
                "Nobody here can change that."
            ),
            f"<b>{her_words.say('Do you agree?')}</b>",
        )
    )
