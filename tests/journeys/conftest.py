"""Fixtures of the whole ways through."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

HERE = Path(__file__).parent
CALMER = ("patient", "paired")
PATIENCE = 20_000
"""Milliseconds that a page may take to show something. What must be quicker is measured."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey has the machine to itself, or says what it bears. (pytest gives all tests here.)"""
    for item in items:
        if HERE in item.path.parents and not any(map(item.get_closest_marker, CALMER)):
            item.add_marker(pytest.mark.punctual)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers. It runs an event loop: it must be gone before other files' tests,
    and no test beside it may be a coroutine.
    """
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        yield driver
