"""Who somebody is: signing in, coming back, and no longer."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fullhouse.errors import Refused
from fullhouse.house.account_rows import LinkUsed, LoginTaken, WrongPassword, count
from fullhouse.house.accounts import BadLogin, BadName, BadPassword
from fullhouse.house.database import Database
from fullhouse.house.passwords import Passwords
from fullhouse.house.people import MOST_SIGN_INS, NewAccount, People, WrongOldPassword
from fullhouse.house.tables import AccountRow, SignInRow
from fullhouse.units import SECOND
from tests.house.known import CHEAP, DAY, KEY, PASSWORD, Told, a_host, asked, hears

Both = tuple[People, Database]


@pytest.fixture
def clock() -> Told:
    return Told()


@pytest.fixture
def both(database: Database, clock: Told) -> Both:
    """On SQLite and on PostgreSQL."""
    return People(database, clock, KEY, Passwords(CHEAP)), database


async def test_the_first_link_makes_one_owner_and_no_other(both: Both) -> None:
    people, database = both
    secret = people.first_secret
    assert not await people.has_owner()
    owner = await people.make_first(secret, asked(), "Firefox, Linux")
    assert owner.account.is_owner
    assert await people.by_cookie(owner.token) == owner.account
    assert await people.has_owner()
    again = People(database, Told(), KEY, Passwords(CHEAP))
    for one in (people, again):
        with pytest.raises(LinkUsed):
            await one.make_first(secret, asked("eve", "Eve"), "")


async def test_of_two_who_open_the_first_link_at_once_one_becomes_owner(both: Both) -> None:
    people, _ = both
    outcomes = await asyncio.gather(
        *(people.make_first(people.first_secret, asked(login), "") for login in ("ana", "eve")),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["LinkUsed", "SignedIn"]


async def test_the_first_link_is_the_same_after_a_restart_and_another_houses_is_not(
    both: Both, clock: Told
) -> None:
    people, database = both
    assert People(database, clock, KEY, Passwords(CHEAP)).first_secret == people.first_secret
    assert People(database, clock, bytes(32), Passwords(CHEAP)).first_secret != people.first_secret
    for wrong in ("", "wrong", people.first_secret[:-1], people.first_secret + "a", "ä"):
        with pytest.raises(LinkUsed):
            await people.make_first(wrong, asked(), "")
    assert not await people.has_owner()


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        (asked(login="a b"), BadLogin),
        (asked(name="\u200b"), BadName),
        (asked(password="short"), BadPassword),
    ],
)
async def test_a_first_owner_who_is_refused_can_try_again(
    both: Both, what: NewAccount, refusal: type[Refused]
) -> None:
    people, _ = both
    with pytest.raises(refusal):
        await people.make_first(people.first_secret, what, "")
    assert (await people.make_first(people.first_secret, asked(), "")).account.is_owner


async def test_whoever_knows_the_password_is_signed_in(both: Both) -> None:
    people, database = both
    ben = await a_host(people, database)
    one = await people.sign_in(" Ben ", PASSWORD, "Firefox, Linux")
    other = await people.sign_in("ben", PASSWORD, "Safari, iPhone")
    assert one.token != other.token
    assert one.account == ben == await people.by_cookie(one.token)
    listed = await people.sign_ins(ben)
    assert {sign_in.browser for sign_in in listed} == {"Firefox, Linux", "Safari, iPhone"}


async def test_nobody_learns_which_logins_there_are(both: Both) -> None:
    """Unknown, wrong, switched off: one answer."""
    people, database = both
    ben = await a_host(people, database)
    await a_host(people, database, "off")
    await database.write(lambda session: switch_off(session.get_one(AccountRow, "a-off")))
    said = set()
    for login, password in (
        ("nobody", PASSWORD), ("ben", "wrong password"), ("off", PASSWORD), ("", ""),
        ("x" * 1000, "y" * 1000), ("' or 1=1 --", "x"), ("\u0000", "\u0000"),
    ):  # fmt: skip
        with pytest.raises(WrongPassword) as refusal:
            await people.sign_in(login, password, "")
        said.add((refusal.value.code, refusal.value.message, refusal.value.status))
    assert len(said) == 1
    assert await people.sign_ins(ben) == []


def switch_off(row: AccountRow) -> None:
    row.off_at = 1


async def test_an_account_that_is_switched_off_opens_nothing_any_more(both: Both) -> None:
    people, database = both
    ben = await a_host(people, database)
    signed_in = await people.begin(ben, "")
    await database.write(lambda session: switch_off(session.get_one(AccountRow, ben.id)))
    assert await people.by_cookie(signed_in.token) is None
    with pytest.raises(WrongPassword):
        await people.begin(ben, "")


async def test_a_sign_in_ends_thirty_days_after_its_last_use(both: Both, clock: Told) -> None:
    people, database = both
    ben = await a_host(people, database)
    signed_in = await people.begin(ben, "")
    for _ in range(3):
        clock.passes(29 * DAY)
        assert await people.by_cookie(signed_in.token) == ben
    clock.passes(30 * DAY)
    assert await people.by_cookie(signed_in.token) is None
    assert await people.sign_ins(ben) == []
    await people.begin(ben, "")
    assert await database.read(lambda session: count(session, select(SignInRow.id))) == 1


async def test_a_cookie_survives_a_restart(both: Both, clock: Told) -> None:
    people, database = both
    signed_in = await people.begin(await a_host(people, database), "")
    again = People(database, clock, KEY, Passwords(CHEAP))
    assert await again.by_cookie(signed_in.token) == signed_in.account


async def test_what_is_kept_of_a_cookie_does_not_open_anything(both: Both) -> None:
    people, database = both
    signed_in = await people.begin(await a_host(people, database), "")
    row = await database.read(lambda s: s.execute(select(SignInRow.__table__)).mappings().one())
    assert signed_in.token not in repr(row)
    assert await people.by_cookie(row["token"]) is None
    assert await people.by_cookie(f"fhs_{row['token']}") is None


async def test_a_cookie_that_is_changed_at_any_place_opens_nothing(both: Both) -> None:
    people, database = both
    token = (await people.begin(await a_host(people, database), "")).token

    @settings(max_examples=100)
    @given(at=st.integers(0, 35), sign=st.characters(max_codepoint=0x2FF), cut=st.booleans())
    def mutate(at: int, sign: str, cut: bool) -> None:
        changed = token[:at] if cut else token[:at] + sign + token[at + 1 :]
        found = asyncio.run(people.by_cookie(changed))
        assert (found is not None) == (changed == token)

    await asyncio.to_thread(mutate)


async def test_signing_out_ends_this_sign_in_alone(both: Both) -> None:
    people, database = both
    ben = await a_host(people, database)
    here, there = await people.begin(ben, "here"), await people.begin(ben, "there")
    ended: list[str] = []
    people.on_end.append(hears(ended))
    await people.sign_out(here.token)
    await people.sign_out(here.token)
    assert await people.by_cookie(here.token) is None
    assert await people.by_cookie(there.token) == ben
    assert ended == [ben.id]


async def test_sign_ins_are_ended_by_their_own_account_only(both: Both) -> None:
    people, database = both
    ben, eve = await a_host(people, database), await a_host(people, database, "eve")
    kept, other = await people.begin(ben, "kept"), await people.begin(ben, "other")
    found = await people.signed_in(kept.token)
    assert found is not None
    assert not await people.end_sign_in(eve, found[1])
    assert await people.end_other_sign_ins(ben, but=found[1])
    assert not await people.end_other_sign_ins(ben, but=found[1])
    assert await people.by_cookie(other.token) is None
    assert await people.by_cookie(kept.token) == ben
    assert await people.end_sign_in(ben, found[1])
    assert await people.by_cookie(kept.token) is None


async def test_an_account_has_a_bounded_number_of_sign_ins(both: Both, clock: Told) -> None:
    people, database = both
    ben = await a_host(people, database)
    first = await people.begin(ben, "")
    for _ in range(MOST_SIGN_INS):
        clock.passes(SECOND)
        last = await people.begin(ben, "")
    assert len(await people.sign_ins(ben)) == MOST_SIGN_INS
    assert await people.by_cookie(first.token) is None
    assert await people.by_cookie(last.token) == ben


async def test_another_password_ends_every_sign_in_and_begins_a_new_one_here(both: Both) -> None:
    people, database = both
    ben = await a_host(people, database)
    here, there = await people.begin(ben, "here"), await people.begin(ben, "there")
    with pytest.raises(WrongOldPassword):
        await people.change_password(ben, "wrong password", "another password", "here")
    with pytest.raises(BadPassword):
        await people.change_password(ben, PASSWORD, "short", "here")
    assert await people.by_cookie(here.token) == ben
    new = await people.change_password(ben, PASSWORD, "another password", "here")
    assert [await people.by_cookie(one.token) for one in (here, there, new)] == [None, None, ben]
    with pytest.raises(WrongPassword):
        await people.sign_in("ben", PASSWORD, "")
    assert (await people.sign_in("ben", "another password", "")).account == ben


async def test_an_old_hash_is_made_anew_at_the_next_sign_in(both: Both, clock: Told) -> None:
    people, database = both
    ben = await a_host(people, database)
    costlier = Passwords()
    today = People(database, clock, KEY, costlier)
    await today.sign_in("ben", PASSWORD, "")
    stored = await database.read(lambda session: session.get_one(AccountRow, ben.id).password)
    assert stored is not None
    assert not costlier.is_old(stored)


async def test_a_login_is_had_once(both: Both) -> None:
    people, database = both
    await a_host(people, database)
    with pytest.raises(LoginTaken):
        await people.make_first(people.first_secret, asked("BEN"), "")
    assert not await people.has_owner()


async def test_a_name_can_be_changed(both: Both) -> None:
    people, database = both
    ben = await a_host(people, database)
    signed_in = await people.begin(ben, "")
    assert (await people.rename(ben, " Benjamin ")).name == "Benjamin"
    found = await people.by_cookie(signed_in.token)
    assert found is not None
    assert found.name == "Benjamin"
