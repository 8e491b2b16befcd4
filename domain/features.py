"""Every feature, imported so that its events and command handlers are registered."""

from domain import calls, initiatives, municipalities, news, people

__all__ = ["calls", "initiatives", "municipalities", "news", "people"]
