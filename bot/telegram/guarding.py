"""Where being found out is dangerous, and for whom; and what a phone there may show while it lies on the table."""

import re
from collections.abc import Sequence
from typing import Final

from content.models import Campaign, City, Risk
from content.words import Words
from schedules.people import roles, volunteers
from schedules.people.volunteers import Volunteer
from schedules.planning.kits import Kits
from schedules.store.engine import Store

CITY: Final = "city:"
"""How the scope of a role begins that is held in one city."""
_UNSPOILABLE: Final = re.compile(r"</?(?:code|pre|blockquote)\b[^>]*>")
"""What cannot stand inside a spoiler (core.telegram.org/bots/api#formatting-options)."""


def city_of(campaign: Campaign, name: str | None) -> City | None:
    """A city of the campaign by its id."""
    return next((city for city in campaign.cities if city.id == name), None)


def risk_of(campaign: Campaign, name: str | None) -> Risk:
    """How dangerous it is to be found out in a city; guarded where nobody knows."""
    city = city_of(campaign, name)
    return Risk.GUARDED if city is None else city.risk


async def is_guarded(store: Store, kits: Kits, person: str) -> bool:
    """Whether being found out is dangerous for somebody: where they take part, or where they are in charge of a city.

    While a campaign must be planned again, its volunteers and whoever is in charge of a city count as guarded: it may
    be so there.
    """
    volunteer = await volunteers.get(store, person)
    if volunteer is not None and await _risks(kits, volunteer) != {Risk.OPEN}:
        return True
    scopes = [grant.scope for grant in await roles.of(store, person)]
    cities = [scope.removeprefix(CITY) for scope in scopes if scope.startswith(CITY)]
    if not cities:
        return False
    names = await kits.known()
    campaigns = await kits.readable(names)
    return len(campaigns) < len(names) or any(_is_guarded(campaigns, city) for city in cities)


def behind_a_tap(html: str, their_words: Words) -> str:
    """The same message, of which a notification says only that something is ready: a tap in the chat uncovers the rest.

    Telegram hides spoilers in chats, lists and notifications (telegram.org/blog/reactions-spoilers-translations).
    """
    return f"{their_words.say('Ready.')}\n\n{covered(html)}"


def covered(html: str) -> str:
    """Telegram's HTML as a spoiler."""
    return f"<tg-spoiler>{_UNSPOILABLE.sub('', html)}</tg-spoiler>"


async def _risks(kits: Kits, volunteer: Volunteer) -> set[Risk]:
    """How dangerous it is where somebody takes part; nothing where nobody can read it."""
    return {risk_of(each, volunteer.city) for each in await kits.readable([volunteer.campaign])}


def _is_guarded(campaigns: Sequence[Campaign], name: str) -> bool:
    risks = {city.risk for campaign in campaigns for city in campaign.cities if city.id == name}
    return not risks or Risk.GUARDED in risks
