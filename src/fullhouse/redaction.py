"""A core: what may stand in a log line. No secrets, and nothing that acts on a terminal.

Not a licence to log secrets: a second lock on the door, for what libraries print.
"""

import re
from collections.abc import Mapping
from typing import Final

HIDDEN: Final = "***"

_SECRETS: Final = (
    (re.compile(r"\b(Bearer|Basic)\s+[^\s,;\"']+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*):[^\s/@]+@", re.IGNORECASE), rf"\1:{HIDDEN}@"),
    (re.compile(r"([?&](?:token|key|password|secret)=)[^\s&#\"']+", re.IGNORECASE), rf"\1{HIDDEN}"),
    # What people, programs, links and browsers show: all begin so.
    (re.compile(r"(?<![A-Za-z0-9])fh[a-z]_[A-Za-z0-9_-]{8,}"), HIDDEN),
    # Keys of ours: 26 signs of lower base32 that stand alone.
    (re.compile(r"(?<![A-Za-z0-9])[a-z2-7]{26}(?![A-Za-z0-9])"), HIDDEN),
)
_SECRET_NAME: Final = re.compile(r"password|secret|token|authorization|(^|_)key$", re.IGNORECASE)

_UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def redact(text: str) -> str:
    """Return `text` with what looks like a secret replaced by `***`."""
    for pattern, safe in _SECRETS:
        text = pattern.sub(safe, text)
    return text


def printable(text: str) -> str:
    r"""Return `text` on one line: what breaks lines, moves cursors or turns text is escaped.

    `"\n"` becomes a backslash and an n; text that has none of these comes back as it is.
    """
    return _UNPRINTABLE.sub(lambda sign: ascii(sign.group())[1:-1], text)


def clean(value: object) -> object:
    """Return a log line's value, redacted and printable all the way down."""
    match value:
        case bool() | int() | float() | None:
            return value
        case str():
            return printable(redact(value))
        case Mapping():
            return {
                printable(str(name)): HIDDEN if is_secret_name(str(name)) else clean(inner)
                for name, inner in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [clean(inner) for inner in value]
        case _:
            return printable(redact(str(value)))


def clean_traceback(text: str) -> str:
    """Return a traceback, still on many lines, none of which can pass for a log line."""
    return "\n".join(f"  {printable(redact(line))}" for line in text.splitlines())


def is_secret_name(name: str) -> bool:
    """Return whether a value of that name is a secret, whatever it looks like."""
    return _SECRET_NAME.search(name) is not None
