"""Players that ask again and again."""

from fullhouse.edge.seen import SEEN_AT_MOST, SEEN_FOR, Players, Seen
from fullhouse.units import Micros, RoomSlug


def test_a_player_counts_for_ten_seconds_after_it_asked() -> None:
    seen: Seen[str] = Seen()
    seen.see("a", Micros(0))
    seen.see("b", Micros(5))
    seen.see("a", Micros(9))
    assert seen.count(Micros(9)) == 2
    assert (seen.count(Micros(5 + SEEN_FOR)), seen.gone) == (1, 1)
    assert (seen.count(Micros(9 + SEEN_FOR)), seen.gone) == (0, 2)


def test_a_player_whose_connection_ends_counts_no_more() -> None:
    players: Players[str] = Players()
    demo, other = RoomSlug("demo"), RoomSlug("other")
    players.see(demo, "a", Micros(0))
    players.see(demo, "b", Micros(0))
    players.see(other, "a", Micros(0))
    assert (players.count(demo, Micros(1)), players.count(other, Micros(1))) == (2, 1)
    players.lose("a")
    players.lose("never there")
    assert (players.count(demo, Micros(1)), players.count(other, Micros(1))) == (1, 0)
    assert players.count(RoomSlug("nobody"), Micros(1)) == 0
    assert (players.gone(demo), players.gone(RoomSlug("nobody"))) == (1, 0)


def test_the_memory_is_bounded() -> None:
    seen: Seen[int] = Seen()
    for player in range(SEEN_AT_MOST + 10):
        seen.see(player, Micros(0))
    assert seen.count(Micros(1)) == SEEN_AT_MOST
