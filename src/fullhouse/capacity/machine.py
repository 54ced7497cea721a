"""A core: what was read of one machine. None is what could not be read, or is not there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine as the kernel shows it.

    Attributes:
        model, kernel: in words.
        cores: that we may use, fractions where a container is granted no whole ones.
        memory, memory_free: bytes that we may use at all, and that are free for us now.
        page: bytes of a page of memory.
        open_files: what one process may raise its limit to.
        open_files_of: whose limit that is.
        nr_open, file_max, files_open: of the kernel: for one process at most, for all, and now.
        somaxconn, syn_backlog, syncookies: connections that wait to be accepted.
        conntrack_max, conntrack_count: connections that a firewall follows; None: not loaded.
        conntrack_follows: whether a connection made just now was counted.
        ports: first and last of those that outgoing connections get.
        tcp_pages: least, pressure and most of TCP's memory, and what is in use now.
        card_mbit: the slowest network card that says its speed.
    """

    model: str
    kernel: str
    cores: float
    memory: int | None
    memory_free: int | None
    page: int
    open_files: int | None
    open_files_of: str
    nr_open: int | None
    file_max: int | None
    files_open: int | None
    somaxconn: int | None
    syn_backlog: int | None
    syncookies: int | None
    conntrack_max: int | None
    conntrack_count: int | None
    conntrack_follows: bool
    ports: tuple[int, int] | None
    tcp_pages: tuple[int, int, int] | None
    tcp_pages_used: int | None
    card_mbit: int | None

    def hardware(self) -> dict[str, str | int | float]:
        """Return what makes two machines comparable."""
        return {
            "cpu": self.model,
            "cores": self.cores,
            "memory": self.memory or 0,
            "kernel": self.kernel,
        }
