"""A shell: changes to a room's people: the member, the room and the log in one transaction.

Then every house's pages hear of it. Who may do what has been asked before; what stands here is
what a change means for the stage: whoever may not sit there any more is let go, and whoever
comes back arrives muted.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.house import ban_rows, invitations, raised
from fullhouse.house.ban_rows import Report, bans_by
from fullhouse.house.bans import Ban, BanKind, ends_at, known_by, must_not_be_banned
from fullhouse.house.commands import Bar, Mute, MuteAll, Unbar
from fullhouse.house.hands import Step, UnknownHand
from fullhouse.house.invitations import Invitation
from fullhouse.house.members import alter, enter, new_member_id
from fullhouse.house.membership import (
    LEADERS,
    Member,
    may_sit,
    must_have_near_seats,
    must_leave_a_host,
    must_reach,
    must_reach_to_move,
    seat_change,
)
from fullhouse.house.names import MOST_OF_A_NAME, plain
from fullhouse.house.roles import Caller, Role
from fullhouse.house.roll import (
    ASKED_TO_UNMUTE,
    BANNED,
    MOVED_BACK,
    MUTED_BY,
    REMOVED,
    REPORTED,
    ROLE_CHANGED,
    Roll,
)
from fullhouse.house.room import Room
from fullhouse.house.rooms import Rooms
from fullhouse.units import Micros, RoomSlug

NAMES: Final = {Role.OWNER: "Host", Role.HOST: "Host"}
"""What somebody is called who does not say."""

Change = Callable[[Member, tuple[Member, ...]], Member]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who wants to come into a room.

    Attributes:
        role: as what they come; of no account with an invitation.
        mark: their network's `prefix_mark`.
    """

    name: str
    role: Role
    account: str = ""
    invitation: str = ""
    mark: str = ""


class Changes:
    """What may be changed about the people of rooms."""

    def __init__(self, rooms: Rooms, roll: Roll, clock: Clock, key: bytes) -> None:
        self._rooms = rooms
        self._roll = roll
        self._clock = clock
        self._key = key

    async def enter(self, slug: RoomSlug, who: Newcomer) -> Member:
        """Make somebody a member of a room, or find who they were.

        Raises:
            InvitationOver, Banned, TooManyMembers: they cannot come in.
        """
        now, entered = self._clock.now(), list[Member]()

        def work(session: Session, room: Room) -> Room | None:
            invited = self._invited(session, slug, who)
            role = who.role if invited is None else invited.role
            if role not in LEADERS:
                known = known_by(account=who.account, prefix=who.mark)
                must_not_be_banned(bans_by(session, slug, known, now), known, now=now)
            name = plain(who.name, MOST_OF_A_NAME) or (invited.name if invited else "")
            wanted = Member(
                new_member_id(), slug, name or NAMES.get(role, "Speaker"), role, now,
                account=who.account, invitation=invited.id if invited else "",
            )  # fmt: skip
            member = enter(session, wanted, self._key, now=now)
            entered.append(member)
            back = member.id in room.barred and may_sit(member)
            return _changed(room, Unbar(member.id), now) if back else None

        await self._rooms.write(slug, work, "enter", who.name, {"role": who.role.value})
        await self._roll.changed(slug)
        return entered[-1]

    def _invited(self, session: Session, slug: RoomSlug, who: Newcomer) -> Invitation | None:
        if not who.invitation:
            return None
        return invitations.use(session, slug, who.invitation, self._clock.now())

    async def _change(
        self,
        slug: RoomSlug,
        whom: str,
        change: Change,
        what: str,
        by: Caller,
        *,
        notice: str = "",
        details: Mapping[str, object] | None = None,
    ) -> Member:
        """Change a member, and let the stage and the pages follow."""
        now, changed = self._clock.now(), list[Member]()

        def work(session: Session, room: Room) -> Room | None:
            before = list[Member]()

            def noted(member: Member, others: tuple[Member, ...]) -> Member:
                before.append(member)
                return change(member, others)

            after = alter(session, slug, whom, noted, now=now)
            changed.append(after)
            if after == before[-1]:
                return room
            command = seat_change(before[-1], after)
            if isinstance(command, Bar):
                _hand_down(session, after, self._clock)
            return None if command is None else _changed(room, command, now)

        said = {"member": whom, **(details or {})}
        await self._rooms.write(slug, work, what, by.name, said)
        if notice and by.member != whom:
            await self._roll.notify(slug, whom, notice=notice, by=by.name)
        await self._roll.changed(slug)
        return changed[-1]

    async def set_role(
        self, slug: RoomSlug, whom: str, role: Role, by: Caller, *, near: int | None = None
    ) -> Member:
        """Give somebody another role.

        Args:
            near: they are to get one of so many near seats right after it; without one left,
                nothing is done. Not at once: a stage lets go only of who is barred from it.

        Raises:
            UnknownMember, OutOfReach, LastHost, NearTaken: that cannot be.
        """

        def change(member: Member, others: tuple[Member, ...]) -> Member:
            must_reach(by, member, role)
            if role not in LEADERS:
                must_leave_a_host(others, member)
            if near is not None:
                must_have_near_seats(others, whom, near)
            return member.becomes(role, others)

        details = {"role": role.value}
        notice = MOVED_BACK if role is Role.LISTENER else ROLE_CHANGED
        return await self._change(slug, whom, change, "role", by, notice=notice, details=details)

    async def set_near(
        self, slug: RoomSlug, whom: str, near: bool, most: int, by: Caller
    ) -> Member:
        """Let a listener hear the stage with low latency, or no longer.

        Raises:
            UnknownMember, NearTaken: that cannot be.
        """

        def change(member: Member, others: tuple[Member, ...]) -> Member:
            if near:
                must_have_near_seats(others, whom, most)
            return replace(member, near=near and member.role is Role.LISTENER)

        notice = "" if near else MOVED_BACK
        return await self._change(
            slug, whom, change, "near", by, notice=notice, details={"near": near}
        )

    async def rename(self, slug: RoomSlug, whom: str, name: str, by: Caller) -> Member:
        """Call somebody something else; an empty name changes nothing."""
        shown = plain(name, MOST_OF_A_NAME)

        def change(member: Member, _others: tuple[Member, ...]) -> Member:
            return replace(member, name=shown or member.name)

        return await self._change(slug, whom, change, "rename", by)

    async def move_back(self, slug: RoomSlug, whom: str, by: Caller) -> Member:
        """Let a speaker go from the stage; they may listen on.

        Raises:
            UnknownMember, OutOfReach, LastHost: that cannot be.
        """

        def change(member: Member, others: tuple[Member, ...]) -> Member:
            if by.member != whom:
                must_reach_to_move(by, member)
            must_leave_a_host(others, member)
            return replace(member.becomes(Role.LISTENER, others), near=False)

        return await self._change(slug, whom, change, "move_back", by, notice=MOVED_BACK)

    async def remove(self, slug: RoomSlug, whom: str, by: Caller) -> Member:
        """Let somebody go from the room; what they came in with lets them in no more.

        Raises:
            UnknownMember, OutOfReach, LastHost: that cannot be.
        """
        return await self._change(slug, whom, _removed(by), "remove", by, notice=REMOVED)

    async def ban(
        self, slug: RoomSlug, whom: str, minutes: int | None, mark: str, by: Caller
    ) -> Member:
        """Let somebody go from the room, and do not let them come back for a while.

        Args:
            minutes: for how long; None: for ever.
            mark: their network's `prefix_mark` where it is banned, too; or empty.

        Raises:
            UnknownMember, OutOfReach, LastHost, TooManyBans: that cannot be.
        """
        now, gone = self._clock.now(), list[Member]()

        def work(session: Session, room: Room) -> Room | None:
            after = alter(session, slug, whom, _removed(by), now=now)
            gone.append(after)
            _hand_down(session, after, self._clock)
            until = ends_at(minutes, now=now)
            one = Ban(new_id(), BanKind.MEMBER, whom, after.name, by.name, now, until)
            known = known_by(account=after.account, hand=after.hand, member=whom, prefix=mark)
            ban_rows.ban(session, slug, one, known)
            return _changed(room, Bar(whom), now)

        await self._rooms.write(slug, work, "ban", by.name, {"member": whom, "minutes": minutes})
        await self._roll.notify(slug, whom, notice=BANNED, by=by.name)
        await self._roll.changed(slug, what=("people", "bans"))
        return gone[-1]

    async def unban(self, slug: RoomSlug, one: str, by: Caller) -> None:
        """Lift a ban.

        Raises:
            UnknownBan: there is none.
        """

        def work(session: Session, _room: Room) -> None:
            ban_rows.lift(session, slug, one)

        await self._rooms.write(slug, work, "unban", by.name, {"ban": one})
        await self._roll.changed(slug, what=("bans",))

    async def mute(
        self, slug: RoomSlug, whom: str, on_stage: tuple[str, ...] | None, by: Caller
    ) -> Room:
        """Mute a member.

        Raises:
            UnknownMember: there is none.
        """
        now = self._clock.now()

        def work(session: Session, room: Room) -> Room:
            alter(session, slug, whom, lambda member, _: member, now=now)
            return room.handle(Mute(whom, on_stage), now=now)[0]

        before = self._rooms.room(slug)
        after = await self._rooms.write(slug, work, "mute", by.name, {"seat": whom})
        if by.member != whom and whom not in before.muted:
            await self._roll.notify(slug, whom, notice=MUTED_BY, by=by.name)
        return after

    async def mute_all(self, slug: RoomSlug, on_stage: tuple[str, ...] | None, by: Caller) -> Room:
        """Mute all but the caller: who is on stage, and who is here and may be on their way."""
        people, here = await self._roll.here(slug)
        waiting = [one.id for one in people if may_sit(one) and one.id in here.present]
        seats = dict.fromkeys((*(on_stage or ()), *waiting))
        wanted = tuple(one for one in seats if one != by.member)
        before = self._rooms.room(slug)
        after = await self._rooms.ask(slug, MuteAll(wanted, on_stage), by.name)
        newly = set(wanted) - set(before.muted)
        whom = [one.id for one in people if one.id in newly]
        await self._roll.notify(slug, *whom, notice=MUTED_BY, by=by.name)
        return after

    async def ask_to_unmute(self, slug: RoomSlug, whom: str, by: Caller) -> None:
        """Ask a member to unmute themselves: nobody else can.

        Raises:
            UnknownMember: there is none.
        """

        def work(session: Session, _room: Room) -> None:
            alter(session, slug, whom, lambda member, _: member, now=self._clock.now())

        await self._rooms.write(slug, work, "ask_to_unmute", by.name, {"member": whom})
        await self._roll.notify(slug, whom, notice=ASKED_TO_UNMUTE, by=by.name)

    async def invite(self, slug: RoomSlug, secret: str, wanted: Invitation, by: Caller) -> None:
        """Make a link by which members come.

        Raises:
            TooManyInvitations: the room has too many.
        """

        def work(session: Session, _room: Room) -> None:
            invitations.add(session, slug, secret, wanted, self._clock.now())

        details = {"invitation": wanted.id, "role": wanted.role.value, "uses": wanted.uses_left}
        await self._rooms.write(slug, work, "invite", by.name, details)

    async def uninvite(self, slug: RoomSlug, one: str, by: Caller) -> None:
        """Take a link back.

        Raises:
            UnknownInvitation: there is none.
        """

        def work(session: Session, _room: Room) -> None:
            invitations.revoke(session, slug, one)

        await self._rooms.write(slug, work, "uninvite", by.name, {"invitation": one})

    async def report(self, slug: RoomSlug, report: Report, hosts: Iterable[str]) -> None:
        """Take in that somebody finds somebody else does harm; tell those who can do something."""

        def work(session: Session, _room: Room) -> None:
            ban_rows.add_report(session, slug, report)

        await self._rooms.write(slug, work, "report", report.made_by, {"whom": report.whom})
        await self._roll.notify(slug, *hosts, notice=REPORTED, by=report.made_by)

    async def close_report(self, slug: RoomSlug, one: str, by: Caller) -> None:
        """Note that somebody has dealt with a report.

        Raises:
            UnknownReport: there is none.
        """

        def work(session: Session, _room: Room) -> None:
            ban_rows.close_report(session, slug, one, self._clock.now())

        await self._rooms.write(slug, work, "close_report", by.name, {"report": one})


def new_id() -> str:
    """Return an id of a ban, an invitation or a report that nothing has."""
    return secrets.token_hex(8)


def _changed(room: Room, command: Bar | Unbar, now: Micros) -> Room | None:
    """Return the room after a command; None if only other rows than the room's have changed."""
    after, events = room.handle(command, now=now)
    return after if events else None


def _removed(by: Caller) -> Change:
    def change(member: Member, others: tuple[Member, ...]) -> Member:
        if by.member != member.id:
            must_reach_to_move(by, member)
        must_leave_a_host(others, member)
        return replace(member, gone=True, near=False)

    return change


def _hand_down(session: Session, member: Member, clock: Clock) -> None:
    """Take the hand down by which somebody came on stage; they may raise it again."""
    if not member.hand:
        return
    try:
        raised.step(session, member.room, member.hand, Step.MOVE_BACK, clock.now())
    except UnknownHand:
        return
