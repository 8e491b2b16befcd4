"""Accounts (konta), for those who administer them, and `me`. Logging in stands under `/auth`."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.graphql import visibility
from api.graphql.arguments import terc
from api.graphql.connections import Connection, Node
from api.graphql.context import Context
from api.graphql.fields import column, connection, item, reads, relay_id, to_one
from api.graphql.municipalities import Municipality
from api.graphql.ordinary import one
from api.graphql.relay import global_id, id_of
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table, Way
from domain.accounts import Account as Stream
from domain.accounts import AccountState
from domain.municipalities import municipality_id
from domain.roles import Role

ACCOUNTS = Table("read_accounts.accounts", "accounts", visibility.ACCOUNTS)

NEWEST_FIRST = (OrderKey("invited_at", "timestamptz"), OrderKey("id", "uuid"))

RoleEnum = strawberry.enum(
    Role,
    name="Role",
    description="What an account may do. COORDINATOR and AUDITOR are of the network, PORTAL of outside "
    "consumers, the others of a municipality.",
)
StateEnum = strawberry.enum(
    AccountState,
    name="AccountState",
    description="INVITED: no password yet. ACTIVE. SUSPENDED: nothing can be done through it. CLOSED: "
    "for good.",
)


@reads(ACCOUNTS)
@strawberry.type(
    description="Somebody's account. Visible to administrators of its municipality, to the coordinator "
    "and to the auditor."
)
class Account(Node):
    id: strawberry.ID = relay_id()
    email: str | None = column("email", "E-mail address; null once its person is forgotten.")
    name: str | None = column("name", "Name of its person; null once forgotten.")
    state: StateEnum = column("state", "What has become of it.")  # type: ignore[valid-type]
    roles: list[RoleEnum] = column("roles", "What it may do.")  # type: ignore[valid-type]
    municipality: Municipality | None = to_one(
        "municipality_id", "municipality", "Whose it is; null: of the network."
    )
    second_factor: bool = column("second_factor", "Whether logging in asks for a code as well.")
    access_tokens: int = column("access_tokens", "How many access tokens it has issued.")
    invited_at: datetime = column("invited_at", "When it was invited.")
    activated_at: datetime | None = column("activated_at", "When the invitation was accepted.")
    updated_at: datetime = column("updated_at", "When its record last changed.")
    version: int = column("version", "Version of its record, for `expectedVersion`.")


@strawberry.type(description="Who is asking.")
class Me:
    account: strawberry.Private[Stream]
    current_roles: strawberry.Private[frozenset[Role]]

    @strawberry.field(description="Id of the account.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(global_id("Account", self.account.id))

    @strawberry.field(description="Name; null once forgotten.")
    def name(self) -> str | None:
        return self.account.name.clear

    @strawberry.field(description="E-mail address; null once forgotten.")
    def email(self) -> str | None:
        return self.account.email.clear

    @strawberry.field(description="What may be done: with a token, those of its scopes only.")
    def roles(self) -> list[RoleEnum]:  # type: ignore[valid-type]
        return sorted(self.current_roles)

    @strawberry.field(description="Whose official it is; null: of the network.")
    async def municipality(self, info: strawberry.Info[Context, None]) -> Municipality | None:
        if self.account.municipality is None:
            return None
        values: Any = {"value": (municipality_id(self.account.municipality), "uuid")}
        found: Municipality | None = await one(
            info.context, Municipality, "{row}.id = {value}", values
        )
        return found

    @strawberry.field(description="Whether logging in asks for a code as well.")
    def second_factor(self) -> bool:
        return self.account.second_factor


def _of_account(account_id: UUID) -> Any:
    return lambda find: find(Stream, account_id)


@strawberry.type
class AccountQueries:
    @strawberry.field(description="Who is asking; null for who isn't logged in.")
    async def me(self, info: strawberry.Info[Context, None]) -> Me | None:
        actor = info.context.viewer.actor
        if actor.account is None:
            return None
        account = await info.context.services.look(_of_account(actor.account))
        return Me(account=account, current_roles=actor.roles)

    accounts: Connection[Account] = connection(
        "accounts",
        "Accounts that the viewer administers, newest first.",
        order=NEWEST_FIRST,
        descending=True,
        filters=(
            Filter(
                Argument("municipality", str | None, "Only this municipality's: TERC code.", terc),
                "{row}.owner_terc = {municipality}",
            ),
        ),
    )
    account: Account | None = item(
        "One account by its id; null where there is none, or none that the viewer administers.",
        Way(
            (Argument("id", strawberry.ID, "Its id.", id_of("Account"), "uuid"),), "{row}.id = {id}"
        ),
    )
