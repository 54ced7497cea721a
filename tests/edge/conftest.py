"""Edge tests run in uvloop, as the edge does."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Name the one kind of event loop that these tests run in."""
    return {"uvloop": uvloop.new_event_loop}
