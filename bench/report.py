"""What the bench has to say: its runs as tables, and what of the promises holds."""

from collections.abc import Iterator, Mapping
from typing import Final

from bench.table import Measured, Promise, Runs, column, markdown, ratio

URING: Final = "edge, io_uring"
WRITE: Final = "edge, write"
LIMIT: Final = "C send()"
NGINX, FILE = "nginx HLS 2 s", "nginx file"
ICECAST, ICECAST_AAC = "icecast2", "icecast2 AAC"
SLOW, NGINX_SLOW = "edge 3.84 s", "nginx HLS 3.84 s"
LISTENED: Final = (
    URING,
    WRITE,
    LIMIT,
    "C io_uring",
    NGINX,
    ICECAST,
    ICECAST_AAC,
    SLOW,
    NGINX_SLOW,
    FILE,
)


def promises(runs: Runs) -> Iterator[Promise]:
    """Yield what must hold, with what was measured."""

    def of(name: str, figure: str) -> list[float]:
        return column(runs, name, figure)

    def against(one: str, other: str, figure: str = "us") -> Measured:
        return ratio(runs, one, other, figure)

    yield Promise("1 · CPU per listener-second, write, to C send()", against(WRITE, LIMIT), 1.10)
    yield Promise("1 · io_uring, to C send()", against(URING, LIMIT), 0.95)
    yield Promise("2 · to nginx HLS, 2 s", against(URING, NGINX), 0.5)
    yield Promise("2 · to nginx HLS, both 3.84 s", against(SLOW, NGINX_SLOW), 0.35)
    yield Promise("2 · to icecast2, Ogg in large pages", against(URING, ICECAST), 0.8)
    yield Promise("2 · to icecast2, the same AAC", against(URING, ICECAST_AAC), 0.8)
    yield Promise("3 · CPU per join, µs", Measured(of(URING, "join_us")), 20, 1)
    yield Promise("3 · join, to nginx' static file", against(URING, FILE, "join_us"), 1.5)
    yield Promise("3 · join, to icecast2", against(URING, ICECAST, "join_us"), 1 / 15, 3)
    yield Promise("4 · user memory per listener, kB", Measured(of(URING, "user_kb")), 0.5)
    yield Promise(
        "4 · kernel memory per stalled listener, kB", Measured(of("stalled", "stalled_kb")), 128, 0
    )
    yield Promise("5 · parts after their deadline", Measured(of("punctual", "late")), 0, 0)
    halts = of("punctual", "halt_ms")[-1:]  # the last run alone is longer than the halt is kept
    yield Promise("5 · longest halt of the loop, ms", Measured(halts), 5, 1)
    yield Promise("6 · longest wait of the 2,000, s", Measured(of("rush", "gap_max")), 0.96)
    yield Promise("6 · first sound, p99, s", Measured(of("rush", "first_p99")), 2)
    yield Promise("6 · errors", Measured(of("rush", "failed")), 0, 0)


def text_of(runs: Runs, left_out: Mapping[str, str], about: Mapping[str, object]) -> str:
    """Return all of it in Markdown."""
    parts = [
        ", ".join(f"{name} {value}" for name, value in about.items()),
        "Median of the runs, least and most in brackets.",
        markdown(("what must hold", "figure", "bound", ""), [one.row() for one in promises(runs)]),
        _listening(runs),
        _all("One worker, a part each 0.32 s", runs, "punctual"),
        _all("Two workers, a rush", runs, "rush"),
        *(f"Left out: {name}: {why}" for name, why in left_out.items()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _listening(runs: Runs) -> str:
    figures = {
        "us": ("CPU µs per listener-second", 2),
        "join_us": ("CPU µs per join", 1),
        "user_kb": ("user kB per listener", 2),
        "kernel_kb": ("kernel kB, both ends", 1),
        "kbit_s": ("kbit/s", 1),
        "reads": ("sends per s", 2),
        "joined_after": ("all joined after, s", 1),
        "failed": ("failed", 0),
        "lag_p99": ("crowd's own lag p99, s", 3),
    }
    rows = [
        (name, *(Measured(column(runs, name, key)).shown(digits)
                 for key, (_, digits) in figures.items()))
        for name in LISTENED
        if runs.get(name)
    ]  # fmt: skip
    return markdown(("", *(text for text, _ in figures.values())), rows) if rows else ""


def _all(title: str, runs: Runs, name: str) -> str:
    keys = next((run.keys() for run in runs.get(name, ()) if run), None)
    if keys is None:
        return ""
    rows = [(key, Measured(column(runs, name, key)).shown(3)) for key in keys]
    return f"{title}:\n\n" + markdown(("figure", "median"), rows)
