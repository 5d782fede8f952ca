"""Errors of the content floor.

ContentError
 + CampaignInvalid(problems)   the folder has problems; every one is listed
 + VariantMissing              no text in the language that was asked for
 + TemplateBroken              a template is not allowed, or failed while rendering
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops a plan; a warning is shown and the plan goes on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a campaign, where it is, and what to do about it.

    Attributes:
        code: A stable name for scripts, such as ``tag-missing``.
        where: A file relative to the campaign folder, or the name of a part of the plan.
        what: What is wrong, one sentence without the closing full stop.
        remedy: What to do, one or two full sentences.
        line: The 1-based line in the file, where it is known.
    """

    code: str
    where: str
    what: str
    remedy: str
    line: int | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}:{self.line}"
        return f"{place}: {self.what}. {self.remedy}"


class ContentError(Exception):
    """Base of every error of this floor."""


class CampaignInvalid(ContentError):
    """The campaign folder cannot be used as it is."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class VariantMissing(ContentError):
    """A message has no text for a language; nothing falls back silently."""

    def __init__(self, message: str, language: str, channel: str) -> None:
        self.message, self.language, self.channel = message, language, channel
        super().__init__(
            f"messages/{message}: no text in {language} for {channel}. "
            f"Write messages/{message}/{language}.md, or leave that language out of the slot."
        )


class TemplateBroken(ContentError):
    """A template uses something that is not allowed, or failed while it was rendered."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))
