"""A shell: the whole of Fullhouse on one machine, started, watched and ended together.

The rules are in `children`; here they are carried out. Every role is a process of its own.
"""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Final, assert_never

import structlog

from fullhouse.addresses import address, listens_everywhere
from fullhouse.calls import House
from fullhouse.clock import Clock
from fullhouse.errors import Refused
from fullhouse.lifeline import VARIABLE, Lifeline, held_lifeline
from fullhouse.units import SECOND, Micros
from fullhouse.up.children import (
    AllReady,
    Children,
    CutLifeline,
    GaveUp,
    KillAll,
    Order,
    Start,
    Terminate,
)
from fullhouse.up.claim import check_ports, claimed_folder, told_in_run_file
from fullhouse.up.nats import NatsServer, nats_server
from fullhouse.up.probe import answers
from fullhouse.up.processes import Processes, adopt_orphans
from fullhouse.up.token_file import kept_token
from fullhouse.up.welcome import Welcome, program_name, show

DEMO_ROOM: Final = "demo"
ADMIN_TOKEN: Final = "FULLHOUSE_ADMIN_TOKEN"
REHEARSAL_TOKEN: Final = "FULLHOUSE_REHEARSAL_TOKEN"
BUS: Final = "FULLHOUSE_BUS"
PROBE_PAUSE: Final = 0.05
LATER: Final = Micros(1_500_000)
"""After what the first sound needs, what does not matter for it may start."""
SPEAKERS_PATH: Final = ("nats", "stage")
"""A voice has 20 ms to get through these. All after them have seconds, and wait for them."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run, where.

    Attributes:
        host: address that the public ports listen on.
        shown: address in links: `host`, or the machine's where that is every address.
        bus: URL of a bus that is there already; empty: start one.
        nats_server: path of the server to start; empty: the one that is installed along.
        demo: let a voice speak in a room of its own.
        public_edge: the edge's address in links; empty: host and port.
        environment: settings, as the roles read them.
    """

    data: Path
    host: str
    shown: str
    edge_port: int
    house_port: int
    source_port: int
    admin_port: int
    house_admin_port: int
    workers: int
    bus: str
    nats_server: str
    demo: bool
    public_edge: str
    public_house: str
    environment: Mapping[str, str]

    def ports(self) -> dict[str, int]:
        """Return for each option that sets a public port the port."""
        return {
            "--edge-port": self.edge_port,
            "--house-port": self.house_port,
            "--source-port": self.source_port,
        }

    @property
    def here(self) -> str:
        """The address under which this machine itself finds the public ports."""
        if not listens_everywhere(self.host):
            return self.host
        return "::1" if ":" in self.host else "127.0.0.1"


def run(plan: Plan) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit code.

    Raises:
        Refused: something that all needs is not to be had; nothing has been started.
    """
    with ExitStack() as stack:
        data = stack.enter_context(claimed_folder(plan.data))
        check_ports(plan.host, plan.ports())
        for index in range(plan.workers):
            check_ports("127.0.0.1", {"--admin-port": plan.admin_port + index})
        check_ports("127.0.0.1", {"--house-admin-port": plan.house_admin_port})
        try:
            server = None if plan.bus else nats_server(data, plan.nats_server)
            token = plan.environment.get(ADMIN_TOKEN) or secrets.token_urlsafe(24)
            rehearsal_token = plan.environment.get(REHEARSAL_TOKEN) or kept_token(
                data / "rehearsal.token"
            )
            facts = _facts(plan, token, rehearsal_token)
            stack.enter_context(told_in_run_file(data, facts))
        except OSError as error:
            raise Refused(f"Cannot write to {data}: {error}.", code="unwritable") from error
        lifeline = stack.enter_context(held_lifeline())
        adopt_orphans()
        return asyncio.run(_Up(plan, server, token, rehearsal_token, lifeline).run())


def _facts(plan: Plan, token: str, rehearsal_token: str) -> dict[str, str | int]:
    return {
        "house": address("", plan.here, plan.house_port),
        "edge": address("", plan.here, plan.edge_port),
        "source": address("", plan.here, plan.source_port),
        "token": token,
        "rehearsal_token": rehearsal_token,
        "pid": os.getpid(),
        "admin_port": plan.admin_port,
        "workers": plan.workers,
    }


class _Up:
    def __init__(
        self,
        plan: Plan,
        server: NatsServer | None,
        token: str,
        rehearsal_token: str,
        lifeline: Lifeline,
    ) -> None:
        self._plan = plan
        self._server = server
        self._lifeline = lifeline
        self._house = House(address("", plan.here, plan.house_port), token)
        self._clock = Clock()
        self._children = Children()
        self._processes = Processes(lifeline.read, self._ended)
        self._woken = asyncio.Event()
        self._started_at = self._clock.now()
        self._code = 0
        self._greeting: asyncio.Task[None] | None = None
        self._commands: dict[str, tuple[str, ...]] = {}
        self._environment = {
            **os.environ,
            **plan.environment,
            BUS: plan.bus or (server.url if server else ""),
            ADMIN_TOKEN: token,
            REHEARSAL_TOKEN: rehearsal_token,
            VARIABLE: str(lifeline.read),
        }

    async def run(self) -> int:
        """Start all, keep it running, and end it; return the exit code."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGCHLD, self._woken.set)
        stops = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means to outlive it
            stops.append(signal.SIGHUP)
        for number in stops:
            loop.add_signal_handler(number, self._stop)
        self._add_children()
        probing = asyncio.create_task(self._probe())
        try:
            await self._watch()
        finally:
            probing.cancel()
            if self._greeting is not None:
                self._greeting.cancel()
        return self._code

    def _add_children(self) -> None:
        now = self._clock.now()
        fullhouse = (sys.executable, "-m", "fullhouse")
        if self._server is not None:
            self._commands["nats"] = self._server.command
            self._children.add("nats", now=now)
        bus = list(self._commands)
        self._commands["house"] = (*fullhouse, "house")
        self._commands["stage"] = (*fullhouse, "stage")
        self._commands["source"] = (*fullhouse, "source")
        for index in range(self._plan.workers):
            self._commands[f"edge-{index}"] = (*fullhouse, "edge", "--index", str(index))
        for name in self._commands:
            if name not in bus:
                at = Micros(now + LATER) if name == "source" else now
                self._children.add(name, needs=bus, now=at)
        if self._plan.demo:
            self._commands["demo"] = (*fullhouse, "speak", DEMO_ROOM, "--demo", "--name", "Demo")
            self._children.add("demo", needs=["house", "stage", *bus], vital=False, now=now)

    async def _watch(self) -> None:
        """Do what is due, sleep until something ends or is due, until nothing is left."""
        while True:
            self._woken.clear()
            left = self._processes.reap()
            self._carry_out(self._children.tick(self._clock.now()))
            if self._children.stopping and not left:
                return
            if self._children.stopping and self._children.deadline() is None:
                # The time is up: what was killed may have left children, which are ours now.
                self._processes.kill_all()
                await asyncio.sleep(0.02)
                continue
            deadline = self._children.deadline()
            wait = None if deadline is None else max(0, deadline - self._clock.now()) / SECOND
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    def _stop(self) -> None:
        if not self._children.stopping:
            log.info("stopping")
        self._carry_out(self._children.stop(self._clock.now()))
        self._woken.set()

    def _ended(self, name: str, code: int) -> None:
        if self._children.stopping:
            log.debug("ended", child=name, code=code)
        else:
            log.warning("ended by itself", child=name, code=code, **self._more(name))
        self._carry_out(self._children.ended(name, code, self._clock.now()))

    def _more(self, name: str) -> dict[str, str]:
        """Return where a child says more, if not here."""
        return {"log": str(self._server.log)} if self._server and name == "nats" else {}

    def _carry_out(self, orders: Iterable[Order]) -> None:
        for order in orders:
            match order:
                case Start(name):
                    self._start(name)
                case Terminate(name):
                    self._processes.terminate(name)
                case CutLifeline():
                    self._lifeline.cut()
                case KillAll():
                    log.warning("killing what has not ended", left=self._children.running)
                    self._processes.kill_all()
                case AllReady():
                    took = (self._clock.now() - self._started_at) / SECOND
                    log.info("ready", seconds=round(took, 2))
                    self._greeting = asyncio.create_task(self._greet())
                case GaveUp(name):
                    self._code = 1
                    log.error("cannot run", child=name, **self._more(name))
                case _:
                    assert_never(order)

    def _start(self, name: str) -> None:
        is_nats = self._server is not None and name == "nats"
        self._processes.start(
            name, self._commands[name], self._environment, knows_the_lifeline=not is_nats
        )
        if name in SPEAKERS_PATH:
            self._processes.put_first(name)
        log.debug("started", child=name, pid=self._processes.pid(name))

    async def _probe(self) -> None:
        """Ask all that have not answered yet, again and again, until all have."""
        while waiting := self._children.waiting_for:
            for name in waiting:
                if name in self._children.running and await self._answers(name):
                    self._carry_out(self._children.answered(name))
            await asyncio.sleep(PROBE_PAUSE)

    async def _answers(self, name: str) -> bool:
        plan = self._plan
        if name == "nats" and self._server is not None:
            return await answers(self._server.port)
        if name == "house":
            return await answers(plan.house_port, "/api/rooms", plan.here)
        if name == "source":
            return await answers(plan.source_port, host=plan.here)
        if name.startswith("edge-"):
            index = int(name.removeprefix("edge-"))
            return await answers(plan.admin_port + index, "/healthz")
        return True  # the stage node has no port: that it runs is all there is to see

    async def _greet(self) -> None:
        from rich.console import Console

        plan = self._plan
        edge = address(plan.public_edge, plan.shown, plan.edge_port)
        house = address(plan.public_house, plan.shown, plan.house_port)
        listen, studio = f"{edge}/", f"{house}/"
        program = program_name(sys.argv[0], which("fullhouse") is not None)
        hints = [f"Make a room: {program} room create hello --data {plan.data}"]
        if plan.demo and (room := await self._demo_room()):
            listen, studio = str(room["listen"]), str(room["host"])
        links = {"Listen": listen, "Studio": studio}
        if first := await self._first_link():
            links["Owner"] = first
            hints.insert(0, "The Owner link makes the owner of this house: open it first. Once.")
        hints.append("Stop: Ctrl-C" if sys.stdout.isatty() else f"Stop: kill {os.getpid()}")
        show(Welcome(links, listen, tuple(hints)), Console())

    async def _first_link(self) -> str:
        """Return the link that makes the first owner; nothing where there is one."""
        with suppress(Refused):
            ways = await asyncio.to_thread(self._house.ask, "GET", "/api/sign-in")
            if not ways["owned"]:
                made = await asyncio.to_thread(self._house.ask, "POST", "/api/owner-link")
                return str(made["link"])
        return ""

    async def _demo_room(self) -> Mapping[str, object] | None:
        """Return the room that the demo voice makes for itself, or None if it makes none."""
        for _ in range(100):
            with suppress(Refused):
                return await asyncio.to_thread(self._house.room, DEMO_ROOM)
            await asyncio.sleep(0.1)
        return None
