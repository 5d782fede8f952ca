"""Every channel by its name, loaded when it is first used.

``python -m channels.registry`` writes the table of features into ``channels/README.md``.
"""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from channels.base import Channel, Feature

CHANNELS: Final[Mapping[str, str]] = {
    "telegram": "channels.telegram.channel:TelegramChannel",
    "telegram-bot": "channels.telegram.direct:DirectChannel",
    "x": "channels.x.channel:XChannel",
    "mastodon": "channels.mastodon.channel:MastodonChannel",
    "bluesky": "channels.bluesky.channel:BlueskyChannel",
    "facebook": "channels.facebook:FacebookChannel",
    "instagram": "channels.instagram:InstagramChannel",
    "threads": "channels.threads:ThreadsChannel",
    "mail": "channels.mail.channel:MailChannel",
    "feed": "channels.feed.channel:FeedChannel",
    "handoff": "channels.handoff:HandoffChannel",
    "rehearsal": "channels.rehearsal.channel:RehearsalChannel",
}
"""Where each adapter lives, as ``module:Class``. Importing is slow, so it waits until it is needed."""

BOT_CHANNEL: Final = "telegram-bot"
"""The channel of the account that writes to volunteers and answers people."""

README: Final = Path(__file__).with_name("README.md")
MATRIX_STARTS: Final = "<!-- features: written by python -m channels.registry -->\n"
AS_THERE: Final = "the platform's"
MATRIX_ENDS: Final = "<!-- end of features -->\n"


class UnknownChannel(LookupError):
    """There is no channel of that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no channel {name!r}. Choose one of {', '.join(CHANNELS)}.")


def channel_class(name: str) -> type[Channel]:
    """The adapter of a channel.

    Raises:
        UnknownChannel: Names those that there are.
    """
    try:
        module, _, attribute = CHANNELS[name].partition(":")
    except KeyError:
        raise UnknownChannel(name) from None
    found: type[Channel] = getattr(importlib.import_module(module), attribute)
    return found


def measured_channels(names: Iterable[str]) -> frozenset[str]:
    """Those of these channels that tell numbers about a published post."""
    return frozenset(name for name in names if Feature.METRICS in channel_class(name).features)


def telling_channels(names: Iterable[str]) -> frozenset[str]:
    """Those of these channels that tell how much of a quota is used."""
    return frozenset(name for name in names if Feature.QUOTA in channel_class(name).features)


def feature_matrix() -> str:
    """What each channel can do, as a Markdown table."""
    classes = [channel_class(name) for name in CHANNELS]
    return "\n".join(_rows(classes)) + "\n"


def with_matrix(document: str) -> str:
    """A document with the present table of features between its two marks."""
    before, rest = document.split(MATRIX_STARTS)
    _, after = rest.split(MATRIX_ENDS)
    return f"{before}{MATRIX_STARTS}\n{feature_matrix()}\n{MATRIX_ENDS}{after}"


def _rows(classes: list[type[Channel]]) -> Iterator[str]:
    yield _row("", *(each.name for each in classes))
    yield _row("---", *(":-:" for _ in classes))
    yield _row("longest text", *(_length(each) for each in classes))
    yield _row("with pictures", *(_caption(each) for each in classes))
    yield _row("pictures", *(_pictures(each) for each in classes))
    for feature in Feature:
        yield _row(feature.value, *("yes" if feature in each.features else "–" for each in classes))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _length(channel: type[Channel]) -> str:
    return _limit(channel, channel.limits.max_length)


def _caption(channel: type[Channel]) -> str:
    return _limit(channel, channel.limits.max_caption or channel.limits.max_length)


def _pictures(channel: type[Channel]) -> str:
    return AS_THERE if _plays_others(channel) else str(channel.limits.max_media)


def _limit(channel: type[Channel], limit: int | None) -> str:
    if _plays_others(channel):
        return AS_THERE
    return "any" if limit is None else f"{limit:,} {channel.limits.unit.value}"


def _plays_others(channel: type[Channel]) -> bool:
    return any(setting.name == "platform" for setting in channel.settings)


if __name__ == "__main__":
    README.write_text(with_matrix(README.read_text(encoding="utf-8")), encoding="utf-8")
