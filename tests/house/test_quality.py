"""How speakers' sound came in, as the house remembers it."""

from hypothesis import example, given
from hypothesis import strategies as st

from fullhouse.house.quality import FORGOTTEN_AFTER, MOST_SPEAKERS, Qualities
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import QualityNews, SpeakerQuality

EVENING = RoomSlug("evening")
NOW = Micros(1_800_000_000_000_000)


def news(*speakers: SpeakerQuality, instance: str = "one", slug: RoomSlug = EVENING) -> QualityNews:
    return QualityNews(slug=slug, instance=instance, speakers=speakers)


def seconds(count: int) -> Micros:
    return Micros(NOW + count * SECOND)


def test_the_newest_is_kept_until_it_is_too_old() -> None:
    kept = Qualities()
    kept.hear(news(SpeakerQuality(seat="seat-1", loss=0.5)), now=NOW)
    kept.hear(news(SpeakerQuality(seat="seat-1", loss=0.1)), now=seconds(1))
    newest = kept.newest(EVENING, now=seconds(2))
    assert newest is not None
    assert newest.speakers[0].loss == 0.1
    assert kept.newest(EVENING, now=Micros(seconds(1) + FORGOTTEN_AFTER)) is None
    assert kept.newest(RoomSlug("morning"), now=seconds(2)) is None
    assert list(kept.speakers(now=seconds(2))) == []


def test_frames_are_summed_while_a_speaker_stays() -> None:
    kept = Qualities()
    for second in range(3):
        kept.hear(news(SpeakerQuality(seat="seat-1", real=48, fec=2, packets=50)), now=NOW)
        ((_, speaker, sums),) = kept.speakers(now=NOW)
        assert (sums["real"], sums["fec"], sums["packets"]) == (
            48 * (second + 1),
            2 * (second + 1),
            50 * (second + 1),
        )
        assert speaker.real == 48


def test_sums_begin_anew_with_a_new_stage_and_end_with_the_speaker() -> None:
    """A counter that falls is read as one that began anew: no other number is made of it."""
    kept = Qualities()
    kept.hear(news(SpeakerQuality(seat="seat-1", real=50)), now=NOW)
    kept.hear(news(SpeakerQuality(seat="seat-1", real=10), instance="two"), now=NOW)
    assert [sums["real"] for _, _, sums in kept.speakers(now=NOW)] == [10]
    kept.hear(news(instance="two"), now=NOW)
    assert list(kept.speakers(now=NOW)) == []


def test_all_rooms_are_told_apart() -> None:
    kept = Qualities()
    for slug in ("b", "a"):
        kept.hear(news(SpeakerQuality(seat="seat-1"), slug=RoomSlug(slug)), now=NOW)
    assert [slug for slug, _, _ in kept.speakers(now=NOW)] == ["a", "b"]


@given(st.lists(st.integers(0, 99), max_size=200))
@example(list(range(200)))
def test_speakers_are_bounded_and_each_is_there_once(numbers: list[int]) -> None:
    kept = Qualities()
    told = kept.hear(news(*(SpeakerQuality(seat=f"seat-{number}") for number in numbers)), now=NOW)
    seats = [speaker.seat for speaker in told.speakers]
    assert len(seats) <= MOST_SPEAKERS
    assert len(seats) == len(set(seats))
    assert [speaker.seat for _, speaker, _ in kept.speakers(now=NOW)] == seats
