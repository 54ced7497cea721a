"""A core: which requests must come from a page of ours, and which do. So no other page's do harm.

A browser sends the cookie along whoever asks; what it also sends, and pages cannot forge, is
where the asking page is from. A request that brings a key of its own needs none of this.

Source: OWASP, Cross-Site Request Forgery Prevention; W3C Fetch Metadata Request Headers.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fullhouse.errors import NotAllowed

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class WrongOrigin(NotAllowed):
    code = "wrong_origin"
    status = 403
    message = (
        "That came from a page that is not this house's. Open the house itself, and try again."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of where it comes from. Empty where it does not say.

    Attributes:
        keyed: it has an Authorization header; then the cookie counts for nothing.
        cookie: it brings our cookie.
        site: its Sec-Fetch-Site header.
    """

    method: str
    host: str = ""
    origin: str = ""
    site: str = ""
    cookie: bool = False
    keyed: bool = False


def must_be_ours(asked: Asked, house: str) -> None:
    """Refuse what changes something by the cookie alone and does not come from our own page.

    Args:
        house: our public origin.

    Raises:
        WrongOrigin: it comes from elsewhere, or does not say from where.
    """
    if asked.method in SAFE or asked.keyed or not asked.cookie:
        return
    if not ours(asked, house):
        raise WrongOrigin()


def must_not_be_anothers(asked: Asked, house: str) -> None:
    """Refuse what another page asks; programs, which say nothing of a page, pass.

    For signing in: nobody's page may sign its visitors in as somebody else.

    Raises:
        WrongOrigin: it comes from another page.
    """
    if (asked.origin or asked.site) and not ours(asked, house):
        raise WrongOrigin()


def ours(asked: Asked, house: str) -> bool:
    """Tell whether a request comes from a page of this house, by whichever name it was opened."""
    if asked.site and asked.site != "same-origin":
        return False
    if asked.origin:
        return asked.origin == house or _names(asked.origin, asked.host)
    return asked.site == "same-origin"


def _names(origin: str, host: str) -> bool:
    """Tell whether a page's origin is the very host that the request went to."""
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and bool(rest) and rest == host


@dataclass(frozen=True, slots=True)
class PasskeySite:
    """Where passkeys are for: a name, which an address cannot be, and the origin of its pages."""

    name: str
    origin: str


def passkey_site(house: str) -> PasskeySite | None:
    """Return where this house's passkeys are for; None where browsers offer none.

    They need https, or this machine by its name `localhost`.

    Source: W3C Web Authentication, 5.1.3 and 13.4.9.
    """
    parts = urlsplit(house)
    host = parts.hostname or ""
    if parts.scheme == "https" and _is_name(host):
        return PasskeySite(host, house)
    if parts.scheme == "http" and host in LOOPBACK:
        port = "" if parts.port is None else f":{parts.port}"
        return PasskeySite("localhost", f"http://localhost{port}")
    return None


def _is_name(host: str) -> bool:
    return ":" not in host and not host.rsplit(".", maxsplit=1)[-1].isdecimal()
