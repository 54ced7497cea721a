"""What operators can read of an edge worker."""

from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from fullhouse.wire import RoomState
from tests.edge.stand import edge, stage, wait_for_room


async def test_health_and_metrics_are_answered(nats_url: str, tmp_path: Path) -> None:
    async with stage(nats_url, "measured") as house, edge(nats_url, tmp_path) as one:
        await house.say(RoomState.LIVE)
        await wait_for_room(one, "measured", RoomState.LIVE)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.admin_port}") as client:
            health = (await client.get("/healthz")).json()
            metrics = await client.get("/metrics")
            other = await client.get("/demo")
            bad = await client.post("/healthz")
    assert health["ok"]
    assert health["bus"]
    assert health["rooms"] >= 1
    assert (health["full"], health["accepting"], health["places"] > 100) == (False, True, True)
    assert (other.status_code, bad.status_code) == (404, 404)
    families = {one.name: one for one in text_string_to_metric_families(metrics.text)}
    assert families["fullhouse_edge_bus_up"].samples[0].value == 1
    assert families["fullhouse_edge_full"].samples[0].value == 0
    assert families["fullhouse_edge_accepting"].samples[0].value == 1
    rooms = {sample.labels["room"] for sample in families["fullhouse_edge_filled"].samples}
    assert "measured" in rooms
    assert families["fullhouse_edge_loop_block_seconds"].samples[0].value < 5
    told = {sample.labels["what"] for sample in families["fullhouse_edge_pressure"].samples}
    assert told == {"cpu", "loop", "egress", "memory"}
    assert families["fullhouse_edge_low_offered"].samples[0].value == 0
    [sender] = families["fullhouse_edge_sender"].samples
    assert (sender.labels["sender"], sender.value) == (one.worker.audience.sender, 1)
    assert families["fullhouse_edge_pass_seconds"].samples[0].value == 0
    assert "process_resident_memory_bytes" in families
