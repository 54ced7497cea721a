"""Links hold an address that one can type."""

import pytest

from fullhouse.addresses import address, listens_everywhere


@pytest.mark.parametrize(
    ("public", "host", "port", "said"),
    [
        ("", "127.0.0.1", 8000, "http://127.0.0.1:8000"),
        ("", "192.0.2.1", 80, "http://192.0.2.1"),
        ("", "::1", 8000, "http://[::1]:8000"),
        ("https://radio.example/", "127.0.0.1", 8000, "https://radio.example"),
    ],
)
def test_an_address(public: str, host: str, port: int, said: str) -> None:
    assert address(public, host, port) == said


@pytest.mark.parametrize(
    ("host", "everywhere"),
    [("0.0.0.0", True), ("::", True), ("192.0.2.1", False), ("127.0.0.1", False), ("::1", False)],
)
def test_some_addresses_stand_for_all(host: str, everywhere: bool) -> None:
    assert listens_everywhere(host) is everywhere
