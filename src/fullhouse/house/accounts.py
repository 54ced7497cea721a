"""A core: who signs in: logins, names, passwords by their length alone, and browsers by name.

Source: NIST SP 800-63B, 3.1.1.2: length counts; no rules on what a password is made of, no expiry.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from fullhouse.errors import Refused
from fullhouse.house.names import MOST_OF_A_NAME, plain
from fullhouse.units import SECOND, Micros

LEAST_OF_A_PASSWORD: Final = 10
MOST_OF_A_PASSWORD: Final = 128
MOST_OF_A_LOGIN: Final = 60
UNUSED_FOR: Final = Micros(30 * 86_400 * SECOND)
"""A sign-in that has not been used for so long ends."""
NOTED_EVERY: Final = Micros(600 * SECOND)
"""How exactly it is known when a sign-in or a token was last used."""

_LOGIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,58}[a-z0-9])?", re.ASCII)


class AccountKind(StrEnum):
    """What an account may do: an owner everything, a host make rooms and run those."""

    OWNER = "owner"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in.

    Attributes:
        off: it has been switched off: it opens nothing.
    """

    id: str
    login: str
    name: str
    kind: AccountKind
    made_at: Micros
    has_password: bool = True
    off: bool = False

    @property
    def is_owner(self) -> bool:
        """Whether the whole house is theirs."""
        return self.kind is AccountKind.OWNER


class BadLogin(Refused):
    code = "bad_login"
    status = 422
    message = "A login has 1 to 60 letters (a to z), digits and . _ @ + - between them."


class BadName(Refused):
    code = "bad_name"
    status = 422
    message = "A name has at least one character that can be seen."


class BadPassword(Refused):
    code = "bad_password"
    status = 422
    message = (
        f"A password has {LEAST_OF_A_PASSWORD} to {MOST_OF_A_PASSWORD} characters, "
        "and is not the login."
    )


def login_of(text: str) -> str:
    """Return a login as it is kept: in small letters.

    Raises:
        BadLogin: it cannot be one.
    """
    login = text.strip().lower()
    if _LOGIN.fullmatch(login) is None:
        raise BadLogin()
    return login


def name_of(text: str) -> str:
    """Return a person's name as it is shown.

    Raises:
        BadName: nothing of it can be seen.
    """
    name = plain(text, MOST_OF_A_NAME)
    if not name:
        raise BadName()
    return name


def password_of(text: str) -> str:
    """Return a password as it is hashed: the same from every keyboard (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def new_password(text: str, login: str) -> str:
    """Return a password that somebody may choose, as it is hashed.

    Raises:
        BadPassword: it is too short, too long, or the login.
    """
    password = password_of(text)
    long_enough = LEAST_OF_A_PASSWORD <= len(password) <= MOST_OF_A_PASSWORD
    if not long_enough or password.lower() == login:
        raise BadPassword()
    return password


def kept(secret: str) -> str:
    """Return what is stored of a secret that we have made: its SHA-256, in hex."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def ends_at(used_at: Micros) -> Micros:
    """Return when a sign-in ends that is not used again."""
    return Micros(used_at + UNUSED_FOR)


_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """Return a browser as its owner would call it: `Firefox, Linux`. Others by their first word."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    known = ", ".join(filter(None, (browser, system)))
    return known or plain(user_agent.partition("/")[0], MOST_OF_A_NAME)
