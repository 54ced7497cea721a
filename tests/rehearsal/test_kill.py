"""Only an edge worker of the `up` that was named is killed."""

import os
import subprocess
import sys

import pytest

from fullhouse.rehearsal.kill import NoWorker, edge_workers, kill_worker

SLEEP = "import time; time.sleep(60)"


def test_the_oldest_edge_worker_is_killed_and_nobody_else() -> None:
    words = [["edge", "--index", "0"], ["house"], ["edge", "--index", "1"]]
    children = [subprocess.Popen([sys.executable, "-c", SLEEP, *one]) for one in words]
    try:
        workers = {children[0].pid, children[2].pid}
        assert set(edge_workers(os.getpid())) == workers
        assert edge_workers(children[1].pid) == []
        killed = kill_worker(os.getpid())
        assert killed == min(workers)
        next(child for child in children if child.pid == killed).wait(5)
        assert sum(child.poll() is None for child in children) == 2
    finally:
        for child in children:
            child.kill()
            child.wait(5)


def test_where_there_is_none_nothing_is_killed() -> None:
    with pytest.raises(NoWorker):
        kill_worker(os.getpid())
