"""A small campaign as values, for tests of rendering and review."""

from datetime import date
from typing import Any

from content.models import (
    Ask,
    AskKind,
    Campaign,
    City,
    Claim,
    Effort,
    Goal,
    Hashtag,
    Identity,
    Message,
    Phase,
    Target,
    Variant,
)

TEXT = "We ask.\n\n{{ ask.text }}: {{ ask.link }}\n\n{{ hashtag }}"


def ask(**changes: Any) -> Ask:
    values: dict[str, Any] = {
        "kind": AskKind.SIGN,
        "text": {"en": "Sign the petition", "ar": "وقّعوا العريضة", "de": "Petition zeichnen"},
        "effort": Effort.MEDIUM,
        "next_step": {"en": "Bring a friend", "ar": "أحضروا صديقا", "de": "Bring jemanden mit"},
        "link": "https://example.org/sign_it_now",
        "number": "+963-11-555123",
        "target": "council",
    }
    return Ask(**{**values, **changes})


def variant(source: str = TEXT, language: str = "en", file: str = "messages/launch/en.md") -> Variant:
    return Variant(language=language, channel=None, audience=None, source=source, file=file)


def message(**changes: Any) -> Message:
    return Message(**{"id": "launch", "ask": ask(), "variants": (variant(),), **changes})


def claim(text: str = "3,200 homes were destroyed", **changes: Any) -> Claim:
    values: dict[str, Any] = {
        "id": "homes-destroyed",
        "text": {"en": text, "ar": text},
        "source": "Survey of the city council",
        "review_by": date(2027, 1, 1),
    }
    return Claim(**{**values, **changes})


def campaign(**changes: Any) -> Campaign:
    values: dict[str, Any] = {
        "id": "balloons",
        "title": {"en": "White balloons", "ar": "بالونات بيضاء"},
        "goal": Goal(
            text={"en": "10,000 signatures"}, number=10_000, unit="signatures", by=date(2026, 10, 1)
        ),
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2026, 9, 30),
        "zone": "Europe/Berlin",
        "languages": ("en", "ar", "de"),
        "hashtag": Hashtag(tags=("WhiteBalloons", "بالونات_بيضاء")),
        "digits": {"ar": "arab"},
        "phases": (
            Phase(
                id="rise",
                title={"en": "Rise"},
                starts_on=date(2026, 9, 10),
                ends_on=date(2026, 9, 20),
                gate="Did anyone answer?",
            ),
        ),
        "identity": Identity(slogans=({"en": "Look up", "ar": "انظروا إلى الأعلى"}, {"en": "Let them go"})),
        "targets": (
            Target(id="council", country="DE", office={"en": "City council"}, phone="+49 30 1234567"),
        ),
        "claims": (claim(),),
        "cities": (
            City(
                id="berlin",
                name={"en": "Berlin", "ar": "برلين"},
                zone="Europe/Berlin",
                territory="DE",
                languages=("de", "en"),
            ),
        ),
        "messages": (message(),),
    }
    return Campaign(**{**values, **changes})
