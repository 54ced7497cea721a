"""A core: reads the kernel's small text files. What is not there, or not understood, is None.

Source: proc(5), Documentation/admin-guide/sysctl/ and cgroup-v2.rst of the Linux kernel.
"""

import re
from collections.abc import Mapping
from typing import Final

UNLIMITED: Final = 1 << 62
"""What "unlimited" counts as: more than any machine has."""

_OPEN_FILES: Final = re.compile(r"^Max open files\s+(\S+)\s+(\S+)", re.MULTILINE)
_PAIR: Final = re.compile(r"^([^:\s][^:]*):[ \t]*(\d+)", re.MULTILINE)
_SAMPLE: Final = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)")


def numbers(text: str) -> tuple[int, ...] | None:
    """Return the whole numbers that a file of nothing else holds: most of /proc/sys."""
    words = text.split()
    if not words or not all(re.fullmatch(r"-?\d{1,19}", word, re.ASCII) for word in words):
        return None
    return tuple(int(word) for word in words)


def number(text: str) -> int | None:
    """Return the first number of such a file."""
    found = numbers(text)
    return found[0] if found else None


def limit(text: str) -> int | None:
    """Return a limit that may be written in words: `max`, `unlimited` or a number."""
    word = text.strip()
    return UNLIMITED if word in {"max", "unlimited"} else number(word)


def open_files(limits: str) -> tuple[int, int] | None:
    """Return soft and hard limit of open files out of /proc/PID/limits."""
    found = _OPEN_FILES.search(limits)
    if found is None:
        return None
    soft, hard = limit(found[1]), limit(found[2])
    return None if soft is None or hard is None else (soft, hard)


def fields(text: str) -> dict[str, int]:
    """Return the numbers of /proc/meminfo or /proc/PID/status by their names, units left out."""
    return {name: int(value) for name, value in _PAIR.findall(text)}


def socket_pages(sockstat: str) -> int | None:
    """Return how many pages of memory TCP uses out of /proc/net/sockstat."""
    for line in sockstat.splitlines():
        if line.startswith("TCP:"):
            words = line.split()
            if "mem" in words[:-1]:
                return number(words[words.index("mem") + 1])
    return None


def model(cpuinfo: str) -> str:
    """Return the processor's name out of /proc/cpuinfo; empty where it has none."""
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "Model"}:
            return value.strip()
    return ""


def cores_of(cpu_max: str) -> float | None:
    """Return how many cores a cgroup's cpu.max grants; None for all of them."""
    quota, _, period = cpu_max.strip().partition(" ")
    if not (quota.isdecimal() and period.isdecimal() and int(period) > 0):
        return None
    return int(quota) / int(period)


def cgroup(text: str) -> str:
    """Return this process's path in the unified hierarchy out of /proc/self/cgroup."""
    for line in text.splitlines():
        if line.startswith("0::"):
            return line[3:]
    return "/"


def samples(metrics: str) -> dict[str, float]:
    """Return metrics in Prometheus' text form: sums over all labels, by name."""
    totals: dict[str, float] = {}
    for name, _, value in _samples(metrics):
        totals[name] = totals.get(name, 0.0) + value
    return totals


def labels(metrics: str, name: str) -> dict[str, float]:
    """Return one metric's values by what stands between its braces."""
    return {label: value for found, label, value in _samples(metrics) if found == name}


def _samples(metrics: str) -> list[tuple[str, str, float]]:
    found = []
    for line in metrics.splitlines():
        one = None if line.startswith("#") else _SAMPLE.fullmatch(line.strip())
        if one is None:
            continue
        try:
            found.append((one[1], one[2] or "", float(one[3])))
        except ValueError:
            continue
    return found


def said(text: str) -> Mapping[str, str]:
    """Return lines of `name=value` or `name : value`, as timedatectl and chronyc print them."""
    pairs = (re.split(r"=|\s*:\s", line, maxsplit=1) for line in text.splitlines())
    return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}
