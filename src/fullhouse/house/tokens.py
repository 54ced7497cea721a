"""A core: the secrets of a room. They are derived from the server's key and never stored.

A token is renewed by counting its generation up: the old one then opens nothing.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

from fullhouse.units import RoomSlug

TOKEN_LENGTH: Final = 26
"""26 letters of base32 are 130 bits."""
KEY_BYTES: Final = 32


class Kind(StrEnum):
    """What a token opens: the studio, speaking by WHIP, speaking as a source, an invited room."""

    HOST = "host"
    WHIP = "whip"
    SOURCE = "source"
    LISTEN = "listen"


@dataclass(frozen=True, slots=True)
class Generations:
    """How often each of a room's tokens has been renewed."""

    host: int = 0
    whip: int = 0
    source: int = 0
    listen: int = 0

    def of(self, kind: Kind) -> int:
        """Return the generation of the token that is valid now."""
        match kind:
            case Kind.HOST:
                return self.host
            case Kind.WHIP:
                return self.whip
            case Kind.SOURCE:
                return self.source
            case Kind.LISTEN:
                return self.listen

    def renewed(self, kind: Kind) -> Self:
        """Return the generations with this one counted up."""
        match kind:
            case Kind.HOST:
                return replace(self, host=self.host + 1)
            case Kind.WHIP:
                return replace(self, whip=self.whip + 1)
            case Kind.SOURCE:
                return replace(self, source=self.source + 1)
            case Kind.LISTEN:
                return replace(self, listen=self.listen + 1)


def short_mac(key: bytes, text: str, length: int) -> str:
    """Return `length` letters of base32 that only a holder of `key` can make of `text`."""
    digest = hmac.digest(key, text.encode(), hashlib.sha256)
    return base64.b32encode(digest).decode().lower()[:length]


def derive(key: bytes, kind: Kind, slug: RoomSlug, generation: int) -> str:
    """Return a room's token: the same for the same key, kind, room and generation."""
    return short_mac(key, f"{kind}:{slug}:{generation}", TOKEN_LENGTH)


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that does not tell how much of them is alike."""
    return hmac.compare_digest(one.encode(), other.encode())


def opens(key: bytes, kind: Kind, slug: RoomSlug, generation: int, offered: str) -> bool:
    """Tell whether `offered` is the room's valid token of this kind."""
    return same(derive(key, kind, slug, generation), offered)
