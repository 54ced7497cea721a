"""A second of a speaker, in the words of the bus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.stage.frame import Reason, VoiceFacts
from fullhouse.stage.quality import Heard, Hears, speaker_quality
from fullhouse.units import Micros
from fullhouse.wire import SpeakerQuality

COUNT = st.integers(0, 10_000)


def test_every_fact_has_its_place() -> None:
    frames = {reason: number for number, reason in enumerate(Reason, 1)}
    facts = VoiceFacts(45, 5, 2, frames, 3, 12.34, 41.27, -150.04)
    said = speaker_quality("ana", Heard(facts, 7, -21.26, 0.00123), Hears(0.03125, Micros(31_415)))
    assert said == SpeakerQuality(
        seat="ana",
        packets=45,
        loss=0.1,
        real=1,
        late_recovered=2,
        fec=3,
        concealed=4,
        comfort=5,
        silent=6,
        refused=9,
        trims=3,
        jitter_ms=12.3,
        depth_ms=41.3,
        drift_ppm=-150.0,
        level_db=-21.3,
        clipping=0.0012,
        return_loss=0.0312,
        round_trip_ms=31.4,
    )


def test_who_has_no_return_says_nothing_of_it() -> None:
    said = speaker_quality("ana", Heard(VoiceFacts(), 0, -100.0, 0.0), Hears())
    assert (said.return_loss, said.round_trip_ms, said.loss) == (None, None, 0.0)


@given(COUNT, COUNT)
def test_loss_is_a_share(came: int, lost: int) -> None:
    said = speaker_quality("ana", Heard(VoiceFacts(came, lost), 0, 0.0, 0.0), Hears())
    assert said.loss == pytest.approx(lost / max(1, came + lost), abs=1e-4)


def test_a_late_packet_that_was_counted_lost_makes_no_loss_below_zero() -> None:
    said = speaker_quality("ana", Heard(VoiceFacts(10, -1), 0, 0.0, 0.0), Hears())
    assert said.loss == 0
