"""Public posts in her own words: she writes a sentence, the bot says what to mend, keeps nothing, and opens her app with it."""

from collections.abc import Sequence
from html import escape
from typing import Final

from bot.telegram.choices import code, coded
from bot.telegram.handlers.mine import mine
from bot.telegram.hints import hints
from bot.telegram.spoken import own_name
from bot.telegram.table import answer, button
from bot.telegram.talk import Talk
from channels.base import Button, Rows
from channels.telegram.keyboards import can_copy
from content.models import Campaign
from content.own_words import APPS, OPENERS, Fault, Mend, check_own_words, composer, tag_in
from schedules.ledger import cards
from schedules.people import volunteers

APP_NAMES: Final = {
    "x": "X",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "snapchat": "Snapchat",
}
LONGEST_MARKUP: Final = 9_000
"""Bytes of all buttons together; Telegram takes about 9,500 (github.com/tdlib/telegram-bot-api/issues/165)."""


@button("words")
async def write(talk: Talk, letter: str) -> None:
    """Ask for her sentence; once, before the first, which apps she has."""
    if talk.volunteer is None:
        return
    if not talk.volunteer.apps:
        await _ask_apps(talk, (), letter)
        return
    await _ask_words(talk, letter)


@button("words_in")
async def write_in(talk: Talk, choice: str) -> None:
    """The same, helped in the other language that she reads."""
    letter, _, given = choice.partition(".")
    if talk.volunteer is not None:
        await _ask_words(talk, letter, coded(given, talk.volunteer.tongues))


@button("app")
async def toggle(talk: Talk, choice: str) -> None:
    """She has this app, or has it not."""
    if talk.volunteer is None:
        return
    number, _, letter = choice.partition(".")
    app, chosen = APPS[int(number)], set(talk.volunteer.apps)
    kept = tuple(name for name in APPS if name in chosen ^ {app})
    await volunteers.change(talk.means.store, talk.known().id, apps=kept)
    await _ask_apps(talk, kept, letter)


@button("apps_done")
async def apps_done(talk: Talk, letter: str) -> None:
    """These are her apps."""
    await _ask_words(talk, letter)


@answer("words")
async def check(talk: Talk, letter: str) -> None:
    """Say what to mend, or give back her sentence with buttons that open her apps with it."""
    campaign = await talk.campaign()
    if campaign is None or talk.volunteer is None:
        return
    text, apps = talk.text.strip(), talk.volunteer.apps
    mends = check_own_words(text, campaign, talk.volunteer.language, apps)
    if mends:
        await talk.expect(f"words:{letter}")
        told = [_told(talk, mend, campaign) for mend in mends]
        await talk.say(
            talk.words.say("Nearly there. To mend:")
            + "\n\n"
            + "\n".join(f"• {escape(line)}" for line in told)
            + "\n\n"
            + talk.words.say("Write it once more. Nothing of it is kept.")
        )
        return
    await talk.say(
        f"<code>{escape(text)}</code>\n\n"
        + talk.words.say(
            "In your own words, and the tag is right. A tap on the text copies it; a button opens your app. "
            "Nothing of it is kept, and nobody sees whether you post it."
        ),
        _composers(talk, text, apps, letter),
    )


async def _ask_words(talk: Talk, letter: str, language: str | None = None) -> None:
    campaign, volunteer = await talk.campaign(), talk.volunteer
    if campaign is None or volunteer is None:
        return
    await talk.expect(f"words:{letter}")
    asked = talk.words.say(
        "Write one or two sentences of your own and send them here. At the end, on a line of its own, the tag:"
    )
    asked += f"\n<code>{escape(tag_in(campaign, volunteer.language))}</code>"
    shown = language or volunteer.language
    helps, other = await _helps(talk, campaign, letter, shown), volunteer.other_than(shown)
    rows: Rows = ()
    if other is not None and await _helps(talk, campaign, letter, other):
        text = talk.words.say("In {language}", language=own_name(other))
        rows = ((talk.button(text, "words_in", f"{letter}.{code(other)}"),),)
    tell = talk.say if language is None else talk.show
    await tell("\n\n".join(filter(None, (asked, helps))), rows)


async def _helps(talk: Talk, campaign: Campaign, letter: str, language: str) -> str:
    """Facts and angles of the prompt that she writes about."""
    volunteer = mine(talk)
    written = await cards.written(talk.means.store, volunteer.person, int(letter))
    prompt = next((each for each in campaign.prompts if written and each.id == written.prompt.id), None)
    today = volunteer.today(talk.means.clock.now())
    return hints(campaign, prompt, language, today, talk.words) if prompt else ""


async def _ask_apps(talk: Talk, chosen: Sequence[str], letter: str) -> None:
    keys = [
        talk.button(f"{'✓ ' if app in chosen else ''}{APP_NAMES[app]}", "app", f"{number}.{letter}")
        for number, app in enumerate(APPS)
    ]
    rows = [*_in_rows(keys, 3)]
    if chosen:
        rows.append((talk.button(talk.words.say("Go on"), "apps_done", letter),))
    await talk.show(
        talk.words.say("Which of these apps are on your phone? Asked only once; /mydata shows it."),
        tuple(rows),
    )


def _told(talk: Talk, mend: Mend, campaign: Campaign) -> str:
    tag = tag_in(campaign, talk.volunteer.language if talk.volunteer else "en")
    match mend.fault:
        case Fault.TAG_MISSING:
            return talk.words.say("The tag is missing. On the last line:\n{tag}", tag=tag)
        case Fault.TAG_MISSPELT:
            return talk.words.say(
                "The tag is spelt differently. Not:\n{wrong}\nbut:\n{tag}", wrong=mend.detail, tag=tag
            )
        case Fault.TAG_LOST:
            return talk.words.say("The tag once, alone on the last line:\n{tag}", tag=tag)
        case Fault.TOO_LONG:
            return talk.words.count(
                "{n} character too long for {app}.",
                "{n} characters too long for {app}.",
                mend.excess,
                app=APP_NAMES[mend.detail],
            )
        case Fault.OURS:
            return talk.words.say(
                "This is one of the campaign's own texts. What would you say to a friend?"
            )
        case Fault.TOO_SHORT:
            return talk.words.say("A sentence has a few words more.")


def _composers(talk: Talk, text: str, apps: Sequence[str], letter: str) -> Rows:
    """Buttons that open her apps, as many as Telegram takes, and *Done*."""
    buttons: list[Button] = []
    if can_copy(text) and any(app in OPENERS for app in apps):
        buttons.append(Button(talk.words.say("Copy"), copy=text))
    room = LONGEST_MARKUP
    for app in apps:
        url = composer(app, text)
        room -= len(url)
        if room > 0:
            buttons.append(Button(APP_NAMES[app], url=url))
    done = talk.button(talk.words.say("Done"), "done", letter)
    return (*_in_rows(buttons, 2), (done,))


def _in_rows(buttons: Sequence[Button], most: int) -> Rows:
    return tuple(tuple(buttons[start : start + most]) for start in range(0, len(buttons), most))
