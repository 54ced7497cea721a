"""What anybody may write into an SDP body: it is refused in words, or read into values that can be.

One input is the body of a POST or a PATCH.
"""

from ipaddress import ip_address
from typing import Final

from aiortc.sdp import SessionDescription

from fullhouse.errors import Refused
from fullhouse.house.whip import Session, read_sdp
from fullhouse.stage.offer import (
    MOST_BYTES,
    MOST_CANDIDATES,
    Local,
    Offer,
    RemoteCandidate,
    Stream,
    read_fragment,
    read_offer,
    write_answer,
)
from fullhouse.units import RoomSlug

PRINT: Final = ":".join(["AB"] * 32)
OFFER: Final = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=sendonly\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=setup:actpass\r\na=mid:0\r\n"
    f"a=fingerprint:sha-256 {PRINT}\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
    "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
    "a=candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host generation 0\r\n"
)
FRAGMENT: Final = (
    "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    "a=mid:0\r\na=candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host\r\na=end-of-candidates\r\n"
)


def _with(old: str, new: str) -> bytes:
    assert old in OFFER, old
    return OFFER.replace(old, new).encode()


SEEDS: Final = {
    "an offer": OFFER.encode(),
    "an offer to listen": _with("sendonly", "recvonly"),
    "a fragment": FRAGMENT.encode(),
    "a payload type of 33 bits": _with("SAVPF 111", "SAVPF 4294967296"),
    "a payload type of -1": _with("SAVPF 111", "SAVPF -1"),
    "a map of a payload type of 33 bits": _with("rtpmap:111", "rtpmap:4294967296"),
    "a payload type that RTCP would be": _with("111", "72"),
    "a NUL in fmtp": _with("minptime=10", "minptime=1\0"),
    "an fmtp that never ends": _with("minptime=10", "minptime=10;" * 60),
    "a huge priority": _with("2130706431", "4294967296"),
    "a priority of 400 digits": _with("2130706431", "9" * 400),
    "a port of 5 nines": _with("50000", "99999"),
    "a candidate that is a name": _with("192.0.2.1 50000", "evil.example 50000"),
    "a candidate with a zone": _with("192.0.2.1 50000", "fe80::1%eth0 50000"),
    "an address with leading zeros": _with("192.0.2.1 50000", "192.000.002.001 50000"),
    "digits of another script": _with("SAVPF 111", "SAVPF ١١١"),
    "a superscript": _with("SAVPF 111", "SAVPF ²"),
    "two media sections": OFFER.encode() + OFFER[OFFER.index("m=") :].encode(),
    "video": _with("m=audio", "m=video"),
    "more candidates than one reads": OFFER.encode() + OFFER.splitlines()[-1].encode() * 40,
    "a fingerprint that is too short": _with(PRINT, "AB:AB"),
    "a user fragment of a line": _with("ufrag:abcd", "ufrag:" + "a" * 900),
    "line feeds alone": OFFER.replace("\r\n", "\n").encode(),
    "carriage returns alone": OFFER.replace("\r\n", "\r").encode(),
    "lines of another alphabet": _with("\r\nt=0 0", "\u2028t=0 0"),
    "ever the same line": b"v=0\r\n" * 3000,
    "half a character": OFFER.encode() + b"a=x:\xe2\x82",
    "nothing": b"",
}

TOKENS: Final = sorted({piece.encode() for line in OFFER.split() for piece in line.split(":")})

_KEY: Final = bytes(32)
_SLUG: Final = RoomSlug("fuzzed")
_LOCAL: Final = Local("efgh", "z" * 22, (("sha-256", PRINT),), [], "192.0.2.9", 40_000)
_STREAM: Final = Stream(ssrc=7, cname="ours")


def check(raw: bytes) -> None:
    """Read `raw` as everything that it may be sent as."""
    try:
        text = read_sdp(raw)
    except Refused:
        return
    _check_session(text)
    for hears in (False, True):
        try:
            offer = read_offer(text, hears=hears)
        except Refused as refusal:
            _callers_fault(refusal)
        else:
            _check_offer(raw, offer, hears)
    try:
        _check_candidates(read_fragment(text).candidates)
    except Refused as refusal:
        _callers_fault(refusal)


def _callers_fault(refusal: Refused) -> None:
    assert 400 <= refusal.status < 500


def _check_session(text: str) -> None:
    session = Session.of_offer(_KEY, "whip", _SLUG, "a" * 26, text)
    assert Session.read(_KEY, "whip", _SLUG, session.name) == session
    for if_match in (None, "*", session.etag, text[:100]):
        try:
            session.asks(_KEY, text, if_match)
        except Refused as refusal:
            _callers_fault(refusal)


def _check_offer(raw: bytes, offer: Offer, hears: bool) -> None:
    assert len(raw) <= MOST_BYTES
    assert 0 <= offer.payload_type <= 127
    _check_candidates(offer.candidates)
    answer = write_answer(offer, _LOCAL, 1, _STREAM if hears else None)
    assert len(answer) < 3000
    assert all(line.isprintable() for line in answer.split("\r\n"))
    back = read_offer(answer, hears=not hears)
    assert (back.mid, back.payload_type) == (offer.mid, offer.payload_type)
    assert len(SessionDescription.parse(answer).media) == 1


def _check_candidates(candidates: tuple[RemoteCandidate, ...]) -> None:
    assert len(candidates) <= MOST_CANDIDATES
    for candidate in candidates:
        assert 1 <= candidate.port <= 65_535
        assert 1 <= candidate.priority < 2**31
        assert not ip_address(candidate.host).is_multicast
