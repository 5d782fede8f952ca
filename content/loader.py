"""From a campaign folder to a validated campaign, or to everything that is wrong with it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from content.errors import CampaignInvalid, Problem, Severity
from content.models import Campaign
from content.reading.days import check_days
from content.reading.files import Folder
from content.reading.parts import read_parts
from content.reading.references import check_pictures, check_references
from content.reading.times import check_times
from content.reading.tongues import check_languages

MAX_PER_CHECK: Final = 200
INCOMPLETE: Final = frozenset({"variant-missing", "language-missing"})
"""Codes of errors that leave a campaign which can still be shown, though not planned."""


def load_campaign(folder: Path) -> Campaign:
    """Read a campaign that has no errors; warnings do not matter here.

    Raises:
        CampaignInvalid: The folder has errors; ``problems`` lists every one, and the warnings.
    """
    campaign, problems = read_campaign(folder)
    if campaign is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise CampaignInvalid(problems)
    return campaign


def read_campaign(folder: Path) -> tuple[Campaign | None, tuple[Problem, ...]]:
    """Read a campaign folder and report every problem at once, sorted by file and line.

    Nothing in the folder is trusted, and none of it makes this fail.

    Returns:
        The campaign, and every problem. The campaign is ``None`` unless all of its parts are sound; it is
        there where nothing worse was found than warnings or texts that are still missing.
    """
    source = Folder(folder)
    draft = read_parts(source) if source.root.is_dir() else None
    if draft is None:
        return None, tuple(source.problems)
    checks = (
        check_references(draft),
        check_pictures(draft, source),
        check_times(draft),
        check_days(draft),
        check_languages(draft),
    )
    found = [problem for check in checks for problem in _capped(check)]
    problems = tuple(sorted(dict.fromkeys([*source.problems, *found]), key=_place))
    return draft.assembled() if _is_sound(problems) else None, problems


def _capped(problems: Iterator[Problem]) -> Iterator[Problem]:
    yield from islice(problems, MAX_PER_CHECK)
    if next(problems, None) is not None:
        what = f"there are more than {MAX_PER_CHECK} problems of this kind"
        yield Problem(
            "more-problems", "campaign.toml", what, "Correct those that are listed and check again."
        )


def _is_sound(problems: tuple[Problem, ...]) -> bool:
    errors = {problem.code for problem in problems if problem.severity is Severity.ERROR}
    return errors <= INCOMPLETE


def _place(problem: Problem) -> tuple[str, int]:
    return problem.where, problem.line or 0
