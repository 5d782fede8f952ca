"""Letting volunteers in: a captain makes a link, one use by default, and gives it to one person."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import escape
from io import BytesIO
from typing import Final

import segno

from bot.telegram.choices import FIRST_PAGE, code, coded, paged
from bot.telegram.guarding import city_of, risk_of
from bot.telegram.spoken import spoken
from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.base import Rows
from content.later import later
from content.models import Campaign, Risk
from content.words import isolated
from schedules.commands import invites as commands
from schedules.people import invites
from schedules.people.invites import VOLUNTEER, Invite
from schedules.people.roles import Role

LASTS: Final = timedelta(days=7)
OPEN_USES: Final = 50
"""People whom one link for an open city lets in; a guarded city's lets in one."""


@command("invite", role=Role.CAPTAIN, menu=later("A link that lets volunteers in"))
async def invite(talk: Talk, argument: str) -> None:
    """Choose the city that the link is for."""
    del argument
    campaigns = await talk.means.kits.offered(await talk.means.kits.known())
    if not any([await _offer(talk, campaign, FIRST_PAGE, talk.say) for campaign in campaigns]):
        await talk.say(talk.words.say("There is no city here that you look after."))


@button("invitepage", role=Role.CAPTAIN)
async def turn_page(talk: Talk, choice: str) -> None:
    """Show other cities."""
    given, _, page = choice.partition(".")
    campaign = await _campaign(talk, given)
    if campaign is not None:
        await _offer(talk, campaign, int(page), talk.show)


@button("invite", role=Role.CAPTAIN)
async def invite_to(talk: Talk, choice: str) -> None:
    """Make the link and show it."""
    given, _, number = choice.partition(".")
    campaign = await _campaign(talk, given)
    if campaign is None or int(number) >= len(campaign.cities):
        await talk.say(talk.words.say("Ask again: /invite"))
        return
    city = campaign.cities[int(number)]
    guarded = risk_of(campaign, city.id) is Risk.GUARDED
    means = talk.means
    made = await commands.invite(
        means.store,
        means.clock,
        await talk.actor(),
        Invite(
            id=invites.new_id(),
            campaign=campaign.id,
            role=VOLUNTEER,
            city=city.id,
            uses=1 if guarded else OPEN_USES,
            expires_at=means.clock.now() + LASTS,
        ),
        guarded=guarded,
    )
    await _show(talk, campaign, made)


@button("revoke", role=Role.CAPTAIN)
async def revoke(talk: Talk, name: str) -> None:
    """Close a link that lets people in."""
    await commands.revoke(talk.means.store, talk.means.clock, await talk.actor(), name)
    await talk.show(talk.words.say("This link lets nobody in any more."))


async def _offer(
    talk: Talk, campaign: Campaign, page: int, tell: Callable[[str, Rows], Awaitable[object]]
) -> bool:
    """Show the cities of a campaign that they look after. Whether there are some."""
    actor, language, name = await talk.actor(), talk.words.language, code(campaign.id)
    rows = tuple(
        (talk.button(spoken(city.name, language, campaign), "invite", f"{name}.{number}"),)
        for number, city in enumerate(campaign.cities)
        if actor.may(Role.CAPTAIN, {f"campaign:{campaign.id}", f"city:{city.id}"})
    )
    if rows:
        title = escape(isolated(spoken(campaign.title, language, campaign)))
        shown = paged(
            rows, page, lambda label, number: talk.button(label, "invitepage", f"{name}.{number}")
        )
        await tell(talk.words.say("A link for which city?") + f"\n{title}", shown)
    return bool(rows)


async def _campaign(talk: Talk, given: str) -> Campaign | None:
    name = coded(given, await talk.means.kits.known())
    return None if name is None else await talk.means.kits.get(name)


async def _show(talk: Talk, campaign: Campaign, made: Invite) -> None:
    link = f"https://t.me/{talk.means.username}?start={talk.means.links.payload(made.id)}"
    city = city_of(campaign, made.city)
    name = spoken(city.name, talk.words.language, campaign) if city else ""
    told = talk.words.count(
        "This link lets {n} person in, for a week.",
        "This link lets {n} people in, for a week.",
        made.uses,
    )
    if risk_of(campaign, made.city) is Risk.GUARDED:
        told += "\n" + talk.words.say("Give it from hand to hand, never in public.")
    closing = talk.button(talk.words.say("Close this link"), "revoke", made.id)
    await talk.show_picture(qr_code(link))
    await talk.say(f"<b>{escape(isolated(name))}</b>\n{escape(told)}\n\n{link}", ((closing,),))


def qr_code(link: str) -> bytes:
    """A link as a picture that a phone's camera reads; 15 % of it may be lost."""
    page = BytesIO()
    segno.make(link, error="m").save(page, kind="png", scale=8, border=4)
    return page.getvalue()
