"""Random orders of all that may unmute somebody, in a room of a Fullhouse that runs.

An order is 6 to 12 steps, drawn from its seed, by anybody to anybody: mute, unmute, takeover,
reconnect, change of role, moving back and calling up, a stage that is held up. A death of the
stage or of the house is put where it is said. At its end an order goes on until the stage has
had the sound of somebody while they were muted, and while they were not.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import psutil

from fullhouse.wire import StageNews
from tests.journeys.mouths import Noise, Person
from tests.journeys.running import Running

MUTED_FOR: Final = 0.8
HEARD_FOR: Final = 0.7
"""So many seconds of somebody's sound an order has at the least."""
SOUNDS_DB: Final = -45.0
NEWS_WITHIN: Final = 0.5
HEARD_WITHIN: Final = 3.0
"""So many seconds after they have come, the stage has told of somebody's sound."""
STEPS: Final = (
    *["mute"] * 5, *["unmute"] * 7, *["unmute another"] * 2, "mute all",
    *["take over"] * 4, *["reconnect"] * 4, *["move back"] * 2, *["role"] * 4, "hold up",
)  # fmt: skip
STAGE_DIES: Final = "stage dies"
HOUSE_DIES: Final = "house dies"


@dataclass
class Order:
    """What happened in which order: unix seconds of begin and end, and all steps."""

    seed: str
    began: float
    ended: float = 0.0
    steps: list[str] = field(default_factory=list)


@dataclass
class Show:
    """One room, and what has been done in it."""

    up: Running
    slug: str
    people: list[Person]
    seed: int
    orders: list[Order] = field(default_factory=list)
    coming: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    instance: str = ""
    stage: psutil.Process = field(default_factory=psutil.Process)
    """Nobody touches it before the stage has spoken: it is ourselves."""
    told: float = 0.0
    """When the stage said something last: its process, and who is muted there."""
    muted_there: dict[str, bool] = field(default_factory=dict)

    def hear(self, news: StageNews) -> None:
        """Take what the stage says: whose sound has come in since it spoke last."""
        now = time.time()
        follows = news.instance == self.instance and now - self.told < NEWS_WITHIN
        sounds = {s.seat: s.muted for s in news.seats if s.connected and s.level_db > SOUNDS_DB}
        for one in self.people:
            muted = sounds.get(one.member)
            if follows and muted is not None and muted is self.muted_there.get(one.member):
                one.sounding[muted].append((self.told, now))
        if news.instance != self.instance:
            with suppress(psutil.NoSuchProcess):
                self.stage = psutil.Process(news.pid)
        self.instance, self.told, self.muted_there = news.instance, now, sounds

    async def ask(self, who: Person, method: str, path: str, **said: Any) -> httpx.Response:
        """Ask the house, again where it is away; then note whom it says is not heard."""
        end = time.monotonic() + 30
        while True:
            with suppress(httpx.HTTPError):
                answer = await who.http.request(
                    method,
                    f"{self.up.house}/api/rooms/{self.slug}{path}",
                    headers={"Authorization": f"Bearer {who.token}"},
                    json=said or None,
                )
                if answer.status_code < 500:
                    return answer
            assert time.monotonic() < end, path
            await asyncio.sleep(0.1)

    def look(self, answer: httpx.Response) -> None:
        """Note whom the house says is not heard. Nobody is free but who freed themselves."""
        muted = answer.json()["muted"]
        for one in self.people:
            if one.member in muted or one.role == "listener":
                one.silence()
            else:
                assert not one.is_silenced, f"{self.last}: {one.member} was unmuted by another"

    @property
    def last(self) -> str:
        """The order of the moment, for whoever reads why it went wrong."""
        return f"order {self.orders[-1].seed}: {', '.join(self.orders[-1].steps)}"

    async def play(self, orders: int, deaths: Iterable[tuple[int, str]]) -> None:
        """Let so many orders happen, one after the other.

        Args:
            deaths: in which order something dies, and what.
        """
        await self.begin()
        for number in range(orders):
            seed = f"{self.seed} {self.slug} {number}"
            chance = random.Random(seed)
            steps = chance.choices(STEPS, k=chance.randint(5, 11))
            steps.insert(0, "unmute")
            for _, what in (death for death in deaths if death[0] == number):
                steps.insert(chance.randint(2, len(steps)), what)
            self.orders.append(Order(seed, time.time()))
            for what in steps:
                await self.step(what, chance)
                await asyncio.sleep(chance.uniform(0, 0.15))
            anybody = chance.sample(self.people, len(self.people))
            await self.until_judged(max(anybody, key=self.judged))
            self.orders[-1].ended = time.time()

    async def begin(self) -> None:
        """Let everybody come, and wait until the stage has had their sound."""
        end = time.monotonic() + 120
        while not all(one.sounding[False] for one in self.people):
            assert time.monotonic() < end, f"{self.slug} does not begin"
            for one in self.people:
                if not one.sounding[False]:
                    await self.bring(one)
            await asyncio.sleep(0.1)

    async def step(self, what: str, chance: random.Random) -> None:
        """Do one thing to somebody."""
        by, whom = chance.choice(self.people), chance.choice(self.people)
        self.orders[-1].steps.append(f"{what} {self.people.index(whom)}")
        match what:
            case "mute":
                await self.mute(by, whom)
            case "mute all":
                answer = await self.ask(by, "POST", "/mute-all")
                if answer.status_code == 200:
                    self.look(answer)
            case "unmute":
                await self.unmute(whom)
            case "unmute another" if by is not whom:
                path = f"/seats/{whom.member}/mute"
                answer = await self.ask(by, "POST", path, muted=False)
                assert answer.status_code == 403, self.last
            case "take over":
                self.come(whom, chance.uniform(0, 0.5))
            case "reconnect":
                await whom.drop(*whom.sessions, leave=chance.random() < 0.3)
                self.come(whom)
            case "move back":
                await self.move_back(by, whom)
            case "role":
                await self.set_role(whom, chance.choice(["speaker", "cohost"]))
                self.come(whom, chance.uniform(0, 0.5))
            case "hold up":
                await self.hold_up(whom, chance.uniform(0.1, 0.4))
            case "stage dies" | "house dies":
                self.kill(what)

    async def mute(self, by: Person, whom: Person) -> None:
        answer = await self.ask(by, "POST", f"/members/{whom.member}/mute")
        if answer.status_code == 200:
            whom.silence()
            self.look(answer)

    async def unmute(self, whom: Person) -> None:
        whom.may_be_heard()
        answer = await self.ask(whom, "POST", f"/seats/{whom.member}/mute", muted=False)
        if answer.status_code == 200:
            self.look(answer)
        else:
            whom.silence()

    async def move_back(self, by: Person, whom: Person) -> None:
        answer = await self.ask(by, "POST", f"/members/{whom.member}/move-back")
        if answer.status_code == 200:
            whom.role = "listener"
            whom.silence()
            self.look(answer)

    async def set_role(self, whom: Person, role: str) -> None:
        """Let the host appoint somebody, or call them up from among the listeners."""
        answer = await self.ask(self.people[0], "PATCH", f"/members/{whom.member}", role=role)
        if answer.status_code == 200:
            whom.role = role

    async def hold_up(self, whom: Person, seconds: float) -> None:
        """Let the stage stand still, and mute somebody meanwhile."""
        with suppress(psutil.NoSuchProcess):
            self.stage.suspend()
            try:
                await self.mute(self.people[0], whom)
                await asyncio.sleep(seconds)
            finally:
                self.stage.resume()

    def kill(self, what: str) -> None:
        """Let a process die."""
        if what == HOUSE_DIES:
            self.up.kill("house")
            return
        with suppress(psutil.NoSuchProcess):
            self.stage.kill()
        for one in self.people:
            self.come(one, anew=True)

    def come(self, who: Person, linger: float = 0.0, *, anew: bool = False) -> None:
        """Let somebody come, or take their own seat over, beside all that happens.

        Args:
            linger: for so long they speak from both connections.
            anew: a try that is under way is given up.
        """
        before = self.coming.get(who.member)
        if before is not None and not before.done():
            if not anew:
                return
            before.cancel()
        whip = f"{self.up.house}/whip/{self.slug}"
        come = who.come(whip, self.up.house, self.slug, linger)
        self.coming[who.member] = asyncio.create_task(come)

    async def bring(self, who: Person) -> None:
        """Let somebody come whom the stage does not hear, unless they have only just come.

        Each connection ends the one before it: who came anew all the time would never be heard.
        A house that died may have moved them back, and said nothing of it.
        """
        if who.came < time.time() - HEARD_WITHIN:
            if who.role in ("cohost", "speaker"):
                await self.set_role(who, who.role)
            self.come(who)

    async def until_judged(self, hero: Person) -> None:
        """Go on until somebody's sound has come in while they were muted, and while not."""
        end = time.monotonic() + 60
        while max(map(self.judged, self.people)) < 1:
            assert time.monotonic() < end, f"{self.last}; {self.standing()}"
            spoke = [span[1] for spans in hero.sounding.values() for span in spans[-1:]]
            if max(spoke, default=0.0) < time.time() - 2 * NEWS_WITHIN:
                await self.bring(hero)
            if hero.role == "listener":
                await self.set_role(hero, "speaker")
            elif self._sounded(hero, False) < 1:
                if hero.is_silenced:
                    await self.unmute(hero)
            elif not hero.is_silenced:
                await self.mute(self.people[0], hero)
            await asyncio.sleep(0.1)

    async def leave(self) -> None:
        """Let everybody go, and nobody come any more."""
        for task in self.coming.values():
            task.cancel()
        await asyncio.gather(*self.coming.values(), return_exceptions=True)
        for one in self.people:
            await one.drop(*one.sessions)
            await one.http.aclose()

    def standing(self) -> str:
        """Return how everybody is, for whoever reads why it went wrong."""
        now = time.time()
        told = f"at {now:.1f} the stage said {self.muted_there} {now - self.told:.1f} s ago"
        return told + "".join(
            f"; {one.member}, {one.role}, {'silenced' if one.is_silenced else 'free'}, "
            f"{len(one.sessions)} connections, coming: {self.coming.get(one.member)}, "
            f"last muted and not: {[now - at[-1][1] for at in one.sounding.values() if at]}, "
            f"refused: {list(one.refusals)}"
            for one in self.people
        )

    def judged(self, who: Person) -> float:
        """Return how much of what it takes the stage has had of somebody in this order, 0 to 1."""
        return (self._sounded(who, True) + self._sounded(who, False)) / 2

    def _sounded(self, who: Person, muted: bool) -> float:
        began, enough = self.orders[-1].began, MUTED_FOR if muted else HEARD_FOR
        spans = [span for span in who.sounding[muted] if span[0] >= began]
        return min(1.0, sum(last - first for first, last in spans) / enough)

    def happened(self) -> Counter[str]:
        """Return how often each kind of step was taken."""
        return Counter(step.rpartition(" ")[0] for order in self.orders for step in order.steps)


async def enter(up: Running, slug: str, noises: list[Noise], shift: int) -> list[Person]:
    """Make a room that begins by voice; return its host, a co-host and a speaker."""
    links = await asyncio.to_thread(up.room, slug)
    host = await _enter(up, slug, links["host"].partition("#")[2], noises[0], shift)
    people = [host]
    for role, noise in zip(("cohost", "speaker"), noises[1:], strict=True):
        made = await host.http.post(
            f"{up.house}/api/rooms/{slug}/invitations",
            json={"role": role},
            headers={"Authorization": f"Bearer {host.token}"},
        )
        secret = made.json()["link"].partition("#")[2]
        people.append(await _enter(up, slug, secret, noise, shift))
    return people


async def _enter(up: Running, slug: str, secret: str, noise: Noise, shift: int) -> Person:
    """Come into a room from an address of one's own, or all would share one's pace."""
    address = f"127.0.{random.randrange(1, 250)}.{random.randrange(1, 250)}"
    http = httpx.AsyncClient(timeout=10, transport=httpx.AsyncHTTPTransport(local_address=address))
    answer = await http.post(
        f"{up.house}/api/rooms/{slug}/enter",
        json={"name": "Ana"},
        headers={"Authorization": f"Bearer {secret}"},
    )
    facts = answer.json()
    return Person(http, facts["member"], facts["token"], facts["role"], noise, shift)
