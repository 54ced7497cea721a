"""A real ear hears noise in a real stream, and comes back when the stream breaks off."""

import os
import socket
import threading
import time
from contextlib import suppress

import numpy as np
import pytest

from fullhouse.media import Rendition
from fullhouse.programme import cmaf
from fullhouse.rehearsal.ears import Ear, play_ears
from fullhouse.rehearsal.ledger import Report
from fullhouse.rehearsal.noise import Finder, coded_noise
from fullhouse.units import Micros
from tests.edge.stand import encode

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mp4\r\n\r\n"


def serve(sock: socket.socket, parts: list[bytes]) -> None:
    """Send the first half to the first listener, and the other half to the second."""
    half = len(parts) // 2
    for some in (parts[:half], parts[half:]):
        with suppress(OSError):
            line, _ = sock.accept()
            with line:
                line.recv(4096)
                line.sendall(HEAD + cmaf.init_segment(Rendition.AAC))
                for part in some:
                    line.sendall(part)
                    time.sleep(0.02)


def test_an_ear_finds_the_noise_that_was_spoken() -> None:
    noise = coded_noise(4.0, 1)
    made = encode(np.concatenate((noise, noise)), Micros(0), 0)
    parts = [cmaf.media_part(Rendition.AAC, p.number, p.packets[Rendition.AAC]) for p in made]
    with socket.create_server(("127.0.0.1", 0)) as sock:
        thread = threading.Thread(target=serve, args=(sock, parts))
        thread.start()
        read, write = os.pipe()
        ear = Ear(sock.getsockname(), "h", "/demo/live.mp4", Finder(noise))
        told: list[Report] = []
        listening = threading.Thread(target=play_ears, args=([ear], read, told.append))
        listening.start()
        thread.join(20)
        time.sleep(0.3)
        os.close(write)
        listening.join(10)
        os.close(read)
    (report,) = told
    assert report["path"] == "/demo/live.mp4"
    assert report["windows"] > 150
    assert report["recognised"] >= 0.9 * report["windows"]
    assert report["begins"] is not None
    assert report["longest_silence"] < 0.5


def test_an_ear_that_hears_nothing_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        address = sock.getsockname()
    read, write = os.pipe()
    told: list[Report] = []
    os.close(write)
    play_ears([Ear(address, "h", "/demo/live.mp4", None)], read, told.append)
    os.close(read)
    assert told[0]["windows"] == told[0]["longest_silence"] == 0
    assert told[0]["begins"] is None
    assert pytest.approx(0) == told[0]["recognised"]
