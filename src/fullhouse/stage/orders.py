"""A core: what a stage's process is told when it is to begin: one line of JSON on its stdin."""

from pydantic import Field

from fullhouse.wire import Message, RoomNews


class Orders(Message):
    """Everything that a stage needs to know. The bus is named in the environment: it is secret.

    Attributes:
        room: the room's newest news.
        node: the node that starts it.
        media_host: the address that speakers send to.
        media_ports: first and last UDP port, or None for any.
        seats: speakers at the most.
        log_format, log_level: as in the settings.
    """

    room: RoomNews
    node: str
    media_host: str
    media_ports: tuple[int, int] | None = None
    seats: int = Field(13, ge=1)
    log_format: str = "auto"
    log_level: str = "info"

    def line(self) -> bytes:
        """Return the orders as one line."""
        return self.pack() + b"\n"
