"""Links hold an address that one can type."""

import pytest

from fullhouse.addresses import address, reachable


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


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_nobody_can_go_to_everywhere(everywhere: str) -> None:
    assert reachable(everywhere, "192.0.2.7") == "192.0.2.7"


def test_a_chosen_host_is_kept() -> None:
    assert reachable("192.0.2.1", "192.0.2.7") == "192.0.2.1"
