"""Commands about initiatives and their handlers, a module for each part."""

from domain.initiatives.commands import (
    assessment,
    claims,
    consortium,
    implementation,
    proposal,
    records,
    timeplan,
)

__all__ = [
    "assessment",
    "claims",
    "consortium",
    "implementation",
    "proposal",
    "records",
    "timeplan",
]
