"""What could be read of a campaign folder so far, with where each part stands."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from content.errors import Problem, Severity
from content.models import ActionDay, Campaign, City, Claim, Event, Message, Part, Prompt, Slot, Target
from content.reading.toml_file import TomlFile
from content.reading.toml_lines import KeyPath

PartType = TypeVar("PartType", bound=Part)


@dataclass(frozen=True)
class Located(Generic[PartType]):
    """A part of the campaign and where it was written.

    Attributes:
        broken: The keys that are missing or do not fit; stand-ins are in their place.
    """

    part: PartType
    file: TomlFile
    path: KeyPath = ()
    broken: frozenset[str] = frozenset()

    def problem(
        self, key: KeyPath, code: str, what: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        """A problem at a key of this part."""
        return self.file.problem((*self.path, *key), code, what, remedy, severity)


@dataclass
class Draft:
    """Every part that could be made, mended or not.

    Attributes:
        campaign: The head of the campaign.
        names: Every id that is written in the folder, also of broken parts, by kind. A kind is missing
            here where its file could not be read at all: then nobody can say that an id is unknown.
    """

    campaign: Located[Campaign] | None = None
    targets: list[Located[Target]] = field(default_factory=list)
    claims: list[Located[Claim]] = field(default_factory=list)
    cities: list[Located[City]] = field(default_factory=list)
    slots: list[Located[Slot]] = field(default_factory=list)
    messages: list[Located[Message]] = field(default_factory=list)
    prompts: list[Located[Prompt]] = field(default_factory=list)
    action_days: list[Located[ActionDay]] = field(default_factory=list)
    events: tuple[Event, ...] = ()
    names: dict[str, list[str]] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...] | None:
        """The languages of the campaign, or ``None`` where they could not be read."""
        if self.campaign is None or "languages" in self.campaign.broken:
            return None
        return self.campaign.part.languages

    def assembled(self) -> Campaign | None:
        """The campaign with all of its parts, without checking anything."""
        if self.campaign is None:
            return None
        kinds = ("targets", "claims", "cities", "slots", "messages", "prompts", "action_days")
        parts = {kind: tuple(located.part for located in getattr(self, kind)) for kind in kinds}
        return self.campaign.part.model_copy(update=parts | {"events": self.events})
