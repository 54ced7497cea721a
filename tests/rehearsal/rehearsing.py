"""A rehearsal in a process of its own: run as a module with its settings as a JSON list.

Judged by wider bars than an operator's: the machine is busy with other tests, and here it is not
the machine that is on trial. What is broken on purpose is far beyond these, too.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

from fullhouse.rehearsal.conduct import Plan, conduct
from fullhouse.rehearsal.door import check, resolve, room
from fullhouse.rehearsal.findings import Progress
from fullhouse.rehearsal.record import record
from fullhouse.rehearsal.report import page
from fullhouse.rehearsal.score import judge
from fullhouse.rehearsal.script import Script, Story
from fullhouse.rehearsal.target import HLS, Target, chosen_stream, read_link
from fullhouse.rehearsal.verdict import Bars
from tests.rehearsal.served import ROOT, TOKEN

ROOM: Final = "evening"
WIDE: Final = Bars(own_lag=2.0, troubled=0.05, beyond=2.0, missing=0.05)
ALL_HERE: Final = "all are here"


def rehearse(port: int, listeners: int, arrive_within: float, hold: float) -> dict[str, Any]:
    """Rehearse; return the record with the report's page in it."""
    url = f"http://127.0.0.1:{port}/{ROOM}"
    link = read_link(url)
    check(link, TOKEN)
    said = room(link)
    target = Target(
        address=resolve(link),
        local=True,
        host=link.netloc,
        room=f"/{ROOM}",
        path=chosen_stream(link, "", said.streams),
        playlist=f"/{ROOM}/{HLS}",
        epoch=said.epoch,
    )
    script = Script(listeners, arrive_within, hold, Story.STEADY)
    findings = conduct(Plan(url, link, target, script, processes=1), say_when_all_are_here())
    verdict = judge(findings, WIDE)
    return {**record(findings, verdict, "…"), "page": page(findings, verdict, "…")}


def say_when_all_are_here() -> Callable[[Progress], None]:
    """Return what prints a line once everybody hears."""
    said = False

    def show(progress: Progress) -> None:
        nonlocal said
        if not said and progress.newest.hearing == progress.asked:
            said = True
            print(ALL_HERE, flush=True)

    return show


class Rehearsal:
    """One that runs.

    Args:
        hold, arrive_within: seconds.
    """

    def __init__(self, port: int, listeners: int, arrive_within: float, hold: float) -> None:
        asked = json.dumps([port, listeners, arrive_within, hold])
        command = [sys.executable, "-m", "tests.rehearsal.rehearsing", asked]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)

    def wait_for_all(self) -> None:
        """Wait until everybody hears."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline().decode().strip() == ALL_HERE

    def wait(self) -> dict[str, Any]:
        """Return its record."""
        raw, _ = self._process.communicate(timeout=60)
        assert self._process.returncode == 0
        told: dict[str, Any] = json.loads(raw.splitlines()[-1])
        return told


if __name__ == "__main__":
    print(json.dumps(rehearse(*json.loads(sys.argv[1]))))
