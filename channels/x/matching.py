"""Whether a post on X is the one that we meant.

X shows a text otherwise than it was sent: addresses become t.co, ``&`` becomes ``&amp;``, pictures become an
address at the end. Both texts are brought into one form before they are compared.
"""

import html
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

from yarl import URL

from channels.base import Receipt
from channels.sameness import one_form
from content.weblinks import without_links, x_links

EPOCH: Final = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
"""Where the milliseconds in an id of X start; an id holds them above its lowest 22 bits."""
RANDOM_BITS: Final = 22
PICTURES: Final = ("pic.x.com/", "pic.twitter.com/")


def receipt(remote_id: str) -> Receipt:
    """The proof for a post of this id, with the instant that X wrote into the id."""
    accepted_at = EPOCH + timedelta(milliseconds=int(remote_id) >> RANDOM_BITS)
    return Receipt(remote_id, f"https://x.com/i/web/status/{remote_id}", accepted_at)


def same_text(sent: str, tweet: Mapping[str, Any]) -> bool:
    """Whether a post that the API tells about (``entities``, ``note_tweet``) reads like the text that was sent."""
    return one_form(_with_bare_links(sent)) == one_form(_shown(tweet))


def _shown(tweet: Mapping[str, Any]) -> str:
    whole = tweet.get("note_tweet") or tweet
    text = str(whole.get("text", ""))
    for link in (whole.get("entities") or {}).get("urls") or ():
        if short := link.get("url"):
            text = text.replace(
                short, "" if _is_picture(link) else _bare(link.get("expanded_url") or short)
            )
    return html.unescape(text)


def _is_picture(link: Mapping[str, Any]) -> bool:
    return "media_key" in link or str(link.get("display_url", "")).startswith(PICTURES)


def _with_bare_links(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    places = x_links(text)
    for start, end in reversed(places):
        text = without_links(text, ((start, end),), _bare(text[start:end]))
    return text


def _bare(address: str) -> str:
    """An address without what X adds or changes: scheme, capitals of the host, escapes, a bare slash."""
    try:
        url = URL(address if "://" in address else f"http://{address}")
    except ValueError:
        return address
    return unquote((url.host_port_subcomponent or "") + url.raw_path_qs)
