"""What people read."""

import json
import re
from html import escape, unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.edge import page
from fullhouse.edge.cadence import Cadences, Lowered, Pressure, Why
from fullhouse.edge.room import Room
from fullhouse.units import PART_MICROS, SECOND, Micros, RoomSlug
from fullhouse.wire import RoomNews, RoomState
from tests.edge.made import FILLER, HEAD, START, later, news, room

HOSTILE = (
    "</script><script>alert(1)</script>\"'&<!--{{slug}}",
    "</script ><script src=//evil>",
    "<!--<script>",
    "{{state_json}}\u2028",
)


def changed(**values: object) -> RoomNews:
    return news().model_copy(update=values)


def titled(title: str) -> Room:
    told = changed(title=title, reason=title[:200])
    return Room(told, START, filler=FILLER, kept_parts=100, ears=lambda: 0, cadences=Cadences())


@pytest.mark.parametrize("state", RoomState)
def test_every_state_has_words(state: RoomState) -> None:
    """What is heard now and since when, in a sentence."""
    said = page.words(news(state), START, START)
    assert re.fullmatch(r"[A-Z].+\.", said)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (changed(reason="It is live."), "Live since 22:15 UTC."),
        (changed(since=START - 86_400 * SECOND), "Live since 13 November 2023 at 22:16 UTC."),
        (
            changed(state=RoomState.SCHEDULED, next=START + 3_600 * SECOND),
            "Starts on Tuesday 14 November 2023, 23:16 (UTC). The sound begins here by itself.",
        ),
        (
            changed(state=RoomState.SCHEDULED, next=START - 3_600 * SECOND),
            "Was to start on Tuesday 14 November 2023, 21:16 (UTC)."
            " The sound begins here by itself.",
        ),
        (
            changed(
                state=RoomState.DOORS,
                starts=START,
                zone="Asia/Jakarta",
                late=True,
                reason="It is late: it was to start by now. The train.",
                why_late="The train.",
            ),
            "Hold music plays. It was to start on Wednesday 15 November 2023, 05:16 (Asia/Jakarta)."
            " It is late: it was to start by now. The train.",
        ),
        (
            changed(
                state=RoomState.SCHEDULED,
                starts=START + 60 * SECOND,
                why_late="The train.",
                reason="It has not started yet.",
            ),
            "Starts on Tuesday 14 November 2023, 22:17 (UTC). It has not started yet. The train.",
        ),
        (
            changed(
                state=RoomState.ENDED,
                starts=START + 60 * SECOND,
                cancelled=True,
                reason="The host has called it off.",
            ),
            "It was to start on Tuesday 14 November 2023, 22:17 (UTC). The host has called it off.",
        ),
        (
            changed(state=RoomState.INTERRUPTED, reason="The stage starts again"),
            "Interrupted since 22:15 UTC. The stage starts again.",
        ),
        (
            changed(state=RoomState.DOORS, reason="It starts with the first word."),
            "Hold music plays. It starts with the first word.",
        ),
        (
            changed(state=RoomState.ENDED, starts=START - 86_400 * SECOND),
            "Ended on 14 November 2023 at 22:15 UTC.",
        ),
    ],
)
def test_a_state_in_words(told: RoomNews, said: str) -> None:
    assert page.words(told, START, START) == said


def test_old_news_is_called_old() -> None:
    assert "no newer news" not in page.words(news(), START, Micros(START + 14 * SECOND))
    said = page.words(news(), START, Micros(START + 40 * SECOND))
    assert said.endswith("This was so 40 seconds ago; no newer news has come.")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7200, "2 hours"),
        (200_000, "2 days"),
    ],
)
def test_spans_of_time(seconds: int, said: str) -> None:
    assert page.span(Micros(seconds * SECOND)) == said


def test_state_json_says_everything_that_is_known() -> None:
    one = room(ears=4)
    planned: dict[str, object] = {
        "starts": START, "doors": START - 900 * SECOND, "zone": "Asia/Jakarta", "late": True,
        "why_late": "The train.", "reminds": True,
    }  # fmt: skip
    one.news = one.news.model_copy(update=planned)
    assert page.state(one, later(1)) == {
        "room": "demo",
        "title": "A room",
        "state": "live",
        "since": "2023-11-14T22:15:32.250Z",
        "reason": "",
        "next": None,
        "starts": "2023-11-14T22:16:32.250Z",
        "zone": "Asia/Jakarta",
        "doors": "2023-11-14T22:01:32.250Z",
        "late": True,
        "why_late": "The train.",
        "cancelled": False,
        "missed": False,
        "reminds": True,
        "session": 0,
        "epoch": 1_700_000_000_000_000,
        "part": HEAD - 1,
        "listeners": 4,
        "as_of": "2023-11-14T22:16:32.250Z",
        "age": round(PART_MICROS / SECOND, 1),
        "streams": [
            "/demo/live.mp4",
            "/demo/live-opus.mp4",
            "/demo/live.aac",
            "/demo/live.ogg",
            "/demo/live-low.mp4",
            "/demo/live-opus-low.mp4",
            "/demo/live-low.aac",
            "/demo/live-low.ogg",
            "/demo/hls/live.m3u8",
        ],
        "cadence": 1,
        "lowered": None,
        "invited": [],
        "answer_within": [],
        "hands_open": True,
        "house": "",
    }


def test_state_json_says_how_long_each_hand_may_still_answer() -> None:
    first, second = "a" * 16, "b" * 16
    one = room()
    until = {first: Micros(START + 60 * SECOND), second: Micros(START + SECOND)}
    one.news = one.news.model_copy(update={"invited": (second, first), "answer_by": until})
    said = page.state(one, Micros(START + SECOND // 2))
    assert (said["invited"], said["answer_within"]) == ([second, first], [1, 60])
    assert page.state(one, Micros(START + 90 * SECOND))["answer_within"] == [0, 0]


class Tags(HTMLParser):
    """Notes what a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@given(st.text(max_size=60) | st.sampled_from(HOSTILE))
def test_a_title_stays_text_wherever_it_stands(title: str) -> None:
    """Whatever somebody calls a room: no tag of theirs, no script of theirs, JSON unharmed."""
    html = page.room_page(page.BUILT_IN, titled(title), START).decode()
    tags = Tags(html)
    assert tags.scripts == [{"type": "application/json", "id": "state"}]
    raw = html.partition('id="state">')[2].partition("</script")[0]
    assert "<" not in raw
    assert json.loads(raw)["title"] == title
    heading = html.partition("<h1>")[2].partition("</h1>")[0]
    assert unescape(heading) == unescape(escape(title or "demo"))
    assert not tags.scripts[1:]
    assert "{{" not in html or "{{" in title


def test_the_built_in_page_plays_without_a_script() -> None:
    html = page.room_page(page.BUILT_IN, room(), START).decode()
    assert '<audio controls preload="none" src="/demo/live.aac">' in html


def test_a_template_gets_all_its_values_once() -> None:
    filled = page.fill("{{title}} {{slug}} {{unknown}}", {"title": "{{slug}}", "slug": "x"})
    assert filled == b"{{slug}} x "


def test_an_unknown_room_gets_an_honest_page_that_looks_again() -> None:
    html = page.unknown_page(RoomSlug("nobody")).decode()
    assert "no room <b>nobody</b> here" in html
    assert '<p lang="id">Tidak ada ruang <b>nobody</b> di sini.' in html
    assert 'http-equiv="refresh" content="10"' in html


def test_the_front_page_lists_rooms_that_want_to_be_found() -> None:
    def made(slug: str, state: RoomState, listed: bool = True, **more: object) -> Room:
        told = changed(slug=slug, title=slug.title() + " & friends", state=state, listed=listed)
        told = told.model_copy(update=more)
        return Room(told, START, filler=FILLER, kept_parts=100, ears=lambda: 0, cadences=Cadences())

    rooms = [
        made("over", RoomState.ENDED),
        made("hidden", RoomState.LIVE, listed=False),
        made("on", RoomState.SILENT),
        made("soon", RoomState.SCHEDULED, starts=START + 60 * SECOND),
        made("later", RoomState.SCHEDULED, starts=START + 7200 * SECOND),
        made("off", RoomState.ENDED, starts=START + 3600 * SECOND, cancelled=True),
    ]
    html = page.front_page(rooms, START).decode()
    assert html.index("<h2>Now") < html.index('href="/on"') < html.index('href="/soon"')
    shown = re.findall('href="/([a-z]+)"', html)
    assert shown == ["on", "soon", "off", "later", "over"]
    assert 'href="/calendar.ics"' in html
    assert "hidden" not in html
    assert "On &amp; friends" in html
    assert "no room here yet" in page.front_page([], START).decode()


@pytest.mark.parametrize(
    ("raw", "fits"),
    [(b"{}", True), (b'{"kind":"heart"}', True), (b"[]", False), (b"", False), (b"\xff", False),
     (b"[" * 250, False)],
)  # fmt: skip
def test_a_beat_is_a_json_object(raw: bytes, fits: bool) -> None:
    assert page.is_json_object(raw) is fits


@pytest.mark.parametrize(
    ("lowered", "said"),
    [
        (
            Lowered(12, Why.CPU, START, None),
            "To keep every listener, sound is sent in larger pieces now (every 4 s instead of "
            "every 0.3 s), because this server's processor is busy. You hear it about 4 s later.",
        ),
        (
            Lowered(3, Why.OPERATOR, START, None),
            "Sound is sent in larger pieces now (every 1 s instead of every 0.3 s), as this "
            "server's operator has set it. You hear it about 0.6 s later.",
        ),
        (
            Lowered(1, Why.EGRESS, START, Why.EGRESS),
            "So that there is room for all, new listeners get a smaller stream now (24 instead "
            "of 64 kbit/s), because this server's line is nearly full.",
        ),
    ],
)
def test_what_is_lowered_and_why_is_said_in_a_sentence(lowered: Lowered, said: str) -> None:
    assert page.lowered_words(lowered) == said


@pytest.mark.parametrize("why", Why)
def test_every_reason_has_words(why: Why) -> None:
    both = page.lowered_words(Lowered(30, why, START, why))
    assert re.fullmatch(r"[A-Z].+\. You .+\. So .+\.", both)


def test_state_json_and_the_plain_page_say_what_is_lowered() -> None:
    one = room(cadences=Cadences(least=3))
    for _ in range(3):
        one.cadences.judge((), Pressure(egress=0.9), START)
    said = page.state(one, START)
    assert said["cadence"] == 3
    lowered = said["lowered"]
    assert isinstance(lowered, dict)
    assert lowered.pop("what").startswith("Sound is sent in larger pieces now")
    assert lowered == {
        "why": "operator",
        "since": "2023-11-14T22:16:32.250Z",
        "cadence_seconds": 0.96,
        "rendition": "low",
    }
    html = page.room_page(page.BUILT_IN, one, START).decode()
    assert "<p>Sound is sent in larger pieces now" in html
    assert 'src="/demo/live-low.aac"' in html
