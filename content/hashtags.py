"""The discipline of one campaign hashtag: its form, its one spelling, its place in every text."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

import regex

from content.direction import check_bidi
from content.errors import Problem, Severity
from content.grammars import extract_tags
from content.models import Hashtag
from content.scripts import script_of_language, scripts_of
from content.spelling import Kind, Likeness, compare, keys_of, words_of
from content.tag_report import TagReport, report
from content.tagform import BIDI_CONTROLS, form_faults, mended
from content.weblinks import without_links, x_links

__all__ = [
    "Kind",
    "Likeness",
    "TagReport",
    "check_bidi",
    "check_hashtag",
    "check_text",
    "compare",
    "report",
    "tag_for",
]

CAMPAIGN_FILE: Final = "campaign.toml"
MOST_TAGS: Final = 500
"""A text with more different tags is refused unread."""

_MOST_SCRIPTS: Final = 2
_HASHED: Final = regex.compile(r"[#＃]([\p{L}\p{M}\p{N}_\u200c\u200d\u00b7\-" + BIDI_CONTROLS + r"]+)")
_BARE: Final = regex.compile(r"(?<![\p{L}\p{M}\p{N}_#＃@./\-])[\p{L}\p{M}\p{N}_\u200c]{5,}+(?![@\-.]\p{L})")
_EDGES: Final = regex.compile(rf"^[{BIDI_CONTROLS}]+|[\-\u200c\u200d\u00b7{BIDI_CONTROLS}]+$")
_CONTROL_AT_TAG: Final = regex.compile(
    rf"[{BIDI_CONTROLS}]+[#＃@][\p{{L}}\p{{N}}_]+"
    rf"|[{BIDI_CONTROLS}]+https?://[^\s{BIDI_CONTROLS}]+"
    rf"|[#＃@][\p{{L}}\p{{M}}\p{{N}}_]*[{BIDI_CONTROLS}]+[\p{{L}}\p{{M}}\p{{N}}_]*"
    rf"|https?://[^\s{BIDI_CONTROLS}]+[{BIDI_CONTROLS}]+",
    regex.IGNORECASE,
)
_CONTROLS: Final = regex.compile(rf"[{BIDI_CONTROLS}]")


def tag_for(hashtag: Hashtag, language: str) -> str:
    """The campaign's tag, without ``#``, in the script of a language; the main one where there is none."""
    script = script_of_language(language)
    return next((tag for tag in hashtag.tags if script in scripts_of(tag)), hashtag.tags[0])


def check_hashtag(hashtag: Hashtag, platforms: Sequence[str]) -> tuple[Problem, ...]:
    """What is wrong with a campaign's tags before any text is read: form, scripts, platforms, rivals."""
    return (
        *(problem for tag in hashtag.tags for problem in _form_problems(tag)),
        *(problem for tag in hashtag.tags for problem in _platform_problems(tag, platforms)),
        *_script_problems(hashtag),
        *_pair_problems(hashtag),
        *_rival_problems(hashtag),
    )


def check_text(
    text: str,
    *,
    hashtag: Hashtag,
    language: str,
    platforms: Sequence[str],
    where: str,
    required: bool = True,
) -> tuple[Problem, ...]:
    """What is wrong with the tags of one text, as its readers will see it.

    The tag of the text's language stands in it exactly once, spelled exactly so, with white space on both
    sides. The campaign's tag in another script is a declared alias and may stand beside it. Every other
    token that is our tag in another spelling or in look-alike letters, or a rival, is an error; a tag that
    is only close to ours is a warning unless the campaign accepts it as something else.

    Args:
        required: Whether our tag must stand in it; a later part of a thread may do without.
    """
    tag = tag_for(hashtag, language)
    found = [_EDGES.sub("", name) for name in _HASHED.findall(_without_addresses(text))]
    distinct = list(dict.fromkeys(name for name in found if name))
    if len(distinct) > MOST_TAGS:
        return (
            _problem(
                "tag-flood", where, f"there are {len(distinct)} different tags", f"Keep #{tag} and a few."
            ),
        )
    strangers = tuple(_stranger_problems(distinct, hashtag, where))
    bare = tuple(_bare_problems(text, hashtag, where))
    misspelled = any(problem.code in {"tag-spelling", "tag-look-alike"} for problem in (*strangers, *bare))
    missed = required and not misspelled
    return (
        *_presence_problems(text, tag, found.count(tag), platforms, where, missed),
        *strangers,
        *bare,
        *_control_problems(text, where),
    )


def _problem(code: str, where: str, what: str, remedy: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(code=code, where=where, what=what, remedy=remedy, severity=severity)


def _form_problems(tag: str) -> Iterator[Problem]:
    for fault in form_faults(tag):
        remedy = f'Write "{mended(tag)}".' if mended(tag) else "Choose a tag of letters, digits and _."
        yield _problem("tag-form", CAMPAIGN_FILE, f'the tag "{tag}" cannot be used: {fault}', remedy)


def _platform_problems(tag: str, platforms: Sequence[str]) -> Iterator[Problem]:
    for platform in dict.fromkeys(platforms):
        seen = extract_tags(platform, f"#{tag}")
        if seen != (tag,):
            what = f"{platform} reads {_seen(seen)} in #{tag}"
            remedy = f"Write #{mended(tag)}." if mended(tag) not in {"", tag} else "Choose another tag."
            yield _problem("tag-platform", CAMPAIGN_FILE, what, remedy)


def _seen(tags: Sequence[str]) -> str:
    return " ".join(f"#{tag}" for tag in tags) or "no tag"


def _script_problems(hashtag: Hashtag) -> Iterator[Problem]:
    scripts = [" and ".join(sorted(scripts_of(tag))) for tag in hashtag.tags]
    for script in dict.fromkeys(script for script in scripts if scripts.count(script) > 1):
        remedy = "Keep one; a second spelling divides those who follow it."
        yield _problem("tag-script-twice", CAMPAIGN_FILE, f"there are two tags in {script} letters", remedy)
    for script in dict.fromkeys(scripts[_MOST_SCRIPTS:]):
        if script not in hashtag.extra_scripts:
            remedy = f'Leave it out, or add "{script}" to extra_scripts.'
            yield _problem(
                "tag-scripts", CAMPAIGN_FILE, f"the tag in {script} letters is one script too many", remedy
            )


def _pair_problems(hashtag: Hashtag) -> Iterator[Problem]:
    for one, other in combinations(hashtag.tags, 2):
        likeness = compare(one, other)
        if likeness.kind is not Kind.DISTINCT:
            what = f"#{one} and #{other} are too close: {likeness.reason}"
            yield _problem("tag-pair", CAMPAIGN_FILE, what, f"Keep #{one} alone.")


def _rival_problems(hashtag: Hashtag) -> Iterator[Problem]:
    for tag in hashtag.tags:
        for rival in hashtag.rivals:
            if compare(tag, rival).kind in {Kind.SAME, Kind.SAME_TAG_OTHER_SPELLING}:
                what = f"the rival #{rival.lstrip('#')} is our own #{tag} in another spelling"
                yield _problem(
                    "tag-rival",
                    CAMPAIGN_FILE,
                    what,
                    "Take it from rivals; other spellings are found anyway.",
                )


def _presence_problems(
    text: str, tag: str, count: int, platforms: Sequence[str], where: str, missed: bool
) -> Iterator[Problem]:
    if count == 0 and missed:
        yield _problem("tag-missing", where, f"the tag #{tag} is missing", "Add it once, on the last line.")
    if count > 1:
        what = f"the tag #{tag} stands there {count} times"
        yield _problem("tag-repeated", where, what, "Keep the one on the last line.")
    if count == 1:
        yield from _place_problems(text, tag, platforms, where)


def _place_problems(text: str, tag: str, platforms: Sequence[str], where: str) -> Iterator[Problem]:
    remedy = "Put it on the last line, with a space or a line end on both sides."
    lost = [
        platform for platform in dict.fromkeys(platforms) if extract_tags(platform, text).count(tag) != 1
    ]
    if lost:
        yield _problem("tag-lost", where, f"#{tag} is not read as a tag by {', '.join(lost)}", remedy)
    elif not regex.search(rf"(?:^|[ \n])#{regex.escape(tag)}(?:$|[ \n])", text):
        what = f"#{tag} touches another character"
        yield _problem("tag-glued", where, what, remedy, Severity.WARNING)


def _stranger_problems(names: Sequence[str], hashtag: Hashtag, where: str) -> Iterator[Problem]:
    for name in names:
        if name not in hashtag.tags:
            yield from _stranger_problem(name, hashtag, where)


def _stranger_problem(name: str, hashtag: Hashtag, where: str) -> Iterator[Problem]:
    closest = min(((compare(name, tag), tag) for tag in hashtag.tags), key=lambda pair: _RANK[pair[0].kind])
    likeness, tag = closest
    if likeness.kind in _VARIANT_CODES:
        yield _variant_problem(name, tag, likeness, where)
    elif _is_rival(name, hashtag):
        yield _problem("tag-rival", where, f"#{name} is a rival of #{tag}", f"Write #{tag} instead.")
    elif likeness.kind is Kind.NEAR and not _is_accepted(name, hashtag):
        what = f"#{name} is close to #{tag}: {likeness.reason}"
        remedy = f'Write #{tag}, or add "{name}" to accepted_distinct if it is something else.'
        yield _problem("tag-near", where, what, remedy, Severity.WARNING)


def _variant_problem(name: str, tag: str, likeness: Likeness, where: str) -> Problem:
    if likeness.kind is Kind.SPOOF:
        what = f"#{name} looks like #{tag} but is written with letters of {' and '.join(sorted(scripts_of(name)))}"
        return _problem("tag-look-alike", where, what, f"Delete it and type #{tag} again.")
    what = f"#{name} is another spelling of #{tag}: {likeness.reason}"
    return _problem("tag-spelling", where, what, f"Write #{tag}.")


def _is_rival(name: str, hashtag: Hashtag) -> bool:
    return any(compare(name, rival).kind in _VARIANT_CODES for rival in hashtag.rivals)


def _is_accepted(name: str, hashtag: Hashtag) -> bool:
    return any(compare(name, accepted).kind is Kind.SAME for accepted in hashtag.accepted_distinct)


def _bare_problems(text: str, hashtag: Hashtag, where: str) -> Iterator[Problem]:
    """The campaign's tags of several words, found in a text without their ``#``."""
    tags = {keys_of(tag).folded: tag for tag in hashtag.tags if len(words_of(tag)) > 1}
    words = dict.fromkeys(_BARE.findall(_without_addresses(text))) if tags else {}
    for word in words:
        tag = tags.get(keys_of(word).folded) if len(word) <= 2 * max(map(len, hashtag.tags)) else None
        if tag == word:
            what = f"{word} stands there without #"
            yield _problem(
                "tag-bare", where, what, "Write the words apart, or use the tag alone.", Severity.WARNING
            )
        elif tag:
            what = f"{word} is another spelling of #{tag}, without #"
            yield _problem("tag-spelling", where, what, f"Write #{tag}, once, or the words apart.")


def _control_problems(text: str, where: str) -> Iterator[Problem]:
    found = dict.fromkeys(_CONTROLS.sub("", match) for match in _CONTROL_AT_TAG.findall(text))
    for token in list(found)[:MOST_TAGS]:
        what = f"an invisible direction mark touches {token}"
        remedy = "Delete the mark, and put tags, handles and addresses on their own last line."
        yield _problem("bidi-control", where, what, remedy)


def _without_addresses(text: str) -> str:
    return without_links(text, x_links(text), " ")


_VARIANT_CODES: Final = frozenset({Kind.SAME, Kind.SAME_TAG_OTHER_SPELLING, Kind.SPOOF})
_RANK: Final = {kind: place for place, kind in enumerate(Kind)}
