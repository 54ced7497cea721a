"""An `up` on this machine is found through its data folder."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fullhouse.capacity.running import Running, find_running
from tests.servers import pretended_house


def told(folder: Path, **facts: object) -> None:
    here = {"pid": os.getpid(), "edge": "http://127.0.0.1:8000", "admin_port": 1, "workers": 1}
    (folder / "run.json").write_text(json.dumps(here | facts))


def test_its_workers_are_asked(tmp_path: Path) -> None:
    with pretended_house(200, b'{"listeners": 4, "bus": true}') as (url, asked):
        told(tmp_path, admin_port=urlsplit(url).port)
        found = find_running(tmp_path)
    assert isinstance(found, Running)
    (worker,) = found.workers
    assert worker is not None
    assert (worker.listeners, worker.bus) == (4, True)
    assert [line.split()[1] for line in asked] == ["/healthz", "/metrics"]


@pytest.mark.parametrize("says", [b"", b"[]", b"<html>"])
def test_one_that_is_no_worker_of_ours_does_not_answer(tmp_path: Path, says: bytes) -> None:
    with pretended_house(200, says) as (url, _):
        told(tmp_path, admin_port=urlsplit(url).port)
        found = find_running(tmp_path)
    assert isinstance(found, Running)
    assert found.workers == (None,)


def test_without_one_it_is_said_why(tmp_path: Path) -> None:
    assert find_running(tmp_path) == f"no fullhouse up runs on {tmp_path}"
    told(tmp_path, pid=2**22 + 1)
    assert "is gone" in str(find_running(tmp_path))
    (tmp_path / "run.json").write_text("{}")
    assert "another version" in str(find_running(tmp_path))
