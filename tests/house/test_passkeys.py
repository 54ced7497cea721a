"""Passkeys: made by their owner, used by their owner, and nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fullhouse.house import passkeys as the_shell
from fullhouse.house.account_rows import TooMany
from fullhouse.house.accounts import Account
from fullhouse.house.ceremonies import LASTS
from fullhouse.house.database import Database
from fullhouse.house.origin import PasskeySite
from fullhouse.house.passkeys import BadPasskey, NoPasskeys, Passkeys
from fullhouse.house.tables import AccountRow
from tests.house.authenticator import PRESENT, Authenticator
from tests.house.known import KEY, Told, a_host, people_in

SITE = PasskeySite("localhost", "http://localhost:8001")


@dataclass
class Stand:
    """A house with one account."""

    passkeys: Passkeys
    ben: Account
    eve: Account
    clock: Told
    database: Database

    async def enrolled(self, device: Authenticator) -> Authenticator:
        """Have Ben make a passkey."""
        made = device.make(await self.passkeys.options_to_make(self.ben))
        await self.passkeys.make(self.ben, made, "My phone")
        return device


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    clock = Told()
    with people_in(tmp_path, clock) as (people, database):
        ben, eve = await a_host(people, database), await a_host(people, database, "eve")
        yield Stand(Passkeys(database, clock, SITE, KEY), ben, eve, clock, database)


async def test_who_has_made_a_passkey_signs_in_with_it(stand: Stand) -> None:
    device = await stand.enrolled(Authenticator())
    (listed,) = await stand.passkeys.all(stand.ben)
    assert (listed.label, listed.used_at) == ("My phone", None)
    for _ in range(2):
        assert await stand.passkeys.whose(device.sign(stand.passkeys.options_to_sign_in())) == (
            stand.ben
        )
    (listed,) = await stand.passkeys.all(stand.ben)
    assert listed.used_at == stand.clock.now()


async def test_the_browser_is_asked_for_what_we_need(stand: Stand) -> None:
    """A key that the device finds by itself, and that knows its person."""
    await stand.enrolled(Authenticator())
    options = await stand.passkeys.options_to_make(stand.ben)
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert len(options["excludeCredentials"]) == 1
    asked = stand.passkeys.options_to_sign_in()
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    assert asked["allowCredentials"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:9999"},
        {"origin": "https://evil.example"},
        {"name": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
    ],
)
async def test_a_passkey_of_another_page_or_of_nobody_there_is_refused(
    stand: Stand, wrong: dict[str, Any]
) -> None:
    made = replace(Authenticator(), **wrong).make(await stand.passkeys.options_to_make(stand.ben))
    with pytest.raises(BadPasskey):
        await stand.passkeys.make(stand.ben, made, "x")
    device = replace(await stand.enrolled(Authenticator()), **wrong)
    with pytest.raises(BadPasskey):
        await stand.passkeys.whose(device.sign(stand.passkeys.options_to_sign_in()))


async def test_a_challenge_is_answered_once_in_time_and_by_whom_it_was_given(
    stand: Stand,
) -> None:
    passkeys = stand.passkeys
    options = await passkeys.options_to_make(stand.ben)
    with pytest.raises(BadPasskey):
        await passkeys.make(stand.eve, Authenticator().make(options), "x")
    device = await stand.enrolled(Authenticator())
    signed = device.sign(passkeys.options_to_sign_in())
    assert await passkeys.whose(signed) == stand.ben
    with pytest.raises(BadPasskey):
        await passkeys.whose(signed)
    late = device.sign(passkeys.options_to_sign_in())
    stand.clock.passes(LASTS)
    with pytest.raises(BadPasskey):
        await passkeys.whose(late)
    with pytest.raises(BadPasskey):
        await passkeys.whose(device.sign({"challenge": "AAAA"}))


async def test_what_one_house_has_asked_another_takes_and_both_only_once(stand: Stand) -> None:
    here = stand.passkeys
    there = Passkeys(stand.database, stand.clock, SITE, KEY)
    device = Authenticator()
    made = device.make(await here.options_to_make(stand.ben))
    await there.make(stand.ben, made, "My phone")
    (listed,) = await there.all(stand.ben)
    await here.end(stand.ben, listed.id)
    with pytest.raises(BadPasskey):
        await here.make(stand.ben, made, "Once more")
    await stand.enrolled(device)
    device.uses = -1  # one that does not count: always 0
    signed = device.sign(here.options_to_sign_in())
    assert await there.whose(signed) == stand.ben
    for house in (here, there):
        with pytest.raises(BadPasskey):
            await house.whose(signed)


async def test_a_copied_device_is_noticed(stand: Stand) -> None:
    """Its count of uses falls behind."""
    device = await stand.enrolled(Authenticator())
    copy = replace(device)
    await stand.passkeys.whose(device.sign(stand.passkeys.options_to_sign_in()))
    with pytest.raises(BadPasskey):
        await stand.passkeys.whose(copy.sign(stand.passkeys.options_to_sign_in()))


async def test_somebody_elses_key_under_a_known_id_does_not_open(stand: Stand) -> None:
    device = await stand.enrolled(Authenticator())
    forged = replace(Authenticator(), id=device.id)
    with pytest.raises(BadPasskey):
        await stand.passkeys.whose(forged.sign(stand.passkeys.options_to_sign_in()))
    with pytest.raises(BadPasskey):
        await stand.passkeys.make(
            stand.eve, forged.make(await stand.passkeys.options_to_make(stand.eve)), "x"
        )


async def test_a_passkey_ends_by_its_own_account_and_with_it(stand: Stand) -> None:
    device = await stand.enrolled(Authenticator())
    (listed,) = await stand.passkeys.all(stand.ben)
    assert not await stand.passkeys.end(stand.eve, listed.id)
    for nonsense in ("", "§", "A"):
        assert not await stand.passkeys.end(stand.ben, nonsense)

    def off(session: Session) -> None:
        session.get_one(AccountRow, stand.ben.id).off_at = 1

    await stand.database.write(off)
    with pytest.raises(BadPasskey):
        await stand.passkeys.whose(device.sign(stand.passkeys.options_to_sign_in()))
    assert await stand.passkeys.end(stand.ben, listed.id)
    assert await stand.passkeys.all(stand.ben) == []


async def test_there_are_so_many_and_only_where_browsers_have_them(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(the_shell, "MOST_PASSKEYS", 1)
    await stand.enrolled(Authenticator())
    with pytest.raises(TooMany):
        await stand.passkeys.options_to_make(stand.ben)
    nowhere = Passkeys(stand.database, stand.clock, None, KEY)
    with pytest.raises(NoPasskeys):
        nowhere.options_to_sign_in()


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


async def test_whatever_comes_in_a_passkeys_place_is_refused_and_nothing_breaks(
    stand: Stand,
) -> None:
    device = await stand.enrolled(Authenticator())
    parts = ("id", "rawId", "type", "clientDataJSON", "authenticatorData", "signature")

    @settings(max_examples=100)
    @given(st.sampled_from(parts), _ANYTHING | st.binary(max_size=80).map(lambda raw: raw.hex()))
    def spoil(part: str, value: object) -> None:
        signed = device.sign(stand.passkeys.options_to_sign_in())
        where = signed if part in signed else signed["response"]
        if value == where[part]:
            return
        where[part] = value
        with pytest.raises(BadPasskey):
            asyncio.run(stand.passkeys.whose(signed))

    await asyncio.to_thread(spoil)
