"""Joint funding initiatives (wspólne projekty)."""

from domain.initiatives import commands, initiative

__all__ = ["commands", "initiative"]
