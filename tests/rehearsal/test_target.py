"""What a link means, and which stream a crowd takes."""

import pytest

from fullhouse.errors import Refused
from fullhouse.rehearsal.boxes import Boxes
from fullhouse.rehearsal.ledger import Ledger
from fullhouse.rehearsal.plain import Adts, Ogg
from fullhouse.rehearsal.target import Link, Target, chosen_stream, read_link

OFFERED = ["/demo/live.mp4", "/demo/live.ogg", "/demo/hls/live.m3u8"]


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("http://127.0.0.1:8000/demo", Link("127.0.0.1", 8000, "127.0.0.1:8000", "demo", "")),
        ("http://Radio.example/demo/", Link("radio.example", 80, "Radio.example", "demo", "")),
        ("http://[::1]:81/demo/live.aac", Link("::1", 81, "[::1]:81", "demo", "live.aac")),
        ("http://h/demo/hls/live.m3u8", Link("h", 80, "h", "demo", "hls/live.m3u8")),
    ],
)
def test_a_link_is_a_rooms_or_a_streams(url: str, link: Link) -> None:
    assert read_link(url) == link


@pytest.mark.parametrize(
    "url",
    [
        "", "demo", "http://", "http://h", "http://h/", "ftp://h/demo", "http://h:99999/demo",
        "http://h/Demo!", "https://h/demo", "http://h/a/b/c/d", "http://[::1/demo",
    ],
)  # fmt: skip
def test_what_is_no_link(url: str) -> None:
    with pytest.raises(Refused):
        read_link(url)


def test_the_stream_is_the_one_that_was_named() -> None:
    link = read_link("http://h/demo/live.ogg")
    assert chosen_stream(link, "", OFFERED) == "/demo/live.ogg"
    assert chosen_stream(link, "live.mp4", OFFERED) == "/demo/live.mp4"
    assert chosen_stream(read_link("http://h/demo/hls/live.m3u8"), "", OFFERED) == "/demo/live.mp4"
    with pytest.raises(Refused, match=r"live.mp4, live.ogg"):
        chosen_stream(link, "hls/live.m3u8", OFFERED)


@pytest.mark.parametrize(
    ("path", "kind"), [("/d/live-opus.mp4", Boxes), ("/d/live.aac", Adts), ("/d/live.ogg", Ogg)]
)
def test_each_form_has_its_reader(path: str, kind: type) -> None:
    target = Target(("127.0.0.1", 80), True, "h", "/d", path, "/d/hls/live.m3u8", 0.0)
    stream = target.stream(Ledger(1))
    assert isinstance(stream.reader(), kind)
    assert stream.plain.startswith(f"GET {path} HTTP/1.1\r\nHost: h\r\n".encode())
