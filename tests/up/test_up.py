"""The whole on one machine: what ends comes back, and in the end nothing is left."""

import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

ENDS_WITHIN = 4.0


def free_ports(count: int) -> list[int]:
    """Return ports in one run of numbers, outside the range of outgoing connections."""
    while True:
        first = random.randrange(20_000, 30_000)
        with contextlib.ExitStack() as stack:
            for port in range(first, first + count):
                probe = stack.enter_context(socket.socket())
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    break
            else:
                return list(range(first, first + count))


@dataclass(frozen=True, slots=True)
class Run:
    """An `up` that was started."""

    process: subprocess.Popen[bytes]
    data: Path
    log: Path

    def lines(self) -> list[dict[str, object]]:
        """Return its log lines that are whole; those of other programs left out."""
        texts = self.log.read_text().split("\n")[:-1]
        return [json.loads(line) for line in texts if line.startswith("{")]

    def wait_until_ready(self) -> None:
        end = time.monotonic() + 60
        while not any(line["event"] == "ready" for line in self.lines()):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def roles(self) -> dict[str, int]:
        """Return the process id of each role."""
        found = {}
        for process in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                words = process.cmdline()
                if words[1:3] == ["-m", "fullhouse"]:
                    found[" ".join(words[3:])] = process.pid
                elif words and words[0].endswith("nats-server"):
                    found["nats"] = process.pid
        return found


def command(data: Path, *words: str, ports: list[int] | None = None) -> list[str]:
    edge, house, source, admin, *_ = ports or free_ports(6)
    return [
        sys.executable, "-m", "fullhouse", "up", "--data", str(data), "--edge-port", str(edge),
        "--house-port", str(house), "--source-port", str(source), "--admin-port", str(admin),
        "--media-ports", "0", "--log-format", "json", *words,
    ]  # fmt: skip


@contextmanager
def started(folder: Path, *words: str, ready: bool = True) -> Iterator[Run]:
    """Start an `up`; whatever the test does with it, nothing of it outlives the test."""
    log = folder / "up.log"
    with log.open("wb") as writer:
        process = subprocess.Popen(
            command(folder / "data", *words), stdout=writer, stderr=subprocess.STDOUT
        )
    run = Run(process, folder / "data", log)
    try:
        if ready:
            run.wait_until_ready()
        yield run
    finally:
        family = run.family() if process.poll() is None else []
        process.kill()
        process.wait()
        _, left = psutil.wait_procs(family, timeout=5)
        for one in left:
            one.kill()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with started(tmp_path_factory.mktemp("up"), "--workers", "2") as run:
        yield run


def still_runs(process: psutil.Process) -> bool:
    """Return whether it does anything yet: the machine's init may be slow to bury the dead."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def refused(*words: str, data: Path, ports: list[int] | None = None) -> str:
    """Run an `up` that is refused; return its one line."""
    done = subprocess.run(
        command(data, *words, ports=ports), capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("name", ["nats", "house", "stage", "source", "edge --index 1"])
def test_whoever_is_killed_comes_back_while_the_others_go_on(up: Run, name: str) -> None:
    before = up.roles()
    os.kill(before[name], signal.SIGKILL)
    end = time.monotonic() + 10
    while (now := up.roles()).get(name) in (None, before[name]):
        assert time.monotonic() < end, up.log.read_text()
        time.sleep(0.05)
    assert {other: pid for other, pid in now.items() if other != name} == {
        other: pid for other, pid in before.items() if other != name
    }


def may_go_first() -> bool:
    """Return whether the kernel lets us put a process before others."""
    child = subprocess.Popen(["sleep", "60"])
    try:
        os.setpriority(os.PRIO_PROCESS, child.pid, -10)
    except PermissionError:
        return False
    finally:
        child.kill()
        child.wait()
    return True


def test_what_a_voice_goes_through_goes_before_all_else(up: Run) -> None:
    nice = {name: os.getpriority(os.PRIO_PROCESS, pid) for name, pid in up.roles().items()}
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    first = -10 if may_go_first() else ours
    assert [nice.pop("nats"), nice.pop("stage")] == [first, first]
    assert set(nice.values()) == {ours}


def test_the_numbers_of_all_speakers_are_on_a_port_of_their_own(up: Run) -> None:
    edges = [line["admin_port"] for line in up.lines() if line["event"] == "edge listens"]
    house = [line["admin_port"] for line in up.lines() if line["event"] == "house open"]
    assert house[-1] not in edges
    reaching = httpx.HTTPTransport(retries=6)  # the test before may have killed the house
    with httpx.Client(transport=reaching) as client:
        for _ in range(50):  # one that has just started is not on the bus yet
            metrics = client.get(f"http://127.0.0.1:{house[-1]}/metrics").text
            if "fullhouse_house_bus_up 1.0" in metrics:
                break
            time.sleep(0.2)
    assert "fullhouse_speaker_loss_ratio" in metrics
    assert "fullhouse_house_bus_up 1.0" in metrics


def test_nobody_on_the_machine_can_read_a_secret_from_a_command_line(up: Run) -> None:
    password = re.findall(r'password: "(.+?)"', (up.data / "nats" / "nats.conf").read_text())[0]
    token = json.loads((up.data / "run.json").read_text())["token"]
    lines = [word for process in up.family() for word in process.cmdline()]
    assert len(lines) > 10
    assert not [word for word in lines if password in word or token in word]


def test_the_secrets_are_in_no_log_line(up: Run) -> None:
    password = re.findall(r'password: "(.+?)"', (up.data / "nats" / "nats.conf").read_text())[0]
    token = json.loads((up.data / "run.json").read_text())["token"]
    assert password not in up.log.read_text()
    assert token not in up.log.read_text()


def test_a_second_up_on_the_same_folder_is_refused_and_the_first_goes_on(up: Run) -> None:
    assert "Another fullhouse up is running" in refused(data=up.data)
    assert (up.data / "run.json").exists()
    assert up.process.poll() is None


def test_ctrl_c_ends_everything_in_time(tmp_path: Path) -> None:
    with started(tmp_path, "--workers", "1") as run:
        family = run.family()
        assert len(family) >= 6
        begun = time.monotonic()
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(10) == 0
        assert time.monotonic() - begun < ENDS_WITHIN
        assert not [one for one in family if one.is_running()]
        assert not (run.data / "run.json").exists()
        assert not [line for line in run.lines() if line["level"] == "error"]


def test_being_told_to_stop_in_the_middle_of_the_start_is_as_good(tmp_path: Path) -> None:
    with started(tmp_path, "--workers", "1", ready=False) as run:
        end = time.monotonic() + 20
        while len(run.roles()) < 5:
            assert time.monotonic() < end
            time.sleep(0.02)
        family = run.family()
        begun = time.monotonic()
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(10) == 0
        assert time.monotonic() - begun < ENDS_WITHIN
        assert not [one for one in family if one.is_running()]


def test_whoever_hangs_is_killed_in_time(tmp_path: Path) -> None:
    """A frozen process hears neither SIGTERM nor the lifeline."""
    with started(tmp_path, "--workers", "1") as run:
        family = run.family()
        os.kill(run.roles()["house"], signal.SIGSTOP)
        begun = time.monotonic()
        run.process.send_signal(signal.SIGINT)
        run.process.wait(10)
        assert time.monotonic() - begun < ENDS_WITHIN
        assert not [one for one in family if one.is_running()]


def test_when_up_itself_is_killed_everything_goes(tmp_path: Path) -> None:
    with started(tmp_path, "--workers", "1") as run:
        family = run.family()
        begun = time.monotonic()
        run.process.kill()
        while left := [one for one in family if still_runs(one)]:
            assert time.monotonic() - begun < ENDS_WITHIN, left
            time.sleep(0.02)


def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    """Two workers have the two ports from --admin-port on; the house has the next one."""
    ports = free_ports(6)
    for option, port in (("--house-port", ports[1]), ("--house-admin-port", ports[5])):
        with socket.create_server(("127.0.0.1", port)):
            line = refused(data=tmp_path, ports=ports)
        assert f"port {port}" in line
        assert option in line


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Cannot write to" in refused(data=tmp_path / "file" / "data")


def test_too_old_a_nats_server_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "old-nats"
    old.write_text("#!/bin/sh\necho nats-server: v2.9.10\n")
    old.chmod(0o755)
    line = refused("--nats-server", str(old), data=tmp_path / "data")
    assert "2.9.10" in line
    assert "2.12.3 or newer" in line


def test_a_role_that_cannot_start_ends_everything(tmp_path: Path) -> None:
    """What only the role itself can find out: it says so, and `up` does not try for ever."""
    store = tmp_path / "data" / "nats" / "store"
    store.parent.mkdir(parents=True)
    store.touch()
    done = subprocess.run(
        command(tmp_path / "data"), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "cannot run" in done.stderr
    assert not [
        process for process in psutil.process_iter() if str(tmp_path) in " ".join(_words(process))
    ]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
