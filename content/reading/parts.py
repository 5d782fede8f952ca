"""Reads every file of a campaign folder into a draft."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, TypeVar

from content.errors import Problem
from content.models import (
    ActionDay,
    Campaign,
    City,
    Claim,
    Message,
    Part,
    Prompt,
    Slot,
    Target,
    Variant,
)
from content.reading.draft import Draft, Located
from content.reading.events import placed, read_events
from content.reading.files import Folder
from content.reading.items import duplicates, ids, made
from content.reading.known import is_language, shown
from content.reading.toml_file import TomlFile, read_toml
from content.reading.wording import unknown_key
from content.variants import NameFault, parse_name

PartType = TypeVar("PartType", bound=Part)

_NAMED_BY_FOLDER: Final = {
    "id": "Remove it: the id is the name of the folder or file.",
    "variants": "Remove it: texts stand in files of their own, such as en.md.",
}
_NOT_IN_CAMPAIGN: Final = {
    "folder": "Remove it.",
    "launched_at": 'Remove it: write dormant = true, and launch the campaign with "munasara launch".',
    "events": "Remove it: events stand in calendars, such as calendars/council.ics.",
    **{kind: f"Move it to {kind}.toml." for kind in ("targets", "claims", "cities", "slots")},
    **{kind: f"Move it to the folder {kind}." for kind in ("messages", "prompts", "action_days")},
}
MAX_PER_LIST: Final = 200


def read_parts(folder: Folder) -> Draft:
    """Read everything; what is wrong goes to ``folder.problems``."""
    draft = Draft()
    _read_campaign(folder, draft)
    draft.targets = _read_list(folder, draft, "targets", Target)
    draft.claims = _read_list(folder, draft, "claims", Claim)
    draft.cities = _read_list(folder, draft, "cities", City)
    draft.slots = _read_list(folder, draft, "slots", Slot)
    draft.messages = _read_messages(folder, draft)
    draft.prompts = _read_prompts(folder, draft)
    draft.events = read_events(folder, draft)
    draft.action_days = _read_action_days(folder, draft)
    return draft


def _read_campaign(folder: Folder, draft: Draft) -> None:
    file = _required(folder, "campaign.toml", "Create it: it holds the goal, the dates and the hashtag.")
    if file is None:
        return
    head = made(Campaign, file.data, file, (), folder.problems, reserved=_NOT_IN_CAMPAIGN)
    if head is not None:
        part = head.part.model_copy(update={"folder": folder.root})
        draft.campaign = replace(head, part=part)


def _read_list(folder: Folder, draft: Draft, kind: str, model: type[PartType]) -> list[Located[PartType]]:
    name = f"{kind}.toml"
    if name not in folder.names:
        draft.names[kind] = []
        if kind == "slots" and not _noted(folder, name):
            _missing(folder, name, "Create it: it says what goes out when.")
        return []
    file = read_toml(folder, name)
    if file is None:
        return []
    folder.problems.extend(unknown_key(file, (key,), (kind,)) for key in file.data if key != kind)
    items = file.data.get(kind, [])
    if not isinstance(items, list):
        what = f"{shown(kind)} is not a list"
        folder.problems.append(file.problem((kind,), "wrong-value", what, f"Write [[{kind}]] above each."))
        return []
    if items or not file.data:
        draft.names[kind] = ids(items)
    folder.problems.extend(duplicates(file, kind, items))
    return list(_read_items(folder, file, kind, items, model))


def _read_items(
    folder: Folder, file: TomlFile, kind: str, items: list[object], model: type[PartType]
) -> Iterator[Located[PartType]]:
    most = len(folder.problems) + MAX_PER_LIST
    for number, item in enumerate(items):
        if len(folder.problems) > most:
            what = f"there are more than {MAX_PER_LIST} problems in this file"
            folder.add("more-problems", file.name, what, "Correct those that are listed and check again.")
            return
        located = made(model, item, file, (kind, number), folder.problems)
        if located is not None:
            yield located


def _read_messages(folder: Folder, draft: Draft) -> list[Located[Message]]:
    found = _read_folders(folder, draft, "messages", "message.toml", Message)
    if not draft.names["messages"] and not _noted(folder, "messages"):
        _missing(folder, "messages", "Create messages/launch/message.toml and messages/launch/en.md.")
    return found


def _read_prompts(folder: Folder, draft: Draft) -> list[Located[Prompt]]:
    return _read_folders(folder, draft, "prompts", "prompt.toml", Prompt)


def _read_folders(
    folder: Folder, draft: Draft, kind: str, file_name: str, model: type[PartType]
) -> list[Located[PartType]]:
    paths = [path for path in folder.folders if path.startswith(f"{kind}/")]
    draft.names[kind] = [path.split("/")[1] for path in paths]
    found = []
    for path in paths:
        variants = _variants(folder, path)
        located = _named(folder, f"{path}/{file_name}", path, model)
        if located is not None:
            part = located.part.model_copy(update={"variants": variants})
            found.append(replace(located, part=part))
    return found


def _read_action_days(folder: Folder, draft: Draft) -> list[Located[ActionDay]]:
    names = [name for name in folder.names if name.startswith("action_days/")]
    draft.names["action_days"] = [name.split("/")[1].removesuffix(".toml") for name in names]
    found = (_named(folder, name, name.removesuffix(".toml"), ActionDay, draft) for name in names)
    return [day for day in found if day is not None]


def _named(
    folder: Folder, name: str, path: str, model: type[PartType], draft: Draft | None = None
) -> Located[PartType] | None:
    file = _required(folder, name, "Create it, or remove the folder it belongs to.")
    if file is None:
        return None
    own_id = path.split("/")[1]
    reserved = {key: remedy for key, remedy in _NAMED_BY_FOLDER.items() if key in model.model_fields}
    problems: list[Problem] = []
    data = file.data if draft is None else placed(file, draft, problems)
    located = made(model, data, file, (), problems, reserved=reserved, given={"id": own_id})
    folder.problems.extend(_about_the_name(path, problem) for problem in problems)
    return located


def _about_the_name(path: str, problem: Problem) -> Problem:
    if problem.code != "wrong-form" or not problem.what.endswith('not allowed for "id"'):
        return problem
    remedy = "Rename it with small Latin letters, digits and hyphens: launch-day."
    return Problem("name-not-allowed", path, "a folder or file cannot have this name", remedy)


def _variants(folder: Folder, path: str) -> tuple[Variant, ...]:
    names = [name for name in folder.names if name.startswith(f"{path}/") and name.endswith(".md")]
    return tuple(variant for name in names if (variant := _variant(folder, name)) is not None)


def _variant(folder: Folder, name: str) -> Variant | None:
    parsed = parse_name(name.rpartition("/")[2])
    if isinstance(parsed, NameFault):
        folder.add("text-name", name, parsed.what, parsed.remedy)
        return None
    if name.startswith("prompts/") and (parsed.channel or parsed.audience):
        folder.add("text-name", name, "the text of a prompt has a language only", "Call it en.md.")
        return None
    if not is_language(parsed.language):
        what = f"{shown(parsed.language)} is not the code of a language"
        folder.add("language-unknown", name, what, 'Use a code such as "en", "ar" or "pt-BR".')
        return None
    text = folder.text(name)
    if text is None:
        return None
    if not text.strip():
        folder.add("text-empty", name, "the text is empty", "Write it, or delete the file.")
        return None
    source = text.rstrip("\n")
    return Variant(
        language=parsed.language,
        channel=parsed.channel,
        audience=parsed.audience,
        source=source,
        file=name,
    )


def _required(folder: Folder, name: str, remedy: str) -> TomlFile | None:
    if name in folder.names:
        return read_toml(folder, name)
    if not _noted(folder, name):
        _missing(folder, name, remedy)
    return None


def _noted(folder: Folder, name: str) -> bool:
    return any(problem.where == name for problem in folder.problems)


def _missing(folder: Folder, name: str, remedy: str) -> None:
    folder.add("file-missing", name, "the file is missing", remedy)
