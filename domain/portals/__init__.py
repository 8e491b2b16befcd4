"""Portals (portale partnerskie): outside consumers of the API, with their keys and webhooks."""

from domain.portals.portal import Key, PauseCause, Portal, PortalState, Webhook, contact_of
from domain.portals.terms import ChangeKind, PortalFacts, PortalTerms, Scope

# isort: split
# After the aggregate, which accounts know of, too.
from domain.portals.admission import (
    ApprovePortal,
    ChangePortalTerms,
    ClosePortal,
    RegisterPortal,
    ReinstatePortal,
    RejectPortal,
    SuspendPortal,
    name_key,
)
from domain.portals.keys import IssuePortalKey, RevokePortalKey, RotatePortalKey
from domain.portals.refusals import (
    KeyNotFound,
    PortalClosed,
    PortalNameTaken,
    PortalNotActive,
    PortalNotFound,
    ScopeNotGranted,
    TooManyKeys,
    TooManyWebhooks,
    WebhookNotFound,
)
from domain.portals.webhooks import (
    AddWebhook,
    ChangeWebhook,
    GiveUpWebhook,
    PauseWebhook,
    RemoveWebhook,
    ResumeWebhook,
    RotateWebhookSecret,
)

__all__ = [
    "AddWebhook",
    "ApprovePortal",
    "ChangeKind",
    "ChangePortalTerms",
    "ChangeWebhook",
    "ClosePortal",
    "GiveUpWebhook",
    "IssuePortalKey",
    "Key",
    "KeyNotFound",
    "PauseCause",
    "PauseWebhook",
    "Portal",
    "PortalClosed",
    "PortalFacts",
    "PortalNameTaken",
    "PortalNotActive",
    "PortalNotFound",
    "PortalState",
    "PortalTerms",
    "RegisterPortal",
    "ReinstatePortal",
    "RejectPortal",
    "RemoveWebhook",
    "ResumeWebhook",
    "RevokePortalKey",
    "RotatePortalKey",
    "RotateWebhookSecret",
    "Scope",
    "ScopeNotGranted",
    "SuspendPortal",
    "TooManyKeys",
    "TooManyWebhooks",
    "Webhook",
    "WebhookNotFound",
    "contact_of",
    "name_key",
]
