"""A core: what pages are told of a room's people, and of whoever reads the page."""

import json
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Final

from fullhouse.house.membership import ON_STAGE, Member
from fullhouse.house.roles import Caller, Role

MOST_SHOWN: Final = 200
"""People whom one page is told of: those who speak and those who are here before the others."""
_ORDER: Final = {role: at for at, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Here:
    """Who is where in a room.

    Attributes:
        present: members with a studio page open, or on stage.
        on_stage: members who have a seat.
        acting: who stands in for the host; empty: nobody.
    """

    present: Set[str] = frozenset()
    on_stage: Set[str] = frozenset()
    acting: str = ""


def told(member: Member, here: Here) -> dict[str, object]:
    """Return what pages are told of one member."""
    return {
        "member": member.id,
        "name": member.name,
        "role": member.role.value,
        "present": member.id in here.present,
        "acting": member.id == here.acting,
        "on_stage": member.id in here.on_stage,
        "near": member.near,
    }


def people(everybody: Iterable[Member], here: Here) -> str:
    """Return what pages are told of everybody, as JSON: by role, then in order of coming.

    Listeners who were called up once and are gone again are left out.
    """
    shown = [
        one
        for one in everybody
        if one.role in ON_STAGE or one.near or one.id in here.present | here.on_stage
    ]
    # Of too many, those who are here stay.
    shown.sort(key=lambda one: one.id not in here.present | here.on_stage)
    shown = sorted(shown[:MOST_SHOWN], key=lambda one: (_ORDER[one.role], one.place, one.made_at))
    return json.dumps({"members": [told(one, here) for one in shown]}, ensure_ascii=False)


def me(caller: Caller) -> str:
    """Return what a page is told of whoever reads it, as JSON."""
    return json.dumps(
        {
            "member": caller.member,
            "name": caller.name,
            "role": caller.role.value,
            "acting": caller.acting,
            "may": sorted(caller.powers()),
        },
        ensure_ascii=False,
    )


def happened(code: str, by: str) -> str:
    """Return what one member's pages are told that happened, as JSON."""
    return json.dumps({"notice": code, "by": by}, ensure_ascii=False)
