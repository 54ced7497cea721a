"""In a real house and on real stages, nobody who is muted is heard: a hundred random orders.

Several rooms beside each other, one order after the other in each (`mute_orders`). Everybody
speaks without a pause; the mix is what a listener gets from an edge, and is searched for the
noise of whoever is muted. An order counts where the sound of somebody came in while they were
muted, and the same search heard them in the same order when they were not.

docs/tests.md says which leaks were put into the stage to see this test fail.
"""

import asyncio
import math
import os
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from fullhouse.bus import connect
from fullhouse.wire import StageNews, subject_stage
from tests.journeys.mouths import FRAME, Noise, Person, Recorder, running, talk
from tests.journeys.mute_orders import HOUSE_DIES, STAGE_DIES, Show, enter
from tests.journeys.running import Running, fullhouse_up
from tests.mute_judge import SHORT, Mix, Score, Span, Voice, leaks

pytestmark = [pytest.mark.patient, pytest.mark.long(200), pytest.mark.timeout(600)]

SEED: Final = int(os.environ.get("FULLHOUSE_SEED", "5"))
"""Of what is drawn. Processes have moods of their own: the same seed may go another way."""
ROOMS: Final = 4
ORDERS: Final = int(os.environ.get("FULLHOUSE_ORDERS", "32"))
"""In each room."""
COUNT: Final = 25 / 32
"""So many of them count: in some there is too little of anybody."""
AFTER: Final = 0.35
BEFORE: Final = 0.1
"""A mute takes so long to reach the mix, at the most, on a machine out of breath; an unmute may
be heard so long before it was asked for, as our clock and the stage's are not read at once."""
MUTED_FRAMES: Final = 10
FREE_FRAMES: Final = 5
"""So many frames of one person make an order count."""


@dataclass
class Verdict:
    """What was found in one room.

    Attributes:
        judged: by order that counts, the frames of those who spoke while muted.
        silenced: frames in which somebody who was muted was looked for.
        free, heard: frames in which somebody spoke who was not muted; those in which the search
            finds them. Beside two others a single frame is not always enough.
        latest: seconds after which a mute was in the mix.
    """

    leaks: list[str] = field(default_factory=list)
    judged: dict[str, int] = field(default_factory=dict)
    silenced: int = 0
    free: int = 0
    heard: int = 0
    latest: float = 0.0


async def test_in_a_hundred_random_orders_nobody_muted_is_in_the_mix(tmp_path: Path) -> None:
    print(f"FULLHOUSE_SEED={SEED}")
    noises = [Noise.of(seed) for seed in (1, 2, 3)]
    with fullhouse_up(tmp_path) as up:
        names = [f"mute-{number}" for number in range(ROOMS)]
        people = await asyncio.gather(
            *(enter(up, name, noises, 100 * at) for at, name in enumerate(names))
        )
        shows = [Show(up, name, them, SEED) for name, them in zip(names, people, strict=True)]
        recorders = [Recorder() for _ in shows]
        began = time.time() + 0.1
        async with spoken(shows, recorders, began):
            await asyncio.gather(*(show.play(ORDERS, deaths(at)) for at, show in enumerate(shows)))
            await asyncio.sleep(1.5)  # for what is still on its way to the listener
            epochs = [(await asyncio.to_thread(up.state, name))["epoch"] / 1e6 for name in names]
        assert not [line for line in up.errors() if "Traceback" in line]
    verdicts = await asyncio.gather(
        *(
            asyncio.to_thread(judge, show, recorder, epoch, began)
            for show, recorder, epoch in zip(shows, recorders, epochs, strict=True)
        )
    )
    report(shows, verdicts)
    assert [leak for one in verdicts for leak in one.leaks] == []
    assert sum(len(one.judged) for one in verdicts) >= ROOMS * ORDERS * COUNT


@asynccontextmanager
async def spoken(
    shows: Sequence[Show], recorders: Sequence[Recorder], began: float
) -> AsyncIterator[None]:
    """Let everybody speak, listeners listen, and the shows hear what their stages say."""
    by_slug, up = {show.slug: show for show in shows}, shows[0].up

    async def hear(_subject: str, raw: bytes) -> None:
        news = StageNews.unpack(raw)
        by_slug[news.slug].hear(news)

    listening = [
        recorder.listen(f"{up.edge}/{show.slug}/live.mp4")
        for show, recorder in zip(shows, recorders, strict=True)
    ]
    everybody = [one for show in shows for one in show.people]
    async with connect(bus_url(up), "test") as bus, running(talk(everybody, began), *listening):
        await bus.subscribe(subject_stage("*"), hear)
        yield
        for show in shows:
            await show.leave()


def deaths(room: int) -> list[tuple[int, str]]:
    """Return what dies in which of a room's orders: each stage twice, the house three times."""
    house = {0: [(5, HOUSE_DIES)], 1: [(12, HOUSE_DIES)], 2: [(19, HOUSE_DIES)]}
    return [(2 + room, STAGE_DIES), (14 + room, STAGE_DIES), *house.get(room, [])]


def bus_url(up: Running) -> str:
    """Return where the bus is, with its password."""
    text = (up.data / "nats" / "nats.conf").read_text()
    found = dict(re.findall(r'(user|password|listen): "([^"]*)"', text))
    return f"nats://{found['user']}:{found['password']}@{found['listen']}"


def judge(show: Show, recorder: Recorder, epoch: float, began: float) -> Verdict:
    """Search a room's mix for everybody.

    Args:
        epoch: unix seconds at which the room's timeline begins.
        began: unix seconds at which everybody began to speak.
    """
    pcm, first = recorder.heard()
    mix, start, verdict = Mix(pcm), epoch + first, Verdict()
    for one in show.people:
        search = Search(mix, Voice(one.noise.pcm, began - one.shift * FRAME - start), start)
        search_muted(show, one, search, verdict)
        search_orders(show, one, search, verdict)
    return verdict


@dataclass
class Search:
    """A mix that began at `start`, in unix seconds, and a voice that may be in it."""

    mix: Mix
    voice: Voice
    start: float

    def scores(self, spans: Iterable[Span]) -> list[Score]:
        """Return how much of the voice is in each frame."""
        return list(self.mix.look_for(self.voice, self._in_mix(spans), SHORT))

    def leaks(self, spans: Iterable[Span]) -> list[Score]:
        """Return where it is in the mix though it should not be."""
        return leaks(self.mix, self.voice, self._in_mix(spans))

    def frames(self, spans: Iterable[Span]) -> int:
        """Return how many frames of the mix there are."""
        end = self.start + self.mix.seconds
        return round(sum(max(0.0, min(last, end) - first) for first, last in spans) / FRAME)

    def _in_mix(self, spans: Iterable[Span]) -> list[Span]:
        return [(first - self.start, last - self.start) for first, last in spans]


def silenced(one: Person) -> list[Span]:
    """Return the spans in which nothing of somebody may be in the mix."""
    spans = [(span[0], span[1] if len(span) == 2 else math.inf) for span in one.silenced]
    return [(a + AFTER, b - BEFORE) for a, b in spans if b - a > AFTER + BEFORE]


def search_muted(show: Show, one: Person, search: Search, verdict: Verdict) -> None:
    """Look for somebody where they must not be, and how soon a mute was in the mix."""
    spans = silenced(one)
    verdict.leaks += [told(show, one, leak, search.start) for leak in search.leaks(spans)]
    verdict.silenced += search.frames(spans)
    for begin, *end in one.silenced:
        fading = search.scores([(begin, min([*end, begin + AFTER]))])
        late = [score.at + SHORT + search.start - begin for score in fading if score.there]
        verdict.latest = max([verdict.latest, *late])


def search_orders(show: Show, one: Person, search: Search, verdict: Verdict) -> None:
    """See in which orders somebody's sound came in while they were muted, and was heard else."""
    muted = common(one.sounding[True], silenced(one))
    for order in show.orders:
        within = [(order.began, order.ended)]
        free = search.scores(common(one.sounding[False], within))
        frames, heard = search.frames(common(muted, within)), sum(score.there for score in free)
        verdict.free, verdict.heard = verdict.free + len(free), verdict.heard + heard
        if frames >= MUTED_FRAMES and heard >= FREE_FRAMES:
            verdict.judged[order.seed] = verdict.judged.get(order.seed, 0) + frames


def common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return what lies both in one of some spans and in one of the others."""
    both = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return [(first, last) for first, last in both if first < last]


def told(show: Show, one: Person, leak: Score, start: float) -> str:
    """Return a leak in words, with all that happened in its order."""
    at = start + leak.at
    order = next((o for o in show.orders if o.began <= at <= o.ended), None)
    what = "after all orders" if order is None else f"order {order.seed}: {', '.join(order.steps)}"
    when = at - max(span[0] for span in one.silenced if span[0] <= at)
    return (
        f"person {show.people.index(one)}, muted for {when:.2f} s, is heard for {leak.seconds} s "
        f"({leak.score:.2f}, {leak.delay:.2f} s late): {what}"
    )


def report(shows: Sequence[Show], verdicts: Sequence[Verdict]) -> None:
    """Say what was done and found."""
    steps = sum((show.happened() for show in shows), Counter[str]())
    judged = [frames for one in verdicts for frames in one.judged.values()]
    heard, free = sum(one.heard for one in verdicts), sum(one.free for one in verdicts)
    print(f"{sum(len(show.orders) for show in shows)} orders, {steps.total()} steps: {dict(steps)}")
    print(f"{len(judged)} orders count, {sum(judged)} frames of voices that came in while muted")
    print(f"{sum(one.silenced for one in verdicts)} frames searched for people who were muted")
    print(f"{heard} of {free} frames of the same people heard when they were not")
    print(f"a mute was in the mix after {max(one.latest for one in verdicts):.2f} s at the latest")
    print(f"{sum(len(one.leaks) for one in verdicts)} leaks")
