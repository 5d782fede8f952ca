"""``/photos``: a reviewer says of each picture from a city whether it may be published."""

from html import escape

from bot.telegram.spoken import spoken
from bot.telegram.table import button, command
from bot.telegram.talk import Talk
from channels.telegram.keyboards import markup
from content.later import later
from content.words import isolated
from schedules.action_days.photos import Photo
from schedules.commands import photos
from schedules.ledger.media import frozen_file
from schedules.people.roles import Role


@command("photos", role=Role.APPROVER, menu=later("Pictures from cities that wait for a decision"))
@button("phn", role=Role.APPROVER)
async def show_next(talk: Talk, after: str) -> None:
    """The next picture that waits, with its city."""
    number = int(after) if after.isdecimal() else 0
    photo = await photos.next_photo(talk.means.store, await talk.actor(), number)
    found = None if photo is None else await frozen_file(talk.means.store, photo.sha256)
    if photo is None or found is None:
        await talk.say(talk.words.say("No picture waits for your decision."))
        return
    rows = (
        (talk.button(talk.words.say("May be published"), "phq", str(photo.number)),),
        (
            talk.button(talk.words.say("Not"), "phx", str(photo.number)),
            talk.button(talk.words.say("Later"), "phn", str(photo.number)),
        ),
    )
    caption = await _caption(talk, photo)
    await talk.means.bot.send_photo(talk.chat, found[1], caption=caption, reply_markup=markup(rows))


@button("phq", role=Role.APPROVER)
async def ask(talk: Talk, number: str) -> None:
    """Whether the reviewer has looked at what matters."""
    rows = (
        (talk.button(talk.words.say("Nobody is endangered by it"), "phy", number),),
        (talk.button(talk.words.say("Not"), "phx", number),),
    )
    await talk.say(
        talk.words.say(
            "Look again. Can a face be recognised, or a place to live, of anybody who did not agree? Is a child to be "
            "recognised? Then it is not published."
        ),
        rows,
    )


@button("phy", role=Role.APPROVER)
async def clear(talk: Talk, number: str) -> None:
    """It may be published."""
    means = talk.means
    if await photos.clear(means.store, means.clock, await talk.actor(), int(number)):
        await talk.show(talk.words.say("It may be published, and stands on the board."))
    else:
        await talk.show(talk.words.say("Somebody has decided about it already."))
    await show_next(talk, number)


@button("phx", role=Role.APPROVER)
async def withhold(talk: Talk, number: str) -> None:
    """It is not published."""
    means = talk.means
    await photos.withhold(means.store, means.clock, await talk.actor(), int(number))
    await talk.say(talk.words.say("It is not published, and goes within 31 days."))
    await show_next(talk, number)


async def _caption(talk: Talk, photo: Photo) -> str:
    campaign = await talk.means.kits.get(photo.campaign)
    names = {city.id: spoken(city.name, talk.words.language, campaign) for city in campaign.cities}
    return escape(isolated(names.get(photo.city, photo.city)))
