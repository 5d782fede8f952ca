"""Who belongs to a chat, and what they may do there."""

from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.telegram.accounts import Account

ADMIN_RIGHTS: Final = (
    *("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members"),
    *("can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)
CHANNEL_RIGHTS: Final = ("can_post_messages", "can_edit_messages")
GROUP_RIGHTS: Final = ("can_pin_messages", "can_manage_topics")
PERMISSIONS: Final = (
    *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos"),
    *("can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages"),
    *("can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info"),
    *("can_invite_users", "can_pin_messages", "can_manage_topics"),
)
PRESENT: Final = {"creator", "administrator", "member", "restricted"}


@dataclass(frozen=True, slots=True)
class Member:
    """One account's standing in one chat; ``rights`` are an administrator's, or what a restricted one may do."""

    account: Account
    status: str = "left"
    rights: frozenset[str] = field(default_factory=frozenset)
    until: int = 0

    @property
    def present(self) -> bool:
        return self.status in PRESENT

    @property
    def manages(self) -> bool:
        return self.status in {"creator", "administrator"}

    def may(self, right: str) -> bool:
        """Whether this is the owner or an administrator with this right."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)

    def may_write(self, kind: str) -> bool:
        """Whether a member of a group may send messages, photos and so on there."""
        return self.status != "restricted" or f"can_send_{kind}" in self.rights

    def wire(self) -> dict[str, Any]:
        start: dict[str, Any] = {"status": self.status, "user": self.account.wire()}
        match self.status:
            case "creator":
                return {**start, "is_anonymous": False}
            case "administrator":
                names = (*ADMIN_RIGHTS, *CHANNEL_RIGHTS, *GROUP_RIGHTS)
                held = {name: name in self.rights for name in names}
                return {**start, "can_be_edited": False, "is_anonymous": False, **held}
            case "restricted":
                held = {name: name in self.rights for name in PERMISSIONS}
                return {**start, "is_member": True, "until_date": self.until, **held}
            case "kicked":
                return {**start, "until_date": self.until}
        return start
