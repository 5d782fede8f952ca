from pathlib import Path

from content.errors import Severity
from content.reading.draft import Draft
from content.reading.files import Folder
from content.reading.parts import read_parts
from tests.support.folders import COMPLETE, edited, write_campaign


def draft_of(root: Path, changes: dict[str, str | bytes | None] | None = None) -> Draft:
    return read_parts(Folder(write_campaign(root, changes, base=COMPLETE)))


def test_a_part_knows_its_line(tmp_path: Path) -> None:
    london = draft_of(tmp_path).cities[1]
    problem = london.problem(("zone",), "code", "what", "remedy", Severity.WARNING)
    assert (problem.where, problem.line, problem.severity) == ("cities.toml", 12, Severity.WARNING)


def test_a_campaign_is_assembled_from_its_parts(tmp_path: Path) -> None:
    campaign = draft_of(tmp_path).assembled()
    assert campaign is not None
    assert [city.id for city in campaign.cities] == ["berlin", "london"]
    assert [message.id for message in campaign.messages] == ["launch"]
    assert campaign.folder == tmp_path / "campaign"


def test_without_a_head_there_is_no_campaign_and_no_language(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, {"campaign.toml": None})
    assert (draft.assembled(), draft.languages) == (None, None)


def test_broken_languages_are_not_guessed(tmp_path: Path) -> None:
    changes = edited("campaign.toml", 'languages = ["en", "de"]', "languages = 5", base=COMPLETE)
    assert draft_of(tmp_path, changes).languages is None
