"""Who plays: one stand-in account for each language and channel, one for each open city, and the bot where there are prompts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from channels.registry import BOT_CHANNEL
from content.limits import LIMITS
from content.models import Campaign, City, Risk, Slot
from schedules.commands import groups
from schedules.commands.actor import Actor
from schedules.planning.destinations import AccountView
from schedules.planning.prompts import PLATFORM

ANYWHERE: Final = "handoff"
"""Plays an account that a slot names in a way that does not tell its platform."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What a platform can tell after a connection died.

    Attributes:
        look_back: It can be asked whether a post went out.
        idempotent: It takes a key only once, so repeating makes no second post.
    """

    look_back: bool
    idempotent: bool


KEYED: Final = Nature(look_back=True, idempotent=True)
READS_BACK: Final = Nature(look_back=True, idempotent=False)
BLIND: Final = Nature(look_back=False, idempotent=False)

NATURES: Final[Mapping[str, Nature]] = {
    "bluesky": KEYED,
    "feed": KEYED,
    "mastodon": READS_BACK,
    "x": READS_BACK,
    "facebook": READS_BACK,
    "instagram": READS_BACK,
    "threads": READS_BACK,
}
"""How each platform really is; every other one shows no old posts, such as Telegram."""

BY_HAND: Final = frozenset({"snapchat", "tiktok", "whatsapp", "youtube", ANYWHERE})
"""Platforms that no program can use: a person gets each post and publishes it."""

SHARED_TOKEN: Final = frozenset({"telegram"})
"""Platforms on which one token, that of the bot, speaks in every group and channel."""

BOT: Final = BOT_CHANNEL
"""The account that writes to volunteers."""
PROMPT_HOUR: Final = int(groups.PROMPT_HOUR)
"""The wall hour at which groups get the prompt of the day."""

EDITOR: Final = Actor("rehearsal-editor")
ACTORS: Final = tuple(Actor(f"rehearsal-approver-{number}") for number in range(1, 6))
"""As many people as a campaign may ask to approve a post."""


def nature(platform: str) -> Nature:
    """What a platform can tell after a connection died."""
    return NATURES.get(platform, BLIND)


def cast(campaign: Campaign) -> tuple[AccountView, ...]:
    """Every account that a campaign speaks on. Guarded cities have none."""
    found: dict[str, AccountView] = {}
    for slot in campaign.planned_slots:
        for view in _accounts(slot, campaign):
            found.setdefault(view.name, view)
    if campaign.prompts or campaign.writes_letters:
        found[BOT] = AccountView(BOT, BOT_CHANNEL, campaign.languages[0])
    if campaign.prompts:
        found |= {view.name: replace(view, prompt_hour=PROMPT_HOUR) for view in _groups(campaign)}
    return tuple(found[name] for name in sorted(found))


def guarded_cities(campaign: Campaign) -> int:
    """How many cities have no group, so that nobody there can be found by it."""
    return sum(city.risk is Risk.GUARDED for city in campaign.cities)


def _groups(campaign: Campaign) -> Iterator[AccountView]:
    for city in campaign.cities:
        if city.risk is Risk.OPEN:
            yield from _group(PLATFORM, city, campaign.languages)


def _group(channel: str, city: City, languages: tuple[str, ...]) -> Iterator[AccountView]:
    spoken = [tag for tag in city.languages if tag in languages]
    yield from (AccountView(f"{channel}-{city.id}", channel, tag, city.id) for tag in spoken[:1])


def _accounts(slot: Slot, campaign: Campaign) -> Iterator[AccountView]:
    languages = slot.languages or campaign.languages
    if slot.accounts:
        yield from (_named(name, slot, campaign) for name in slot.accounts)
        return
    for channel in slot.channels:
        if not slot.cities:
            yield from (AccountView(f"{channel}-{tag.lower()}", channel, tag) for tag in languages)
            continue
        for city in _open_cities(slot, campaign):
            yield from _group(channel, city, languages)


def _open_cities(slot: Slot, campaign: Campaign) -> Iterator[City]:
    for city in campaign.cities:
        if city.risk is Risk.OPEN and (slot.cities == "all" or city.id in slot.cities):
            yield city


def _named(name: str, slot: Slot, campaign: Campaign) -> AccountView:
    platform = next((part for part in name.split("-") if part in LIMITS), ANYWHERE)
    languages = slot.languages or campaign.languages
    tag = next((tag for tag in languages if tag.lower() in name.split("-")), languages[0])
    city = next((city.id for city in _open_cities(slot, campaign)), None) if slot.cities else None
    return AccountView(name, platform, tag, city)
