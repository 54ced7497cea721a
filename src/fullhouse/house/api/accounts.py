"""A shell: all accounts over HTTP, for the house's owners; and the operator's link to be one."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fullhouse.house.account_rows import NotThere
from fullhouse.house.accounts import AccountKind
from fullhouse.house.api.cookies import Found
from fullhouse.house.api.desk import AccountView, Body, Desk, view
from fullhouse.house.api.door import Token
from fullhouse.house.names import MOST_OF_A_NAME
from fullhouse.house.roles import admin_role
from fullhouse.house.staff import OWNER_INVITED_FOR, Invited
from fullhouse.programme.timeline import rfc3339

OPERATOR = "operator"
"""Who makes a link on the command line."""


class NewInvitation(Body):
    """A link to be made: what account it makes, and for whom it is."""

    kind: Annotated[AccountKind, Field(strict=False)] = AccountKind.HOST
    name: Annotated[str, Field(max_length=MOST_OF_A_NAME)] = ""


class Switched(Body):
    """Whether an account is switched off."""

    off: bool


class InvitedView(BaseModel):
    """A link that has not been used."""

    id: str
    kind: AccountKind
    name: str
    made_by: str
    ends_at: str


class MadeInvitation(InvitedView):
    """A link that has just been made: it is shown this once."""

    link: str


class AccountList(BaseModel):
    """All accounts, and the links that can still make one."""

    accounts: list[AccountView]
    invitations: list[InvitedView]


class OwnerLink(BaseModel):
    """A link that makes an owner. `ends_at`: None: it holds until it has been used."""

    link: str
    ends_at: str | None


def _invited(one: Invited) -> InvitedView:
    return InvitedView(
        id=one.id, kind=one.kind, name=one.name, made_by=one.made_by, ends_at=rfc3339(one.ends_at)
    )


def accounts_router(desk: Desk) -> APIRouter:
    """Return the owners' routes."""
    router = APIRouter(prefix="/api", tags=["accounts"])

    @router.get("/accounts", summary="List all accounts")
    async def accounts(token: Token, cookie: Found) -> AccountList:
        await desk.owner(token, cookie)
        return AccountList(
            accounts=[view(account) for account in await desk.staff.accounts()],
            invitations=[_invited(one) for one in await desk.staff.invitations()],
        )

    @router.post("/accounts", status_code=201, summary="Make a link that makes an account")
    async def invite(asked: NewInvitation, token: Token, cookie: Found) -> MadeInvitation:
        by = await desk.owner(token, cookie)
        made, secret = await desk.staff.invite(asked.kind, asked.name, by)
        link = f"{desk.house}/#invitation={secret}"
        return MadeInvitation(**_invited(made).model_dump(), link=link)

    @router.delete(
        "/accounts/invitations/{invitation}", status_code=204, summary="Make a link useless"
    )
    async def withdraw(invitation: str, token: Token, cookie: Found) -> None:
        await desk.owner(token, cookie)
        if not await desk.staff.withdraw(invitation):
            raise NotThere()

    @router.patch("/accounts/{account}", summary="Switch an account off, or on again")
    async def switch(account: str, asked: Switched, token: Token, cookie: Found) -> AccountView:
        by = await desk.owner(token, cookie)
        return view(await desk.staff.switch(account, off=asked.off, by=by))

    @router.post("/owner-link", summary="Make a link that makes an owner")
    async def owner_link(token: Token) -> OwnerLink:
        admin_role(token, desk.admin_token)
        if not await desk.people.has_owner():
            return OwnerLink(link=f"{desk.house}/#first={desk.people.first_secret}", ends_at=None)
        made, secret = await desk.staff.invite(AccountKind.OWNER, "", OPERATOR, OWNER_INVITED_FOR)
        link = f"{desk.house}/#invitation={secret}"
        return OwnerLink(link=link, ends_at=rfc3339(made.ends_at))

    return router
