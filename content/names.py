"""The values behind the names of a template, in one language. ``rendering.Context`` lists the names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from content.crowds import Crowd
from content.filters import HABITS, Absent, Table, habits_for
from content.hashtags import tag_for
from content.languages import chain
from content.models import ActionDay, Ask, Campaign, City, Claim, Goal, Language, Phase, Risk, Target, Texts

Named = TypeVar("Named", City, Target)

_IF: Final = "Add it to the campaign, or put it inside {{% if {0} %}}…{{% endif %}}."


def identifier(claim: str) -> str:
    """How a template writes the id of a claim: with ``_`` for ``-``."""
    return claim.replace("-", "_")


def names_for(
    campaign: Campaign,
    ask: Ask,
    language: Language,
    channel: str,
    *,
    city: str | None,
    local_at: datetime | None,
    crowd: Crowd | None = None,
    day: ActionDay | None = None,
) -> dict[str, Any]:
    """Every name that a template may use, with its value in one language."""
    return {
        HABITS: habits_for(language, _digits(campaign, language)),
        "hashtag": f"#{tag_for(campaign.hashtag, language)}",
        "language": language,
        "channel": channel,
        "languages": tuple(campaign.languages),
        "slogans": tuple(texts[language] for texts in campaign.identity.slogans if language in texts),
        "at": _given("at", local_at),
        "campaign": _table("campaign", language, campaign, ("title", "starts_on", "ends_on")),
        "goal": _goal(campaign.goal, language),
        "phase": _phase(campaign.phases, language, local_at),
        "ask": _ask(ask, language),
        "target": _target(_by_id(campaign.targets, ask.target), language),
        "city": _city(_by_id(campaign.cities, city), language),
        "claims": _claims(campaign.claims, language),
        "count": _count(crowd),
        "day": _day(campaign, day, language),
    }


def _goal(goal: Goal, language: str) -> Table:
    return _table("goal", language, goal, ("text", "number", "unit", "by"))


def _phase(phases: Sequence[Phase], language: str, local_at: datetime | None) -> Table | Absent:
    on = None if local_at is None else local_at.date()
    for phase in phases:
        if on is not None and phase.starts_on <= on <= phase.ends_on:
            return _table("phase", language, phase, ("title", "starts_on", "ends_on"))
    return _absent("phase")


def _ask(ask: Ask, language: str) -> Table:
    parts = ("kind", "text", "effort", "next_step", "link", "number", "place")
    return _table("ask", language, ask, parts)


def _target(target: Target | None, language: str) -> Table | Absent:
    if target is None:
        return _absent("target")
    return _table("target", language, target, ("office", "country", "phone", "email", "address", "url"))


def _city(city: City | None, language: str) -> Table | Absent:
    if city is None:
        return _absent("city")
    table = _table("city", language, city, ("id", "name", "languages"))
    table["country"] = city.territory
    return table


def _day(campaign: Campaign, day: ActionDay | None, language: str) -> Table | Absent:
    if day is None:
        return _absent("day")
    cities = campaign.cities_of(day)
    table = _table("day", language, day, ("title",))
    table["number"] = len(cities)
    table["cities"] = tuple(
        city.name[language] for city in cities if city.risk is Risk.OPEN and language in city.name
    )
    return table


def _claims(claims: Sequence[Claim], language: str) -> Table:
    texts = {identifier(claim.id): claim.text for claim in claims}
    return Table("claims", {name: _value(f"claims.{name}", text, language) for name, text in texts.items()})


def _count(crowd: Crowd | None) -> Table | Absent:
    if crowd is None:
        return _absent("count")
    return Table("count", {"people": crowd.about, "cities": crowd.cities, "of": crowd.of})


def _table(path: str, language: str, part: object, fields: tuple[str, ...]) -> Table:
    values = {field: _value(f"{path}.{field}", getattr(part, field), language) for field in fields}
    return Table(path, values)


def _value(path: str, value: Any, language: str) -> Any:
    if isinstance(value, Mapping):
        return _localised(path, value, language)
    if isinstance(value, str):
        return str(value)
    return _given(path, value)


def _localised(path: str, texts: Texts, language: str) -> str | Absent:
    if language in texts:
        return texts[language]
    return Absent(f"{path} has no text in {language}", f"Add {language} to it; it has: {', '.join(texts)}.")


def _given(path: str, value: Any) -> Any:
    return _absent(path) if value is None else value


def _absent(path: str) -> Absent:
    return Absent(f"{path} is printed, but the campaign does not give it here", _IF.format(path))


def _by_id(parts: Sequence[Named], wanted: str | None) -> Named | None:
    return next((part for part in parts if part.id == wanted), None)


def _digits(campaign: Campaign, language: str) -> str:
    systems = campaign.digits
    return next((systems[tag] for tag in chain(language) if tag in systems), "latn")
