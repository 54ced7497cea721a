"""What people paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.client.links import BadLink, Ear, Format, ear, mouth
from fullhouse.errors import NotAllowed, Refused


@pytest.mark.parametrize(
    ("link", "format", "stream"),
    [
        ("http://host:8000/demo", None, "http://host:8000/demo/live.mp4"),
        ("http://host:8000/demo/", None, "http://host:8000/demo/live.mp4"),
        ("https://host/demo?x=1#y", Format.OGG, "https://host/demo/live.ogg"),
        ("http://[::1]:8000/demo", Format.HLS, "http://[::1]:8000/demo/hls/live.m3u8"),
        ("http://host/demo/live.aac", None, "http://host/demo/live.aac"),
        ("http://host/demo/hls/live.m3u8", None, "http://host/demo/hls/live.m3u8"),
        ("http://host/demo/live.aac", Format.OPUS, "http://host/demo/live-opus.mp4"),
        ("http://host/below/demo", None, "http://host/below/demo/live.mp4"),
    ],
)
def test_a_link_says_where_to_listen(link: str, format: Format | None, stream: str) -> None:
    assert ear(link, format).stream == stream


def test_the_state_is_beside_the_stream() -> None:
    to = ear("http://host/demo/live.ogg")
    assert to == Ear("http://host/demo", "http://host/demo/live.ogg", Format.OGG)
    assert to.state == "http://host/demo/state.json"


def test_the_key_of_a_room_by_invitation_goes_along_and_is_in_no_address_that_is_shown() -> None:
    to = ear("http://host/demo?x=1&key=a-_b%2B", Format.HLS)
    assert (to.key, to.query) == ("a-_b+", {"key": "a-_b+"})
    assert to.opened == "http://host/demo/hls/live.m3u8?key=a-_b%2B"
    for shown in (to.room, to.stream, to.state):
        assert "key" not in shown
    assert ear("http://host/demo").opened == "http://host/demo/live.mp4"


@pytest.mark.parametrize(
    "link",
    ["", "demo", "http://", "ftp://host/demo", "http://host", "http://host/Büro", "http://h:x/demo",
     "http://host/de mo", "http://[/demo", "file:///etc/passwd", "http://host/live.mp4/"],
)  # fmt: skip
def test_what_is_no_link_is_refused(link: str) -> None:
    with pytest.raises(BadLink):
        ear(link)


def test_a_whip_link_says_where_to_speak() -> None:
    to = mouth("http://host:8001/whip/demo", "token")
    assert (to.whip, to.token) == ("http://host:8001/whip/demo", "token")
    assert to.events == "http://host:8001/api/rooms/demo/events"


def test_a_studio_link_holds_its_own_token() -> None:
    to = mouth("https://host/studio/demo#abc%20d")
    assert (to.whip, to.token) == ("https://host/whip/demo", "abc d")
    assert mouth("https://host/studio/demo#abc", "mine").token == "mine"


def test_without_a_token_nobody_speaks() -> None:
    with pytest.raises(NotAllowed):
        mouth("http://host/whip/demo#abc")


@pytest.mark.parametrize(
    "link", ["demo", "http://host/demo", "http://host/whip", "http://host/whip/.."]
)
def test_what_is_no_link_to_speak_at_is_refused(link: str) -> None:
    with pytest.raises(BadLink):
        mouth(link, "token")


@given(st.text(max_size=60))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    for read in (ear, lambda link: mouth(link, "token")):
        for link in (text, f"http://{text}", f"http://host/{text}"):
            try:
                read(link)
            except Refused as error:
                assert error.message  # noqa: PT017 - either outcome is right
