"""A shell: conducts a rehearsal: starts its processes, gathers what they tell, ends them all."""

import math
import os
import platform
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from fullhouse.errors import NotReady, Refused
from fullhouse.media import Pcm
from fullhouse.programme.timeline import rfc3339
from fullhouse.rehearsal.crowd import Crowd, Share
from fullhouse.rehearsal.door import room
from fullhouse.rehearsal.findings import EarFound, Findings, Progress
from fullhouse.rehearsal.gathering import Gathering
from fullhouse.rehearsal.ledger import Report
from fullhouse.rehearsal.noise import Finder, coded_noise
from fullhouse.rehearsal.processes import Play, Processes, files_each, processes
from fullhouse.rehearsal.script import Script
from fullhouse.rehearsal.target import Link, Target
from fullhouse.rehearsal.teller import Teller
from fullhouse.units import Micros

EACH: Final = 5_000
"""Listeners for which a process is worth while, as long as there are cores for it."""
EARS: Final = 3
NOISE_SECONDS: Final = 20.0
SPEAKS_WITHIN: Final = 20.0
ENDING: Final = 5.0
NAPS: Final = ((2, 0.002), (8, 0.004), (16, 0.008), (1_000_000, 0.010))
"""Up to so many processes, how long each sleeps between rounds: many cost each other dear, and
half of the lag that voids a rehearsal may go into it."""
LOOK: Final = 2.0
PORT_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")

Speak = Callable[[int, Teller], None]
"""Speaks the noise into the room until a descriptor can be read, and tells since when."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be rehearsed.

    Attributes:
        processes: how many for the crowd; 0: as many as it takes.
        speak: None: nobody of ours speaks.
        kill: kills an edge worker; None: nobody is killed.
    """

    url: str
    link: Link
    target: Target
    script: Script
    processes: int = 0
    speak: Speak | None = None
    kill: Callable[[], object] | None = None


def processes_for(listeners: int, wanted: int, files: int, cores: int) -> int:
    """Return how many processes a crowd needs.

    Raises:
        Refused: those that were asked for cannot hold it.
    """
    least = -(-listeners // files)
    if wanted and wanted < least:
        raise Refused(
            f"{listeners:,} listeners need {least} processes or more: one may open {files:,} "
            "files here (ulimit -n).",
            code="too_few_processes",
        )
    return wanted or max(least, min(cores, -(-listeners // EACH)))


def check_ports(plan: Plan) -> None:
    """See that there are ports for all.

    Raises:
        Refused: to another machine, one address has so many and no more.
    """
    first, last = map(int, PORT_RANGE.read_text().split())
    ports = last - first + 1
    if not plan.target.local and plan.script.listeners > ports:
        raise Refused(
            f"From one address of this machine {ports:,} connections can go to {plan.link.netloc}: "
            f"rehearse from {-(-plan.script.listeners // ports)} machines at once.",
            code="too_few_ports",
        )


def conduct(plan: Plan, on_progress: Callable[[Progress], None]) -> Findings:
    """Rehearse, until the script is over or Ctrl-C.

    Raises:
        Refused: the speaker cannot speak, or there are too few processes or ports.
    """
    check_ports(plan)
    cores = os.cpu_count() or 1
    count = processes_for(plan.script.listeners, plan.processes, files_each(), cores)
    with _Told() as told, processes(ENDING) as held:
        return _Conductor(plan, count, held, told).run(on_progress)


class _Told:
    """Notes that somebody wants it to end: Ctrl-C or SIGTERM."""

    def __init__(self) -> None:
        self.to_end = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> "_Told":
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]  # what it was

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.to_end = True


class _Watch(threading.Thread):
    """Looks now and then what the server says that it has lowered."""

    def __init__(self, link: Link) -> None:
        super().__init__(name="watch", daemon=True)
        self._link = link
        self._over = threading.Event()
        self.said: list[tuple[float, str]] = []
        self.lowered = ""

    def run(self) -> None:
        began = time.monotonic()
        while not self._over.wait(LOOK):
            with suppress(Refused):
                lowered = room(self._link).lowered
                if lowered != self.lowered:
                    self.lowered = lowered
                    self.said.append((time.monotonic() - began, lowered))

    def stop(self) -> None:
        self._over.set()


class _Conductor:
    def __init__(self, plan: Plan, count: int, held: Processes, told: _Told) -> None:
        self._plan, self._count, self._held, self._told = plan, count, held, told
        self._others: list[Report] = []
        self._began_speaking: float | None = None

    def run(self, on_progress: Callable[[Progress], None]) -> Findings:
        plan, script = self._plan, self._plan.script
        began = rfc3339(Micros(time.time_ns() // 1_000))
        if plan.speak is not None:
            self._start_speaker(plan.speak)
        start = time.monotonic() + 0.5 + 0.03 * self._count
        names = [f"crowd-{index}" for index in range(self._count)]
        nap = next(nap for most, nap in NAPS if self._count <= most)
        for index, name in enumerate(names):
            self._held.start(name, _crowd(plan, Share(index, self._count), nap, start))
        self._held.start("ears", _ears(plan))
        gathering = Gathering(script, names, start)
        watch = _Watch(plan.link)
        watch.start()
        self._gather(gathering, start, watch, on_progress)
        complete = not self._told.to_end and time.monotonic() - start >= script.lasts
        self._held.end()
        self._finish(gathering)
        watch.stop()
        return gathering.findings(
            url=plan.url,
            began=began,
            hardware=hardware(),
            processes=self._count,
            complete=complete,
            ears=self._ears(),
            server_said=list(watch.said),
        )

    def _start_speaker(self, speak: Play) -> None:
        """Have somebody speak, and wait until it can be heard."""
        self._held.start("speaker", speak)
        end = time.monotonic() + SPEAKS_WITHIN
        while self._began_speaking is None:
            for _, told in self._held.wait(0.2):
                self._other(told)
            if self._told.to_end:
                raise NotReady("Stopped before it began.", code="stopped")
            if time.monotonic() > end or not self._held.running:
                raise NotReady("Nobody could speak into the room.", code="mute")

    def _other(self, told: Report) -> None:
        match told:
            case {"kind": "spoke", "began": float(began)}:
                self._began_speaking = began
            case {"kind": "mute", "why": str(why), "code": str(code)}:
                raise Refused(why, code=code)
            case _:
                self._others.append(told)

    def _gather(
        self,
        gathering: Gathering,
        start: float,
        watch: _Watch,
        on_progress: Callable[[Progress], None],
    ) -> None:
        """Take in reports until the script is over, or somebody wants it to end."""
        script, kill = self._plan.script, self._plan.kill
        over = start + script.lasts + 0.2
        crowd = {f"crowd-{index}" for index in range(self._count)}
        while crowd and (now := time.monotonic()) < over and not self._told.to_end:
            for name, told in self._held.wait(min(0.2, over - now)):
                self._take(gathering, name, told)
            for name in crowd - set(self._held.running):
                crowd.discard(name)
                if now < start + script.lasts - 0.5:
                    index = int(name.rpartition("-")[2])
                    gathering.lost(name, Share(index, self._count).size(script.listeners))
            if kill is not None and now >= start + script.turn:
                kill()
                kill = None
            if gathering.complete(int(now - start)):
                on_progress(gathering.progress(watch.lowered))

    def _take(self, gathering: Gathering, name: str, told: Report) -> None:
        if "at" in told:
            gathering.take(name, told)
        elif told.get("kind") == "last":
            gathering.take_last(told)
        else:
            self._other(told)

    def _finish(self, gathering: Gathering) -> None:
        end = time.monotonic() + ENDING
        while self._held.running and time.monotonic() < end:
            for name, told in self._held.wait(0.2):
                self._take(gathering, name, told)

    def _ears(self) -> Sequence[EarFound]:
        found = []
        for told in self._others:
            if told.get("kind") == "ear":
                latency, begins = None, told["begins"]
                if begins is not None and self._began_speaking is not None:
                    latency = (begins - self._began_speaking) % NOISE_SECONDS
                found.append(
                    EarFound(
                        str(told["path"]), int(told["windows"]), int(told["recognised"]),
                        latency, float(told["longest_silence"]),
                    )
                )  # fmt: skip
        return found


def _crowd(plan: Plan, share: Share, nap: float, start: float) -> Play:
    def play(over: int, parent: Teller) -> None:
        crowd = Crowd(plan.target, plan.script, share, nap)
        crowd.run(start, over, parent)
        at = max(1, math.ceil(time.monotonic() - start - 0.1))
        parent.tell({"at": at, **crowd.ledger.report()})
        parent.tell({"kind": "last", **crowd.last_report(0.3)})
        parent.finish(ENDING)

    return play


def _ears(plan: Plan) -> Play:
    def play(over: int, parent: Teller) -> None:
        from fullhouse.rehearsal.ears import Ear, play_ears

        finder = Finder(noise(plan.script.seed)) if plan.speak is not None else None
        target = plan.target
        ears = [Ear(target.address, target.host, target.path, finder) for _ in range(EARS)]
        play_ears(ears, over, parent.tell)
        parent.finish(ENDING)

    return play


def noise(seed: int) -> Pcm:
    """Return what the speaker of a rehearsal speaks, again and again."""
    return coded_noise(NOISE_SECONDS, 1_000 + seed)


def hardware() -> dict[str, str | int | float]:
    """Return what this machine is."""
    found: dict[str, str | int | float] = {
        "cores": os.cpu_count() or 1,
        "kernel": platform.release(),
        "files per process": files_each(),
    }
    with suppress(OSError, ValueError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        found["cpu"] = names[0] if names else platform.machine()
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        found["memory GiB"] = round(pages / (1 << 30), 1)
    return found
