"""Every feature, imported so that its events and command handlers are registered."""

from domain import accounts, calls, initiatives, meetings, municipalities, news, people, practices

__all__ = [
    "accounts",
    "calls",
    "initiatives",
    "meetings",
    "municipalities",
    "news",
    "people",
    "practices",
]
