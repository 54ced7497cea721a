"""A public address is looked at as a listener would see it."""

import socket
import threading

import pytest

from fullhouse.capacity.check import Check, Verdict
from fullhouse.capacity.front import front_checks
from fullhouse.capacity.outside import look
from tests.capacity.origins import BURST, Spoiled, origin


def harms(url: str, listens: float = 0.1) -> dict[str, Check]:
    """Return what does harm, by name."""
    checks = front_checks(look(url, listens).seen)
    return {check.name: check for check in checks if check.verdict is Verdict.WARNING}


def test_a_bare_edge_does_no_harm_and_its_parts_come_one_by_one() -> None:
    with origin(Spoiled()) as url:
        found = look(url, 1.5)
    assert [number for _, number in found.seen.arrivals][: BURST + 3] == list(range(BURST + 3))
    assert found.clock is not None
    assert abs(found.clock) < 2
    assert found.address == "127.0.0.1"
    checks = {check.name: check.verdict for check in front_checks(found.seen)}
    assert checks.pop("IPv6") is Verdict.NOT_CHECKED
    assert set(checks.values()) == {Verdict.OK}


def test_a_proxy_that_buffers_is_found() -> None:
    with origin(Spoiled(together=3)) as url:
        assert "3 at a time" in harms(url, 2.2)["buffering"].found


def test_cookies_and_compression_are_found_and_a_cookies_value_is_not_kept() -> None:
    fields = {"Set-Cookie": "route=secret; Path=/", "Content-Encoding": "gzip", "Age": "9"}
    with origin(Spoiled(fields=fields)) as url:
        found = harms(url)
    assert {"cookies", "compression", "caching"} <= found.keys()
    assert "route" in found["cookies"].found
    assert "secret" not in str(found)


def test_a_redirect_is_followed_and_told() -> None:
    with origin(Spoiled()) as end, origin(Spoiled(onward=end)) as url:
        assert end in harms(url)["way to the page"].found


def test_a_proxy_that_closes_after_each_answer_is_found() -> None:
    with origin(Spoiled(keeps=False)) as url:
        assert "closed after each answer" in harms(url)["HTTP"].found


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/room", "http://nowhere.invalid/room"])
def test_an_address_where_nobody_is_stops_everybody(url: str) -> None:
    (check,) = front_checks(look(url).seen)
    assert check.at == 0


def test_somebody_who_speaks_no_http_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(b"SSH-2.0-x\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        seen = look(f"http://127.0.0.1:{server.getsockname()[1]}/room").seen
        thread.join(5)
    assert "no HTTP" in seen.trouble
