"""What became of a post that was handed over: *Posted* with its link, or *Cannot* with the reason."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from bot.telegram.table import answer, button
from bot.telegram.talk import Talk
from schedules.accounts import accounts
from schedules.commands.actor import Actor
from schedules.commands.post_changes import Verdict, resolve_unknown
from schedules.commands.posts import show_post
from schedules.people.roles import Grant, Role

NO_LINK: Final = "-"
NO_REASON: Final = "-"


@button("posted")
async def posted(talk: Talk, number: str) -> None:
    """She has published it: where can it be seen?"""
    await talk.expect(f"link:{number}")
    await talk.say(
        talk.words.say(
            "Thank you. Send the link of number {number} here, or the sign - where it has none.",
            number=number,
        )
    )


@answer("link")
async def link(talk: Talk, number: str) -> None:
    """The link of what she has published."""
    url = talk.text.strip()
    if url != NO_LINK and not _is_web_address(url):
        await talk.expect(f"link:{number}")
        await talk.say(
            talk.words.say("That is no link. It begins with https://. Or send the sign - alone.")
        )
        return
    await _resolve(talk, number, Verdict.SENT, url=None if url == NO_LINK else url)
    await talk.say(talk.words.say("Number {number} counts as posted.", number=number))


@button("cannot")
async def cannot(talk: Talk, number: str) -> None:
    """She cannot publish it: why?"""
    await talk.expect(f"reason:{number}")
    await talk.say(
        talk.words.say(
            "Why can number {number} not be posted? One sentence, or the sign - alone. It is dropped then.",
            number=number,
        )
    )


@answer("reason")
async def reason(talk: Talk, number: str) -> None:
    """Why she cannot."""
    why = "" if talk.text.strip() == NO_REASON else talk.text
    await _resolve(talk, number, Verdict.DROP, why=why)
    await talk.say(talk.words.say("Number {number} is dropped. The coordinators see why.", number=number))


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and len(text.split()) == 1


async def _resolve(
    talk: Talk, number: str, verdict: Verdict, *, url: str | None = None, why: str = ""
) -> None:
    post, _, part = number.partition(".")
    means = talk.means
    await resolve_unknown(
        means.store,
        means.clock,
        await _holder(talk, int(post)),
        int(post),
        verdict,
        url,
        part=int(part or 1),
        why=why,
    )


async def _holder(talk: Talk, post: int) -> Actor:
    """Who acts: whoever was handed a post may say what became of it, whatever else they may do."""
    actor = await talk.actor()
    view, _ = await show_post(talk.means.store, post)
    settings = (await accounts.get(talk.means.store, view.account)).settings
    person = talk.known()
    if person.locked_at is not None or person.handle not in {settings.get("to"), settings.get("then")}:
        return actor
    return replace(
        actor, grants=(*(actor.grants or ()), Grant(Role.EDITOR, f"account:{view.account}")), proven=True
    )
