"""What a post demands of a channel, checked before any network."""

from channels.base import Channel, Feature, OutgoingPost
from channels.errors import FeatureMissing, Refused
from content.counting import graphemes
from content.limits import Limits, excess
from content.richtext import RichText
from content.visible import counted, visible


def demanded(post: OutgoingPost) -> frozenset[Feature]:
    """The features without which this post would lose something that was asked for."""
    wanted = {
        Feature.MEDIA: not all(media.is_video for media in post.media),
        Feature.VIDEO: is_moving(post),
        Feature.SILENT: bool(post.options.get("silent")),
        Feature.TOPICS: bool(post.options.get("topic")),
        Feature.THREADS: bool(post.thread),
        Feature.REPLIES: bool(post.options.get("reply_to")),
    }
    return frozenset(feature for feature, is_wanted in wanted.items() if is_wanted)


def require_features(channel: Channel, post: OutgoingPost) -> None:
    """Refuse a post that needs what the channel lacks.

    Raises:
        FeatureMissing: Names what is missing.
    """
    missing = demanded(post) - channel.features
    if missing:
        names = ", ".join(sorted(missing))
        raise FeatureMissing(
            channel.name,
            channel.connection.account,
            f"{channel.name} has no {names}",
            "Leave this account out of the slot, or take that wish out of it.",
        )


def require_fit(channel: Channel, post: OutgoingPost) -> None:
    """Refuse a post that the platform would refuse for its size, saying by how much.

    Raises:
        Refused: The text is too long, or a picture or video is too large or one too many.
    """
    found = excesses(post, channel.limits)
    if found:
        raise Refused(
            channel.name,
            channel.connection.account,
            "; ".join(found),
            "Shorten the text or take pictures out.",
        )


def excesses(post: OutgoingPost, limits: Limits) -> tuple[str, ...]:
    """Every limit of the platform that this post breaks, in words; empty where it fits."""
    text = counted(
        post.text, limits, alts=_alts(post), warning=post.content_warning, moving=is_moving(post)
    )
    broken = excess(text, limits, caption=bool(post.media))
    return (*(str(each) for each in broken), *_media_excesses(post, limits))


def visible_post(post: OutgoingPost, limits: Limits) -> RichText:
    """The text of a post as readers of the platform see it."""
    return visible(
        post.text, limits, alts=_alts(post), warning=post.content_warning, moving=is_moving(post)
    )


def is_moving(post: OutgoingPost) -> bool:
    """Whether the post shows a video."""
    return any(media.is_video for media in post.media)


def _alts(post: OutgoingPost) -> list[str]:
    return [media.alt for media in post.media]


def _media_excesses(post: OutgoingPost, limits: Limits) -> list[str]:
    platform = limits.platform
    if is_moving(post):
        return _video_excesses(post, limits) + _alt_excesses(post, limits)
    found = [
        f"a picture of {len(media.data):,} bytes, {platform} takes {limits.max_media_bytes:,}"
        for media in post.media
        if len(media.data) > limits.max_media_bytes
    ]
    if len(post.media) > limits.max_media:
        found.append(f"{len(post.media)} pictures, {platform} takes {limits.max_media}")
    if limits.requires_media and not post.media:
        found.append(f"no picture, {platform} takes no post without one")
    return found + _alt_excesses(post, limits)


def _video_excesses(post: OutgoingPost, limits: Limits) -> list[str]:
    first, *others = post.media
    if others:
        return ["a video beside another file, a post shows either pictures or one video"]
    if limits.video is None:
        return [f"a video, {limits.platform} takes none"]
    found = {
        "bytes": (len(first.data), limits.video.max_bytes),
        "seconds": (first.seconds, limits.video.max_seconds),
        "pixels a side": (max(first.width, first.height), limits.video.max_side),
    }
    return [
        f"a video of {size:,.0f} {unit}, {limits.platform} takes {most:,}"
        for unit, (size, most) in found.items()
        if most is not None and size > most
    ]


def _alt_excesses(post: OutgoingPost, limits: Limits) -> list[str]:
    allowed = limits.max_alt_graphemes
    lengths = [graphemes(media.alt) for media in post.media] if allowed else []
    return [
        f"a description of {each} characters, {limits.platform} takes {allowed}"
        for each in lengths
        if each > allowed
    ]
