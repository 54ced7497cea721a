"""A core: STUN and TURN servers for networks that let no UDP through to the stage.

What a TURN server asks for is made for each request and runs out. Sources: RFC 7064 and 7065
(addresses), draft-uberti-behave-turn-rest-00 (passwords), RFC 9725 section 4.6 (`Link`).
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from fullhouse.units import SECOND, Micros, RoomSlug

MOST_URLS: Final = 8
_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
_URL: Final = re.compile(
    rf"(?:stuns?:{_HOST}(?::[0-9]{{1,5}})?"
    rf"|turns?:{_HOST}(?::[0-9]{{1,5}})?(?:\?transport=(?:udp|tcp))?)"
)


@dataclass(frozen=True, slots=True)
class IceServer:
    """One server, as browsers take it. Without a user it is a STUN server, which asks for none."""

    url: str
    username: str = ""
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Relays:
    """The servers of this house.

    Attributes:
        secret: shared with the TURN servers.
        seconds: how long a password opens them.
    """

    urls: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    seconds: int = 3_600

    def open(self) -> tuple[IceServer, ...]:
        """Return the servers that ask nobody who they are."""
        return tuple(IceServer(url) for url in self.urls if not is_turn(url))

    def servers(self, slug: RoomSlug, *, now: Micros) -> tuple[IceServer, ...]:
        """Return all servers with what opens them for a room's speakers for a while."""
        username = f"{now // SECOND + self.seconds}:{slug}"
        password = credential(self.secret, username)
        return tuple(
            IceServer(url, username, password) if is_turn(url) else IceServer(url)
            for url in self.urls
        )


def credential(secret: str, username: str) -> str:
    """Return the password of a TURN user, who is named `time-it-runs-out:whoever`."""
    digest = hmac.digest(secret.encode(), username.encode(), hashlib.sha1)
    return base64.b64encode(digest).decode()


def is_turn(url: str) -> bool:
    """Tell whether a server relays sound, and so asks for a password."""
    return url.startswith(("turn:", "turns:"))


def link(server: IceServer) -> str:
    """Return a server as the value of a `Link` header."""
    bare = f'<{server.url}>; rel="ice-server"'
    if not server.username:
        return bare
    return (
        f'{bare}; username="{server.username}"; credential="{server.credential}"; '
        'credential-type="password"'
    )


def ice_urls(text: str) -> tuple[str, ...]:
    """Return the servers that a setting names, with commas between.

    Raises:
        ValueError: one is no address of a STUN or TURN server.
    """
    urls = tuple(url for part in text.split(",") if (url := part.strip()))
    for url in urls:
        port = re.search(r":([0-9]+)(?:\?|$)", url)
        if _URL.fullmatch(url) is None or (port and not 0 < int(port[1]) < 65_536):
            raise ValueError(
                "servers are said as stun:host, turn:host:3478?transport=udp or turns:host:443, "
                "with commas between"
            )
    if len(urls) > MOST_URLS:
        raise ValueError(f"at most {MOST_URLS} servers")
    return urls
