"""The servers that are measured, each as it runs in earnest, all on loopback.

What can be set is set alike: send buffers, one worker, no access log. docs/performance.md says
what cannot.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.crowds import program
from bench.processes import CROWD_CORE, SERVER_CORE, children, process
from fullhouse.errors import Refused

SEND_BUFFER: Final = 32_768
RECEIVE_BUFFER: Final = 16_384
SLUG: Final = "bench"
STARTED_WITHIN: Final = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        pids: its processes.
        path: where its sound is.
        admin: ports of /metrics, where it has such.
        epoch: of the room's timeline, µs; 0: it has none.
    """

    pids: tuple[int, ...]
    port: int
    path: str
    admin: tuple[int, ...] = ()
    epoch: int = 0


def free_port() -> int:
    """Return a port that nobody uses at the moment."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def until_open(port: int) -> None:
    """Wait until somebody listens.

    Raises:
        Refused: nobody does.
    """
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise Refused(f"Nothing listens on port {port} after {STARTED_WITHIN:.0f} s.", code="no_start")


@contextmanager
def room(bus: str) -> Iterator[int]:
    """Let a room speak on the bus while the block runs; yield its epoch, µs."""
    with process([sys.executable, "-m", "bench.feed", bus, SLUG], core=CROWD_CORE) as feed:
        assert feed.stdout is not None
        yield int(json.loads(feed.stdout.readline())["epoch"])


@contextmanager
def edge(
    bus: str,
    folder: Path,
    *,
    sender: str = "auto",
    parts: int = 1,
    stream: str = "live.mp4",
    workers: int = 1,
    core: int | None = SERVER_CORE,
) -> Iterator[Server]:
    """Run the product's edge workers, with a room that speaks.

    Args:
        sender: auto, uring or write.
        parts: per send.
    """
    port = free_port()
    environment = {
        "FULLHOUSE_SENDER": sender,
        "FULLHOUSE_CADENCE_LEAST": str(parts),
        "FULLHOUSE_CADENCE_MOST": str(parts),
        "FULLHOUSE_SEND_BUFFER": str(SEND_BUFFER),
        "FULLHOUSE_BUS": bus,
        "FULLHOUSE_LOG_LEVEL": "warning",
    }
    with ExitStack() as stack:
        epoch = stack.enter_context(room(bus))
        pids, admin = [], []
        for index in range(workers):
            admin.append(free_port())
            command = [
                sys.executable, "-m", "fullhouse", "edge", "--data", folder, "--edge-port", port,
                "--admin-port", admin[-1] - index, "--index", index, "--node", "bench",
            ]  # fmt: skip
            one = stack.enter_context(process(command, core=core, environment=environment))
            pids.append(one.pid)
        for at in admin:
            until_ready(at)
        yield Server(tuple(pids), port, f"/{SLUG}/{stream}", tuple(admin), epoch)


def until_ready(admin: int) -> None:
    """Wait until a worker knows the room, and its first parts are there.

    Raises:
        Refused: it does not come to know it.
    """
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{admin}/healthz").json()["rooms"]:
                time.sleep(1.5)
                return
        time.sleep(0.1)
    raise Refused("An edge worker did not start.", code="no_start")


def metric(server: Server, name: str) -> list[float]:
    """Return one of the workers' own figures, of each; 0 where it is not told."""
    found = []
    for at in server.admin:
        text = httpx.get(f"http://127.0.0.1:{at}/metrics").text
        lines = [line for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name]
        found.append(sum(float(line.rsplit(" ", 1)[1]) for line in lines))
    return found


@contextmanager
def limit(name: str, burst: int, chunk: int, every: float, groups: int) -> Iterator[Server]:
    """Run one of the C programs that do only what cannot be left out."""
    words = (burst, chunk, every * 1000, groups, SEND_BUFFER)
    with process([program(name), *map(str, words)], core=SERVER_CORE) as one:
        assert one.stdout is not None
        yield Server((one.pid,), int(json.loads(one.stdout.readline())["port"]), "/live.mp4")


NGINX: Final = """\
worker_processes 1;
worker_rlimit_nofile {files};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections {connections}; multi_accept on; use epoll; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_timeout 300s;
    keepalive_requests 1000000000;
    reset_timedout_connection on;
    open_file_cache max=1000 inactive=30s;
    open_file_cache_valid 1s;
    types {{ application/vnd.apple.mpegurl m3u8; audio/mp4 m4s mp4; }}
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port} backlog=4096 sndbuf={send_buffer} rcvbuf={receive_buffer};
        root {folder}/www;
    }}
}}
"""


@contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    """Run nginx over `folder/www`.

    Raises:
        Refused: it is not installed.
    """
    binary = found("nginx")
    port, files = free_port(), 20_000
    (folder / "www").mkdir(parents=True, exist_ok=True)
    text = NGINX.format(
        folder=folder, port=port, files=files, connections=files - 100,
        send_buffer=SEND_BUFFER, receive_buffer=RECEIVE_BUFFER,
    )  # fmt: skip
    (folder / "nginx.conf").write_text(text)
    folder.chmod(0o755)  # its worker is another user
    with process([binary, "-c", folder / "nginx.conf", "-p", folder], core=SERVER_CORE) as one:
        until_open(port)
        yield Server((one.pid, *children(one.pid)), port, "/live.m3u8")


@contextmanager
def nginx_hls(folder: Path, seconds: float) -> Iterator[Server]:
    """Run nginx with live HLS: ffmpeg encodes and cuts, segments of this length, AAC 64 kbit/s."""
    (folder / "www").mkdir(parents=True)
    command = [
        found("ffmpeg"), "-v", "error", "-re", "-f", "lavfi", "-i", "anoisesrc=c=pink:r=48000",
        "-ac", "1", "-c:a", "aac", "-b:a", "64k", "-f", "hls", "-hls_time", str(seconds),
        "-hls_list_size", "6", "-hls_flags", "delete_segments", "-hls_segment_type", "fmp4",
        "-hls_segment_filename", folder / "www" / "segment%d.m4s", folder / "www" / "live.m3u8",
    ]  # fmt: skip
    with nginx(folder) as server, process(command, core=CROWD_CORE):
        end = time.monotonic() + STARTED_WITHIN
        while not (folder / "www" / "segment1.m4s").exists() and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.2)
        yield server


@contextmanager
def nginx_file(folder: Path, size: int) -> Iterator[Server]:
    """Run nginx with one file."""
    (folder / "www").mkdir(parents=True)
    (folder / "www" / "burst.mp4").write_bytes(os.urandom(size))
    with nginx(folder) as one:
        yield Server(one.pids, one.port, "/burst.mp4")


ICECAST: Final = """\
<icecast>
  <limits>
    <clients>20000</clients><sources>2</sources><queue-size>524288</queue-size>
    <client-timeout>30</client-timeout><header-timeout>15</header-timeout>
    <source-timeout>10</source-timeout>
    <burst-on-connect>1</burst-on-connect><burst-size>{burst}</burst-size>
  </limits>
  <authentication>
    <source-password>bench</source-password><relay-password>bench</relay-password>
    <admin-user>admin</admin-user><admin-password>bench</admin-password>
  </authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths>
    <basedir>/usr/share/icecast2</basedir><logdir>{folder}</logdir>
    <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
  </paths>
  <logging><accesslog>-</accesslog><errorlog>error.log</errorlog><loglevel>1</loglevel></logging>
  <security><chroot>0</chroot>{owner}</security>
</icecast>
"""
OWNER: Final = "<changeowner><user>icecast2</user><group>icecast</group></changeowner>"
ICECAST_SOUND: Final = {
    "ogg": ("audio/ogg", "-c:a", "libopus", "-b:a", "64k", "-page_duration", "960000", "-f", "ogg"),
    "aac": ("audio/aac", "-c:a", "aac", "-b:a", "64k", "-f", "adts"),
    "mp3": ("audio/mpeg", "-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3"),
}


@contextmanager
def icecast(folder: Path, kind: str, burst: int) -> Iterator[Server]:
    """Run icecast2, fed by ffmpeg with 64 kbit/s: Ogg Opus in pages of 0.96 s, AAC or MP3.

    Raises:
        Refused: it is not installed.
    """
    binary, port = found("icecast2"), free_port()
    folder.mkdir(parents=True)
    folder.chmod(0o777)  # it gives up the rights of root, and writes its log there
    owner = OWNER if os.geteuid() == 0 else ""
    text = ICECAST.format(folder=folder, port=port, burst=burst, owner=owner)
    (folder / "icecast.xml").write_text(text)
    media_type, *codec = ICECAST_SOUND[kind]
    source = [
        found("ffmpeg"), "-v", "error", "-re", "-f", "lavfi", "-i", "anoisesrc=c=pink:r=48000",
        "-ac", "1", *codec, "-content_type", media_type,
        f"icecast://source:bench@127.0.0.1:{port}/live",
    ]  # fmt: skip
    command = [binary, "-c", folder / "icecast.xml"]
    with process(command, core=SERVER_CORE, stderr=subprocess.DEVNULL) as one:
        until_open(port)
        with process(source, core=CROWD_CORE):
            time.sleep(5)
            yield Server((one.pid, *children(one.pid)), port, "/live")


def found(name: str) -> str:
    """Return where a program is.

    Raises:
        Refused: it is not installed.
    """
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise Refused(f"{name} is not installed.", code="not_installed")
    return path
