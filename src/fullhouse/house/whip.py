"""A core: WHIP and WHEP sessions as the house sees them. It keeps none: their names carry all.

A session's name is a nonce, a proof that we gave it for this room, to speak or to hear, and a
mark of the offer's ICE credentials. So a house that was started again still knows its sessions,
and can tell more candidates (trickle) from a restart, which we do not support. Source: RFC 9725,
section 4.3.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Literal, Self

from fullhouse.errors import Malformed, Refused
from fullhouse.house.tokens import same, short_mac
from fullhouse.units import RoomSlug

NONCE_LENGTH: Final = 26
_PROOF_LENGTH: Final = 16
_MARK_LENGTH: Final = 10
_NAME: Final = re.compile(f"[a-z2-7]{{{NONCE_LENGTH + _PROOF_LENGTH + _MARK_LENGTH}}}")
_SEAT: Final = re.compile(r"[a-z0-9-]{1,40}")
_UFRAG: Final = re.compile(r"^a=ice-ufrag:([^\s]{4,256})\s*$", re.MULTILINE)

Endpoint = Literal["whip", "whep"]
"""What a session is for: to speak, or to hear the others."""


class UnknownSession(Refused):
    code = "unknown_session"
    status = 404
    message = "There is no session of that name here."


class ConditionMissing(Refused):
    code = "condition_missing"
    status = 428
    message = "A PATCH needs the session's ETag in If-Match."


class ConditionFailed(Refused):
    code = "condition_failed"
    status = 412
    message = "That ETag is not the session's."


class NoRestart(Refused):
    code = "no_ice_restart"
    status = 422
    message = "ICE restarts are not supported: please make a new session with a new POST."


class Patch(Enum):
    """What a PATCH asks for."""

    TRICKLE = auto()
    RESTART = auto()


@dataclass(frozen=True, slots=True)
class Session:
    """A session's name, taken apart."""

    nonce: str
    proof: str
    mark: str

    @classmethod
    def of_offer(
        cls, key: bytes, endpoint: Endpoint, slug: RoomSlug, nonce: str, offer: str
    ) -> Self:
        """Name the session of an offer. `nonce` is 26 random letters of base32."""
        return cls(nonce, _proof(key, endpoint, slug, nonce), _mark(key, nonce, ufrag(offer)))

    @classmethod
    def read(cls, key: bytes, endpoint: Endpoint, slug: RoomSlug, name: str) -> Self:
        """Return the session that `name` names.

        Raises:
            UnknownSession: we have never given this name at this endpoint of this room.
        """
        if _NAME.fullmatch(name) is None:
            raise UnknownSession()
        middle = NONCE_LENGTH + _PROOF_LENGTH
        session = cls(name[:NONCE_LENGTH], name[NONCE_LENGTH:middle], name[middle:])
        if not same(session.proof, _proof(key, endpoint, slug, session.nonce)):
            raise UnknownSession()
        return session

    @property
    def name(self) -> str:
        """The session's name in its URL."""
        return self.nonce + self.proof + self.mark

    @property
    def etag(self) -> str:
        """The strong ETag of the session's ICE credentials, which never change."""
        return f'"{self.mark}"'

    def asks(self, key: bytes, fragment: str, if_match: str | None) -> Patch:
        """Tell what a PATCH with this body and `If-Match` asks for.

        Some clients send `If-Match: *`, which asks for a restart, with mere candidates: the
        credentials in the body decide.

        Raises:
            ConditionMissing: there is no `If-Match`.
            ConditionFailed: it is another session's.
        """
        if if_match is None:
            raise ConditionMissing()
        tags = {tag.strip() for tag in if_match.split(",")}
        ours = ufrag(fragment)
        if ours and _mark(key, self.nonce, ours) != self.mark:
            return Patch.RESTART
        if "*" in tags:
            return Patch.TRICKLE if ours else Patch.RESTART
        if self.etag not in tags:
            raise ConditionFailed()
        return Patch.TRICKLE


def _proof(key: bytes, endpoint: Endpoint, slug: RoomSlug, nonce: str) -> str:
    return short_mac(key, f"{endpoint}-session:{slug}:{nonce}", _PROOF_LENGTH)


def _mark(key: bytes, nonce: str, user_fragment: str) -> str:
    return short_mac(key, f"whip-ice:{nonce}:{user_fragment}", _MARK_LENGTH)


def ufrag(sdp: str) -> str:
    """Return the first ICE user fragment that `sdp` names, or nothing. Source: RFC 8839, 5.4."""
    found = _UFRAG.search(sdp)
    return found[1] if found else ""


def read_sdp(body: bytes) -> str:
    """Return an SDP body as text. What it says is the stage's to judge.

    Raises:
        Malformed: it is empty or not UTF-8 text.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Malformed("The SDP is not text.", code="malformed_sdp") from error
    if not text.strip() or "\0" in text:
        raise Malformed("The SDP is empty or not text.", code="malformed_sdp")
    return text


def read_seat(header: str) -> str:
    """Return the seat that a `Fullhouse-Seat` header names; empty if there is none.

    Raises:
        Malformed: seats are not called like that.
    """
    if header and _SEAT.fullmatch(header) is None:
        raise Malformed("A seat's name has 1 to 40 of a-z, 0-9 and hyphens.", code="bad_seat")
    return header
