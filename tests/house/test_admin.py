"""What operators can read of the house, and through it of every speaker."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from fullhouse.errors import Refused
from fullhouse.house.quality import FORGOTTEN_AFTER, REASONS
from fullhouse.units import SECOND
from fullhouse.wire import SpeakerQuality
from tests.house.served import House, becomes_true, served, stage_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

BAD = SpeakerQuality(
    seat="seat-1", packets=40, loss=0.2, real=30, late_recovered=1, fec=8, concealed=9, comfort=1,
    silent=1, refused=3, trims=2, jitter_ms=30.0, depth_ms=80.0, drift_ppm=-120.0,
    level_db=-23.0, clipping=0.01, return_loss=0.05, round_trip_ms=45.0,
)  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, nats_url: str) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    async with served(tmp_path_factory.mktemp("house"), nats_url) as house:
        await house.on_bus()
        yield house


async def read(house: House) -> dict[str, Metric]:
    """Return all that /metrics says, by name, as a monitor would read it."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{house.admin_port}/metrics")
    assert answer.status_code == 200
    return {one.name: one for one in text_string_to_metric_families(answer.text)}


def of_room(family: Metric, slug: str) -> dict[tuple[str, ...], float]:
    """Return a family's values of one room, by its other labels."""
    return {
        tuple(
            value for name, value in sorted(sample.labels.items()) if name != "room"
        ): sample.value
        for sample in family.samples
        if sample.labels.get("room") == slug
    }


async def test_every_number_of_a_speaker_is_there_in_its_unit(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    async with stage_of(nats_url, slug) as stage:
        for _ in range(2):
            await stage.say_quality(BAD, SpeakerQuality(seat="seat-2"))

        async def summed() -> bool:
            packets = of_room((await read(house))["fullhouse_speaker_packets"], slug)
            return packets.get(("seat-1",)) == 80

        await becomes_true(summed)
    metrics = await read(house)
    frames = of_room(metrics["fullhouse_speaker_frames"], slug)
    assert {reason: frames[reason, "seat-1"] for reason in REASONS} == {
        "real": 60, "late_recovered": 2, "fec": 16, "concealed": 18, "comfort": 2, "silent": 2,
    }  # fmt: skip
    expected = {
        "loss_ratio": 0.2, "jitter_seconds": 0.03, "depth_seconds": 0.08, "drift_ppm": -120.0,
        "level_dbfs": -23.0, "clipping_ratio": 0.01, "return_loss_ratio": 0.05,
        "round_trip_seconds": 0.045, "refused": 6, "trims": 4,
    }  # fmt: skip
    for name, value in expected.items():
        assert of_room(metrics[f"fullhouse_speaker_{name}"], slug)["seat-1",] == value
    assert ("seat-2",) not in of_room(metrics["fullhouse_speaker_round_trip_seconds"], slug)


async def test_nothing_that_a_stage_says_of_a_speaker_is_left_out() -> None:
    """A new field of the message is to be a number here, too."""
    from fullhouse.house.admin import _COUNTERS, _GAUGES

    shown = {*REASONS, "seat", *(row[0] for row in _GAUGES), *(row[0] for row in _COUNTERS)}
    assert shown == set(SpeakerQuality.model_fields)


async def test_stages_and_rooms_are_counted(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    async with stage_of(nats_url, slug) as stage:
        await stage.say(seats=3)
        await house.until(slug, "live")
        metrics = await read(house)
    assert of_room(metrics["fullhouse_stage_seats"], slug) == {(): 3}
    assert of_room(metrics["fullhouse_stage_ticks"], slug) == {(): 0}
    assert of_room(metrics["fullhouse_stage_late_ticks"], slug) == {(): 0}
    states = {one.labels["state"]: one.value for one in metrics["fullhouse_house_rooms"].samples}
    assert states["live"] >= 1
    assert states["ended"] == 0
    assert metrics["fullhouse_house_bus_up"].samples[0].value == 1
    assert "process_resident_memory_bytes" in metrics


async def test_who_has_gone_is_in_no_number(house: House, nats_url: str) -> None:
    slug = (await house.make())["slug"]
    async with stage_of(nats_url, slug) as stage:
        await stage.say_quality(BAD)

        async def there() -> bool:
            return bool(of_room((await read(house))["fullhouse_speaker_loss_ratio"], slug))

        await becomes_true(there)

        async def gone() -> bool:
            return not await there()

        await becomes_true(gone, FORGOTTEN_AFTER / SECOND + 3)


async def test_a_room_that_is_not_ours_makes_no_numbers(house: House, nats_url: str) -> None:
    """Whoever gets at the bus cannot fill our memory with rooms."""
    ours = (await house.make())["slug"]
    async with stage_of(nats_url, "not-ours") as strange, stage_of(nats_url, ours) as stage:
        await strange.say_quality(BAD)
        await strange.bus.flush()
        await stage.say_quality(BAD)

        async def there() -> bool:
            return bool(of_room((await read(house))["fullhouse_speaker_loss_ratio"], ours))

        await becomes_true(there)
    assert not of_room((await read(house))["fullhouse_speaker_loss_ratio"], "not-ours")


async def test_health_is_said(house: House) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{house.admin_port}/healthz")
    health = answer.json()
    assert health["ok"]
    assert health["bus"]
    assert health["rooms"] >= 0


async def test_a_taken_admin_port_is_one_clear_line(
    tmp_path: Path, house: House, nats_url: str
) -> None:
    with pytest.raises((Refused, ExceptionGroup)) as refusal:
        async with served(tmp_path, nats_url, admin_port=house.admin_port):
            pass
    assert re.search(r"Port \d+ for /healthz and /metrics is taken", repr(refusal.value))
