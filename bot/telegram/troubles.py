"""What is wrong with a text, in the reader's language; what has no wording of ours is told in English, and said to be."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from content.errors import Problem, Severity
from content.later import Phrase, later
from content.words import Words

SAID: Final[Mapping[str, Phrase]] = {
    "tag-missing": later("The campaign's tag is missing, or misspelt."),
    "tag-near": later("It has a tag that is close to ours but another one."),
    "tag-spelling": later("The campaign's tag is missing, or misspelt."),
    "tag-look-alike": later("It has a tag that looks like ours and has a foreign letter in it."),
    "tag-repeated": later("It has the campaign's tag more than once."),
    "tag-lost": later("A platform would not read the tag as a tag. Put it alone on the last line."),
    "tag-glued": later("Something stands close to the tag. Put it alone on the last line."),
    "tag-rival": later("It has a tag of others that this campaign does not use."),
    "bidi-control": later("It has invisible marks of direction. Type it anew without them."),
    "control-character": later("It has characters that cannot be shown. Type it anew without them."),
    "text-empty": later("There is no text."),
    "ask-not-in-text": later("The link or the number of what it asks for is not in the text."),
    "media-mixed": later("This platform does not take these pictures and videos together."),
    "media-too-many": later("There are too many pictures for this platform."),
    "media-misshapen": later("The shape of a picture does not fit this platform."),
    "media-too-large": later("A picture or the video is too large for this platform."),
    "video-not-taken": later("This platform takes no video here."),
    "video-too-long": later("The video is too long for this platform."),
    "alt-too-long": later("What is said of a picture is too long."),
    "claim-unknown": later("It names a fact that the campaign does not have."),
    "claim-unsourced": later("It names a fact without a source."),
    "minor-identifiable": later("A child can be recognised in a picture."),
    "warning-missing": later("A picture may shock people, and nothing warns of it."),
    "template-broken": later("Something between braces or percent signs cannot be read. Take it out."),
    "name-not-allowed": later("Something between braces or percent signs cannot be read. Take it out."),
    "markup-refused": later("It has formatting that cannot be shown. Write it as plain text."),
    "embargo-broken": later("It tells a place before it may be told."),
    "text-repeated": later("The same text is planned once more on this account."),
    "said-before": later("The same text was on this account before."),
    "same-minute": later("Another post of this account is planned for the same minute."),
    "minute-crowded": later("Too many posts of this account are planned for the same minute."),
    "message-repeated": later("The same message is planned twice for this account."),
    "quota-exceeded": later("The platform does not take so many posts from this account."),
    "over-budget": later("It would cost more than the budget of this account."),
    "time-missing": later("It has no time yet."),
    "time-invalid": later("Its time does not exist there, as the clocks change then."),
    "already-out": later("It is out already."),
    "over-limit": later("The text is too long."),
    "word-banned": later("It has a word that this campaign does not use."),
    "alt-missing": later("Nobody has said yet what a picture shows."),
    "media-missing": later("This platform takes no post without a picture."),
    "text-too-similar": later("It is nearly the text of another account on this platform."),
    "text-unread": later("No second person has read this text yet."),
    "variant-missing": later("There is no text in this language yet."),
    "account-held": later("Nothing goes out on this account until it is connected again."),
    "account-missing": later("No account is connected for it."),
    "approvals-missing": later("These two people are not enough to approve it."),
    "before-launch": later("It would have been before the launch, and is left out."),
    "place-missing": later("Nobody has written where people meet there: /places"),
    "video-lost": later("A video that was kept is gone. Plan the campaign again."),
    "launch-empty": later("Nothing of it would go out."),
    "office-closed": later("An office does not answer calls then."),
    "paused": later("It is stopped, so nothing goes out after the launch either."),
    "permit-missing": later("A place may not be told there: its permit is missing."),
    "claim-expired": later("It names a fact that has to be checked again."),
    "time-over": later("Its time is over."),
    "ask-incomplete": later("It does not say how to do what it asks for. Put a link into it."),
}


def told(problems: Iterable[Problem], reader_words: Words) -> str:
    """A line for each problem, errors first; empty where there is none."""
    ordered = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)
    return "\n".join(dict.fromkeys(_line(problem, reader_words) for problem in ordered))


def _line(problem: Problem, reader_words: Words) -> str:
    mark = "⚠" if problem.severity is Severity.ERROR else "·"
    said = [reader_words.of(SAID[problem.code])] if problem.code in SAID else []
    if reader_words.language == "en":
        said.append(f"{problem.what}. {problem.remedy}")
    return escape(" ".join((mark, *said))) if said else f"{mark} {_untold(problem, reader_words)}"


def _untold(problem: Problem, reader_words: Words) -> str:
    detail = escape(f"{problem.what}. {problem.remedy}")
    return reader_words.say("One of the checks says, in English:") + f"\n{detail}"
