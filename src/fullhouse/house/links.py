"""A core: all links of a room, made of the public addresses and the room's tokens."""

import re
from dataclasses import dataclass
from typing import Final

from fullhouse.errors import Refused
from fullhouse.house.tokens import Generations, Kind, derive
from fullhouse.units import RoomSlug

SOURCE_USER: Final = "source"
"""The user name that Icecast sources give."""

_ORIGIN: Final = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


def origin(url: str) -> str:
    """Return a public address as links begin with it: scheme, host and port, no slash.

    Raises:
        Refused: it is something else than `http(s)://host[:port]`.
    """
    bare = url.rstrip("/")
    if _ORIGIN.fullmatch(bare) is None:
        raise Refused(
            f"A public address has the form https://host:port, unlike {url!r}.", code="bad_address"
        )
    return bare


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the public finds us: each as `origin` returns it."""

    edge: str
    house: str
    source: str


@dataclass(frozen=True, slots=True)
class Links:
    """What the maker of a room hands out. All but `listen` (of a room that is open to all)
    and `whep` are secrets.
    """

    slug: RoomSlug
    listen: str
    host: str
    whip: str
    whip_token: str
    whep: str
    source: str
    source_user: str
    source_key: str


def links_of(
    slug: RoomSlug,
    generations: Generations,
    key: bytes,
    origins: Origins,
    *,
    invited: bool = False,
) -> Links:
    """Return the links of a room that are valid now.

    Args:
        invited: whoever listens needs a key, which the link then brings.
    """

    def token(kind: Kind) -> str:
        return derive(key, kind, slug, generations.of(kind))

    return Links(
        slug=slug,
        listen=f"{origins.edge}/{slug}" + (f"?key={token(Kind.LISTEN)}" if invited else ""),
        # The secret is behind the '#': browsers do not send it, nor tell it to other pages.
        host=f"{origins.house}/studio/{slug}#{token(Kind.HOST)}",
        whip=f"{origins.house}/whip/{slug}",
        whip_token=token(Kind.WHIP),
        whep=f"{origins.house}/whep/{slug}",
        source=f"{origins.source}/{slug}",
        source_user=SOURCE_USER,
        source_key=token(Kind.SOURCE),
    )
