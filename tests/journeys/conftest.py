"""Fixtures of the whole ways through."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Most journeys have the machine to themselves. (pytest gives all tests, not this folder's.)"""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("patient") is None:
            item.add_marker(pytest.mark.punctual)


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    """What drives the browsers. It runs an event loop, so it must be gone with the test."""
    with sync_playwright() as driver:
        yield driver
