"""ARCHITECTURE.md says where everything stands, and nothing that isn't there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
LAYERS = ("domain", "projections", "infra", "api", "workers")
NAMED = set(
    re.findall(
        rf"`((?:{'|'.join(LAYERS)})/[\w/]+(?:\.\w+)?/?)`",
        (ROOT / "ARCHITECTURE.md").read_text("utf-8"),
    )
)


def rooms(layer: str) -> set[str]:
    """Its modules and folders, but not what is in them."""
    found = (
        each
        for each in (ROOT / layer).iterdir()
        if each.name[0] != "." and each.name != "__pycache__"
    )
    return {
        f"{layer}/{each.name}/" if each.is_dir() else f"{layer}/{each.name}"
        for each in found
        if each.is_dir() or (each.suffix == ".py" and each.name != "__init__.py")
    }


def test_every_room_is_found_in_the_table() -> None:
    assert set().union(*map(rooms, LAYERS)) - NAMED == set()


def test_whatever_is_named_is_there() -> None:
    assert [each for each in NAMED if not (ROOT / each).exists()] == []
