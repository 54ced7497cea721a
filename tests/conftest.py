"""Fixtures that every test may use."""

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from tests.order import dealt
from tests.servers import nats_server
from tools.suite import LIVE_SOUND

# Modules and tests are no garbage: while thousands come in, nothing is looked for.
gc.disable()

# A machine that is busy with other things makes no test wrong.
settings.register_profile("fullhouse", deadline=None)
settings.load_profile("fullhouse")


LIVE = {Path(__file__).parents[1] / name for name in LIVE_SOUND}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Beside each other, the long ones run first. (Last of these hooks: all others are chosen.)"""
    for item in items:
        judges_sound = item.get_closest_marker("punctual") or item.get_closest_marker("paired")
        if judges_sound and not LIVE & {item.path, *item.path.parents}:
            raise pytest.UsageError(f"{item.nodeid}: no place where live sound is judged")
    workers = getattr(config, "workerinput", {}).get("workercount", 0)
    if workers:
        items[:] = dealt(items, seconds, workers)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is here now stays: whoever collects garbage need not look through it."""
    gc.freeze()
    gc.enable()


def seconds(item: pytest.Item) -> float:
    """Return how long a test says that it takes."""
    mark = item.get_closest_marker("long")
    return float(mark.args[0]) if mark else 0.0


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real nats-server that all tests of this run share."""
    folder: Path = tmp_path_factory.mktemp("nats")
    with nats_server(folder) as url:
        yield url


@pytest.fixture(autouse=True)
def _logs_are_set_up_for_one_test() -> Iterator[None]:
    """A test that runs a command in this process sets up its logs; the next one starts anew."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)
