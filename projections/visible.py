"""Who may see a row: the columns that the one place for visibility (`api.graphql.visibility`) reads.

PUBLIC: anyone. NETWORK: officials of active members, and of the municipalities that take part.
CONSORTIUM: officials of the municipalities that take part. OWN: officials of the owner.
"""

from projections.rows import Row

PUBLIC = "PUBLIC"
NETWORK = "NETWORK"
CONSORTIUM = "CONSORTIUM"
OWN = "OWN"


class Guarded(Row):
    owner_terc: str
    participants: list[str]
    visibility: str


__all__ = ["CONSORTIUM", "NETWORK", "OWN", "PUBLIC", "Guarded"]
