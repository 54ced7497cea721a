"""What a verdict is made of: kinds, bars by story."""

from fullhouse.rehearsal.findings import Trouble
from fullhouse.rehearsal.verdict import CAUSES, Bars, Kind


def test_causes_and_what_was_noticed_are_told_apart() -> None:
    """A reason is behind it, or was noticed, or is about the rehearsal; the words differ."""
    assert set(Kind) > CAUSES
    assert len({kind.value for kind in Kind}) == len(Kind)


def test_every_story_but_the_killed_edge_has_the_same_bars() -> None:
    """Who kills an edge expects streams to end and a pause, and nothing else."""
    assert Bars.of("launch") == Bars.of("steady") == Bars()
    assert Bars.of("edge-kill").forgiven == {Trouble.ENDED, Trouble.STARVED}
    assert Bars.of("edge-kill").first_sound == Bars().first_sound
