"""Every feature, imported so that its events and command handlers are registered."""

from domain import municipalities, news, people

__all__ = ["municipalities", "news", "people"]
