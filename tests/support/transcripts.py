"""The transcripts of bot/README.md: played on the stage, and written down as phones show them.

``python -m tests.support.transcripts`` plays them anew and writes them between their marks.
"""

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.support.bot_stage import BotStage, bot_stage
from tests.support.group_stage import RIGHTS
from tests.support.queue_play import connect, prove
from tests.support.source import ROOT
from tests.support.telegram.chats import Chat
from tests.support.telegram.messages import Message
from tests.support.telegram.people import Person

README: Final = ROOT / "bot" / "README.md"
MORNING: Final = datetime(2027, 2, 2, 6, 0, tzinfo=UTC)
"""Nine in Aleppo on the second day; everybody is asked to sign."""
BEFORE: Final = datetime(2027, 1, 30, 12, 0, tzinfo=UTC)
SECOND_DAY: Final = datetime(2027, 2, 2, 8, 1, tzinfo=UTC)
MIDNIGHT: Final = datetime(2027, 2, 10, 23, 0, tzinfo=UTC)
"""00:00 on the wall in Berlin."""
SECRET: Final = re.compile(r"(?<=start=)[\w-]{16,}|\b[A-Z2-7]{32}\b")
"""What is drawn anew each time: the end of a link, the key of a second factor."""
ASIDES: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("(opens the link that somebody gave her)", "(the chat is empty)"),
    "ar": ("(فتح الرابط)", "(المحادثة فارغة)"),
}
"""How it is told that somebody comes, and that everything has vanished."""
MARK: Final = re.compile(r"<!-- transcript (\w+) -->\n.*?<!-- end of transcript -->", re.DOTALL)
ENGLISH: Final = "Tonight one light for every family: https://example.org/light\n\n#WhiteBalloons"


class Reel:
    """Writes down what somebody does, and what is new on her phone after it."""

    def __init__(
        self, stage: BotStage, person: Person, chat: Chat | None = None, *, language: str = "en"
    ) -> None:
        self.lines: list[str] = []
        self._stage, self._person, self._chat = stage, person, chat or person.chat
        self._opening, self._emptied = ASIDES[language]
        self._seen: dict[int, str] = {}

    async def says(self, text: str) -> None:
        """She writes something."""
        self._note(text)
        self._person.send(text, to=self._chat)
        await self.settles()

    async def opens(self, link: str) -> None:
        """She follows a link that lets her in."""
        self._note(self._opening)
        self._person.open_link(link)
        await self.settles()

    async def taps(self, label: str) -> None:
        """She presses the newest button that says so, also where it is ticked already."""
        pressed, message = next(
            (each, message)
            for message in reversed(self._chat.messages)
            for each in (label, f"✓ {label}")
            if any(each in row for row in message.buttons)
        )
        self._note(f"[{pressed}]")
        self._person.press(message, pressed)
        await self.settles()

    async def settles(self) -> None:
        """The bot does what it was asked, and sends what is due."""
        await self._stage.settle()
        await self._stage.send_due()
        self.look()

    def look(self) -> None:
        """Write down what is new, and what vanished."""
        shown = {
            each.id: _told(each) for each in self._chat.messages if each.sender is self._stage.world.bot
        }
        for number, told in shown.items():
            if self._seen.get(number) != told:
                self.lines += [told, ""]
        if self._seen and not self._chat.messages:
            self.lines += [self._emptied, ""]
        self._seen = shown

    def remark(self, text: str) -> None:
        """Say what happens meanwhile."""
        self.lines += [f"({text})", ""]

    def _note(self, text: str) -> None:
        self.lines += [f"> {line}".rstrip() for line in text.splitlines()] + [""]

    def __str__(self) -> str:
        return SECRET.sub("…", "\n".join(self.lines).strip())


def _told(message: Message) -> str:
    pinned = ["(pinned)"] if message.pinned else []
    rows = [" ".join(f"[{label}]" for label in row) for row in message.buttons]
    return "\n".join([*pinned, message.text, *rows])


async def berlin(stage: BotStage) -> Reel:
    """Somebody joins in Berlin, does today's task, and wants peace."""
    await stage.plan_prompts()
    await stage.send_due()
    ada = stage.world.add_user("Ada", language_code="en")
    reel = Reel(stage, ada)
    await reel.opens(await stage.invite(city="berlin"))
    for label in (
        "Next",
        "Yes, I agree",
        "Next",
        "One recipient",
        "6:00\N{NARROW NO-BREAK SPACE}PM",
        "Done",
    ):
        await reel.taps(label)
    await reel.says("stop")
    return reel


async def aleppo(stage: BotStage) -> Reel:
    """Somebody joins in a guarded city, does today's task, and is forgotten."""
    await stage.plan_prompts()
    await stage.send_due()
    amal = stage.world.add_user("Amal", language_code="ar")
    reel = Reel(stage, amal, language="ar")
    await reel.opens(await stage.invite(city="aleppo", language="ar"))
    for label in ("التالي", "نعم، موافقة", "التالي", "لا يراه أحد", "6:00 م", "فتح", "تمّ"):
        await reel.taps(label)
    reel.remark("بعد يوم")
    await stage.advance(timedelta(hours=24, minutes=1))
    reel.look()
    await reel.says("محو أثري")
    await reel.taps("محو أثري")
    return reel


async def group(stage: BotStage) -> Reel:
    """A captain binds a group, and it gets the task of the day with its count."""
    lena = await stage.comes("lena", "captain", scope="city:berlin")
    chat = stage.world.add_group("Berlin", owner=lena)
    reel = Reel(stage, lena, chat)
    chat.add_bot(lena)
    await stage.settle()
    await reel.says("/setup")
    reel.remark("she gives the bot these rights in the settings of the group")
    chat.promote_bot(*RIGHTS)
    for label in ("Look again", "Berlin", "Deutsch"):
        await reel.taps(label)
    await stage.plan_prompts()
    people = [await stage.volunteer() for _ in range(5)]
    stage.world.clock.set(SECOND_DAY)
    await stage.send_due()
    await stage.do_chores()
    reel.remark("nine in the morning of the second day")
    reel.look()
    for person in people:
        person.press(person.last, "Done")
    await stage.settle()
    stage.world.clock.advance(timedelta(minutes=4))
    await stage.do_chores()
    reel.remark("five people press Done, each in private")
    reel.look()
    return reel


async def coordinator(stage: BotStage) -> Reel:
    """An editor queues a post, looks at the grid, and stops everything."""
    await connect(stage, "en", "de", "tr")
    sara = await stage.comes("sara", "approver")
    reel = Reel(stage, sara)
    reel.look()
    reel.lines.clear()
    await reel.says("/queue en")
    await reel.says(ENGLISH)
    await reel.taps("Send what is ready, hold the rest")
    await reel.taps("Plan it now")
    await reel.says("/stop")
    await reel.taps("Stop everything")
    await reel.says("/resume everything")
    await prove(stage, sara)
    reel.look()
    await reel.says("/resume everything")
    return reel


Scene = Callable[[BotStage], Awaitable[Reel]]
SCENES: Final[Mapping[str, tuple[Scene, datetime]]] = {
    "berlin": (berlin, MORNING),
    "aleppo": (aleppo, MORNING),
    "group": (group, BEFORE),
    "coordinator": (coordinator, MIDNIGHT),
}


async def played(name: str, database_url: str) -> str:
    """One transcript, as it stands in the document."""
    scene, at = SCENES[name]
    async with bot_stage(database_url, at=at) as stage:
        told = str(await scene(stage))
    shown = f"```text\n{told}\n```"
    return f'<div dir="rtl">\n\n{shown}\n\n</div>' if name == "aleppo" else shown


async def transcripts() -> dict[str, str]:
    """Every transcript by its name."""
    found: dict[str, str] = {}
    for name in SCENES:
        with tempfile.TemporaryDirectory() as folder:
            found[name] = await played(name, f"sqlite+aiosqlite:///{Path(folder) / 'stage.db'}")
    return found


def with_transcripts(document: str, found: Mapping[str, str]) -> str:
    """A document with these transcripts between their marks."""
    return MARK.sub(
        lambda mark: f"<!-- transcript {mark[1]} -->\n\n{found[mark[1]]}\n\n<!-- end of transcript -->",
        document,
    )


if __name__ == "__main__":
    fresh = with_transcripts(README.read_text(encoding="utf-8"), asyncio.run(transcripts()))
    README.write_text(fresh, encoding="utf-8")
