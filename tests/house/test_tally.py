"""How many listen, over all edges."""

from fullhouse.house.tally import FORGOTTEN_AFTER, MOST_EDGES, Tally
from fullhouse.units import SECOND, Micros, PartNumber, RoomSlug
from fullhouse.wire import EdgeNews, EdgeRoom

EVENING, MORNING = RoomSlug("evening"), RoomSlug("morning")


def news(edge: str, **listeners: int) -> EdgeNews:
    rooms = {
        RoomSlug(slug): EdgeRoom(listeners=count, part=PartNumber(1), playing="sound")
        for slug, count in listeners.items()
    }
    return EdgeNews(edge=edge, rooms=rooms)


def test_edges_are_added_up() -> None:
    tally = Tally()
    tally.hear(news("a", evening=3, morning=1), now=Micros(0))
    tally.hear(news("b", evening=4), now=Micros(0))
    assert tally.listeners(now=Micros(1)) == {EVENING: 7, MORNING: 1}


def test_an_edges_newest_number_counts_once() -> None:
    tally = Tally()
    tally.hear(news("a", evening=3), now=Micros(0))
    tally.hear(news("a", evening=2), now=SECOND)
    assert tally.listeners(now=SECOND) == {EVENING: 2}


def test_a_silent_edge_is_forgotten_after_five_seconds() -> None:
    """Its listeners are gone, or counted by the edge that they went to."""
    tally = Tally()
    tally.hear(news("a", evening=3), now=Micros(0))
    assert tally.listeners(now=Micros(FORGOTTEN_AFTER - 1)) == {EVENING: 3}
    assert tally.listeners(now=FORGOTTEN_AFTER) == {}


def test_a_negative_number_takes_nobody_away() -> None:
    tally = Tally()
    tally.hear(news("a", evening=-9), now=Micros(0))
    tally.hear(news("b", evening=1), now=Micros(0))
    assert tally.listeners(now=Micros(0)) == {EVENING: 1}


def test_edges_are_bounded() -> None:
    tally, one = Tally(), news("edge", evening=1)
    for number in range(MOST_EDGES + 5):
        tally.hear(one.model_copy(update={"edge": f"edge-{number}"}), now=Micros(0))
    assert tally.listeners(now=Micros(0)) == {EVENING: MOST_EDGES}
