"""The campaign, as validated values. Field names are the keys of the campaign folder's TOML files."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Texts = Mapping[Language, Line]
"""One line of text per language."""


class Part(BaseModel):
    """Base of everything in a campaign: immutable, and unknown keys are problems."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class AskKind(StrEnum):
    """What the reader is asked to do."""

    SIGN = "sign"
    CALL = "call"
    WRITE = "write"
    POST = "post"
    ATTEND = "attend"
    DONATE = "donate"
    SHARE = "share"
    REPORT = "report"


class Effort(StrEnum):
    """How much an ask costs the reader."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Risk(StrEnum):
    """How dangerous it is to be found out in a city. A guarded city has no groups and no public lists."""

    OPEN = "open"
    GUARDED = "guarded"


class Gap(StrEnum):
    """What becomes of a wall time that the clocks jump over."""

    SHIFT = "shift"
    SKIP = "skip"
    REFUSE = "refuse"


class Overlap(StrEnum):
    """Which of two equal wall times is meant when the clocks go back."""

    FIRST = "first"
    SECOND = "second"


class Weekday(StrEnum):
    """A day of the week, as written in ``on_days``."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Goal(Part):
    """Something that can be counted. ``by`` is the date at which the number should be reached."""

    text: Texts
    number: int = Field(gt=0)
    unit: Line
    by: date | None = None


class Phase(Part):
    """A stretch of the campaign. ``gate`` is the question that opens the next phase."""

    id: Slug
    title: Texts
    starts_on: date
    ends_on: date
    gate: Line


class Hashtag(Part):
    """The one campaign tag, written without ``#``, in one script or two.

    Attributes:
        tags: The canonical spellings, one per script, the main one first.
        extra_scripts: Names of further scripts that the campaign insists on, such as ``Cyrillic``.
        accepted_distinct: Tags that look close to ours and are known to be something else.
        rivals: Tags that split our audience; found in any text, they are a problem.
    """

    tags: tuple[str, ...] = Field(min_length=1)
    extra_scripts: tuple[str, ...] = ()
    accepted_distinct: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


class Partner(Part):
    """An organisation that owns accounts and may withdraw them alone."""

    id: Slug
    name: Line
    url: str | None = None


class Identity(Part):
    """How the campaign looks and speaks. Colours are ``#rrggbb``."""

    colours: tuple[Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")], ...] = ()
    slogans: tuple[Texts, ...] = ()


class ReviewRules(Part):
    """What a text must pass before anyone may approve it.

    Attributes:
        approvals: How many different people approve each post.
        author_may_approve: Whether the person who queued a post may be one of them.
        banned_words: Words and phrases that this campaign does not use, per language.
        similar_days: Near-equal texts on two accounts of one platform are refused within this many days.
    """

    approvals: int = Field(default=1, ge=1, le=5)
    author_may_approve: bool = True
    banned_words: Mapping[Language, tuple[Line, ...]] = Field(default_factory=dict)
    similar_days: int = Field(default=30, ge=0, le=365)


class OfficeHours(Part):
    """When an office answers. Times are wall times in ``zone``."""

    days: tuple[Weekday, ...]
    opens: time
    closes: time
    zone: str


class Target(Part):
    """Someone who can decide, and how to reach their office."""

    id: Slug
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    office: Texts
    decides: Line | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    url: str | None = None
    hours: OfficeHours | None = None


class Claim(Part):
    """A fact with its source. After ``review_by`` it is refused until someone checks it again."""

    id: Slug
    text: Texts
    source: Line
    url: str | None = None
    review_by: date


class City(Part):
    """A place with people. ``territory`` is an ISO 3166 code; ``languages`` come most used first."""

    id: Slug
    name: Texts
    zone: str
    territory: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    languages: tuple[Language, ...] = Field(min_length=1)
    risk: Risk = Risk.GUARDED


class Ask(Part):
    """The one thing a message asks for, and what comes after it."""

    kind: AskKind
    text: Texts
    effort: Effort
    next_step: Texts
    link: str | None = None
    number: str | None = None
    place: Texts | None = None
    target: Slug | None = None


class Media(Part):
    """A picture of a message, with what it shows in words for every language.

    Attributes:
        file: Path below ``media/``.
        graphic: Whether it shows violence or injury; then ``warning`` is required.
        warning: The content warning, per language.
        identifiable_minors: Whether a child can be recognised; refused without a recorded exception.
    """

    file: str
    alt: Texts
    graphic: bool = False
    warning: Texts | None = None
    identifiable_minors: bool = False


class Variant(Part):
    """The text of a message for one language, optionally one channel, optionally one audience.

    Attributes:
        source: The template as written, without a final newline.
        file: Path relative to the campaign folder.
    """

    language: Language
    channel: str | None
    audience: Slug | None
    source: str
    file: str


class Message(Part):
    """One thing to say with one ask. ``general`` marks a text that is meant to be uniform."""

    id: Slug
    ask: Ask
    media: tuple[Media, ...] = ()
    general: bool = False
    variants: tuple[Variant, ...] = ()


class Slot(Part):
    """This message, on these accounts, at this time.

    Exactly one kind of time is given: ``at`` with an offset (an instant), ``at`` without (a wall time
    in ``zone``, or in each city's own zone where ``cities`` is given), ``relative_to`` with ``offset``,
    or ``daily_at`` between ``first_on`` and ``last_on``.

    Attributes:
        channels: Kinds of platform; every account of these kinds is meant, unless ``accounts`` names some.
        cities: City ids, or ``"all"``; the accounts of these cities are meant.
        relative_to: Another slot's id, or an action day's id.
        offset: Time from that event; negative is before it.
        late_by: How late it may still go out; ``None`` is the default of its kind of ask.
        pin: Whether to pin the post once it is out; only where the channel can.
    """

    id: Slug
    message: Slug
    channels: tuple[str, ...] = ()
    accounts: tuple[Slug, ...] = ()
    languages: tuple[Language, ...] = ()
    audience: Slug | None = None
    cities: Literal["all"] | tuple[Slug, ...] = ()
    at: datetime | None = None
    zone: str | None = None
    relative_to: Slug | None = None
    offset: timedelta | None = None
    daily_at: time | None = None
    on_days: tuple[Weekday, ...] = tuple(Weekday)
    first_on: date | None = None
    last_on: date | None = None
    gap: Gap = Gap.SHIFT
    overlap: Overlap = Overlap.FIRST
    late_by: timedelta | None = None
    silent: bool = False
    pin: bool = False


class Prompt(Part):
    """A volunteer's one small ask of the day: ``day`` counts from 1."""

    id: Slug
    day: int = Field(ge=1)
    ask: Ask
    why: Texts
    variants: tuple[Variant, ...] = ()


class ActionDay(Part):
    """One date, many cities. ``at`` with an offset is one instant; without, the same local hour everywhere."""

    id: Slug
    title: Texts
    at: datetime
    cities: Literal["all"] | tuple[Slug, ...] = "all"
    slogans: tuple[Texts, ...] = ()


class Campaign(Part):
    """One folder, one goal, one hashtag: everything a campaign says and when.

    Attributes:
        folder: Where it was loaded from.
        zone: The zone of every wall time that names no other.
        digits: Numbering system per language (``latn``, ``arab``, ``arabext``); Latin digits elsewhere.
    """

    id: Slug
    title: Texts
    goal: Goal
    interim_goals: tuple[Goal, ...] = ()
    starts_on: date
    ends_on: date
    zone: str
    languages: tuple[Language, ...] = Field(min_length=1)
    hashtag: Hashtag
    digits: Mapping[Language, Literal["latn", "arab", "arabext"]] = Field(default_factory=dict)
    phases: tuple[Phase, ...] = ()
    partners: tuple[Partner, ...] = ()
    identity: Identity = Identity()
    review: ReviewRules = ReviewRules()
    targets: tuple[Target, ...] = ()
    claims: tuple[Claim, ...] = ()
    cities: tuple[City, ...] = ()
    slots: tuple[Slot, ...] = ()
    messages: tuple[Message, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    action_days: tuple[ActionDay, ...] = ()
    folder: Path = Path()
