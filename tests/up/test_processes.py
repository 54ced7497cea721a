"""What is started is seen when it ends, and nothing that it started in turn is left behind."""

import subprocess
import sys
import time
from pathlib import Path

import psutil

# In a process of its own: adopting orphans and reaping every child is for `up` alone.
HEAD = """
import os, signal, sys, time
from fullhouse.lifeline import held_lifeline
from fullhouse.up.processes import Processes, adopt_orphans
ends = []
def end(processes, seconds=5):
    until = time.monotonic() + seconds
    while processes.reap() and time.monotonic() < until: time.sleep(0.01)
def start(processes, name, program, **more):
    processes.start(name, [sys.executable, "-c", program], dict(os.environ), **more)
adopt_orphans()
with held_lifeline() as lifeline:
    processes = Processes(lifeline.read, lambda name, code: ends.append((name, code)))
"""
ORPHAN = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"


def run(body: str) -> subprocess.CompletedProcess[str]:
    program = HEAD + "\n".join(f"    {line}" for line in body.strip().splitlines())
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


def test_each_end_is_told_with_its_code_or_signal() -> None:
    done = run("""
start(processes, "a", "raise SystemExit(3)")
start(processes, "b", "import time; time.sleep(60)")
processes.terminate("b")
end(processes)
print(sorted(ends))
""")
    assert done.stdout == "[('a', 3), ('b', -15)]\n"


def test_what_a_child_prints_goes_to_our_stderr() -> None:
    done = run("start(processes, 'a', 'print(7)'); end(processes)")
    assert (done.stdout, done.stderr) == ("", "7\n")


def test_what_a_child_leaves_behind_is_ours_to_kill() -> None:
    done = run(f"""
start(processes, "a", {ORPHAN!r})
end(processes, 1)
print(ends, processes.reap())
processes.kill_all()
end(processes)
print(processes.reap())
""")
    assert done.stdout == "[('a', 0)] True\nFalse\n"
    assert not psutil.pid_exists(int(done.stderr))


def test_one_that_does_not_know_the_lifeline_ends_with_us(tmp_path: Path) -> None:
    program = f"import time; open({str(tmp_path / 'up')!r}, 'w').close(); time.sleep(60)"
    done = run(f"""
start(processes, "a", {program!r}, knows_the_lifeline=False)
while not os.path.exists({str(tmp_path / "up")!r}): time.sleep(0.01)
print(processes.pid("a"), flush=True)
os._exit(0)
""")
    end = time.monotonic() + 3
    while psutil.pid_exists(int(done.stdout)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not psutil.pid_exists(int(done.stdout))


def test_who_is_put_first_goes_before_others_with_all_threads_and_children() -> None:
    """Where the kernel lets nobody go first, all run on as they are."""
    program = (
        "import os, subprocess, sys, threading, time; over = threading.Event();"
        "threading.Thread(target=over.wait).start(); time.sleep(0.5);"
        "nice = lambda one: int(open(one).read().rpartition(')')[2].split()[16]);"
        "tasks = [nice(f'/proc/self/task/{one}/stat') for one in os.listdir('/proc/self/task')];"
        "child = 'import os; print(os.nice(0))';"
        "print(tasks, subprocess.run([sys.executable, '-c', child], capture_output=True).stdout);"
        "over.set()"
    )
    done = run(f"""
start(processes, "a", {program!r})
time.sleep(0.2)
processes.put_first("a")
end(processes)
try:
    os.setpriority(os.PRIO_PROCESS, 0, -1)
    print("may go first")
except PermissionError:
    pass
""")
    first = -10 if done.stdout else 0
    assert done.stderr == f"[{first}, {first}] b'{first}\\n'\n"
