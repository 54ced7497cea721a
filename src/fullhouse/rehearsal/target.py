"""A core: where a rehearsal aims: what a link means, and where its sound is."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fullhouse.errors import Refused
from fullhouse.rehearsal.boxes import Boxes
from fullhouse.rehearsal.ledger import Ledger
from fullhouse.rehearsal.lines import Heads, Stream, request
from fullhouse.rehearsal.plain import Adts, Ogg
from fullhouse.rehearsal.sound import Memory, Reader
from fullhouse.units import room_slug

STREAM: Final = "live.mp4"
"""What most listeners' pages take."""
HLS: Final = "hls/live.m3u8"


class NoRoom(Refused):
    code = "no_room"


@dataclass(frozen=True, slots=True)
class Link:
    """A room's link, or the link of one of its streams.

    Attributes:
        netloc: for the Host field.
        stream: the stream's name, `live.mp4`; empty: the link is the room's.
    """

    host: str
    port: int
    netloc: str
    slug: str
    stream: str


def read_link(url: str) -> Link:
    """Return what a link says.

    Raises:
        Refused: it is no link of a room.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port or 80
    except ValueError as error:
        raise NoRoom(f"{url!r} is no link.") from error
    if parts.scheme == "https":
        raise NoRoom(
            "A crowd speaks plain http: give the address of the edge behind what does TLS."
        )
    path = parts.path.strip("/").split("/")
    if parts.scheme != "http" or not parts.hostname or not path[0] or len(path) > 3:
        raise NoRoom(f"{url!r} is no link of a room, such as http://192.0.2.10:8000/demo")
    return Link(parts.hostname, port, parts.netloc, room_slug(path[0]), "/".join(path[1:]))


@dataclass(frozen=True, slots=True)
class Target:
    """Where the crowd goes.

    Attributes:
        address: and port, resolved.
        local: it is this machine: connections come from many addresses of 127.0.0.0/8.
        host: for the Host field.
        room, path, playlist: paths.
        epoch: the room's, unix seconds.
        cadence: parts with one send, as state.json says.
    """

    address: tuple[str, int]
    local: bool
    host: str
    room: str
    path: str
    playlist: str
    epoch: float
    cadence: int = 1

    def stream(self, ledger: Ledger) -> Stream:
        """Return what all connections of one process have in common."""
        memory = Memory()
        form = self.path.rpartition(".")[2]
        mark = {"aac": b"\xff\xf1", "ogg": b"OggS"}.get(form, b"mdat")

        def reader() -> Reader:
            match form:
                case "aac":
                    return Adts()
                case "ogg":
                    return Ogg(memory)
                case _:
                    return Boxes(memory)

        plain = request(self.host, self.path)
        return Stream(self.host, self.room, self.path, mark, reader, memory, Heads(), ledger, plain)


def chosen_stream(link: Link, wanted: str, offered: list[str]) -> str:
    """Return the path of the endless stream that the crowd hears.

    Args:
        wanted: the name that was asked for; empty: the one in the link, or the usual one.
        offered: the paths that state.json names.

    Raises:
        Refused: the room has no such stream.
    """
    name = wanted or (link.stream if link.stream != HLS else "") or STREAM
    path = f"/{link.slug}/{name}"
    endless = [one for one in offered if not one.endswith(".m3u8")]
    if path not in endless:
        names = ", ".join(one.rpartition("/")[2] for one in endless)
        raise NoRoom(f"The room has no endless stream {name!r}; it has {names}.")
    return path
