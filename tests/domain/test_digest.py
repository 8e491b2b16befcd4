"""A repeated command is recognised by every process."""

import os
import subprocess
import sys

SAID = """
from uuid import UUID
from domain.accounts import InviteAccount
from domain.commands import digest
from domain.roles import OPERATOR, Role
command = InviteAccount(
    command_id=UUID(int=1), municipality="100704", roles=frozenset(Role), name="A", email="a@x.example"
)
print(digest(command, OPERATOR).hex(), ",".join(Role(role) for role in frozenset(Role)))
"""


def test_the_order_of_a_set_makes_no_other_command() -> None:
    told = [_told(seed) for seed in ("1", "2", "3")]
    assert len({order for _, order in told}) > 1
    assert len({digest for digest, _ in told}) == 1


def _told(seed: str) -> tuple[str, str]:
    """In a process whose sets have an order of their own."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", SAID]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    digest, order = done.stdout.split()
    return digest, order
