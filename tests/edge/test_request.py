"""What requests ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge.request import (
    Asset,
    Beat,
    Calendar,
    Challenge,
    Event,
    Format,
    Front,
    Media,
    Page,
    Playlist,
    Request,
    State,
    Stream,
    announces_body,
    read,
    wants_page,
)
from fullhouse.errors import Refused
from fullhouse.media import Rendition
from fullhouse.programme.playlist import Directives, MediaFile
from fullhouse.units import PartNumber, RoomSlug

DEMO = RoomSlug("demo")


def refusal(method: str, target: str, headers: list[tuple[bytes, bytes]] | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        read(method, target, headers or [])
    return caught.value


@pytest.mark.parametrize(
    ("target", "ask"),
    [
        ("/", Front()),
        ("/?utm=1", Front()),
        ("/demo", Page(DEMO)),
        ("/demo/", Page(DEMO)),
        ("http://ear.example:8000/demo", Page(DEMO)),
        ("/demo/state.json", State(DEMO)),
        ("/demo/event.ics", Event(DEMO)),
        ("/calendar.ics", Calendar()),
        ("/demo/live.mp4", Stream(DEMO, Format.MP4)),
        ("/demo/live-opus.mp4?from=17&x=1", Stream(DEMO, Format.OPUS_MP4, PartNumber(17))),
        ("/demo/live.aac", Stream(DEMO, Format.AAC)),
        ("/demo/live.ogg?cache=1", Stream(DEMO, Format.OGG)),
        ("/demo/hls/live.m3u8", Playlist(DEMO, Directives())),
        ("/demo/hls/live.m3u8?_HLS_msn=4&_HLS_part=1", Playlist(DEMO, Directives(4, 1))),
        ("/demo/hls/aac-init.mp4", Media(DEMO, MediaFile(Rendition.AAC, range(0)))),
        ("/demo/hls/aac-2.mp4", Media(DEMO, MediaFile(Rendition.AAC, range(24, 36)))),
        ("/demo/hls/aac-2.1.mp4", Media(DEMO, MediaFile(Rendition.AAC, range(27, 30)))),
        ("/assets/listen-a1B2.js", Asset("listen-a1B2.js")),
        ("/favicon.ico", Asset("favicon.ico")),
    ],
)
def test_each_path_asks_for_its_thing(target: str, ask: object) -> None:
    assert read("GET", target, []) == Request(ask, "GET")  # type: ignore[arg-type] # all are asks
    assert read("HEAD", target, []).ask == ask
    assert read("OPTIONS", target, []).method == "OPTIONS"


def test_a_beat_is_posted_with_its_length() -> None:
    beat = read("POST", "/demo/beat", [(b"Content-Length", b"17")])
    assert beat.ask == Beat(DEMO, 17)
    assert refusal("GET", "/demo/beat").status == 405
    assert refusal("POST", "/demo/beat", [(b"content-length", b"257")]).status == 413
    assert refusal("POST", "/demo/beat", [(b"Transfer-Encoding", b"chunked")]).status == 411


@pytest.mark.parametrize(
    ("target", "code", "status"),
    [
        ("/..", "bad_slug", 400),
        ("/../../etc/passwd", "bad_slug", 400),
        ("/%2e%2e/state.json", "bad_slug", 400),
        ("/d%C3%A9mo", "bad_slug", 400),
        ("/démo", "bad_slug", 400),
        ("/" + "a" * 300, "bad_slug", 400),
        ("/Demo", "bad_slug", 400),
        ("//", "bad_slug", 400),
        ("/metrics", "bad_slug", 400),
        ("/demo/live.mp3", "no_such_page", 404),
        ("/demo/state.json/x", "no_such_page", 404),
        ("/demo/hls", "no_such_page", 404),
        ("/demo/hls/../state.json", "no_such_page", 404),
        ("/demo/hls/aac-x.mp4", "no_such_file", 404),
        ("/assets/../secret", "no_such_page", 404),
        ("/assets/..", "no_such_page", 404),
        ("/assets/.hidden", "no_such_page", 404),
        ("/assets/", "no_such_page", 404),
        ("/assets", "no_such_page", 404),
        ("/demo/live.mp4?from=x", "malformed", 400),
        ("/demo/live.mp4?from=1&from=2", "malformed", 400),
        ("/demo/live.mp4?from=1" + "&" * 99 + "from=2", "malformed", 400),
        ("/demo/live.mp4?from=-1", "malformed", 400),
        ("/demo/hls/live.m3u8?_HLS_part=1", "bad_directive", 400),
        ("/" + "a" * 3000, "target_too_long", 414),
        ("*", "malformed", 400),
        ("demo", "malformed", 400),
    ],
)
def test_what_is_not_ours_is_refused(target: str, code: str, status: int) -> None:
    error = refusal("GET", target)
    assert (error.code, error.status) == (code, status)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "SOURCE", "CONNECT", "get"])
def test_other_methods_are_refused(method: str) -> None:
    assert refusal(method, "/demo").status == 405


def test_a_page_is_not_posted_to() -> None:
    assert refusal("POST", "/demo").status == 405


@pytest.mark.parametrize("headers", [[(b"Content-Length", b"3")], [(b"transfer-encoding", b"x")]])
def test_a_body_where_none_belongs_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    assert refusal("GET", "/demo", headers).code == "body_not_expected"
    assert read("GET", "/demo", [(b"Content-Length", b"0")]).ask == Page(DEMO)


def test_a_browser_is_told_from_a_program() -> None:
    assert wants_page([(b"Accept", b"text/html,application/xhtml+xml,*/*;q=0.8")])
    assert not wants_page([(b"accept", b"*/*")])
    assert not wants_page([])


def test_a_body_announces_itself() -> None:
    assert announces_body([(b"Content-Length", b"1")])
    assert announces_body([(b"Transfer-Encoding", b"chunked")])
    assert not announces_body([(b"Content-Length", b"0"), (b"Host", b"x")])


def test_codings_that_the_caller_reads_are_known() -> None:
    assert read("GET", "/", [(b"Accept-Encoding", b"gzip, deflate, br")]).encodings == (
        "br",
        "gzip",
    )
    assert read("GET", "/", [(b"Accept-Encoding", b"identity")]).encodings == ()


paths = st.lists(
    st.sampled_from(
        ["demo", "..", "hls", "live.m3u8", "live.mp4", "aac-1.2.mp4", "beat", "assets", "", "%00"]
    )
    | st.text(max_size=8),
    max_size=5,
).map(lambda pieces: "/" + "/".join(pieces))


@given(
    st.sampled_from(["GET", "POST", "HEAD", "OPTIONS"]) | st.text(max_size=8),
    st.text(max_size=80) | st.tuples(paths, st.text(max_size=60)).map("?".join),
    st.lists(
        st.tuples(
            st.sampled_from([b"Content-Length", b"transfer-encoding", b"Accept", b"X-Other"]),
            st.binary(max_size=20),
        ),
        max_size=4,
    ),
)
def test_any_request_is_read_or_refused(
    method: str, target: str, headers: list[tuple[bytes, bytes]]
) -> None:
    """Whatever is sent: an answer in the caller's fault range, never an error of ours."""
    try:
        outcome: Request | Refused = read(method, target, headers)
    except Refused as refused:
        outcome = refused
    match outcome:
        case Refused():
            assert 400 <= outcome.status < 500
        case Request():
            assert outcome.method == method


@pytest.mark.parametrize(
    "query", ["", "?nonce=", "?nonce=" + "g" * 32, "?nonce=" + "0" * 31, "?a=1&nonce=" + "0" * 32]
)
def test_a_rehearsals_number_has_one_form(query: str) -> None:
    assert refusal("GET", f"/.well-known/fullhouse-rehearsal{query}").code == "malformed"


def test_a_rehearsal_asks_one_host() -> None:
    """Two names, or none, are no name that could be proved."""
    target = f"/.well-known/fullhouse-rehearsal?nonce={'0' * 32}"
    hosts = [(b"host", b"A:80")]
    assert read("GET", target, hosts).ask == Challenge("0" * 32, "a")
    assert read("GET", target, []).ask == Challenge("0" * 32, "")
    assert read("GET", target, hosts * 2).ask == Challenge("0" * 32, "")
