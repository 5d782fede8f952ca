"""The campaign, as validated values. Field names are the keys of the campaign folder's TOML files."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
PostOnX = Annotated[
    str,
    StringConstraints(pattern=r"^https://(www\.)?(x|twitter)\.com/[A-Za-z0-9_]{1,15}/status/[0-9]{1,19}$"),
]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Texts = Mapping[Language, Line]
"""One line of text per language."""


Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000)]
"""A text of several lines."""
Hint = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A thought to start from, shorter than a text of one's own."""


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


class Level(StrEnum):
    """What is safe for a volunteer: who may come to see that they act. From the least to the most."""

    NOBODY = "nobody"
    ONE = "one"
    """One recipient, such as an office that gets a letter."""
    PUBLIC = "public"


LEVELS: Final = tuple(Level)

SEEN_BY: Final[Mapping[AskKind, Level]] = {
    AskKind.POST: Level.PUBLIC,
    AskKind.SHARE: Level.PUBLIC,
    AskKind.ATTEND: Level.PUBLIC,
    AskKind.WRITE: Level.ONE,
    AskKind.CALL: Level.ONE,
    AskKind.DONATE: Level.ONE,
}
"""Who comes to see that somebody did what was asked; nobody, where the kind of ask is not listed."""


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
    number: int = Field(gt=0, le=10_000_000_000)
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

    colours: tuple[Colour, ...] = ()
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


DOOR: Final = "door-"
"""How the ids of slots and messages begin that were made at a door; none in a folder may."""

VIDEO_SUFFIXES: Final = (".mp4", ".m4v", ".mov", ".webm")


def is_video(file: str) -> bool:
    """Whether a file below ``media/`` is meant as a video, by its name."""
    return file.lower().endswith(VIDEO_SUFFIXES)


class Media(Part):
    """A picture or the video of a message, with what it shows in words for every language.

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
        reply_to: The address of the post that it answers; only on X, once, by one account that is named.
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
    reply_to: PostOnX | None = None


class Prompt(Part):
    """A volunteer's one small ask of the day, or one of the few asks that train whoever would like to do more.

    Attributes:
        day: Counts from 1, the first day of the campaign. Several prompts of one day differ in their level. Of a
            training prompt it is the place among the training prompts.
        seen_by: Who may come to see that a volunteer acted; ``None`` is the default of its kind of ask.
        wordings: Ready texts of a letter, each in any of the languages. Only letters to an office have them:
            public posts are in a volunteer's own words.
        angles: Thoughts to start from in one's own words, for posts, letters and calls.
        training: Whether it is kept for those who would like to do more, who take one after the other.
    """

    id: Slug
    day: int = Field(ge=1, le=3_660)
    ask: Ask
    why: Texts
    seen_by: Level | None = None
    wordings: tuple[Mapping[Language, Passage], ...] = Field(default=(), max_length=10)
    angles: tuple[Mapping[Language, Hint], ...] = Field(default=(), max_length=10)
    training: bool = False
    variants: tuple[Variant, ...] = ()

    @property
    def level(self) -> Level:
        """Who may come to see that a volunteer acted: what the folder says, or what its kind of ask implies."""
        return self.seen_by or SEEN_BY.get(self.ask.kind, Level.NOBODY)


class StepKind(StrEnum):
    """What happens at a step of an action day."""

    POST = "post"
    PROMPT = "prompt"
    REMINDER = "reminder"
    REVEAL = "reveal"
    """The place is told, and what was under embargo may be said."""
    ROLL_CALL = "roll_call"
    """Captains and deputies say that they are there."""
    CHECK_IN = "check_in"
    """Captains are asked how it goes."""
    COUNT_CLOSES = "count_closes"
    ROUND_UP = "round_up"
    THANKS = "thanks"
    NEXT_ASK = "next_ask"


WORDLESS: Final = frozenset({StepKind.ROLL_CALL, StepKind.CHECK_IN, StepKind.COUNT_CLOSES})
"""Steps without a message of the campaign: what captains read then are our own words."""

PUBLIC: Final = frozenset({StepKind.POST, StepKind.ROUND_UP})
"""Steps that always go out on channels."""

PRIVATE: Final = frozenset({StepKind.PROMPT, *WORDLESS})
"""Steps that never do."""


class Permit(StrEnum):
    """How far a city is with the authorities."""

    NEEDED = "needed"
    APPLIED = "applied"
    GRANTED = "granted"
    NOTIFIED = "notified"
    NOT_NEEDED = "not_needed"

    @property
    def is_open(self) -> bool:
        """Whether a text may name the place."""
        return self in {Permit.GRANTED, Permit.NOTIFIED, Permit.NOT_NEEDED}


class DayCity(Part):
    """A city on an action day. In a file its id alone may stand for it.

    Attributes:
        captains: How many people run the city on the day; the second is the deputy.
        languages: What the city is written to in on this day; empty where that is what it speaks.
        capacity: How many people can come, guests included; ``None`` where nobody is turned away.
    """

    id: Slug
    captains: int = Field(default=2, ge=1, le=50)
    languages: tuple[Language, ...] = ()
    permit: Permit = Permit.NEEDED
    capacity: int | None = Field(default=None, ge=1, le=10_000_000)


class Step(Part):
    """Something that happens some time before or after T-0.

    Attributes:
        offset: Time from T-0 as it passes, whatever the clocks do meanwhile; negative is before it.
        message: What is said; only steps of ``WORDLESS`` have none.
        cities: Ids of cities, or ``"all"`` of the day. Where empty, a step on channels speaks for the whole
            campaign, any other is for all cities of the day.
        channels: Kinds of platform; where empty, people are written to.
        names_place: Whether what is said tells where people meet. A reveal always does.
        late_by: How late it may still go out; ``None`` is the default of its kind of ask.
    """

    id: Slug
    kind: StepKind
    offset: timedelta
    message: Slug | None = None
    cities: Literal["all"] | tuple[Slug, ...] = ()
    channels: tuple[str, ...] = ()
    names_place: bool = False
    late_by: timedelta | None = None

    @property
    def tells_place(self) -> bool:
        """Whether it tells where people meet."""
        return self.names_place or self.kind is StepKind.REVEAL

    @property
    def is_general(self) -> bool:
        """Whether it speaks once for the whole campaign and not for each city."""
        return bool(self.channels) and not self.cities

    def includes(self, city: str) -> bool:
        """Whether it happens in a city of the day."""
        return not self.is_general and (self.cities in ("all", ()) or city in self.cities)


class Preparation(Part):
    """Something that has to be done in each city before an action day, which only a person can see."""

    id: Slug
    title: Texts


class DayChange(StrEnum):
    """What may become of an action day in a city on the day itself."""

    DELAYED = "delayed"
    MOVED = "moved"
    ENDED = "ended"
    ABORTED = "aborted"


class Changes(Part):
    """The messages that tell people of a change; approved beforehand, and sent when it comes to that.

    Attributes:
        delayed: Tells that it begins half an hour later.
        moved: Tells that the other meeting place counts; where that is, the bot adds for those who may know.
        ended: Tells that it ends now.
        aborted: Tells that it does not take place.
    """

    delayed: Slug | None = None
    moved: Slug | None = None
    ended: Slug | None = None
    aborted: Slug | None = None

    def message(self, change: DayChange) -> Slug | None:
        """What is said of one change; ``None`` where nothing is."""
        told: Mapping[DayChange, Slug | None] = {
            DayChange.DELAYED: self.delayed,
            DayChange.MOVED: self.moved,
            DayChange.ENDED: self.ended,
            DayChange.ABORTED: self.aborted,
        }
        return told[change]


def _telling(change: DayChange, message: Slug) -> Step:
    kind = StepKind.REVEAL if change is DayChange.MOVED else StepKind.REMINDER
    return Step(id=change.value, kind=kind, offset=timedelta(), message=message)


class ActionDay(Part):
    """One date, many cities. ``at``, which is T-0, with an offset is one instant; without, the same local hour.

    Attributes:
        changes: What people are told when the day comes to be changed in their city.
        embargo: Words and tags, without ``#``, that nothing says before the reveal.
        reveal_to: Who in open cities is told where people meet.
        checklist: What has to be done in each city besides what is checked by itself.
        board: Who sees the live board; a public one is made beside the private one.
        board_delay: By how much the public one lags behind, so that it tells nobody where people are now.
        colours: ``#rrggbb``, beside those of the campaign.
    """

    id: Slug
    title: Texts
    at: datetime
    cities: Literal["all"] | tuple[DayCity, ...] = "all"
    steps: tuple[Step, ...] = ()
    slogans: tuple[Texts, ...] = ()
    placards: tuple[Texts, ...] = ()
    colours: tuple[Colour, ...] = ()
    embargo: tuple[Line, ...] = ()
    reveal_to: Literal["signed-up", "all"] = "signed-up"
    changes: Changes = Changes()
    checklist: tuple[Preparation, ...] = Field(default=(), max_length=20)
    board: Literal["private", "public"] = "private"
    board_delay: timedelta = Field(default=timedelta(minutes=15), ge=timedelta())

    @property
    def reveal(self) -> Step | None:
        """The step at which the place is told, where the day has one."""
        return next((step for step in self.steps if step.kind is StepKind.REVEAL), None)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What it publishes on accounts; a round-up, once its numbers are known."""
        return tuple(self.slot_of(step) for step in self.steps if step.channels)

    @property
    def round_ups(self) -> tuple[Slot, ...]:
        """Those of its slots that say how many came."""
        return tuple(self.slot_of(step) for step in self.steps if step.kind is StepKind.ROUND_UP)

    def slot_of(self, step: Step) -> Slot:
        """A step that has a message, as a slot. Its id has a colon, so that no slot of a folder has the same."""
        slot = Slot(
            id=step.id,
            message=step.message or step.id,
            channels=step.channels,
            cities=step.cities,
            relative_to=self.id,
            offset=step.offset,
            late_by=step.late_by,
        )
        return slot.model_copy(update={"id": f"{self.id}:{step.id}"})

    @property
    def change_steps(self) -> tuple[tuple[DayChange, Step], ...]:
        """What is told of changes, each as the letters of a step at T-0, although none comes by itself."""
        told = ((change, self.changes.message(change)) for change in DayChange)
        return tuple((change, _telling(change, message)) for change, message in told if message is not None)

    def spoken_in(self, city: City) -> tuple[Language, ...]:
        """What the people of a city are written to in on this day, the most used first."""
        own = self.city(city.id)
        return own.languages if own is not None and own.languages else city.languages

    def city(self, name: str) -> DayCity | None:
        """What the day says of a city; ``None`` where it takes no part."""
        if self.cities == "all":
            return DayCity(id=name)
        return next((city for city in self.cities if city.id == name), None)


class Event(Part):
    """Something on an outside calendar, once.

    Attributes:
        calendar: The name of its file below ``calendars/``.
        uid: What the calendar calls it; the same for every date of a series.
        name: Its title as a slug.
        at: Aware, or a naive wall time where it floats with the clocks or lasts whole days.
        on: The local date on which it begins in its own zone, by which one of a series is named.
        places: Where it is and what it is about, in the calendar's words.
    """

    calendar: Slug
    uid: Line
    name: Slug
    title: Line
    at: datetime
    on: date
    lasts: timedelta
    all_day: bool
    places: tuple[Line, ...] = ()


class Campaign(Part):
    """One folder, one goal, one hashtag: everything a campaign says and when.

    Attributes:
        folder: Where it was loaded from.
        zone: The zone of every wall time that names no other.
        dormant: Whether it is only kept ready: nothing of it goes out before it is launched.
        launched_at: Since when, in UTC, a campaign goes out that was dormant; what would have been before is left out.
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
    events: tuple[Event, ...] = ()
    folder: Path = Path()
    dormant: bool = False
    launched_at: datetime | None = None

    @property
    def daily(self) -> tuple[Prompt, ...]:
        """Its prompts but for those that train."""
        return tuple(prompt for prompt in self.prompts if not prompt.training)

    @property
    def training(self) -> tuple[Prompt, ...]:
        """What whoever would like to do more is asked, in order."""
        return tuple(sorted((each for each in self.prompts if each.training), key=lambda each: each.day))

    @property
    def planned_slots(self) -> tuple[Slot, ...]:
        """Its slots and what its action days publish on accounts."""
        return (*self.slots, *(slot for day in self.action_days for slot in day.slots))

    @property
    def writes_letters(self) -> bool:
        """Whether one of its action days writes to people."""
        return any(step.message and not step.channels for day in self.action_days for step in day.steps)

    def day_of(self, slot: str) -> ActionDay | None:
        """The action day of which a slot is a step, or on which a slot of the folder hangs; ``None`` for any other."""
        name = slot.partition(":")[0] if ":" in slot else self._hangs_on(slot)
        return next((day for day in self.action_days if day.id == name), None)

    def _hangs_on(self, slot: str) -> str | None:
        return next((each.relative_to for each in self.slots if each.id == slot), None)

    def cities_of(self, day: ActionDay) -> tuple[City, ...]:
        """The cities that take part in an action day, in the order of ``cities``."""
        return tuple(city for city in self.cities if day.city(city.id) is not None)
