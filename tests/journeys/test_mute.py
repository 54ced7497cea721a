"""In a real house and on a real stage, nobody who is muted is heard: a hundred random steps.

Every run of ten of them is a random order of mute, reconnect, takeover, change of role, move
back, re-invite, and death of the stage and of the house. The mix is what an edge has sent.
"""

import asyncio
import os
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.boxes import boxes
from tests.coded_noise import heard_at
from tests.journeys.mouths import Person, Recorder, noise_of, running
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import FFMPEG

pytestmark = [pytest.mark.paired, pytest.mark.xdist_group("mute")]

STEPS = 100
SECONDS = 62.0
AFTER = 0.35
"""What was said before a mute is still on its way to the mix for so long (seconds)."""
BEFORE = 0.1
THERE = 0.35
"""The correlation from which a voice is there: three at once have 0.58 each."""


@dataclass
class Show:
    """One room, and what has been done in it."""

    up: Running
    slug: str
    http: httpx.AsyncClient
    people: list[Person]
    chance: random.Random
    coming: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    async def ask(self, who: Person, method: str, path: str, **said: Any) -> httpx.Response:
        """Ask the house, again where it is away; then note whom it says is not heard."""
        end = time.monotonic() + 10
        while True:
            try:
                answer = await self.http.request(
                    method,
                    f"{self.up.house}/api/rooms/{self.slug}{path}",
                    headers={"Authorization": f"Bearer {who.token}"},
                    json=said or None,
                )
                if answer.status_code < 500:
                    return answer
            except httpx.HTTPError:
                pass
            assert time.monotonic() < end, path
            await asyncio.sleep(0.1)

    async def look(self, *unmuting: Person) -> None:
        """Note whom the house says is not heard; only those who asked themselves may be free."""
        host = self.people[0]
        answer, news = await asyncio.gather(
            self.ask(host, "GET", ""), self.ask(host, "GET", "/members")
        )
        roles = {one["member"]: one["role"] for one in news.json()["members"]}
        for one in self.people:
            if one.member in answer.json()["muted"] or roles[one.member] == "listener":
                one.silence(time.time())
            else:
                assert not one.is_silenced, f"{one.member} was unmuted by somebody else"

    def come(self, who: Person) -> None:
        """Let somebody come, or take their own seat over, beside all that happens."""
        before = self.coming.get(who.member)
        if before is None or before.done():
            whip = f"{self.up.house}/whip/{self.slug}"
            come = who.come(self.http, whip, self.up.house, self.slug)
            self.coming[who.member] = asyncio.create_task(come)

    async def unmute(self, who: Person) -> None:
        who.may_be_heard(time.time())
        answer = await self.ask(who, "POST", f"/seats/{who.member}/mute", muted=False)
        if answer.status_code != 200:
            who.silence(time.time())

    async def step(self, what: str) -> None:
        """Do one thing to somebody."""
        by, whom = self.chance.choice(self.people), self.chance.choice(self.people)
        self.done[what] += 1
        if what in DEATHS:
            await self.kill(what)
        elif what in MUTES:
            await self.mute(what, by, whom)
        else:
            await self.move(what, by, whom)
        await self.look()

    async def mute(self, what: str, by: Person, whom: Person) -> None:
        """Do something about who is heard."""
        match what:
            case "mute":
                await self.ask(by, "POST", f"/members/{whom.member}/mute")
            case "unmute another" if by is not whom:
                path = f"/seats/{whom.member}/mute"
                assert (await self.ask(by, "POST", path, muted=False)).status_code == 403
            case "mute all":
                await self.ask(by, "POST", "/mute-all")
            case _:
                await self.unmute(whom)

    async def move(self, what: str, by: Person, whom: Person) -> None:
        """Do something about who is on stage."""
        match what:
            case "cut":
                for session in whom.sessions:
                    await session.close()
            case "move back":
                await self.ask(by, "POST", f"/members/{whom.member}/move-back")
                return
            case "role":
                role = self.chance.choice(["speaker", "cohost"])
                await self.ask(self.people[0], "PATCH", f"/members/{whom.member}", role=role)
        self.come(whom)

    async def kill(self, what: str) -> None:
        """Let a process die."""
        room = (await self.ask(self.people[0], "GET", "")).json()
        if what == "house dies":
            self.up.kill("house")
        elif room["stage"]:
            with suppress(ProcessLookupError):
                os.kill(room["stage"]["pid"], signal.SIGKILL)
            for one in self.people:
                self.come(one)

    async def finish(self) -> None:
        """Let everybody be heard in the end, whoever may be."""
        await asyncio.gather(*self.coming.values())
        for one in self.people:
            self.come(one)
            await self.unmute(one)


MUTES = [*["mute"] * 4, *["unmute"] * 8, *["unmute another"] * 3, "mute all"]
WHAT = [*MUTES, *["come"] * 3, *["cut"] * 2, *["move back"] * 2, *["role"] * 5]
DEATHS = ("stage dies", "house dies")
DIES = {20: DEATHS[0], 45: DEATHS[1], 70: DEATHS[0]}


async def test_in_a_hundred_random_steps_nobody_muted_is_in_the_mix(tmp_path: Path) -> None:
    with fullhouse_up(tmp_path) as up:
        links = up.room("mute")
        recorder = Recorder()
        async with httpx.AsyncClient(timeout=10) as http:
            show = Show(up, "mute", http, await enter(http, up, links), random.Random(5))
            talks = [one.talk() for one in show.people]
            for one in show.people:
                while not one.sessions:  # a machine out of breath may need a second try
                    show.come(one)
                    await show.coming[one.member]
            async with running(*talks, recorder.listen(f"{up.edge}/mute/live-opus.mp4")):
                await asyncio.to_thread(up.wait_for_state, "mute", "live", seconds=30)
                await play(show)
                await asyncio.sleep(4)
            for one in show.people:
                for session in one.sessions:
                    await session.close()
        epoch = (await asyncio.to_thread(up.state, "mute"))["epoch"] / 1_000_000
        assert not [line for line in up.errors() if "Traceback" in line]
    mix, began = await asyncio.to_thread(decoded, bytes(recorder.raw), tmp_path)
    print(dict(show.done))
    judge(show.people, mix, epoch + began)


async def play(show: Show) -> None:
    """Take all the steps, a third of a second each."""
    for number in range(STEPS):
        began = time.monotonic()
        await show.step(DIES.get(number) or show.chance.choice(WHAT))
        await asyncio.sleep(max(0.0, 0.3 - (time.monotonic() - began)))
    await show.finish()


async def enter(http: httpx.AsyncClient, up: Running, links: dict[str, str]) -> list[Person]:
    """Return a host, a co-host and a speaker who have come in."""
    host = await _enter(http, up, links["host"].partition("#")[2], 1)
    people = [host]
    for number, role in enumerate(("cohost", "speaker")):
        made = await http.post(
            f"{up.house}/api/rooms/mute/invitations",
            json={"role": role},
            headers={"Authorization": f"Bearer {host.token}"},
        )
        people.append(await _enter(http, up, made.json()["link"].partition("#")[2], number + 2))
    return people


async def _enter(http: httpx.AsyncClient, up: Running, secret: str, seed: int) -> Person:
    answer = await http.post(
        f"{up.house}/api/rooms/mute/enter",
        json={"name": f"Person {seed}"},
        headers={"Authorization": f"Bearer {secret}"},
    )
    facts = answer.json()
    return Person(facts["member"], facts["token"], noise_of(seed, SECONDS))


def decoded(raw: bytes, folder: Path) -> tuple[Pcm, float]:
    """Return the mix, and the second of the room's timeline at which it begins."""
    whole = raw[: raw.rfind(b"moof") - 4]
    fragment = raw.find(b"moof") - 4
    size = int.from_bytes(raw[fragment : fragment + 4], "big")
    (moof,) = boxes(raw[fragment : fragment + size])
    began = moof.find("traf/tfdt").number(4, 8) / SAMPLE_RATE
    source, out = folder / "mix.mp4", folder / "mix.f32"
    source.write_bytes(whole)
    sound = ("-f", "f32le", "-ac", "1", "-ar", str(SAMPLE_RATE))
    subprocess.run([*FFMPEG, "-y", "-i", str(source), *sound, str(out)], check=True, timeout=60)
    return np.fromfile(out, np.float32), began


def judge(people: list[Person], mix: Pcm, began: float) -> None:
    """See that nobody is in the mix while silenced, and everybody is at other times."""
    for one in people:
        spans = [(span[0], span[1] if len(span) == 2 else np.inf) for span in one.silenced]
        silenced = free = wrong = 0
        there = 0
        for at, score in heard_at(one.noise, mix, one.began - began):
            when = began + at
            if any(first + AFTER < when < last - BEFORE for first, last in spans):
                silenced += 1
                wrong += score > THERE
            elif not any(first - 0.5 < when < last + 0.5 for first, last in spans):
                free += 1
                there += score > THERE
        print(f"{one.member}: {wrong} of {silenced} muted frames, {there} of {free} others heard")
        assert wrong == 0
        assert silenced > 50
        assert there > 0.15 * free
