"""A core: how an edge proves whose it is, without the token ever travelling.

A rehearsal sends a number used once; only who knows the operator's token can answer it for the
name that was asked. So a rehearsal cannot be pointed at strangers.
Source: HMAC, RFC 2104, with SHA-256.
"""

import hmac
import re
from typing import Final

PATH: Final = "/.well-known/fullhouse-rehearsal"
_NONCE: Final = re.compile(r"[0-9a-f]{32}")


def is_nonce(text: str) -> bool:
    """Return whether `text` is 32 digits of lower hexadecimal."""
    return _NONCE.fullmatch(text) is not None


def host_name(field: str) -> str:
    """Return the name in a Host field, as both sides write it: without port, in small letters."""
    name = field.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0][1:]
    return name.partition(":")[0]


def proof(token: str, nonce: str, host: str) -> str:
    """Return what proves that one knows the token.

    Args:
        nonce: used once.
        host: the name that was asked, as `host_name` gives it.
    """
    return hmac.new(token.encode(), f"{nonce}{host}".encode(), "sha256").hexdigest()


def proves(told: str, token: str, nonce: str, host: str) -> bool:
    """Return whether `told` is the proof; takes as long for every wrong one."""
    return hmac.compare_digest(told.encode(), proof(token, nonce, host).encode())
