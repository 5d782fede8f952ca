"""Chats: what is said in them, who belongs to them, and what people do to them."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.support.telegram.accounts import Account
from tests.support.telegram.members import ADMIN_RIGHTS, CHANNEL_RIGHTS, GROUP_RIGHTS, PERMISSIONS, Member
from tests.support.telegram.messages import Message, seconds
from tests.support.telegram.parameters import Json

if TYPE_CHECKING:
    from tests.support.telegram.world import World


@dataclass(slots=True)
class Topic:
    """One topic of a forum."""

    id: int
    name: str
    creator: Account
    icon_color: int = 7322096
    closed: bool = False

    def wire(self) -> Json:
        return {"message_thread_id": self.id, "name": self.name, "icon_color": self.icon_color}


@dataclass(slots=True)
class InviteLink:
    """A link into a chat; ``used`` counts the people who came by it."""

    url: str
    creator: Account
    creates_join_request: bool = False
    name: str | None = None
    member_limit: int | None = None
    expires: int | None = None
    revoked: bool = False
    used: int = 0

    def wire(self) -> Json:
        optional = {"name": self.name, "member_limit": self.member_limit, "expire_date": self.expires}
        return {
            "invite_link": self.url,
            "creator": self.creator.wire(),
            "creates_join_request": self.creates_join_request,
            "is_primary": False,
            "is_revoked": self.revoked,
            **{name: value for name, value in optional.items() if value is not None},
        }


@dataclass(eq=False, repr=False)
class Chat:
    """A private chat, group, supergroup or channel. ``messages`` is what it shows now, oldest first."""

    world: "World"
    id: int
    type: str
    title: str
    username: str | None = None
    is_forum: bool = False
    protects_content: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    history: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    links: dict[str, InviteLink] = field(default_factory=dict)
    join_requests: dict[int, datetime] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    migrated_to: int | None = None

    def __post_init__(self) -> None:
        own = self.type in {"supergroup", "channel"}
        self._ids = count(1) if own else self.world.message_ids

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    @property
    def messages(self) -> list[Message]:
        return [message for message in self.history.values() if not message.deleted]

    @property
    def pinned(self) -> list[Message]:
        return [message for message in self.messages if message.pinned]

    @property
    def text(self) -> str:
        """Everything it shows now, as text."""
        return "\n".join(message.shown() for message in self.messages)

    @property
    def last(self) -> Message:
        """The newest message."""
        return self.messages[-1]

    @property
    def bot(self) -> Member:
        """The bot's standing here."""
        return self.member(self.world.bot)

    def member(self, account: Account) -> Member:
        return self.members.get(account.id, Member(account))

    def wire(self) -> Json:
        if self.is_private:
            person = self.world.users[self.id]
            names: Json = {"first_name": person.first_name, "username": person.username}
        else:
            names = {"title": self.title, "username": self.username, "is_forum": self.is_forum or None}
        known = {name: value for name, value in names.items() if value is not None}
        return {"id": self.id, "type": self.type, **known}

    def keep(self, sender: Account, content: Json, **more: Any) -> Message:
        """Add a message without telling anybody."""
        message = Message(next(self._ids), self, sender, self.world.clock.now(), content, **more)
        self.history[message.id] = message
        return message

    def report(self, by: Account, content: Json, *, thread: int | None = None) -> Message:
        """Add a service message and tell the bot."""
        message = self.keep(by, content, thread=thread)
        if self.is_private or self.bot.present:
            self.world.tell("channel_post" if self.type == "channel" else "message", message.wire())
        return message

    def set_member(
        self, account: Account, status: str, rights: frozenset[str] = frozenset(), **more: Any
    ) -> None:
        """Give an account a standing and tell the bot if that concerns it or it asked to know."""
        by = more.pop("by", None) or account
        old, new = self.member(account), Member(account, status, rights, **more)
        self.members[account.id] = new
        kind = "my_chat_member" if account is self.world.bot else "chat_member"
        if kind == "chat_member" and not self.bot.manages:
            return
        change = {"chat": self.wire(), "from": by.wire(), "date": seconds(self.world.clock.now())}
        via = (
            {"via_join_request": True} if old.status == "left" and account.id in self.join_requests else {}
        )
        self.world.tell(
            kind, {**change, "old_chat_member": old.wire(), "new_chat_member": new.wire(), **via}
        )

    def add_bot(self, by: Account, *, rights: tuple[str, ...] = ()) -> None:
        """A person adds the bot, as an administrator if rights are named; channels have no other bots."""
        status = "administrator" if rights or self.type == "channel" else "member"
        self.set_member(self.world.bot, status, frozenset({"can_manage_chat", *rights}), by=by)
        if self.type != "channel":
            self.report(by, {"new_chat_members": [self.world.bot.wire()]})

    def remove_bot(self, by: Account) -> None:
        """A person throws the bot out."""
        self.set_member(self.world.bot, "kicked", by=by)

    def promote_bot(self, *rights: str, by: Account | None = None) -> None:
        """Make the bot an administrator with exactly these rights; without any, with all there are."""
        known = {*ADMIN_RIGHTS, *(CHANNEL_RIGHTS if self.type == "channel" else GROUP_RIGHTS)}
        unknown = set(rights) - known
        if unknown:
            raise LookupError(f"there are no such rights here: {sorted(unknown)}")
        held = frozenset({"can_manage_chat", *(rights or known)})
        self.set_member(self.world.bot, "administrator", held, by=by or self.owner)

    def demote_bot(self, by: Account | None = None) -> None:
        """Make the bot a plain member again."""
        self.set_member(self.world.bot, "member", by=by or self.owner)

    def restrict_bot(self, *permissions: str, by: Account | None = None) -> None:
        """Leave the bot only these permissions; without any it can read and no more."""
        unknown = set(permissions) - set(PERMISSIONS)
        if unknown:
            raise LookupError(f"there are no such permissions: {sorted(unknown)}")
        self.set_member(self.world.bot, "restricted", frozenset(permissions), by=by or self.owner)

    def promote(self, person: Account, *rights: str) -> None:
        """Make a person an administrator."""
        self.set_member(person, "administrator", frozenset({"can_manage_chat", *rights}), by=self.owner)

    @property
    def owner(self) -> Account:
        return next(member.account for member in self.members.values() if member.status == "creator")

    def request_join(self, person: Account, link: str | None = None) -> None:
        """A person asks to be let in; the bot may write to her for five minutes from now."""
        self.join_requests[person.id] = self.world.clock.now()
        if not self.bot.may("can_invite_users"):
            return
        via = {"invite_link": self.links[link].wire()} if link else {}
        asked = {"chat": self.wire(), "from": person.wire(), "user_chat_id": person.id}
        self.world.tell("chat_join_request", {**asked, "date": seconds(self.world.clock.now()), **via})

    def migrate(self) -> "Chat":
        """Turn this group into a supergroup, whose id is another one; this id is refused from now on."""
        if self.type != "group":
            raise LookupError("only a basic group becomes a supergroup")
        new = self.world.new_chat("supergroup", self.title, {**self.members})
        self.report(self.owner, {"migrate_to_chat_id": new.id})
        self.migrated_to = new.id
        new.report(self.owner, {"migrate_from_chat_id": self.id})
        return new

    def new_link(self, creator: Account, **options: Any) -> InviteLink:
        link = InviteLink(f"https://t.me/+{secrets.token_urlsafe(12)}", creator, **options)
        self.links[link.url] = link
        return link

    def add_topic(self, name: str, by: Account | None = None, icon_color: int = 7322096) -> Topic:
        """A person opens a topic."""
        shown = {"name": name, "icon_color": icon_color}
        created = self.keep(by or self.owner, {"forum_topic_created": shown})
        created.thread = created.id
        self.topics[created.id] = Topic(created.id, name, created.sender, icon_color)
        if by is not self.world.bot and self.bot.present:
            self.world.tell("message", created.wire())
        return self.topics[created.id]

    def close_topic(self, topic: int, by: Account | None = None) -> None:
        """A person closes a topic, so that nobody may write there."""
        self.topics[topic].closed = True
        self.report(by or self.owner, {"forum_topic_closed": {}}, thread=topic)

    def reopen_topic(self, topic: int, by: Account | None = None) -> None:
        """A person opens it again."""
        self.topics[topic].closed = False
        self.report(by or self.owner, {"forum_topic_reopened": {}}, thread=topic)

    def delete_topic(self, topic: int) -> None:
        """A topic goes with all that was said in it; nobody is told."""
        del self.topics[topic]
        for message in self.history.values():
            message.deleted = message.deleted or message.thread == topic
