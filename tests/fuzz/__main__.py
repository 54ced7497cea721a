"""Runs a fuzzer: `python -m tests.fuzz sdp --seconds 300`. `make fuzz` runs them all.

Atheris (libFuzzer) makes up inputs for the three that are functions, led by what they reach;
`whip` sends its own to a house that runs. What breaks something is left in `build/fuzz`.
"""

import argparse
import importlib
import logging
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog

LED: Final = ("sdp", "rtp", "playout")
ARTIFACTS: Final = Path("build/fuzz")
LARGEST_INPUT: Final = {"sdp": 17_000, "rtp": 8_000, "playout": 4_000}
MOST_MEMORY_MB: Final = 600
"""Of the whole process: the interpreter, numpy and libav alone take 150."""
SLOWEST: Final = 10
"""Seconds after which an input hangs."""
INSTRUMENTED: Final = ["fullhouse.stage", "fullhouse.house.whip", "aiortc.rtp", "aiortc.sdp"]


class Watched:
    """A check that is called for each input, and what was seen of it, also by another process."""

    def __init__(self) -> None:
        self.check: Callable[[bytes], object] = bytes
        self._inputs = multiprocessing.Value("Q")
        self._slowest = multiprocessing.Value("d")
        self._size = multiprocessing.Value("Q")

    def __call__(self, raw: bytes) -> None:
        began = time.thread_time()
        self.check(raw)
        seconds = time.thread_time() - began
        self._inputs.value += 1
        if seconds > self._slowest.value:
            self._slowest.value, self._size.value = seconds, len(raw)

    def __str__(self) -> str:
        return (
            f"{self._inputs.value} inputs; the slowest took {self._slowest.value * 1000:.1f} ms "
            f"and has {self._size.value} bytes"
        )


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    words.add_argument("name", choices=(*LED, "whip"))
    words.add_argument("--seconds", type=int, default=300)
    asked = words.parse_args()
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    if asked.name == "whip":
        from tests.fuzz.whip import fuzz

        sys.exit(fuzz(asked.seconds, ARTIFACTS))
    sys.exit(led(asked.name, asked.seconds))


def led(name: str, seconds: int) -> int:
    """Let atheris make up inputs for so long; return 0 if nothing broke."""
    watched, log = Watched(), ARTIFACTS / f"{name}.log"
    with tempfile.TemporaryDirectory() as folder:
        # libFuzzer ends its process in its own way, and writes all over its stderr.
        child = multiprocessing.get_context("fork").Process(
            target=_lead, args=(name, seconds, watched, Path(folder), log)
        )
        child.start()
        child.join()
    said = log.read_text(errors="replace").splitlines()
    done = next((line.split("DONE")[1] for line in said if "DONE" in line), "")
    found = " ".join(done.split()[:4])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{name}: {watched}; {found}; peak memory {peak} MB", flush=True)
    if child.exitcode:
        print("\n".join(said[-40:]), f"\n{name} broke: see {ARTIFACTS}", file=sys.stderr)
    return 1 if child.exitcode else 0


def _lead(name: str, seconds: int, watched: Watched, folder: Path, log: Path) -> None:
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: it is there for Linux on x86-64, Python up to 3.13")
    with atheris.instrument_imports(include=INSTRUMENTED):
        target = importlib.import_module(f"tests.fuzz.{name}")
    watched.check = target.check
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    words = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST_INPUT[name]}",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MOST_MEMORY_MB}",
        f"-artifact_prefix={ARTIFACTS}/{name}-",
        f"-dict={_dictionary(folder, target.TOKENS)}",
        str(_corpus(folder, target.SEEDS)),
    ]
    atheris.Setup([sys.argv[0], *words], watched)
    atheris.Fuzz()


def _corpus(folder: Path, seeds: Mapping[str, bytes]) -> Path:
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds.values()):
        (corpus / f"{number}").write_bytes(seed)
    return corpus


def _dictionary(folder: Path, tokens: Sequence[bytes]) -> Path:
    """Write pieces that inputs are likely to be made of, in libFuzzer's form."""
    escaped = ["".join(f"\\x{byte:02x}" for byte in token) for token in tokens]
    file = folder / "tokens"
    file.write_text("".join(f'"{token}"\n' for token in escaped))
    return file


if __name__ == "__main__":
    main()
