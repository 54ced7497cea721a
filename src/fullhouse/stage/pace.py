"""A core: when a source's next frame goes out.

A source sends in bursts: a page of Ogg a second, or a whole file at once. The stage should get
one frame every 20 ms. So a source starts with a small reserve, which takes up the bursts; the
rest waits in the connection, whose sender waits then, too.
"""

from typing import Final

from fullhouse.units import FRAME_SAMPLES, SAMPLE_RATE, SECOND, Micros

FRAME_MICROS: Final = Micros(FRAME_SAMPLES * SECOND // SAMPLE_RATE)
RESERVE: Final = Micros(500_000)
"""How long a source's sound lies ready before it is spoken."""
LATE: Final = Micros(300_000)
"""A frame so late goes out at once: the stage has more than that waiting (see `reservoir`). A
later one starts a new reserve, which is heard as a gap."""
QUIET_DB: Final = -50.0


class Pace:
    """The rhythm of one source."""

    def __init__(self) -> None:
        self._next: Micros | None = None
        self.starved = 0
        """How often the reserve was used up: each a gap that listeners may have heard."""

    def next_frame(self, now: Micros, level_db: float) -> Micros:
        """Return when the frame that came out of the decoder at `now` is to be sent.

        A source's clock that runs slow eats the reserve; pauses in speech, made 20 ms longer
        each, fill it again where nobody hears it.
        """
        due = self._next
        if due is None:
            due = Micros(now + RESERVE)
        elif now - due > LATE:
            self.starved += 1
            due = Micros(now + RESERVE)
        elif level_db < QUIET_DB and due - now < RESERVE // 3:
            due = Micros(due + FRAME_MICROS)
        self._next = Micros(due + FRAME_MICROS)
        return due
