"""A stranger's SDP: what is read, what is refused, and what we answer."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import Refused
from fullhouse.stage.offer import (
    LONGEST_LINE,
    MOST_BYTES,
    MOST_CANDIDATES,
    Local,
    MalformedSdp,
    Offer,
    RemoteCandidate,
    Stream,
    TooLong,
    UnsuitableOffer,
    read_fragment,
    read_offer,
    write_answer,
)

Read = TypeVar("Read")

FINGERPRINT = ":".join(["AB"] * 32)
HEAD = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0"]
MEDIA = ["m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9", "c=IN IP4 0.0.0.0"]
SAID = [
    "a=ice-ufrag:abcd",
    "a=ice-pwd:0123456789abcdefghijkl",
    f"a=fingerprint:sha-256 {FINGERPRINT}",
    "a=setup:actpass",
    "a=mid:0",
    "a=sendonly",
    "a=rtcp-mux",
    "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2",
    "a=rtpmap:9 G722/8000",
]
HOST = "a=candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host generation 0"
CHROMIUM = "a=candidate:2 1 udp 2113937151 6d1b1b3e-9a2f-4e5c-8b36.local 53211 typ host"


def text(*more: str, said: list[str] | None = None, media: list[str] | None = None) -> str:
    return "\r\n".join([*HEAD, *(media or MEDIA), *(said or SAID), *more]) + "\r\n"


def without(name: str) -> list[str]:
    return [line for line in SAID if not line.startswith(f"a={name}")]


def test_an_offer_of_one_voice_is_read() -> None:
    assert read_offer(text(HOST)) == Offer(
        mid="0",
        payload_type=111,
        ufrag="abcd",
        password="0123456789abcdefghijkl",
        setup="actpass",
        fingerprints=(("sha-256", FINGERPRINT),),
        candidates=(RemoteCandidate("1", 2130706431, "192.0.2.1", 50000, "host"),),
    )


def test_bare_line_feeds_are_read_too() -> None:
    assert read_offer(text().replace("\r\n", "\n")) == read_offer(text())


def test_what_stands_before_the_media_section_counts_for_it() -> None:
    """Some clients say fingerprint, setup and ICE once for the whole session."""
    lines = [*HEAD, *SAID[:4], *MEDIA, *SAID[4:]]
    assert read_offer("\r\n".join(lines)) == read_offer(text())


def test_names_in_candidates_are_never_resolved() -> None:
    """Chromium hides its address behind a name; its own checks will find us."""
    offer = read_offer(text(CHROMIUM, HOST.replace("192.0.2.1", "evil.example")))
    assert offer.candidates == ()


@pytest.mark.parametrize(
    "candidate",
    [
        "a=candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active",
        "a=candidate:1 2 udp 2130706431 192.0.2.1 50000 typ host",
        "a=candidate:1 1 udp 2130706431 0.0.0.0 50000 typ host",
        "a=candidate:1 1 udp 2130706431 224.0.0.1 50000 typ host",
        "a=candidate:1 1 udp 2130706431 255.255.255.255 50000 typ host",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 0 typ host",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 50000 typ dream",
    ],
)
def test_candidates_of_no_use_are_left_out_silently(candidate: str) -> None:
    assert read_offer(text(candidate)).candidates == ()


@pytest.mark.parametrize(
    "line",
    [
        "m=audio 9 UDP/TLS/RTP/SAVPF 4294967296",
        "m=audio 9 UDP/TLS/RTP/SAVPF 128",
        "m=audio 9 UDP/TLS/RTP/SAVPF -1",
        "m=audio 9 UDP/TLS/RTP/SAVPF ١١١",
        "m=audio 9 UDP/TLS/RTP/SAVPF " + " ".join(["111"] * 41),
        "m=audio",
        "m=",
    ],
)
def test_an_m_line_that_cannot_be_is_malformed(line: str) -> None:
    with pytest.raises(MalformedSdp):
        read_offer(text(media=[line]))


@pytest.mark.parametrize(
    "line",
    [
        "a=fmtp:111 minptime=10\0;useinbandfec=1",
        "a=candidate:1 1 udp 99999999999 192.0.2.1 50000 typ host",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 70000 typ host",
        "a=candidate:nonsense",
        "a=fingerprint:sha-256 AB:CD",
        "a=ice-ufrag:a",
        "a=ice-pwd:short",
        "a=setup:holdconn",
        "a=mid:" + "x" * 65,
        "b=\u2028",
        "y=1",
        "nonsense",
        "",
        "a=" + "x" * LONGEST_LINE,
    ],
)
def test_a_line_that_cannot_be_is_malformed(line: str) -> None:
    with pytest.raises(MalformedSdp) as refusal:
        read_offer(text(line))
    assert refusal.value.status == 400


@pytest.mark.parametrize("name", ["ice-ufrag", "ice-pwd", "fingerprint", "setup"])
def test_what_must_be_said_must_be_said(name: str) -> None:
    with pytest.raises(MalformedSdp):
        read_offer(text(said=without(name)))


@pytest.mark.parametrize(
    "offer",
    [
        text(media=["m=video 9 UDP/TLS/RTP/SAVPF 111"]),
        text("m=video 9 UDP/TLS/RTP/SAVPF 96"),
        text("m=audio 9 UDP/TLS/RTP/SAVPF 111"),
        text("m=application 9 UDP/DTLS/SCTP webrtc-datachannel"),
        text(media=["m=audio 0 UDP/TLS/RTP/SAVPF 111"]),
        text(media=["m=audio 9 RTP/AVP 111"]),
        text(media=["m=audio 9 UDP/TLS/RTP/SAVPF 9 63"]),
        text(said=without("rtpmap:111")),
        text(said=[*without("sendonly"), "a=recvonly"]),
        text(said=[*without("sendonly"), "a=inactive"]),
        text(said=without("rtcp-mux")),
        text("a=ice-lite"),
        "\r\n".join(HEAD),
    ],
)
def test_what_is_not_one_voice_is_refused_as_a_whole(offer: str) -> None:
    with pytest.raises(UnsuitableOffer) as refusal:
        read_offer(offer)
    assert refusal.value.status == 422


def test_a_speaker_who_would_also_listen_is_let_in() -> None:
    assert read_offer(text(said=[*without("sendonly"), "a=sendrecv"])) == read_offer(text())
    assert read_offer(text(said=without("sendonly"))) == read_offer(text())


def test_more_than_16_kb_is_not_read() -> None:
    with pytest.raises(TooLong) as refusal:
        read_offer(text(*["a=x:" + "y" * 1000] * (MOST_BYTES // 1000)))
    assert refusal.value.status == 413
    with pytest.raises(MalformedSdp):
        read_offer(text(*["a=x"] * 500))


def test_more_than_20_candidates_are_not_read() -> None:
    assert read_offer(text(*[CHROMIUM] * MOST_CANDIDATES)).candidates == ()
    with pytest.raises(MalformedSdp):
        read_offer(text(*[CHROMIUM] * (MOST_CANDIDATES + 1)))


def test_a_fragment_gives_its_candidates() -> None:
    lines = ["a=ice-ufrag:abcd", "a=ice-pwd:0123456789abcdefghijkl", *MEDIA[:1], "a=mid:0", HOST]
    fragment = read_fragment("\r\n".join([*lines, CHROMIUM, "a=end-of-candidates"]) + "\r\n")
    assert fragment.ufrag == "abcd"
    assert [candidate.host for candidate in fragment.candidates] == ["192.0.2.1"]


@pytest.mark.parametrize("fragment", ["nonsense", "a=candidate:x", "m=audio 9\nm=audio 9"])
def test_a_bad_fragment_is_malformed(fragment: str) -> None:
    with pytest.raises(MalformedSdp):
        read_fragment(fragment)


CHROMIUMS = """v=0
o=- 5913741420598494144 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS a8e3ce09-0887-4f75-954f-3d3835beace2
m=audio 36304 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.0.2.2
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2270316120 1 udp 2122194687 192.0.2.2 36304 typ host generation 0 network-id 1
a=candidate:1278511032 1 udp 2122265343 fd00::2 49919 typ host generation 0 network-id 2
a=candidate:2046333644 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active generation 0 network-id 1
a=candidate:842163049 1 udp 1677729535 b1ff3c6e-0d3f-4d4e-8a9e-6f6a2f0f0c55.local 61665 typ host
a=ice-ufrag:HB+j
a=ice-pwd:Vd1F4slCayXLVkrQGPqadKzR
a=ice-options:trickle
a=fingerprint:sha-256 44:34:6E:1E:66:E5:09:C8:AD:9E:4C:10:A4:BD:55:AE:26:CB:07:56:30:F5:E8:20:6C:63:67:D1:C5:15:05:3E
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendonly
a=msid:a8e3ce09-0887-4f75-954f-3d3835beace2 a9dcf2d0-7609-45e7-919b-db0edd04b609
a=rtcp-mux
a=rtcp-rsize
a=rtcp-xr:rcvr-rtt=all
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:126 telephone-event/8000
a=ssrc:2071071370 cname:z7yhfiWFLIlF7QQJ
"""  # noqa: E501 - as Chromium writes it


def test_chromiums_offer_is_read() -> None:
    offer = read_offer(CHROMIUMS)
    assert (offer.payload_type, offer.mid, offer.ufrag) == (111, "0", "HB+j")
    assert [candidate.host for candidate in offer.candidates] == ["192.0.2.2", "fd00::2"]


LOCAL = Local(
    ufrag="wxyz",
    password="zyxwvutsrqponmlkjihgfe",
    fingerprints=(("sha-256", FINGERPRINT),),
    candidates=["1 1 udp 2130706431 192.0.2.7 40000 typ host"],
    host="192.0.2.7",
    port=40000,
)


def test_the_answer_receives_only_and_asks_for_recovery_and_one_mono_voice() -> None:
    lines = write_answer(read_offer(text()), LOCAL, 5).splitlines()
    assert "m=audio 40000 UDP/TLS/RTP/SAVPF 111" in lines
    assert {"a=recvonly", "a=rtcp-mux", "a=mid:0", "a=rtpmap:111 opus/48000/2"} <= set(lines)
    (fmtp,) = [line for line in lines if line.startswith("a=fmtp:111 ")]
    assert {"useinbandfec=1", "usedtx=1", "stereo=0", "maxplaybackrate=48000"} <= asked(fmtp)
    (rate,) = [word for word in asked(fmtp) if word.startswith("maxaveragebitrate=")]
    assert 32_000 <= int(rate.partition("=")[2]) <= 48_000
    assert "a=candidate:1 1 udp 2130706431 192.0.2.7 40000 typ host" in lines


def asked(fmtp: str) -> set[str]:
    return set(fmtp.partition(" ")[2].split(";"))


@pytest.mark.parametrize("direction", ["recvonly", "sendrecv"])
def test_who_would_hear_is_answered_with_one_named_stream(direction: str) -> None:
    offer = read_offer(text().replace("sendonly", direction), hears=True)
    lines = write_answer(offer, LOCAL, 5, Stream(4711, "fullhouse")).splitlines()
    assert {"a=sendonly", "a=rtcp-mux", "a=mid:0", "a=ssrc:4711 cname:fullhouse"} <= set(lines)
    assert len([line for line in lines if line.startswith("a=msid:fullhouse ")]) == 1
    (fmtp,) = [line for line in lines if line.startswith("a=fmtp:111 ")]
    assert "useinbandfec=1" in asked(fmtp)


@pytest.mark.parametrize("hears", [False, True])
def test_who_offers_only_the_other_direction_is_refused(hears: bool) -> None:
    for direction in ("sendonly" if hears else "recvonly", "inactive"):
        with pytest.raises(UnsuitableOffer):
            read_offer(text().replace("sendonly", direction), hears=hears)


@pytest.mark.parametrize(("number", "chosen"), [(63, 63), (64, 112), (95, 112), (96, 96)])
def test_numbers_that_look_like_rtcp_are_not_used(number: int, chosen: int) -> None:
    media = [f"m=audio 9 UDP/TLS/RTP/SAVPF {number} 112", MEDIA[1]]
    maps = [f"a=rtpmap:{number} opus/48000/2", "a=rtpmap:112 opus/48000/2"]
    assert read_offer(text(*maps, media=media)).payload_type == chosen


@pytest.mark.parametrize(
    ("offered", "answered"), [("actpass", "active"), ("passive", "active"), ("active", "passive")]
)
def test_one_end_begins_dtls_and_the_other_waits(offered: str, answered: str) -> None:
    offer = read_offer(text(said=[*without("setup"), f"a=setup:{offered}"]))
    assert f"a=setup:{answered}" in write_answer(offer, LOCAL, 5).splitlines()


SEEDS = [*HEAD, *MEDIA, *SAID, HOST, CHROMIUM, "a=fmtp:111 \0", "a=ssrc:1 cname:x", "m=video 1 x 1"]


def read_or_refusal(read: Callable[[str], Read], said: str) -> Read | None:
    """Return what was read, or None after a refusal that is the caller's fault."""
    try:
        return read(said)
    except Refused as refusal:
        status = refusal.status
    assert 400 <= status < 500
    return None


@given(st.lists(st.sampled_from(SEEDS) | st.text(max_size=60)), st.sampled_from(["\n", "\r\n"]))
def test_whatever_is_offered_is_read_or_refused(lines: list[str], end: str) -> None:
    """Never an error that is not a refusal, never a value out of its range."""
    for whole in (end.join(lines), text(*lines)):
        read_or_refusal(lambda said: read_offer(said, hears=True), whole)
        offer = read_or_refusal(read_offer, whole)
        if offer is not None:
            assert 0 <= offer.payload_type <= 127
            assert len(offer.candidates) <= MOST_CANDIDATES
            answer = write_answer(offer, LOCAL, 1)
            assert not set(answer) & {"\0", "\u2028"}
            assert answer.count("m=audio") == 1


@given(st.text())
def test_whatever_is_trickled_is_read_or_refused(whole: str) -> None:
    fragment = read_or_refusal(read_fragment, whole)
    assert fragment is None or len(fragment.candidates) <= MOST_CANDIDATES


@given(st.text(alphabet="0123456789 :./abcdefudp-", max_size=80))
def test_whatever_calls_itself_a_candidate_is_read_or_refused(said: str) -> None:
    offer = read_or_refusal(read_offer, text(f"a=candidate:{said}"))
    assert offer is None or all(1 <= one.port <= 65535 for one in offer.candidates)


def test_copies_are_asked_for_where_they_are_offered() -> None:
    """RED first in the answer: browsers send what stands first."""
    offer = read_offer(text("a=fmtp:63 111/111"))
    assert offer.red_type == 63
    lines = write_answer(offer, LOCAL, 5).splitlines()
    assert "m=audio 40000 UDP/TLS/RTP/SAVPF 63 111" in lines
    assert {"a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111"} <= set(lines)
    assert read_offer(CHROMIUMS).red_type == 63


@pytest.mark.parametrize("fmtp", ["a=fmtp:63 9/9", "a=fmtp:64 111/111", "a=fmtp:63 111/9"])
def test_copies_of_something_else_are_not_asked_for(fmtp: str) -> None:
    assert read_offer(text(fmtp)).red_type is None


def test_what_we_send_has_no_copies() -> None:
    offer = read_offer(text("a=fmtp:63 111/111"))
    assert "red" not in write_answer(offer, LOCAL, 5, Stream(1, "c"))
