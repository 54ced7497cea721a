"""A core: the challenges that browsers are to sign with a passkey, for five minutes.

The house keeps none of them: each says by itself until when it holds and whose it is about, and
only who has the server's key can make one. So every house takes what another has given.
"""

import hashlib
import hmac
from typing import Final

from fullhouse.units import SECOND, Micros

LASTS: Final = Micros(300 * SECOND)
NONCE_BYTES: Final = 16
_ENDS_BYTES: Final = 8


def challenge_of(key: bytes, about: str, nonce: bytes, *, now: Micros) -> bytes:
    """Return a challenge that holds from now on.

    Args:
        about: whose account it is about; empty: anybody's.
        nonce: 16 bytes that have never been before.
    """
    said = nonce + (now + LASTS).to_bytes(_ENDS_BYTES, "big")
    return said + _seal(key, about, said)


def holds(key: bytes, challenge: bytes, about: str, *, now: Micros) -> bool:
    """Tell whether a challenge was given, for this account, and is still good."""
    said = challenge[: NONCE_BYTES + _ENDS_BYTES]
    ends = int.from_bytes(said[NONCE_BYTES:], "big")
    sealed = hmac.compare_digest(challenge[len(said) :], _seal(key, about, said))
    return sealed and now < ends <= now + 2 * LASTS


def _seal(key: bytes, about: str, said: bytes) -> bytes:
    return hmac.digest(key, b"passkey:" + about.encode() + b":" + said, hashlib.sha256)
