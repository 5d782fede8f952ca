from datetime import datetime
from typing import Any

from content.allowlist import KNOWN_NAMES
from content.filters import HABITS
from content.names import identifier, names_for
from tests.content.sample import campaign, message


def _names(language: str = "en", local_at: datetime | None = None) -> dict[str, Any]:
    return names_for(campaign(), message().ask, language, "x", city=None, local_at=local_at)


def test_a_template_writes_an_id_with_underscores() -> None:
    assert identifier("homes-destroyed") == "homes_destroyed"


def test_every_name_that_a_template_may_use_has_a_value() -> None:
    assert set(_names()) - {HABITS} == set(KNOWN_NAMES)


def test_what_the_campaign_does_not_give_is_false() -> None:
    assert not _names()["at"]
    assert not _names()["city"]
