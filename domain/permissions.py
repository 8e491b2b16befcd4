"""The dispatch table, told: which command needs which role, on whose stream."""

from typing import NamedTuple

import domain.features  # noqa: F401  fills the dispatch table
from domain.commands import HANDLERS, Command, Whose
from domain.roles import Role


class Rule(NamedTuple):
    command: type[Command]
    feature: str
    roles: tuple[Role, ...]
    """Beside the coordinator, who may give every command but those of SELF. Empty for SELF: any account."""
    on: Whose


def rules() -> list[Rule]:
    """Of every command, by feature and name."""
    found = [
        Rule(
            command,
            command.__module__.split(".")[1],
            tuple(sorted(may.roles - {Role.COORDINATOR})),
            may.on,
        )
        for command, (_, may) in HANDLERS.items()
    ]
    return sorted(found, key=lambda rule: (rule.feature, rule.command.__name__))
