"""Commands about initiatives and their handlers, a module for each part."""

from domain.initiatives.commands import (
    assessment,
    claims,
    consortium,
    implementation,
    indicators,
    proposal,
    records,
    reports,
    timeplan,
)

__all__ = [
    "assessment",
    "claims",
    "consortium",
    "implementation",
    "indicators",
    "proposal",
    "records",
    "reports",
    "timeplan",
]
