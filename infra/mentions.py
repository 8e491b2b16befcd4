"""Which municipalities a text names."""

from collections.abc import Iterable, Sequence


class Gazetteer:
    def __init__(self, municipalities: Iterable[tuple[str, str]]) -> None:
        self._names = list(municipalities)

    def mentioned_in(self, text: str) -> Sequence[str]:
        found = [(text.find(name), terc) for terc, name in self._names if name in text]
        return [terc for _, terc in sorted(found)]
