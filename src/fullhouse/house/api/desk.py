"""A shell: what all routes of accounts need: who there is, who asks, how often they may."""

from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from fullhouse.clock import Clock
from fullhouse.errors import NotAllowed
from fullhouse.house.accounts import MOST_OF_A_LOGIN, Account, AccountKind, browser_of
from fullhouse.house.api.cookies import Cookie, asked_of
from fullhouse.house.api.door import address
from fullhouse.house.api.pace import TooOften
from fullhouse.house.limits import Limit
from fullhouse.house.origin import must_not_be_anothers
from fullhouse.house.passkeys import Passkeys
from fullhouse.house.people import NewAccount, People, SignedIn
from fullhouse.house.roles import admin_role
from fullhouse.house.staff import Staff
from fullhouse.networks import network_of
from fullhouse.programme.timeline import rfc3339
from fullhouse.units import SECOND, Micros

Login = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(max_length=200)]
Password = Annotated[str, Field(max_length=1_000)]
Secret = Annotated[str, Field(max_length=100)]

A_MINUTE: Final = Micros(60 * SECOND)


class NotSignedIn(NotAllowed):
    code = "not_signed_in"
    message = "Please sign in first."


class ForOwners(NotAllowed):
    code = "for_owners"
    status = 403
    message = "Only an owner of this house may do that."


class Body(BaseModel):
    """What a request asks: just these fields, of just these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AccountView(BaseModel):
    """An account as it is shown. Times are RFC 3339 in UTC."""

    id: str
    login: str
    name: str
    kind: AccountKind
    made_at: str
    has_password: bool
    off: bool


class AccountAsked(Body):
    """What somebody says of themselves who makes an account by a link."""

    secret: Secret
    login: Login
    name: Name
    password: Password

    def new(self) -> NewAccount:
        """Return it without the secret."""
        return NewAccount(self.login, self.name, self.password)


def view(account: Account) -> AccountView:
    """Return what is shown of an account."""
    return AccountView(
        id=account.id,
        login=account.login,
        name=account.name,
        kind=account.kind,
        made_at=rfc3339(account.made_at),
        has_password=account.has_password,
        off=account.off,
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """The house's accounts behind their routes.

    Attributes:
        house: our public address.
        by_network: how often one network may try to sign in or to make an account,
        by_login_there: how often for one login,
        by_login: and how often all networks together for that login.
    """

    people: People
    passkeys: Passkeys
    staff: Staff
    clock: Clock
    cookie: Cookie
    house: str
    admin_token: str
    by_network: Limit = field(default_factory=lambda: Limit(Micros(2 * SECOND), 30))
    by_login_there: Limit = field(default_factory=lambda: Limit(Micros(30 * SECOND), 10))
    by_login: Limit = field(default_factory=lambda: Limit(Micros(20 * SECOND), 100))

    async def whose(self, cookie: str) -> tuple[Account, str]:
        """Return who is signed in, and their sign-in's id.

        Raises:
            NotSignedIn: nobody is.
        """
        found = await self.people.signed_in(cookie)
        if found is None:
            raise NotSignedIn()
        return found

    async def owner(self, token: str, cookie: str) -> str:
        """Return the name of an owner, or of the admin, whose token counts as much.

        Raises:
            NotSignedIn, NotAllowed: it is nobody.
            ForOwners: it is somebody else.
        """
        if token:
            return admin_role(token, self.admin_token).value
        account, _ = await self.whose(cookie)
        if not account.is_owner:
            raise ForOwners()
        return account.name

    def keep_pace(self, request: Request, login: str = "") -> None:
        """Refuse who tries too often to get in, and whom another page sends.

        Raises:
            WrongOrigin: another page sends them.
            TooOften: with the time to wait. Also where there is no such login.
        """
        headers = {name: value.decode("latin-1") for name, value in request.headers.raw}
        must_not_be_anothers(asked_of(request.method, headers), self.house)
        now, network = self.clock.now(), network_of(address(request))
        wait = self.by_network.ask(network, now=now)
        if login and not wait:
            kept = login.strip().lower()[:MOST_OF_A_LOGIN]
            wait = self.by_login_there.ask(f"{network} {kept}", now=now)
            wait = wait or self.by_login.ask(kept, now=now)
        if wait:
            raise TooOften(retry_after=1 + wait // SECOND)

    async def enter(self, signed_in: SignedIn, before: str, response: Response) -> AccountView:
        """Give a browser the cookie of a sign-in that has just begun; what it had before ends."""
        if before:
            await self.people.sign_out(before)
        self.cookie.give(response, signed_in.token)
        return view(signed_in.account)


def browser(request: Request) -> str:
    """Return what the browser that asks is called."""
    return browser_of(request.headers.get("user-agent", ""))
