"""What waits for an open page."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.feed import MOST_NOTICES, Feed, Kind, event

KINDS: tuple[Kind, ...] = ("room", "stage", "listeners", "quality", "people", "me", "hands")


def test_news_come_out_in_the_order_they_came_in() -> None:
    feed = Feed()
    feed.put("stage", "1")
    feed.put("room", "2")
    assert feed.take() == b"event: stage\ndata: 1\n\nevent: room\ndata: 2\n\n"
    assert feed.take() == b""


def test_a_slow_page_is_skipped_to_the_newest() -> None:
    feed = Feed()
    for number in range(1000):
        feed.put("stage", str(number))
    assert feed.take() == b"event: stage\ndata: 999\n\n"
    assert feed.skipped == 999


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers())))
def test_a_page_never_holds_more_than_one_of_each(news: list[tuple[Kind, int]]) -> None:
    feed = Feed()
    for kind, number in news:
        feed.put(kind, str(number))
    newest = {kind: str(number) for kind, number in news}
    taken = feed.take().decode()
    assert taken.count("event:") == len(newest)
    assert all(event(kind, payload) in taken for kind, payload in newest.items())
    assert feed.skipped == len(news) - len(newest)


@given(st.text())
def test_an_event_cannot_be_broken_open_by_its_payload(payload: str) -> None:
    """Line breaks in a payload do not end the event, nor begin another."""
    written = event("room", payload)
    assert written.endswith("\n\n")
    assert all(line.startswith(("event: room", "data: ")) for line in written.split("\n")[:-2])


def test_what_happened_is_told_one_by_one_after_what_is_true() -> None:
    feed = Feed()
    for number in range(MOST_NOTICES + 2):
        feed.notice(str(number))
    feed.put("room", "now")
    taken = feed.take().decode()
    assert taken.startswith("event: room\ndata: now\n\nevent: notice\ndata: 2\n\n")
    assert (taken.count("event: notice"), feed.skipped) == (MOST_NOTICES, 2)
    assert feed.take() == b""
