"""A core: what the SDP of a WHIP speaker or a WHEP listener may say, and what we answer.

An allow-list: text is read into a small `Offer` of checked values, everything that is not
needed is left unread, and no other parser ever sees what a stranger wrote. The answer is
written from values of our own.
Source: RFC 8866 (SDP), RFC 8839 (ICE in SDP), RFC 8842 (DTLS), RFC 9725 (WHIP),
draft-ietf-wish-whep (WHEP), RFC 8840 (trickled fragments), RFC 7587 (Opus).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Literal

from fullhouse.errors import Refused

MOST_BYTES: Final = 16 * 1024
MOST_LINES: Final = 400
LONGEST_LINE: Final = 1024
MOST_CANDIDATES: Final = 20
MOST_PAYLOAD_TYPES: Final = 40
MOST_FINGERPRINTS: Final = 4

_LINE_KINDS: Final = frozenset("vosiuepcbtrzkam")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MEDIA: Final = re.compile(
    r"(\w{1,16}) (\d{1,5})(?:/\d{1,5})? ([A-Z/]{1,32})((?: [\w*.-]{1,32})+)", re.ASCII
)
_PROFILES: Final = frozenset({"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP"})
_OPUS: Final = re.compile(r"(\d{1,3}) opus/48000/2", re.IGNORECASE | re.ASCII)
_TAKEN_FOR_RTCP: Final = range(64, 96)
"""Where RTP and RTCP share a port, these payload types look like RTCP. Source: RFC 5761 §4."""
_RED: Final = re.compile(r"(\d{1,3}) red/48000/2", re.IGNORECASE | re.ASCII)
_TOKEN: Final = re.compile(r"[\w!#$%&'*+.^`{|}~-]{1,64}", re.ASCII)
_UFRAG: Final = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PWD: Final = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT: Final = re.compile(r"([a-z0-9-]{3,10}) ((?:[0-9A-Fa-f]{2}:){15,63}[0-9A-Fa-f]{2})")
_HASHES: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_CANDIDATE: Final = re.compile(
    r"([A-Za-z0-9+/]{1,32}) (\d{1,3}) ([A-Za-z-]{1,10}) (\d{1,10}) ([\w.:%-]{1,255}) (\d{1,5})"
    r" typ ([a-z]{1,10})((?: [\w.:%+/-]{1,255})*)",
    re.ASCII,
)
_CANDIDATE_KINDS: Final = frozenset({"host", "srflx", "prflx", "relay"})
_DIRECTIONS: Final = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})

_ASKED: Final = (
    "minptime=10;useinbandfec=1;usedtx=1;stereo=0;sprop-stereo=0;"
    "maxplaybackrate=48000;maxaveragebitrate=40000"
)
"""What we ask of a speaker's encoder: recovery in-band, nothing while nothing is said, mono.

Asked, not relied on. Source: RFC 7587 §6.1.
"""
_PROMISED: Final = "minptime=10;useinbandfec=1;stereo=0;sprop-stereo=0"

Setup = Literal["actpass", "active", "passive"]


class MalformedSdp(Refused):
    """The text is not SDP as we read it."""

    code = "malformed_sdp"
    status = 400
    message = "That is not an SDP offer."


class UnsuitableOffer(Refused):
    """Good SDP that offers something else than one speaker's sound, or one ear for it."""

    code = "unsuitable_offer"
    status = 422
    message = "Exactly one audio track in Opus is offered, and no video."


class TooLong(Refused):
    code = "sdp_too_long"
    status = 413
    message = f"SDP of more than {MOST_BYTES} bytes is not read."


@dataclass(frozen=True, slots=True)
class RemoteCandidate:
    """An address that the speaker may send from: UDP, an IP address, never a name."""

    foundation: str
    priority: int
    host: str
    port: int
    kind: str


@dataclass(frozen=True, slots=True)
class Offer:
    """All that is needed of an offer.

    Attributes:
        mid: the media section's name, or empty.
        payload_type: the number under which Opus is sent.
        red_type: the number under which Opus is sent with copies (RED), or None.
        setup: who may begin DTLS.
        fingerprints: (hash, value) of the other end's certificate.
    """

    mid: str
    payload_type: int
    ufrag: str
    password: str
    setup: Setup
    fingerprints: tuple[tuple[str, str], ...]
    candidates: tuple[RemoteCandidate, ...] = ()
    red_type: int | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """What a trickled fragment says: addresses, and for which ICE credentials (or empty)."""

    ufrag: str
    password: str
    candidates: tuple[RemoteCandidate, ...]


@dataclass(frozen=True, slots=True)
class Local:
    """Our end of a session, for the answer."""

    ufrag: str
    password: str
    fingerprints: tuple[tuple[str, str], ...]
    candidates: Sequence[str]
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Stream:
    """What we send, for the answer.

    Attributes:
        ssrc: the stream's number in RTP.
        cname: names our end in RTCP.
    """

    ssrc: int
    cname: str


def read_offer(text: str, *, hears: bool = False) -> Offer:
    """Return what a WHIP offer says, or a WHEP offer.

    Args:
        hears: it is a WHEP offer: to be sent sound, not to send it.

    Raises:
        TooLong: more than 16 kB.
        MalformedSdp: not SDP, or a value that cannot be.
        UnsuitableOffer: not exactly one audio section with Opus over SRTP in this direction.
    """
    session, sections = _sections(text)
    if not session or session[0] != ("v", "0") or not {"o", "s", "t"} <= {k for k, _ in session}:
        raise MalformedSdp()
    if len(sections) != 1:
        raise UnsuitableOffer()
    (_, head), *lines = sections[0]
    payload_types = _payload_types(head)
    said = _Attributes([*session, *lines])
    if said.flag("ice-lite"):
        raise UnsuitableOffer("Both ends need full ICE.")
    if not said.flag("rtcp-mux"):
        raise UnsuitableOffer("RTP and RTCP go over one port (a=rtcp-mux).")
    offered = "recvonly" if hears else "sendonly"
    if said.direction() not in (offered, "sendrecv"):
        who = "A listener offers to receive" if hears else "A speaker offers to send"
        raise UnsuitableOffer(f"{who}: a={offered}.")
    opus = _opus_type(payload_types, said.all("rtpmap"))
    return Offer(
        mid=said.one("mid", _TOKEN, optional=True),
        payload_type=opus,
        ufrag=said.one("ice-ufrag", _UFRAG),
        password=said.one("ice-pwd", _PWD),
        setup=said.setup(),
        fingerprints=_fingerprints(said.all("fingerprint")),
        candidates=_candidates(said.all("candidate")),
        red_type=_red_type(payload_types, said.all("rtpmap"), said.all("fmtp"), opus),
    )


def read_fragment(text: str) -> Fragment:
    """Return what a trickled fragment says.

    Raises:
        TooLong, MalformedSdp: as for offers.
    """
    session, sections = _sections(text)
    if len(sections) > 1:
        raise MalformedSdp("A fragment speaks of one media section.")
    lines = [*session, *(sections[0][1:] if sections else [])]
    said = _Attributes(lines)
    return Fragment(
        ufrag=said.one("ice-ufrag", _UFRAG, optional=True),
        password=said.one("ice-pwd", _PWD, optional=True),
        candidates=_candidates(said.all("candidate")),
    )


def write_answer(offer: Offer, local: Local, number: int, stream: Stream | None = None) -> str:
    """Return our answer: one mono voice in Opus with in-band recovery, one way.

    Args:
        number: names this session in the origin line; any positive number.
        stream: what we send; None where we only receive.
    """
    family = "IP6" if ":" in local.host else "IP4"
    kind = offer.payload_type
    red = f"{offer.red_type} " if offer.red_type is not None and stream is None else ""
    lines = ["v=0", f"o=- {number} 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    lines += [f"a=group:BUNDLE {offer.mid}"] if offer.mid else []
    lines += [f"m=audio {local.port} UDP/TLS/RTP/SAVPF {red}{kind}"]
    lines += [f"c=IN {family} {local.host}"]
    lines += [f"a=mid:{offer.mid}"] if offer.mid else []
    lines += ["a=recvonly"] if stream is None else _sent(stream)
    lines += [
        "a=rtcp-mux",
        *([f"a=rtpmap:{red}red/48000/2", f"a=fmtp:{red}{kind}/{kind}"] if red else []),
        f"a=rtpmap:{kind} opus/48000/2",
        f"a=fmtp:{kind} {_ASKED if stream is None else _PROMISED}",
        "a=ptime:20",
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.password}",
        "a=ice-options:trickle",
        *(f"a=fingerprint:{name} {value}" for name, value in local.fingerprints),
        f"a=setup:{'passive' if offer.setup == 'active' else 'active'}",
        *(f"a=candidate:{candidate}" for candidate in local.candidates),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"


def _sent(stream: Stream) -> list[str]:
    """Return the lines of what we send, as browsers and aiortc write them."""
    name = f"{stream.cname} {stream.cname}-sound"
    return [
        "a=sendonly",
        f"a=msid:{name}",
        f"a=ssrc:{stream.ssrc} cname:{stream.cname}",
        f"a=ssrc:{stream.ssrc} msid:{name}",
    ]


Line = tuple[str, str]


def _sections(text: str) -> tuple[list[Line], list[list[Line]]]:
    """Return the session's lines, and those of each media section, its m-line first."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise TooLong()
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) > MOST_LINES:
        raise MalformedSdp(f"SDP of more than {MOST_LINES} lines is not read.")
    session: list[Line] = []
    sections: list[list[Line]] = []
    for line in lines:
        if len(line) > LONGEST_LINE or _CONTROL.search(line):
            raise MalformedSdp("A line of the SDP is too long or holds control characters.")
        if line[:1] not in _LINE_KINDS or line[1:2] != "=":
            raise MalformedSdp()
        if line[0] == "m":
            sections.append([])
        (sections[-1] if sections else session).append((line[0], line[2:]))
    return session, sections


def _payload_types(head: str) -> list[int]:
    parts = _MEDIA.fullmatch(head)
    if parts is None:
        raise MalformedSdp("The m-line is not one.")
    kind, port, profile, formats = parts.groups()
    if kind != "audio" or port == "0" or profile not in _PROFILES:
        raise UnsuitableOffer()
    names = formats.split()
    if len(names) > MOST_PAYLOAD_TYPES or not all(_is_payload_type(name) for name in names):
        raise MalformedSdp("Payload types go from 0 to 127.")
    return [int(name) for name in names]


def _is_payload_type(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) <= 3 and int(name) <= 127


def _opus_type(payload_types: list[int], maps: list[str]) -> int:
    found = {int(match[1]) for text in maps if (match := _OPUS.fullmatch(text))}
    for number in payload_types:
        if number in found and number not in _TAKEN_FOR_RTCP:
            return number
    raise UnsuitableOffer()


def _red_type(
    payload_types: list[int], maps: list[str], formats: list[str], opus: int
) -> int | None:
    """Return under which number Opus is sent with copies, if it is: `63 111/111`."""
    found = {int(match[1]) for text in maps if (match := _RED.fullmatch(text))}
    copied = {f"{number} {opus}/{opus}" for number in found - set(_TAKEN_FOR_RTCP)}
    return next((n for n in payload_types if copied & {f"{n} {opus}/{opus}"} & set(formats)), None)


class _Attributes:
    """The a-lines of an offer, session and media level together."""

    def __init__(self, lines: list[Line]) -> None:
        self._said: dict[str, list[str]] = {}
        for kind, text in lines:
            if kind == "a":
                name, _, value = text.partition(":")
                self._said.setdefault(name, []).append(value)

    def all(self, name: str) -> list[str]:
        return self._said.get(name, [])

    def flag(self, name: str) -> bool:
        return name in self._said

    def one(self, name: str, form: re.Pattern[str], optional: bool = False) -> str:
        """Return the value nearest to the media: the last one."""
        values = self.all(name)
        if not values and optional:
            return ""
        if not values or form.fullmatch(values[-1]) is None:
            raise MalformedSdp(f"The offer needs a good a={name}.")
        return values[-1]

    def direction(self) -> str:
        said = [name for name in self._said if name in _DIRECTIONS]
        return said[-1] if said else "sendrecv"

    def setup(self) -> Setup:
        match self.all("setup")[-1:]:
            case ["actpass"]:
                return "actpass"
            case ["active"]:
                return "active"
            case ["passive"]:
                return "passive"
            case _:
                raise MalformedSdp("The offer needs a good a=setup.")


def _fingerprints(values: list[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for value in values[: MOST_FINGERPRINTS + 1]:
        match = _FINGERPRINT.fullmatch(value)
        if match is None:
            raise MalformedSdp("A fingerprint is not one.")
        if _HASHES.get(match[1]) == (len(match[2]) + 1) // 3:
            found.append((match[1], match[2].upper()))
    if not 1 <= len(found) <= MOST_FINGERPRINTS:
        raise MalformedSdp("The offer needs a fingerprint in SHA-256, SHA-384 or SHA-512.")
    return tuple(found)


def _candidates(values: list[str]) -> tuple[RemoteCandidate, ...]:
    if len(values) > MOST_CANDIDATES:
        raise MalformedSdp(f"More than {MOST_CANDIDATES} candidates are not read.")
    read = [_candidate(value) for value in values if value]
    return tuple(candidate for candidate in read if candidate is not None)


def _candidate(text: str) -> RemoteCandidate | None:
    """Return a candidate, or None for one that is of no use to us.

    Names (also Chromium's `….local`) are not resolved: such a speaker is found by the checks
    that it sends. TCP and RTCP's own ports are not used.
    """
    match = _CANDIDATE.fullmatch(text)
    if match is None:
        raise MalformedSdp("A candidate is not one.")
    foundation, component, transport, priority, host, port, kind, _ = match.groups()
    if not 1 <= int(priority) <= 2**31 - 1 or int(port) > 65535:
        raise MalformedSdp("A candidate is not one.")
    usable = transport.lower() == "udp" and component == "1" and kind in _CANDIDATE_KINDS
    if not usable or not _is_sendable(host, int(port)):
        return None
    return RemoteCandidate(foundation, int(priority), host, int(port), kind)


def _is_sendable(host: str, port: int) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    broadcast = host == "255.255.255.255"
    return not (address.is_multicast or address.is_unspecified or broadcast) and port >= 1
