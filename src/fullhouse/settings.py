"""Every knob, said once. Command-line options, environment and docs/settings.md derive from it.

Read by `cli` and the process entry points alone: everybody else gets plain values.
"""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fullhouse.house.relays import ice_urls, is_turn
from fullhouse.networks import proxies_of

Port = Annotated[int, Field(ge=0, le=65535)]


def _number(given: object) -> object:
    return int(given) if isinstance(given, str) and given.isdecimal() else given


Cadence = Annotated[Literal[1, 3, 12, 30], BeforeValidator(_number)]


def _none_for_empty(given: object) -> object:
    return None if given == "" else given


def default_data() -> Path:
    """Return the folder for rooms and keys where none is given: XDG's, in the user's home."""
    return Path("~/.local/share/fullhouse").expanduser()


class Settings(BaseSettings):
    """What an operator may set: `--edge-port 80` or `FULLHOUSE_EDGE_PORT=80`."""

    model_config = SettingsConfigDict(env_prefix="FULLHOUSE_", extra="ignore")

    data: Path = Field(default_factory=default_data, description="Folder for rooms, keys and logs.")
    database: str = Field(
        "",
        description="URL of the database: postgresql://user:password@host/name; empty: SQLite, "
        "rooms.db in the data folder.",
        json_schema_extra={"secret": True},
    )
    host: str = Field("127.0.0.1", description="Address that the public ports listen on.")
    edge_port: Port = Field(8000, description="Port of the listeners' pages and streams.")
    house_port: Port = Field(8001, description="Port of the studio, the API, WHIP and WHEP.")
    source_port: Port = Field(8002, description="Port for Icecast sources.")
    admin_port: Port = Field(
        8010, description="First port for /healthz and /metrics, on loopback; one per edge worker."
    )
    house_admin_port: Port = Field(
        0,
        description="Port of the house's /healthz and /metrics, on loopback: the numbers of all "
        "speakers; 0: the one after the edge workers'.",
    )
    workers: int = Field(2, ge=1, le=256, description="Edge workers.")
    bus: str = Field(
        "", description="URL of an existing NATS (several with commas); empty: start the own one."
    )
    nats_server: str = Field(
        "", description="Path of a nats-server to use in place of the one that is installed along."
    )
    public_edge: str = Field("", description="The edge's address in links, if not host and port.")
    public_house: str = Field("", description="The house's address in links, if not host and port.")
    public_source: str = Field("", description="The source port's address in links.")
    trusted_proxies: str = Field(
        "",
        description="Proxies whose word is taken for whom they ask (X-Forwarded-For, Forwarded): "
        "addresses and networks with commas between; empty: the nearest one, if it is on this "
        "machine or in a private network; none: nobody's.",
    )
    media_host: str = Field(
        "", description="Address that speakers' browsers send sound to; empty: as host."
    )
    media_ports: str = Field(
        "40000-40199", description="UDP ports for speakers' sound, first-last; 0: any."
    )
    turn_urls: str = Field(
        "",
        description="STUN and TURN servers for speakers whose network lets no UDP through: "
        "turn:, turns: and stun: URLs with commas between.",
    )
    turn_secret: str = Field(
        "",
        description="The TURN servers' shared secret (coturn: static-auth-secret), of which "
        "passwords that run out are made.",
        json_schema_extra={"secret": True},
        validate_default=True,
    )
    turn_ttl: int = Field(
        3_600, ge=60, le=86_400, description="How long such a password holds, seconds."
    )
    seats: int = Field(13, ge=1, le=64, description="Speakers on one stage at the most.")
    near_seats: int = Field(
        8, ge=0, le=13, description="Listeners of one room who may hear its stage from near."
    )
    give_up_hours: int = Field(
        3,
        ge=1,
        le=48,
        description="Hours from a start until doors close that nobody comes through to speak.",
    )
    rewind_minutes: int = Field(10, ge=1, le=240, description="How far back HLS players may go.")
    send_buffer: int = Field(
        32_768, ge=4_096, le=4_194_304, description="Kernel send buffer per listener, bytes."
    )
    sender: Literal["auto", "uring", "write"] = Field(
        "auto",
        description="How an edge worker sends: io_uring where it works, or one write for each "
        "listener; auto: the first that works.",
    )
    cadence_least: Cadence = Field(
        1,
        description="Parts of 0.32 s that go out with one send at the least: more cost less and "
        "are heard later.",
    )
    cadence_most: Cadence = Field(
        30, description="Parts that go out with one send at the most, however busy the machine is."
    )
    egress_mbit: Annotated[int | None, BeforeValidator(_none_for_empty)] = Field(
        None,
        ge=1,
        le=10_000_000,
        description="What this machine's line carries, Mbit/s over all its edge workers: near it, "
        "new listeners get a low rendition; empty: no bound.",
    )
    node: str = Field(
        "", description="This machine's name on the bus, where several share one; empty: its own."
    )
    admin_token: str = Field(
        "",
        description="Token that opens the house to commands from elsewhere; empty: up makes one.",
        json_schema_extra={"secret": True},
    )
    smtp_host: str = Field(
        "", description="Mail server for reminders; empty: the house sends none and offers none."
    )
    smtp_port: Port = Field(587, description="Its port.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="TLS on the plain port, TLS from the first byte (465), or none, for a server "
        "on this machine.",
    )
    smtp_user: str = Field("", description="Who we are to it; empty: nobody signs in.")
    smtp_password: str = Field(
        "",
        description="The password of that user.",
        json_schema_extra={"secret": True},
    )
    smtp_from: str = Field(
        "",
        description="Sender of the mails: an address, or a name and an address in <>.",
        validate_default=True,
    )
    mail_per_second: int = Field(5, ge=1, le=1_000, description="Mails at the most, per house.")
    remind_minutes: int = Field(
        15, ge=1, le=1_440, description="How long before the start reminders have gone out."
    )
    rehearsal_token: str = Field(
        "",
        description="Token that lets a rehearsal aim at our edges; empty: up makes one and keeps "
        "it.",
        json_schema_extra={"secret": True},
    )
    log_format: Literal["auto", "human", "json"] = Field(
        "auto", description="Log lines for people or for programs; auto: people on a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged."
    )

    @field_validator("host")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        ip_address(text)
        return text

    @field_validator("media_ports")
    @classmethod
    def _is_a_range(cls, text: str) -> str:
        media_port_range(text)
        return text

    @field_validator("trusted_proxies")
    @classmethod
    def _are_proxies(cls, text: str) -> str:
        proxies_of(text)
        return text

    @field_validator("turn_urls")
    @classmethod
    def _are_servers(cls, text: str) -> str:
        ice_urls(text)
        return text

    @field_validator("turn_secret")
    @classmethod
    def _is_there_for_turn(cls, text: str, said: ValidationInfo) -> str:
        if not text and any(is_turn(url) for url in ice_urls(said.data.get("turn_urls", ""))):
            raise ValueError("turn: and turns: servers need the secret that they share with us")
        return text

    @field_validator("smtp_from")
    @classmethod
    def _is_there_for_mail(cls, text: str, said: ValidationInfo) -> str:
        if text or said.data.get("smtp_host"):
            from fullhouse.house.mails import sender_of  # slow to import, and all roles read this

            sender_of(text)
        return text

    @field_validator("cadence_most")
    @classmethod
    def _is_not_below_the_least(cls, most: int, said: ValidationInfo) -> int:
        if most < (least := said.data.get("cadence_least", most)):
            raise ValueError(f"{most} is less than the least cadence, {least}")
        return most

    @property
    def house_admin_at(self) -> int:
        """The port of the house's /healthz and /metrics."""
        return self.house_admin_port or self.admin_port + self.workers


def media_port_range(text: str) -> range | None:
    """Return the ports that `first-last` names, or None for `0`: any port.

    Raises:
        ValueError: it is not a range of ports, first not above last.
    """
    if text == "0":
        return None
    first, dash, last = text.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal()):
        raise ValueError("ports are said as first-last, such as 40000-40199")
    if not 1024 <= int(first) <= int(last) <= 65535:
        raise ValueError("ports go from 1024 to 65535, the first not above the last")
    return range(int(first), int(last) + 1)
