"""A core: what people paste into `speak` and `listen`, and what it stands for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlencode, urlsplit

from fullhouse.errors import BadSlug, NotAllowed, Refused
from fullhouse.units import RoomSlug, room_slug


class Format(StrEnum):
    """A form in which a room can be listened to."""

    MP4 = "mp4"
    OPUS = "opus"
    AAC = "aac"
    OGG = "ogg"
    HLS = "hls"


PATHS: Final = {
    Format.MP4: "live.mp4",
    Format.OPUS: "live-opus.mp4",
    Format.AAC: "live.aac",
    Format.OGG: "live.ogg",
    Format.HLS: "hls/live.m3u8",
}
"""Where each form is found below a room's own address."""


class BadLink(Refused):
    code = "bad_link"
    message = "That is no link to a room: it should look like http://host:8000/room."


@dataclass(frozen=True, slots=True)
class Ear:
    """Where to listen.

    Attributes:
        room: the room's own address, without a slash at its end.
        stream: the address of its sound in `format`.
        key: what lets listeners into a room by invitation; empty: the link has none. No address
            here holds it, so that it is in no message and no picture.
    """

    room: str
    stream: str
    format: Format
    key: str = ""

    @property
    def state(self) -> str:
        """Return the address that says how the room stands."""
        return f"{self.room}/state.json"

    @property
    def query(self) -> dict[str, str]:
        """Return what is asked with every address."""
        return {"key": self.key} if self.key else {}

    @property
    def opened(self) -> str:
        """Return the stream's address together with the key."""
        return f"{self.stream}?{urlencode(self.query)}" if self.key else self.stream


@dataclass(frozen=True, slots=True)
class Mouth:
    """Where to speak: the room's WHIP address, the house it belongs to, and the token."""

    whip: str
    house: str
    slug: RoomSlug
    token: str

    @property
    def events(self) -> str:
        """Return the address at which the house tells what happens in the room."""
        return f"{self.house}/api/rooms/{self.slug}/events"


def ear(link: str, format: Format | None = None) -> Ear:
    """Return where to listen, from a room's link or the link of one of its streams.

    Args:
        link: `http://host/room`, or that with one of `PATHS` behind it; a room by invitation
            with its `?key=`.
        format: the form to listen in; None: what the link names, or MP4.

    Raises:
        BadLink: it is neither.
    """
    parts, path = _split(link)
    for known, ending in PATHS.items():
        if path.endswith("/" + ending):
            path = path.removesuffix("/" + ending)
            format = format or known
    _slug(path.rpartition("/")[2])
    room = f"{parts.scheme}://{parts.netloc}{path}"
    chosen = format or Format.MP4
    key = parse_qs(parts.query).get("key", [""])[-1]
    return Ear(room, f"{room}/{PATHS[chosen]}", chosen, key)


def mouth(link: str, token: str = "") -> Mouth:
    """Return where to speak, from a WHIP link, or from a studio link that holds its own token.

    Args:
        link: `http://host/whip/room`, or `http://host/studio/room#token`.
        token: the room's speaker or host token; that of the link counts where it is empty.

    Raises:
        BadLink: it is neither.
        NotAllowed: there is no token.
    """
    parts, path = _split(link)
    before, _, slug = path.rpartition("/")
    prefix, _, kind = before.rpartition("/")
    if kind not in ("whip", "studio"):
        raise BadLink(
            "That is no link to speak at: it should look like http://host:8001/whip/room."
        )
    house = f"{parts.scheme}://{parts.netloc}{prefix}"
    secret = token or (unquote(parts.fragment) if kind == "studio" else "")
    if not secret:
        raise NotAllowed("To speak, a token is needed: `fullhouse room show` prints it.")
    return Mouth(f"{house}/whip/{slug}", house, _slug(slug), secret)


def _split(link: str) -> tuple[SplitResult, str]:
    try:
        parts = urlsplit(link)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or any(c.isspace() for c in link):
        raise BadLink()
    return parts, parts.path.rstrip("/")


def _slug(text: str) -> RoomSlug:
    try:
        return room_slug(text)
    except BadSlug:
        raise BadLink() from None
