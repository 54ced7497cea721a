"""A million listeners on one machine: `python -m bench.million --listeners N`, `make million`.

The product itself: `fullhouse up` with as many edge workers as that takes, Opus at 16 kbit/s, a
send each 9.6 s. All come within a minute and stay for one. The crowd is `c/crowd.c`, and among it
a small rehearsal of the product's own, whose real ears decode what they get and look for the noise
that is spoken; with `--crowd rehearse` all of it is the product's rehearsal. Prints a table, and by
which limit it was stopped where it was.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.ceilings import ceilings, workers_for
from bench.crowds import RESULTS, Crowd, crowd
from bench.processes import children, cpu, process, pss, slab, sockets, tcp_memory
from bench.servers import free_port
from bench.table import markdown
from fullhouse.errors import Refused

ROOM: Final = "million"
STREAMS: Final = ("live-opus-low.mp4", "live-low.ogg")
"""Opus at 16 kbit/s: for pages, and without events for plain players."""
PER_CROWD: Final = 19_000
EARS: Final = 64
"""Listeners of the small rehearsal."""
STARTED_WITHIN: Final = 240.0
LOOK_EVERY: Final = 5.0
"""Looking costs, too, where every process waits for its turn."""
REPORT: Final = RESULTS / "million"
FULLHOUSE: Final = (sys.executable, "-m", "fullhouse")


def say(line: str) -> None:
    """Tell how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Up:
    """A Fullhouse that runs.

    Attributes:
        pids: of `up` and everything below it.
        start: seconds until all were ready.
    """

    data: Path
    port: int
    admin: tuple[int, ...]
    pids: tuple[int, ...]
    edges: tuple[int, ...]
    start: float


@contextmanager
def up(folder: Path, workers: int) -> Iterator[Up]:
    """Run `fullhouse up`, with a send each 9.6 s.

    Raises:
        Refused: it was not ready in time.
    """
    admin = room_for(workers + 1)
    port, house, source = free_port(), free_port(), free_port()
    environment = {"FULLHOUSE_CADENCE_LEAST": "30", "FULLHOUSE_CADENCE_MOST": "30"}
    command = [
        *FULLHOUSE, "up", "--data", folder / "data", "--workers", workers, "--edge-port", port,
        "--house-port", house, "--source-port", source, "--admin-port", admin,
        "--media-ports", "0", "--log-format", "json", "--log-level", "warning",
    ]  # fmt: skip
    with (
        (folder / "up.log").open("w") as log,
        process(command, environment=environment, stderr=log.fileno()) as one,
    ):
        began = time.monotonic()
        asyncio.run(until_ready(one, range(admin, admin + workers), folder / "up.log"))
        start = time.monotonic() - began
        pids = (one.pid, *children(one.pid))
        edges = tuple(
            pid for pid in pids if b"\0edge\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        yield Up(folder / "data", port, tuple(range(admin, admin + workers)), pids, edges, start)


def room_for(count: int) -> int:
    """Return the first of so many ports in a row that are free, below those that systems give."""
    for first in range(20_000, 32_000, count):
        if all(is_free(first + index) for index in range(count)):
            return first
    raise Refused(f"There are no {count} free ports in a row.", code="no_ports")


def is_free(port: int) -> bool:
    """True if nobody listens on a port."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


async def until_ready(one: "subprocess.Popen[str]", ports: range, log: Path) -> None:
    """Wait until every worker answers.

    Raises:
        Refused: `up` has ended, or not all answer in time.
    """
    end, waiting = time.monotonic() + STARTED_WITHIN, list(ports)
    while waiting:
        if time.monotonic() > end or one.poll() is not None:
            last = log.read_text()[-500:]
            raise Refused(f"{len(waiting)} workers are not ready: {last}", code="no_start")
        try:
            _, line = await asyncio.open_connection("127.0.0.1", waiting[-1])
        except OSError:
            await asyncio.sleep(0.1)
            continue
        line.close()
        waiting.pop()


@dataclass(slots=True)
class Watch:
    """What was seen of the server, second by second."""

    here: Up
    at: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)
    connected: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    def look(self) -> None:
        """Look once."""
        self.at.append(time.monotonic())
        self.spent.append(cpu(self.here.pids))
        self.connected.append(sockets() // 2)
        self.memory.append(tcp_memory() + slab())

    def cores(self, first: int, last: int) -> float:
        """Return how many cores the server used between two looks."""
        took = self.at[last] - self.at[first]
        return (self.spent[last] - self.spent[first]) / took if took > 0 else 0.0


@contextmanager
def crowds(port: int, stream: str, count: int, within: float) -> Iterator[list[Crowd]]:
    """Let a crowd come, in as many processes as it takes, each with addresses of its own."""
    shares = [PER_CROWD] * (count // PER_CROWD) + [count % PER_CROWD] * (count % PER_CROWD > 0)
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                crowd(
                    port,
                    f"/{ROOM}/{stream}",
                    share,
                    {
                        "rate": share / within,
                        "from": f"127.{1 + at // 200}.{at % 200}.1",
                        "tick": 0.02,
                    },
                    core=None,
                )
            )
            for at, share in enumerate(shares)
        ]


def rehearsal(here: Up, stream: str, count: int, lasts: tuple[float, float]) -> list[str]:
    """Return the command that lets the product rehearse, and speak: arrivals, then a hold."""
    return [
        *FULLHOUSE, "rehearse", f"http://127.0.0.1:{here.port}/{ROOM}", "--data", str(here.data),
        "--listeners", str(count), "--arrive-within", f"{lasts[0]:.0f}s",
        "--hold", f"{lasts[1]:.0f}s", "--story", "steady", "--stream", stream,
        "--pages", "0", "--hls", "0", "--stalled", "0", "--speak", "--out", str(REPORT),
    ]  # fmt: skip


def make_room(here: Up) -> None:
    """Make the room that all listen to."""
    command = [*FULLHOUSE, "room", "create", ROOM, "--data", str(here.data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"No room could be made: {done.stderr.strip()}", code="no_room")


def ears_of(told: str) -> list[str]:
    """Return what the rehearsal's real ears heard, a line for each."""
    try:
        ears = json.loads(told)["findings"]["ears"]
    except (ValueError, KeyError, TypeError):
        return ["the rehearsal said nothing that can be read"]
    return [
        f"{one['path']}: {one['recognised']} of {one['windows']} windows of 40 ms recognised"
        for one in ears
    ]


class Million:
    """One run."""

    def __init__(self, here: Up, options: argparse.Namespace) -> None:
        self._here, self._options = here, options
        self._watch = Watch(here)
        self.figures: dict[str, float | str] = {}

    def run(self) -> None:
        """Let all come, and stay; fill in the figures."""
        make_room(self._here)
        self._watch.look()
        if self._options.crowd == "rehearse":
            self._all_rehearsed()
        else:
            self._among_them()

    def _all_rehearsed(self) -> None:
        options = self._options
        lasts = (options.arrive_within, options.hold)
        command = rehearsal(self._here, options.stream, options.listeners, lasts)
        with process(command) as crowd_of_all:
            while crowd_of_all.poll() is None:
                time.sleep(1)
                self._watch.look()
        connected = self._watch.connected
        joined = next(at for at, count in enumerate(connected) if count >= 0.999 * max(connected))
        leave = (
            len(connected)
            - 1
            - next(
                at
                for at, count in enumerate(reversed(connected))
                if count >= 0.999 * max(connected)
            )
        )
        began = next(at for at, count in enumerate(connected) if count > 0.005 * max(connected))
        self._server(began, joined, leave)
        self.figures["connected"] = max(connected)
        self.figures["exit code of the rehearsal"] = crowd_of_all.returncode

    def _among_them(self) -> None:
        """The crowd of C, with a small rehearsal among it."""
        options, here = self._options, self._here
        lasts = options.arrive_within + options.hold
        command = rehearsal(here, options.stream, EARS, (5, lasts + 15))
        with process([*command, "--json"]) as ears:
            if os.geteuid() == 0:  # what measures must not wait behind what is measured
                os.setpriority(os.PRIO_PROCESS, ears.pid, -15)
            time.sleep(12)
            say("somebody speaks, and some listen with real ears")
            self._crowd()
            say("all leave; the ears still look for what was spoken")
            said = self._said(ears)
        self.figures["ears"] = "; ".join(ears_of(said))
        self.figures["small rehearsal"] = f"exit code {ears.returncode}"

    def _said(self, ears: "subprocess.Popen[str]") -> str:
        try:
            return ears.communicate(timeout=120)[0]
        except subprocess.TimeoutExpired:
            return ""

    def _crowd(self) -> None:
        options, watch = self._options, self._watch
        count = options.listeners
        self.figures["user memory of the server before, MB"] = pss(self._here.pids) / 1e6
        kernel = tcp_memory() + slab()
        with crowds(self._here.port, options.stream, count, options.arrive_within) as all_of_them:
            watch.look()
            began = len(watch.at) - 1
            seen = self._until_there(all_of_them)
            joined = len(watch.at) - 1
            self.figures |= {
                "joined": sum(one["joined"] for one in seen),
                "joined within, s": max(one["joined_after"] for one in seen),
                "first sound p50, s": sorted(one["first_p50"] for one in seen)[len(seen) // 2],
                "first sound p99, s (worst process)": max(one["first_p99"] for one in seen),
            }
            self._figures_of(all_of_them)
            say(f"{self.figures['joined']:,.0f} listen; they stay for {options.hold:.0f} s")
            end = time.monotonic() + options.hold
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(LOOK_EVERY, left))
                watch.look()
            held = self._figures_of(all_of_them)
            self._server(began, joined, len(watch.at) - 1)
            self._held(held)
            there = max(1.0, float(self.figures["joined"]))
            grew = tcp_memory() + slab() - kernel
            self.figures["kernel memory per listener, both ends, kB"] = grew / there / 1000
            self.figures["user memory of the server, MB"] = pss(self._here.pids) / 1e6

    def _until_there(self, all_of_them: list[Crowd]) -> list[dict[str, float]]:
        """Wait until all have come, or time is up; return what the crowds saw so far."""
        end = time.monotonic() + self._options.arrive_within + 60
        while True:
            time.sleep(LOOK_EVERY / 2)
            self._watch.look()
            now = self._watch.connected[-1]
            if now >= self._options.listeners or time.monotonic() > end:
                seen = self._figures_of(all_of_them)
                done = sum(one["joined"] + one["failed"] for one in seen)
                if done >= self._options.listeners or time.monotonic() > end:
                    return seen
            if len(self._watch.at) % 2 == 0 and len(self._watch.at) > 2:
                say(f"{now:,} connected, {self._watch.cores(-3, -1):.2f} cores")

    def _figures_of(self, all_of_them: list[Crowd]) -> list[dict[str, float]]:
        return [one.figures() for one in all_of_them]

    def _held(self, held: list[dict[str, float]]) -> None:
        listened = sum(one["listener_seconds"] for one in held)
        self.figures |= {
            "ended early": sum(one["ended"] for one in held),
            "failed": sum(one["failed"] for one in held),
            "kbit/s per listener": sum(one["bytes"] for one in held) / listened * 8 / 1000,
            "arrivals per listener and second": sum(one["reads"] for one in held) / listened,
            "longest wait between two arrivals, s": max(one["gap_max"] for one in held),
            "crowd's own lag p99, s (worst process)": max(one["lag_p99"] for one in held),
            "crowd's own lag, most, s": max(one["lag_max"] for one in held),
            "crowd's CPU, s": sum(one["cpu"] for one in held),
        }

    def _server(self, began: int, joined: int, leave: int) -> None:
        watch = self._watch
        self.figures |= {
            "cores, while they join": watch.cores(began, joined),
            "cores, while they listen": watch.cores(joined, leave),
            "most kernel memory, GB": max(watch.memory) / 1e9,
        }


def limits(wanted: int) -> tuple[int, str]:
    """Say what this machine allows; return how many may come, and what stops more of them."""
    found = ceilings()
    rows = [(one.name, one.is_now, f"{one.allows:,}") for one in found]
    print(markdown(("limit", "is", "listeners"), rows), flush=True)
    lowest = found[0]
    if lowest.allows >= wanted:
        return wanted, ""
    return lowest.allows // 1000 * 1000, f"{lowest.name} ({lowest.is_now})"


def asked() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("--listeners", type=int, default=1_000_000)
    parser.add_argument("--arrive-within", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--hold", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--crowd", choices=("c", "rehearse"), default="c")
    parser.add_argument("--stream", choices=STREAMS, default=STREAMS[1])
    parser.add_argument("--workers", type=int, default=0, help="edge workers; 0: as it takes")
    options = parser.parse_args()
    if not 100 <= options.listeners <= 2_000_000 or options.arrive_within < 1 or options.hold < 1:
        parser.error("there are 100 to 2,000,000 listeners, and spans of a second at least")
    return options


def tell(figures: dict[str, float | str], stopped_by: str) -> None:
    """Print the figures, and keep them."""
    rows = [
        (name, value if isinstance(value, str) else f"{value:,.3f}".rstrip("0").rstrip("."))
        for name, value in figures.items()
    ]
    text = markdown(("a million", "figure"), rows)
    if stopped_by:
        text += f"\n\nThis machine stopped it: {stopped_by}."
    (RESULTS / "million.md").write_text(text + "\n")
    (RESULTS / "million.json").write_text(json.dumps(figures, indent=1))
    print(text)
    print(f"written to {RESULTS}/million.md and million.json; the ears' report in million/")


def main() -> None:
    options = asked()
    wanted = options.listeners
    options.listeners, stopped_by = limits(wanted)
    workers = options.workers or workers_for(options.listeners)
    RESULTS.mkdir(parents=True, exist_ok=True)
    say(f"{options.listeners:,} listeners, {workers} edge workers")
    with tempfile.TemporaryDirectory() as folder, up(Path(folder), workers) as here:
        say(f"all ready after {here.start:.0f} s")
        one = Million(here, options)
        one.figures = {"asked": float(wanted), "edge workers": float(len(here.edges))}
        one.figures["start of all workers, s"] = here.start
        try:
            one.run()
        except KeyboardInterrupt:
            stopped_by = "Ctrl-C"
        finally:
            tell(one.figures, stopped_by)


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"million: {refused.message}")
