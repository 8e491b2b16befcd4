"""Every feature, imported so that its events and command handlers are registered."""

from domain import (
    accounts,
    calls,
    following,
    initiatives,
    meetings,
    municipalities,
    news,
    people,
    portals,
    practices,
    questions,
)

__all__ = [
    "accounts",
    "calls",
    "following",
    "initiatives",
    "meetings",
    "municipalities",
    "news",
    "people",
    "portals",
    "practices",
    "questions",
]
