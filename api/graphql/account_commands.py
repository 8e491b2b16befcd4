"""Writing accounts: one mutation for each command that somebody else's account may give."""

import strawberry

from api.graphql.accounts import Account, RoleEnum
from api.graphql.commanded import Answering, Inputs, Vocabulary, mutations
from api.graphql.context import Context
from api.graphql.ordinary import one
from api.graphql.scalars import Position
from domain import accounts
from domain.roles import Role
from domain.work import Receipt

_WORDS = Vocabulary(
    fields={
        "command_id": "Made by the client: the same command sent twice happens once and answers the same.",
        "expected_version": "Version that the client saw; refused where it isn't the current one.",
        "account_id": "The account.",
        "municipality": "TERC code of its municipality; null: of the network, or of a portal.",
        "portal": "Whose it is, where it is a portal's.",
        "email": "E-mail address; has one account in the whole network.",
        "name": "Name of its person.",
        "roles": "What it may do.",
        "role": "The role.",
        "reason": "Why; kept with the personal data of the account.",
        "by_mail": "Whether a letter with the link is sent; otherwise the link is handed over.",
    },
    ids={"account_id": "account:Account", "portal": "portal:Portal"},
    amounts=frozenset(),
    enums={Role: RoleEnum},
)


@strawberry.type(description="The command happened.")
class AccountWritten:
    receipt: strawberry.Private[Receipt]

    @strawberry.field(
        description="The account as it is now; null where the read model is late, or it isn't to be seen."
    )
    async def account(self, info: strawberry.Info[Context, None]) -> Account | None:
        values = {"value": (self.receipt.stream_id, "uuid")}
        found: Account | None = await one(info.context, Account, "{row}.id = {value}", values)
        return found

    @strawberry.field(description="Position of the command's last event in the log.")
    def position(self) -> Position:
        return Position(self.receipt.position)

    @strawberry.field(description="Version after the command, for the next `expectedVersion`.")
    def version(self) -> int:
        return self.receipt.version


_ACCOUNT = Answering(AccountWritten, "accounts")

AccountMutations = mutations(
    "AccountMutations",
    Inputs(_WORDS),
    [
        (
            accounts.InviteAccount,
            "Invites somebody to an account of the own municipality. For its administrator.",
            _ACCOUNT,
        ),
        (accounts.RenewInvitation, "Has another letter sent, with another link.", _ACCOUNT),
        (accounts.RenameAccount, "Corrects the name of its person.", _ACCOUNT),
        (accounts.GrantRole, "Grants a role.", _ACCOUNT),
        (accounts.RevokeRole, "Takes a role back.", _ACCOUNT),
        (accounts.SuspendAccount, "Suspends the account; it counts at once.", _ACCOUNT),
        (accounts.ReinstateAccount, "Ends a suspension.", _ACCOUNT),
        (accounts.CloseAccount, "Closes the account for good.", _ACCOUNT),
    ],
)
