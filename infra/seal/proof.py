"""That one event is in the log: for someone who has its seal's public key, and not the log."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.seal.chain import Seal
from infra.seal.entries import StoredEvent, entry_of, leaves_of
from infra.seal.keys import PublicKeys, signed_by
from infra.seal.merkle import proof_of, root_from_proof


@dataclass(frozen=True, slots=True)
class Proof:
    """`index` of `event_count` leaves under the seal; `path` from the leaf's neighbour upwards.

    `seal` is without its manifest, which nobody needs to check a proof.
    """

    event: StoredEvent
    index: int
    path: Sequence[bytes]
    seal: Seal

    def holds(self, keys: PublicKeys) -> bool:
        seal = self.seal
        leaf = entry_of(self.event).leaf()
        public = keys.get(seal.key_id)
        return (
            seal.first_position <= self.event.position <= seal.last_position
            and root_from_proof(leaf, self.index, seal.event_count, self.path) == seal.root
            and seal.computed_hash() == seal.hash
            and public is not None
            and signed_by(public, seal.signature, seal.checkpoint().message())
        )

    def document(self) -> dict[str, object]:
        """Plain values for JSON; bytes in hexadecimal, the state as text where it is text."""
        return {
            "event": _plain(self.event),
            "index": self.index,
            "path": [node.hex() for node in self.path],
            "seal": {name: text for name, text in _plain(self.seal).items() if name != "manifest"},
        }


def prove(position: int, seal: Seal, events: Sequence[StoredEvent]) -> Proof:
    """`events`: all under the seal. Raises LookupError where none stands at the position."""
    index = next((i for i, event in enumerate(events) if event.position == position), None)
    if index is None:
        raise LookupError(position)
    path = proof_of(leaves_of([entry_of(event) for event in events]), index)
    return Proof(events[index], index, path, seal)


def _plain(row: StoredEvent | Seal) -> dict[str, object]:
    return {name: _plain_value(getattr(row, name)) for name in row.__dataclass_fields__}


def _plain_value(value: object) -> object:
    match value:
        case bytes() if value.startswith(b"{"):
            return value.decode("utf-8", "replace")
        case bytes():
            return value.hex()
        case int() | None | str():
            return value
    return str(value)
