"""What once broke somebody's program, and where the fuzzers begin, goes through all of it here."""

import pytest

from fullhouse.stage.offer import read_fragment, read_offer
from tests.fuzz import playout, rtp, sdp
from tests.fuzz.playout import CURIOUS, PAYLOADS


@pytest.mark.parametrize("name", sdp.SEEDS)
def test_a_strange_sdp_is_read_or_refused(name: str) -> None:
    sdp.check(sdp.SEEDS[name])


@pytest.mark.parametrize("name", rtp.SEEDS)
def test_strange_datagrams_end_nothing(name: str) -> None:
    rtp.check(rtp.SEEDS[name])


@pytest.mark.parametrize("name", playout.SEEDS)
def test_strange_packets_leave_every_tick_its_frame(name: str) -> None:
    playout.check(playout.SEEDS[name])


def test_the_seeds_reach_what_they_are_for() -> None:
    """A seed that is refused at the first door would test nothing behind it."""
    read_offer(sdp.SEEDS["an offer"].decode())
    read_offer(sdp.SEEDS["an offer to listen"].decode(), hears=True)
    assert len(read_fragment(sdp.SEEDS["a fragment"].decode()).candidates) == 1
    speaker, listener = rtp.Speaker(), rtp.Listener()
    rtp.run(speaker.take(rtp.SEEDS["sound"]))
    assert speaker.voice.playout.counters.came > 50
    rtp.run(listener.take(rtp.SEEDS["a report"]))
    assert listener.sender.loss == 255 / 256
    story = playout.Story(playout.SEEDS["talk"])
    story.run()
    assert len(PAYLOADS) >= len(CURIOUS) + 45
    assert len({len(payload) for payload in PAYLOADS[len(CURIOUS) :]}) > 1
