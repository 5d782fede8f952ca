"""A post as the record that Bluesky keeps, the same bytes at every attempt, made with the SDK's models."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from atproto_client import models
from atproto_client.models.utils import get_model_as_dict

from channels.base import OutgoingMedia, OutgoingPost, Receipt
from channels.bluesky.facets import first_link, serialise
from channels.bluesky.places import created_at
from content.richtext import RichText

GRAPHIC: Final = "graphic-media"
"""The self-label that puts a warning before pictures and videos."""


def record(post: OutgoingPost, text: RichText, blobs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The record of a post.

    Args:
        text: What readers see.
        blobs: What the server answered to the uploads of the post's files, in their order.
    """
    words, facets = serialise(text)
    value = models.AppBskyFeedPost.Record(
        text=words,
        facets=facets or None,
        created_at=created_at(post).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        langs=[post.language],
        reply=_reply(post.thread),
        embed=_shown(post.media, blobs) if post.media else _card(text),
        labels=_labels(post.media),
    )
    plain: dict[str, Any] = get_model_as_dict(value)
    return plain


def blob(value: Any) -> dict[str, Any]:
    """What a server answered to an upload, checked.

    Raises:
        ValueError: It is no reference to a blob.
    """
    checked: dict[str, Any] = models.blob_ref.BlobRef.model_validate(value).model_dump(by_alias=True)
    return checked


def _reply(thread: Sequence[Receipt]) -> models.AppBskyFeedPost.ReplyRef | None:
    if not thread:
        return None
    return models.AppBskyFeedPost.ReplyRef(root=_reference(thread[0]), parent=_reference(thread[-1]))


def _reference(published: Receipt) -> models.ComAtprotoRepoStrongRef.Main:
    uri, cid = published.remote_id.split()
    return models.ComAtprotoRepoStrongRef.Main(uri=uri, cid=cid)


def _shown(
    media: Sequence[OutgoingMedia], blobs: Sequence[Mapping[str, Any]]
) -> models.AppBskyEmbedVideo.Main | models.AppBskyEmbedImages.Main:
    return _video(media[0], blobs[0]) if media[0].is_video else _pictures(media, blobs)


def _video(media: OutgoingMedia, upload: Mapping[str, Any]) -> models.AppBskyEmbedVideo.Main:
    return models.AppBskyEmbedVideo.Main(
        alt=media.alt, video=models.blob_ref.BlobRef.model_validate(upload), aspect_ratio=_shape(media)
    )


def _pictures(
    media: Sequence[OutgoingMedia], blobs: Sequence[Mapping[str, Any]]
) -> models.AppBskyEmbedImages.Main:
    pairs = zip(media, blobs, strict=True)
    return models.AppBskyEmbedImages.Main(images=[_picture(each, upload) for each, upload in pairs])


def _picture(media: OutgoingMedia, upload: Mapping[str, Any]) -> models.AppBskyEmbedImages.Image:
    return models.AppBskyEmbedImages.Image(
        alt=media.alt, image=models.blob_ref.BlobRef.model_validate(upload), aspect_ratio=_shape(media)
    )


def _shape(media: OutgoingMedia) -> models.AppBskyEmbedDefs.AspectRatio | None:
    if not (media.width and media.height):
        return None
    return models.AppBskyEmbedDefs.AspectRatio(width=media.width, height=media.height)


def _card(text: RichText) -> models.AppBskyEmbedExternal.Main | None:
    link = first_link(text)
    if link is None:
        return None
    title = link.label if link.label != link.href else urlsplit(link.href).hostname or link.href
    external = models.AppBskyEmbedExternal.External(uri=link.href, title=title, description="")
    return models.AppBskyEmbedExternal.Main(external=external)


def _labels(media: Sequence[OutgoingMedia]) -> models.ComAtprotoLabelDefs.SelfLabels | None:
    if not any(each.sensitive for each in media):
        return None
    return models.ComAtprotoLabelDefs.SelfLabels(values=[models.ComAtprotoLabelDefs.SelfLabel(val=GRAPHIC)])
