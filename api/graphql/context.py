"""What a resolver sees of the request."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.auth import Viewer
from api.graphql.snapshot import Snapshot
from domain.errors import Language

if TYPE_CHECKING:
    from api.graphql.services import Services


@dataclass
class Context:
    viewer: Viewer
    language: Language
    snapshot: Snapshot
    services: "Services"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    resume: int | None = None
    """Of a subscription: behind which position it goes on, whatever its arguments say."""
    position: int | None = None
    """Of a subscription: where the row stands that is told now."""
