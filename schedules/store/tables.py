"""Every table, as SQLAlchemy Core. Instants are UTC microseconds; wall times are naive ISO texts beside a zone."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from schedules.store.columns import Instant

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer(), "sqlite")

campaign: Final = Table(
    "campaign",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("approvals", Integer, nullable=False),
    Column("author_may_approve", Boolean, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("planned_by", Text, nullable=False),
    Column("tzdata", Text, nullable=False),
    Column("kit", Text),
    Column("dormant", Boolean, nullable=False, server_default=text("false")),
)
"""``kit`` is the folder as it was last planned, as JSON, for doors on machines that do not have the folder."""

lane: Final = Table(
    "lane",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rate", Float, nullable=False),
    Column("burst", Float, nullable=False),
    Column("tat", Instant, nullable=False),
    Column("blocked_until", Instant, nullable=False),
)
"""A GCRA bucket. ``rate`` is sends per second, ``burst`` how many may go at once."""

account: Final = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("city", Text),
    Column("partner", Text),
    Column("audience", Text),
    Column("owner", Text, nullable=False),
    Column("disclosure", Text, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("secret", LargeBinary),
    Column("destination_lane", Text, ForeignKey("lane.id"), nullable=False),
    Column("credential_lane", Text, ForeignKey("lane.id"), nullable=False),
    Column("held", Text),
    Column("held_at", Instant),
    Column("added_at", Instant, nullable=False),
    Column("quota", JSON),
    Column("expires_at", Instant),
    Column("renew_at", Instant),
    Column("renewing_until", Instant),
)
"""``held`` says why nothing is sent: a platform refused the token and a person must reconnect it. ``renew_at`` is when
the token is next exchanged for a fresh one, ``renewing_until`` the lease of whoever does it. ``quota`` is what the
platform last said: ``used``, ``allowed``, ``seconds`` and ``read_at``."""

media: Final = Table(
    "media",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("mime", Text, nullable=False),
    Column("data", LargeBinary),
)
"""``data`` is NULL where the bytes lie in a file (``schedules/store/files.py``), as those of videos do."""

post: Final = Table(
    "post",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("campaign", Text, ForeignKey("campaign.id"), nullable=False),
    Column("slot", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("account", Text, ForeignKey("account.id"), nullable=False),
    Column("city", Text),
    Column("occurrence", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("local_at", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("gap", Text, nullable=False),
    Column("overlap", Text, nullable=False),
    Column("fixed", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("digest", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Index("ix_post_campaign_local_at", "campaign", "local_at"),
)

"""``local_at`` is the wall time that was asked for; ``fixed`` where an instant was, which no clock change moves."""

delivery: Final = Table(
    "delivery",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("post", _Id, ForeignKey("post.id"), nullable=False),
    Column("kind", Text, nullable=False, server_default=text("'publish'")),
    Column("after", _Id, ForeignKey("delivery.id")),
    Column("account", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("city", Text),
    Column("partner", Text),
    Column("state", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("claim", Text),
    Column("lease_until", Instant),
    Column("prepared", JSON),
    Column("remote_id", Text),
    Column("url", Text),
    Column("accepted_at", Instant),
    Column("began_at", Instant),
    Column("reason", Text),
    Column("remedy", Text),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("post", "kind"),
    Index(
        "ix_delivery_ready",
        "account",
        "due_at",
        "id",
        sqlite_where=text("state = 'ready'"),
        postgresql_where=text("state = 'ready'"),
    ),
    Index(
        "ix_delivery_leased",
        "lease_until",
        sqlite_where=text("state IN ('claimed', 'sending')"),
        postgresql_where=text("state IN ('claimed', 'sending')"),
    ),
    Index(
        "ix_delivery_expiring",
        "expires_at",
        sqlite_where=text("state IN ('planned', 'ready')"),
        postgresql_where=text("state IN ('planned', 'ready')"),
    ),
    Index(
        "ix_delivery_after",
        "after",
        sqlite_where=text("after IS NOT NULL"),
        postgresql_where=text("after IS NOT NULL"),
    ),
    Index(
        "ix_delivery_following",
        "after",
        sqlite_where=text("after IS NOT NULL AND state IN ('planned', 'ready')"),
        postgresql_where=text("after IS NOT NULL AND state IN ('planned', 'ready')"),
    ),
    Index(
        "ix_delivery_handed_off",
        "expires_at",
        sqlite_where=text("state = 'handed_off'"),
        postgresql_where=text("state = 'handed_off'"),
    ),
    Index("ix_delivery_campaign_state", "campaign", "state"),
)
"""``due_at`` is when it may next be tried; ``planned_at`` is the moment of the plan and never moves with retries."""

attempt: Final = Table(
    "attempt",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("delivery", _Id, ForeignKey("delivery.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("began_at", Instant),
    Column("ended_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text),
)

measurement: Final = Table(
    "measurement",
    metadata,
    Column("delivery", _Id, ForeignKey("delivery.id"), primary_key=True),
    Column("hours", Integer, primary_key=True, autoincrement=False),
    Column("taken_at", Instant, nullable=False),
    Column("counts", JSON, nullable=False),
)
"""What a platform told about a published post, so many hours after it was accepted."""

recipient: Final = Table(
    "recipient",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("account.id"), nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    UniqueConstraint("account", "fingerprint"),
)
"""Who gets the letters of a list: a random name, the address sealed, and a keyed fingerprint to find it by."""

unsubscribed: Final = Table(
    "unsubscribed",
    metadata,
    Column("account", Text, ForeignKey("account.id"), primary_key=True),
    Column("fingerprint", Text, primary_key=True),
)
"""Fingerprints of those who left a list, so that no later import brings them back. The address is gone."""

approval: Final = Table(
    "approval",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("post", _Id, ForeignKey("post.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("approved_at", Instant, nullable=False),
    UniqueConstraint("post", "digest", "actor"),
)

override: Final = Table(
    "override",
    metadata,
    Column("key", Text, primary_key=True),
    Column("cancelled", Boolean, nullable=False),
    Column("local_at", Text),
    Column("zone", Text),
    Column("actor", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
)
"""What a person changed at a door; it survives re-planning of the folder."""

pause: Final = Table(
    "pause",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("paused_at", Instant, nullable=False),
    Column("resume_asked_by", Text),
)
"""``scope`` is ``everything`` or a kind and an id: ``campaign:``, ``city:``, ``partner:``, ``account:``."""

exception: Final = Table(
    "exception",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("until", Instant, nullable=False),
)
"""A recorded, expiring permission to show an identifiable minor; it takes two different people."""

worker: Final = Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("wiped_at", Instant),
)
"""``wiped_at`` is when it learned that the installation was wiped, and began nothing more."""

person: Final = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("address", LargeBinary, nullable=False),
    Column("handle", Text, unique=True),
    Column("language", Text, nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("left_at", Instant),
    Column("locked_at", Instant),
    Column("totp", LargeBinary),
    Column("totp_step", BigInteger),
    Column("open_until", Instant),
    Column("wrong_codes", Integer, nullable=False, server_default=text("0")),
    Column("wrong_until", Instant),
    Column("enrol_until", Instant),
)
"""Somebody whom the bot knows: a random pseudonym, the Telegram id sealed and bound to this row, and a keyed fingerprint
to find it by. Only people in charge have a ``handle``. ``totp`` is their sealed second factor, ``totp_step`` the last
step of it that was used, ``open_until`` how long the last code opens what needs one. ``wrong_codes`` were shown in a row,
which count until ``wrong_until``. A first second factor is set up before ``enrol_until``, or not at all."""

volunteer: Final = Table(
    "volunteer",
    metadata,
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("campaign", Text, ForeignKey("campaign.id"), nullable=False),
    Column("partner", Text),
    Column("language", Text, nullable=False),
    Column("reading", Text),
    Column("city", Text),
    Column("zone", Text, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("level", Text, nullable=False),
    Column("consent", Integer, nullable=False),
    Column("rhythm", Text, nullable=False),
    Column("paused_until", Instant),
    Column("prompted_on", Text),
    Column("active_on", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("streak", Integer, nullable=False),
    Column("done_on", Text),
    Column("apps", JSON, nullable=False),
    Column("keep_until", Instant),
    Index("ix_volunteer_campaign_language", "campaign", "language", "person"),
)
"""All that is kept of a volunteer. ``language`` is that of the prompts, ``reading`` a second one; ``hour`` a wall hour in
``zone``; ``level`` and ``rhythm`` are words of ``schedules.people.volunteers``; ``consent`` the version agreed to."""

role: Final = Table(
    "role",
    metadata,
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", Instant, nullable=False),
)
"""``scope`` is written as that of a pause, with ``language:`` besides."""

invite: Final = Table(
    "invite",
    metadata,
    Column("id", Text, primary_key=True),
    Column("campaign", Text, ForeignKey("campaign.id")),
    Column("role", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("handle", Text),
    Column("city", Text),
    Column("language", Text),
    Column("partner", Text),
    Column("uses", Integer, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
"""A link that lets people in; ``uses`` is how many it still lets in. Nobody can tell who came through it."""

expecting: Final = Table(
    "expecting",
    metadata,
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("what", Text, nullable=False),
    Column("until", Instant, nullable=False),
)
"""What the bot takes the next message of a person for, until when; never a word of the message itself."""

trace: Final = Table(
    "trace",
    metadata,
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("message", BigInteger, primary_key=True),
    Column("delete_at", Instant, nullable=False),
    Index("ix_trace_delete_at", "delete_at"),
    Index("ix_trace_message", "message"),
)
"""Messages on the phone of somebody in a guarded city, which the bot deletes at that time."""

under_way: Final = Table(
    "under_way",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey("person.id"), nullable=False),
    Column("after", BigInteger, nullable=False),
    Column("delete_at", Instant, nullable=False),
    Index("ix_under_way_person", "person"),
)
"""A message that is being sent to such a phone and has no number yet: it will be one of the next after ``after``. Where a crash
leaves this row behind, these numbers are deleted instead."""

response: Final = Table(
    "response",
    metadata,
    Column("delivery", _Id, ForeignKey("delivery.id"), primary_key=True),
    Column("answer", Text, nullable=False),
    Column("answered_at", Instant, nullable=False),
)
"""What a volunteer said of one prompt; it becomes a count and goes with the prompt's delivery."""

tally: Final = Table(
    "tally",
    metadata,
    Column("post", _Id, ForeignKey("post.id"), primary_key=True),
    Column("city", Text, primary_key=True),
    Column("sent", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("declined", Integer, nullable=False),
)
"""How many volunteers of a city got a prompt and what they said; ``city`` is empty for those who named none."""

group_chat: Final = Table(
    "group_chat",
    metadata,
    Column("account", Text, ForeignKey("account.id"), primary_key=True),
    Column("campaign", Text, ForeignKey("campaign.id"), nullable=False),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("address", LargeBinary, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("pinned", BigInteger),
    Column("shown", Text, nullable=False, server_default=text("''")),
    Column("bound_by", Text, nullable=False),
    Column("bound_at", Instant, nullable=False),
)
"""A Telegram group that the bot serves: the account that posts there, the chat's id sealed and bound to this row, a keyed
fingerprint to find it by, the numbers of its topics by purpose, the pinned prompt, and the count that was last shown below
it. ``bound_at`` is since when it has this id; messages from before have other numbers."""

waiting_group: Final = Table(
    "waiting_group",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("address", LargeBinary, nullable=False),
    Column("until", Instant, nullable=False),
)
"""A Telegram group to which the bot was added and that nobody has bound, and until when it stays there."""

audit: Final = Table(
    "audit",
    metadata,
    Column("number", _Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("mac", Text, nullable=False),
)
"""Who did what, by pseudonym or handle. Each ``mac`` covers its row and the ``mac`` before it."""

lease: Final = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Instant, nullable=False),
)
"""What only one process does at a time, who does it, and until when it is theirs."""

erasure: Final = Table(
    "erasure",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
)
"""One row where something was erased whose bytes are still in the files of the database, with when it last was."""

door_message: Final = Table(
    "door_message",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", Text, ForeignKey("campaign.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("ask", JSON, nullable=False),
    Column("exact_at", Instant),
    Column("local_at", Text),
    Column("zone", Text),
    Column("held_until", Instant),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("revision", Integer, nullable=False),
    Column("card", BigInteger),
    Column("graphic", Boolean),
    Column("warning", JSON),
)
"""A message that was queued at a door; ``language`` is that of its first text. It is due at ``exact_at``, or at
``local_at`` by the clocks of ``zone``, or of each city where that is NULL; where all are, as soon as it is approved.
``graphic`` is whether its pictures show violence, NULL while nobody has said so, and ``warning`` the warning by language.
``card`` is the number of the message on the author's phone that shows where it stands."""

door_text: Final = Table(
    "door_text",
    metadata,
    Column("message", _Id, ForeignKey("door_message.id"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("confirmed_by", Text),
)
"""A text of such a message, as it was written; ``channel`` is empty for every platform."""

door_picture: Final = Table(
    "door_picture",
    metadata,
    Column("message", _Id, ForeignKey("door_message.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("fits", JSON, nullable=False),
    Column("alt", JSON, nullable=False),
)
"""A picture of such a message. ``fits`` has for each platform the frozen bytes in ``media``, or why it takes none; ``alt``
what it shows, by language."""

door_absence: Final = Table(
    "door_absence",
    metadata,
    Column("message", _Id, ForeignKey("door_message.id"), primary_key=True),
    Column("account", Text, ForeignKey("account.id"), primary_key=True),
    Column("why", Text, nullable=False),
    Column("actor", Text, nullable=False),
)
"""Where such a message is left out, and why."""

wording: Final = Table(
    "wording",
    metadata,
    Column("prompt", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("used_on", Text, primary_key=True),
    Column("used", Integer, nullable=False),
)
"""How many people were given a ready wording of a letter on a day; not who."""

day_city: Final = Table(
    "day_city",
    metadata,
    Column("campaign", Text, ForeignKey("campaign.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("city", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("delay_minutes", Integer, nullable=False, server_default=text("0")),
    Column("place", Text, nullable=False, server_default=text("'a'")),
    Column("permit", Text),
    Column("ticked", JSON, nullable=False),
    Column("coming", Integer, nullable=False, server_default=text("0")),
    Column("came", Integer, nullable=False, server_default=text("0")),
    Column("came_along", Integer, nullable=False, server_default=text("0")),
    Column("untold", Text),
    Column("untold_at", Instant),
    Column("changed_at", Instant, nullable=False),
)
"""What people changed of an action day in one city. ``status`` is a word of ``schedules.planning.cities``; ``place`` is which
of the two meeting places counts; ``permit`` stands over what the folder says; ``ticked`` are the items of readiness that a
person ticked; ``coming`` counts those who say so in a guarded city, of whom nothing else is
kept; ``came`` and ``came_along`` are what is left, some days later, of who had signed up and their guests. ``untold`` is the last change of which people were not told, ``untold_at`` since when."""

meeting: Final = Table(
    "meeting",
    metadata,
    Column("campaign", Text, ForeignKey("campaign.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("city", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""Meeting places and contacts of a city on an action day, sealed and bound to this row. They appear nowhere else."""

sign_up: Final = Table(
    "sign_up",
    metadata,
    Column("campaign", Text, ForeignKey("campaign.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("city", Text, nullable=False),
    Column("guests", Integer, nullable=False),
    Column("signed_at", Instant, nullable=False),
    Index("ix_sign_up_person", "person"),
)
"""Who comes to an action day in an open city, and with how many others. In guarded cities nothing is kept."""

call: Final = Table(
    "call",
    metadata,
    Column("campaign", Text, ForeignKey("campaign.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("city", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("person", Text, ForeignKey("person.id"), primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Column("message", BigInteger),
    Column("answered_at", Instant),
    Column("escalated_at", Instant),
    Index("ix_call_person", "person"),
)
"""A captain was asked at a roll call or a check-in, and has answered or not. ``message`` is the question on their phone,
``escalated_at`` when their silence was passed on to the next person."""

check_in: Final = Table(
    "check_in",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", Text, ForeignKey("campaign.id"), nullable=False),
    Column("day", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("people", Integer),
    Column("happened_at", Instant, nullable=False),
    Column("told_at", Instant, nullable=False),
    Index("ix_check_in_campaign_day", "campaign", "day", "city"),
)
"""A report from a city: that it began or ended, how many people are there, or that it is in danger; never by whom. A later one
corrects an earlier one of its kind. ``happened_at`` is when the captain pressed, ``told_at`` when that arrived."""

photo: Final = Table(
    "photo",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("campaign", Text, ForeignKey("campaign.id"), nullable=False),
    Column("day", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("sha256", Text, ForeignKey("media.sha256"), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("cleared_by", Text),
    Column("reviewed_at", Instant),
    Index("ix_photo_campaign_day", "campaign", "day", "city"),
)
"""A picture from a city, drawn anew without metadata, not for publication until a reviewer has cleared it."""

day_count: Final = Table(
    "day_count",
    metadata,
    Column("campaign", Text, ForeignKey("campaign.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("frozen_at", Instant, nullable=False),
    Column("numbers", JSON, nullable=False),
)
"""The numbers of an action day as they were when its count closed; the round-up and the report say these."""

board: Final = Table(
    "board",
    metadata,
    Column("campaign", Text, ForeignKey("campaign.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("address", LargeBinary, nullable=False),
    Column("message", BigInteger),
    Column("shown", Text, nullable=False, server_default=text("''")),
    Column("language", Text, nullable=False),
)
"""The group of the organisers in which the board of an action day stands: its chat sealed and bound to this row, the number of
the message that is edited, and a digest of what it shows."""

kit_media: Final = Table(
    "kit_media",
    metadata,
    Column("campaign", Text, ForeignKey("campaign.id"), primary_key=True),
    Column("file", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("fits", JSON, nullable=False),
)
"""The pictures and videos of a dormant campaign and of round-ups, which are drawn without their folder. ``source`` is the digest of the
file in the folder; ``fits`` has for each platform the frozen bytes in ``media``, or why it takes none."""

launch: Final = Table(
    "launch",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("launched_by", Text),
    Column("launched_at", Instant),
)
"""The wish to launch a dormant campaign at an instant, and the second person's yes to the very same kit and instant."""
