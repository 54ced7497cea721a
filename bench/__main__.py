"""The product's edge beside everything else: `python -m bench [MEASUREMENT …]`, `make bench`.

Measurements: listening (rows 1 to 4 of the promises), stalled, punctual, rush; without any, all.
Prints one table and writes it, with each single run, to bench/results/.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from bench import measures
from bench.crowds import RESULTS
from bench.install import install
from bench.measures import Figures, Peer, Sizes, peers, probe
from bench.processes import CROWD_CORE, on_core
from bench.report import LIMIT, text_of
from bench.servers import edge
from fullhouse.errors import Refused
from tests.servers import nats_server

Work = Callable[[], Figures]

MEASUREMENTS: Final = ("listening", "stalled", "punctual", "rush")


def say(line: str) -> None:
    """Tell how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


class Bench:
    """One run of the bench."""

    def __init__(self, bus: str, folder: Path, options: argparse.Namespace) -> None:
        self._bus, self._folder, self._options = bus, folder, options
        self._data = RESULTS / "data"
        self.runs: defaultdict[str, list[Figures]] = defaultdict(list)
        self.left_out: dict[str, str] = {}

    def run(self) -> None:
        """Measure all that was asked for, round by round."""
        with edge(self._bus, self._data, parts=3) as server:
            sizes = probe(server)
        say(f"a listener gets {sizes.burst} bytes at once, then {sizes.chunk} each 0.96 s")
        for number in range(self._options.rounds):
            self._warm_up(number, sizes)
            for name in self._options.measurements:
                for what, work in self._works(name, number, sizes):
                    self._try(what, work)

    def _warm_up(self, number: int, sizes: Sizes) -> None:
        """Let a crowd come and go: the kernel then has the memory for sockets that peers need.

        Else the first of each round pays for it, which made its joins twice as dear.
        """
        known = peers(self._bus, self._data, sizes)
        plain = next(peer for peer in known if peer.name == LIMIT)
        folder = self._folder / f"warm-up-{number}"
        measures.listening(replace(plain, holds=False), folder, self._options.listeners)

    def _works(self, name: str, number: int, sizes: Sizes) -> Iterator[tuple[str, Work]]:
        """Yield what is to be done for one measurement in one round."""
        bus, data, count = self._bus, self._data, self._options.listeners
        match name:
            case "listening":
                for peer in filter(self._wanted, peers(bus, data, sizes)):
                    folder = self._folder / f"{peer.name}-{number}".replace(" ", "-")
                    yield peer.name, partial(measures.listening, peer, folder, count)
            case "stalled":
                yield name, partial(measures.stalled, bus, data, count // 10)
            case "punctual":
                # Halts are kept for a minute: the last run is longer, to see none of the joins.
                last = number == self._options.rounds - 1
                yield (
                    name,
                    partial(measures.punctual, bus, data, count * 3 // 2, 62 if last else 15),
                )
            case _:
                yield name, partial(measures.rush, bus, data, count // 5, count * 2, 10)

    def _wanted(self, peer: Peer) -> bool:
        named = self._options.peers
        return not any(word in peer.name for word in self._options.without) and (
            not named or any(word in peer.name for word in named)
        )

    def _try(self, name: str, work: Work) -> None:
        """Measure once; a round in which it failed stays empty, so that rounds stay together."""
        if name in self.left_out:
            return
        found: Figures = {}
        try:
            found = work()
        except (Refused, OSError, AssertionError, httpx.HTTPError) as error:
            why = str(error) or type(error).__name__
            say(f"{name}: failed: {why}")
            if getattr(error, "code", "") == "not_installed":
                self.left_out[name] = why
                return
        self.runs[name].append(found)
        say(f"{name}: " + ", ".join(f"{key} {value:.4g}" for key, value in found.items()))


def about() -> dict[str, object]:
    """Return on what, and of what, the figures are."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "commit": commit.stdout.strip(),
        "on": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "Linux": platform.release(),
        "Python": platform.python_version(),
        "cores": os.cpu_count(),
        "GiB": round(memory),
        "load": f"{os.getloadavg()[0]:.2f}",
    }


def write(folder: Path, bench: Bench, facts: dict[str, object]) -> None:
    """Print the table, and keep it together with every run."""
    text = text_of(bench.runs, bench.left_out, facts)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.md").write_text(text)
    kept = {"about": facts, "runs": bench.runs, "left_out": bench.left_out}
    (folder / "bench.json").write_text(json.dumps(kept, indent=1))
    print(text)
    print(f"written to {folder}/bench.md and bench.json")


def asked() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measurements", nargs="*", metavar="MEASUREMENT", default=MEASUREMENTS)
    parser.add_argument("--rounds", type=int, default=3, help="each measurement so often")
    parser.add_argument("--listeners", type=int, default=10_000)
    parser.add_argument("--peers", nargs="+", default=[], metavar="WORD", help="only these")
    parser.add_argument("--without", nargs="+", default=[], metavar="WORD", help="not these")
    options = parser.parse_args()
    for name in options.measurements:
        if name not in MEASUREMENTS:
            parser.error(f"{name} is none of {', '.join(MEASUREMENTS)}")
    if not 1 <= options.rounds <= 20 or not 100 <= options.listeners <= 10_000:
        parser.error("there are 1 to 20 rounds, and 100 to 10,000 listeners")
    return options


def main() -> None:
    options, facts = asked(), about()
    on_core(CROWD_CORE)
    with tempfile.TemporaryDirectory() as folder, nats_server(Path(folder)) as bus:
        Path(folder).chmod(0o755)  # peers that give up the rights of root read below it
        bench = Bench(bus, Path(folder), options)
        bench.left_out |= install()
        try:
            bench.run()
        except KeyboardInterrupt:
            say("stopped: this is what there is")
        write(RESULTS, bench, facts)


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"bench: {refused.message}")
