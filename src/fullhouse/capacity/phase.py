"""A core: what one send costs, out of what was counted while many were made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phase:
    """What was counted while parts of one size went out, among them perhaps some of the usual.

    Attributes:
        cpu: seconds of CPU that the worker used.
        seconds: how long it lasted.
        parts: that went out.
        large: how many of them had the size that is measured.
        skipped: parts, each for one listener, that passed by who did not read in time.
        listeners: who got them.
        heard: bytes that one of them got.
    """

    cpu: float
    seconds: float
    parts: int
    large: int
    skipped: float
    listeners: int
    heard: int

    @property
    def kept_up(self) -> bool:
        """True where next to nobody skipped anything."""
        return self.skipped <= self.large * self.listeners / 100


def send_cost(phase: Phase, idle: float, usual: tuple[int, float] = (0, 0.0)) -> tuple[int, float]:
    """Return the bytes of a large part, and the CPU µs of sending it to one listener.

    Args:
        idle: share of a core that the worker uses for nobody.
        usual: bytes and cost of the other parts.
    """
    size, cost = usual
    others = phase.parts - phase.large
    sends = max(1.0, phase.large * phase.listeners - phase.skipped)
    spent = (phase.cpu - idle * phase.seconds) * 1e6 - others * phase.listeners * cost
    return round((phase.heard - others * size) / phase.large), max(0.1, spent / sends)
