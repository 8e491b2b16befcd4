"""Accounts (konta): who may act, for which municipality, in which roles, and how they prove who they are."""

from domain.accounts.account import (
    Account,
    AccountClosed,
    AccountNotFound,
    AccountState,
    EmailTaken,
    NotActive,
    RoleNotGrantable,
)
from domain.accounts.address import ChangeEmail
from domain.accounts.credentials import (
    IssueAccessToken,
    LinkIdentity,
    RecordPassword,
    RecordSecondFactor,
    RevokeAccessToken,
    UnlinkIdentity,
)
from domain.accounts.email import email_key, parse_email
from domain.accounts.invitations import ActivateAccount, InviteAccount, RenewInvitation
from domain.accounts.standing import (
    CloseAccount,
    GrantRole,
    ReinstateAccount,
    RenameAccount,
    RevokeRole,
    SuspendAccount,
)

__all__ = [
    "Account",
    "AccountClosed",
    "AccountNotFound",
    "AccountState",
    "ActivateAccount",
    "ChangeEmail",
    "CloseAccount",
    "EmailTaken",
    "GrantRole",
    "InviteAccount",
    "IssueAccessToken",
    "LinkIdentity",
    "NotActive",
    "RecordPassword",
    "RecordSecondFactor",
    "ReinstateAccount",
    "RenameAccount",
    "RenewInvitation",
    "RevokeAccessToken",
    "RevokeRole",
    "RoleNotGrantable",
    "SuspendAccount",
    "UnlinkIdentity",
    "email_key",
    "parse_email",
]
