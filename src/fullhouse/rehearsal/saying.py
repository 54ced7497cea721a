"""A core: how a rehearsal's numbers are said to people."""

from enum import StrEnum


class Unit(StrEnum):
    """What a figure counts."""

    SECONDS = "s"
    LISTENERS = "listeners"
    RATE = "a second"
    SHARE = "share"
    TIMES = "times"


def count(number: float) -> str:
    """Return a count: 12,345."""
    return f"{number:,.0f}"


def seconds(time: float) -> str:
    """Return a time as short as it can be understood: 45 ms, 1.24 s, 45 s, 2 min 5 s."""
    if time < 0.1:
        return f"{time * 1000:.0f} ms"
    if time < 9.995:
        return f"{time:.2f}".rstrip("0").rstrip(".") + " s"
    if time < 119.5:
        return f"{time:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(time), 60)
    hours, minutes = divmod(minutes, 60)
    words = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return " ".join(words + [f"{rest} s"] * bool(rest))


def share(part: float) -> str:
    """Return a share in percent; one that is very small, but not nothing, is not called 0."""
    percent = part * 100
    if 0 < percent < 0.01:
        return "< 0.01 %"
    digits = 2 if percent < 1 else 1 if percent < 10 else 0
    text = f"{percent:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " %"


def rate(number: float) -> str:
    """Return how many in a second: 5, 0.4, 12,345."""
    return count(number) if number >= 9.95 else f"{number:.1f}".removesuffix(".0")


def bits(number: float) -> str:
    """Return bits in a second: 640 kbit/s, 1.2 Gbit/s."""
    for size, unit in ((1e9, "Gbit/s"), (1e6, "Mbit/s")):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number / 1e3:.0f} kbit/s"


def figure(value: float, unit: Unit) -> str:
    """Return a figure with its unit."""
    match unit:
        case Unit.SECONDS:
            return seconds(value)
        case Unit.SHARE:
            return share(value)
        case Unit.RATE:
            return f"{rate(value)} a second"
        case Unit.LISTENERS:
            return f"{count(value)} listener" + "s" * (round(value) != 1)
        case Unit.TIMES:
            return f"{rate(value)} ×"


def several(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun: 1 listener, 12 listeners."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"
