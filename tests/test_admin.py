"""What operators can read of a process, on loopback."""

import asyncio
from collections.abc import Iterable, Mapping

import httpx
import pytest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from fullhouse.admin import Figures, answering
from fullhouse.errors import Refused

STRANGE = 'a "name"\nwith \\ signs'


class Kettle(Figures):
    """A process of which little can be measured."""

    def health(self) -> Mapping[str, object]:
        return {"ok": True}

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily("kettle_celsius", "How hot it is.", labels=["cook"])
        family.add_metric([STRANGE], 96.5)
        yield family


async def test_health_metrics_and_nothing_else_are_answered() -> None:
    async with (
        answering(0, Kettle()) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        health = await client.get("/healthz")
        metrics = await client.get("/metrics?whatever")
        head = await client.head("/metrics")
        other = await client.get("/")
        posted = await client.post("/healthz")
    assert health.json() == {"ok": True}
    assert metrics.headers["content-type"].startswith("text/plain")
    assert (head.status_code, head.content) == (200, b"")
    assert (other.status_code, posted.status_code) == (404, 404)
    families = {one.name: one for one in text_string_to_metric_families(metrics.text)}
    assert "process_resident_memory_bytes" in families
    (sample,) = families["kettle_celsius"].samples
    assert (sample.labels, sample.value) == ({"cook": STRANGE}, 96.5)


async def test_a_taken_port_is_refused_in_one_line() -> None:
    async with answering(0, Kettle()) as port:
        with pytest.raises(Refused, match=f"Port {port} .*is taken"):
            async with answering(port, Kettle()):
                pass


@pytest.mark.parametrize("head", [b"\x00\r\n\r\n", b"GET\r\n\r\n", b"GET  \r\n\r\n"])
async def test_what_is_no_request_hurts_nobody(head: bytes) -> None:
    async with answering(0, Kettle()) as port, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        assert b"404" in await reader.read()
        writer.close()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/healthz")).status_code == 200
