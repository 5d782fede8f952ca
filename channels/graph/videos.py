"""Videos of a Page: uploaded in pieces that nobody sees, then published by one last request.

developers.facebook.com/docs/graph-api/reference/page/videos, ``upload_phase``. Meta says how large each piece is to
be, works on the video afterwards, and shows it some minutes later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from channels.base import CannotTell, Finding, OutgoingMedia, OutgoingPost, Prepared, Receipt
from channels.graph.client import UNREADABLE, Graph

SITE: Final = "https://www.facebook.com"
SHOWN: Final = "published,created_time,permalink_url"


@dataclass(frozen=True, slots=True)
class PageVideos:
    """The videos of one Page."""

    graph: Graph
    page: str

    async def upload(self, media: OutgoingMedia) -> Prepared:
        """Upload the pieces that Meta asks for. A video that is never published vanishes by itself.

        Raises:
            Refused, NotAuthorised, RateLimited, Unreachable: It was not taken.
        """
        begun = await self._step({"upload_phase": "start", "file_size": str(len(media.data))})
        try:
            video, session = str(begun["video_id"]), str(begun["upload_session_id"])
        except KeyError:
            raise self.graph.unreadable() from None
        start, end = self._piece(begun)
        while start != end:
            told = await self._transfer(session, media, start, end)
            if told[0] <= start:
                raise self.graph.unreadable()
            start, end = told
        return {"video": video, "session": session}

    async def publish(self, text: str, post: OutgoingPost, prepared: Prepared) -> Receipt:
        """Say the last word of the upload, which makes it public.

        Raises:
            ChannelError: As for ``Channel.publish``.
        """
        video, session = prepared.get("video"), prepared.get("session")
        if not (video and session):
            raise self.graph.errors.unreachable("the video was not uploaded")
        last = {"upload_phase": "finish", "upload_session_id": str(session), "description": text}
        receipt = await self.graph.publish(self._place, last, post, remote_id=str(video))
        return _on_site(receipt)

    async def find(self, video: str) -> Finding:
        """Ask the video itself. One that is not shown yet may only be waiting, so that is no answer."""
        shown = await self.graph.get(video, fields=SHOWN)
        if shown.get("published") is True:
            return _on_site(self.graph.receipt({**shown, "id": video}))
        return CannotTell(
            "Facebook has the video and does not show it yet; look at the Page in some minutes"
        )

    @property
    def _place(self) -> str:
        return f"{self.page}/videos"

    async def _transfer(self, session: str, media: OutgoingMedia, start: int, end: int) -> tuple[int, int]:
        data = {"upload_phase": "transfer", "upload_session_id": session, "start_offset": str(start)}
        files = {"video_file_chunk": (media.file_name, media.data[start:end], "application/octet-stream")}
        return self._piece(await self._step(data, files))

    async def _step(
        self, data: Mapping[str, str], files: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        return await self.graph.send(self._place, data, files)

    def _piece(self, told: Mapping[str, Any]) -> tuple[int, int]:
        try:
            return int(told["start_offset"]), int(told["end_offset"])
        except UNREADABLE:
            raise self.graph.unreadable() from None


def _on_site(receipt: Receipt) -> Receipt:
    """Facebook gives a video's address without its site."""
    url = receipt.url
    return replace(receipt, url=f"{SITE}{url}") if url and url.startswith("/") else receipt
