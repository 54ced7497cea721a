"""A shell: finds the `up` that runs on a data folder, and asks its workers how they are."""

import json
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from fullhouse.capacity.workers import Worker, worker

PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Running:
    """An `up` on this machine.

    Attributes:
        pid: of `up` itself.
        edge: the address of its listeners' port.
        workers: each, or None for one that does not answer.
    """

    pid: int
    edge: str
    workers: tuple[Worker | None, ...]


def find_running(data: Path) -> Running | str:
    """Return the `up` that runs on this folder, or why none is found."""
    try:
        facts = json.loads((data / "run.json").read_text())
        pid, edge = int(facts["pid"]), str(facts["edge"])
        first, count = int(facts["admin_port"]), int(facts["workers"])
    except FileNotFoundError:
        return f"no fullhouse up runs on {data}"
    except OSError as error:
        return f"{data / 'run.json'}: {(error.strerror or str(error)).lower()}"
    except (ValueError, KeyError, TypeError):
        return f"{data / 'run.json'} is of another version"
    if not Path(f"/proc/{pid}").exists():
        return f"no fullhouse up runs on {data}: the one that did is gone"
    return Running(pid, edge, tuple(_ask(port) for port in range(first, first + count)))


def _ask(port: int) -> Worker | None:
    with suppress(OSError, HTTPException, ValueError, TypeError):
        return worker(json.loads(_get(port, "healthz")), _get(port, "metrics"))
    return None


def _get(port: int, name: str) -> str:
    url = f"http://127.0.0.1:{port}/{name}"
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return str(answer.read().decode())
