"""Personal data of natural persons, and what is left of it once the person is forgotten.

An event declares such a field as `Personal`. While a command is decided and while a projection folds,
its value is in the clear; in the log it is sealed with a key of that person's own. Nothing prints it.
"""

from dataclasses import dataclass
from typing import NoReturn, Self
from uuid import UUID

from domain.errors import DomainError, Language


class PersonForgotten(DomainError):
    code = "person_forgotten"
    pl = "Dane tej osoby usunięto na zawsze; nowych nie można już zapisać."
    en = "This person's data were removed for good; no new data can be recorded."


@dataclass(frozen=True)
class Forgotten:
    """Stands where a value was whose key is destroyed."""

    def shown(self, language: Language = "pl") -> str:
        return "[dane usunięte]" if language == "pl" else "[forgotten]"


@dataclass(frozen=True)
class Sealed:
    """As the log keeps it. `field` is where it was written, whatever an upcaster calls it later."""

    field: str
    ciphertext: bytes


class Personal:
    """A text about a natural person. `repr` and `str` say whose it is, never what.

    No dataclass: serializers know how to write those, and none may write this one.
    """

    __slots__ = ("person_id", "value")
    person_id: UUID
    value: str | Forgotten | Sealed

    def __init__(self, person_id: UUID, value: str | Forgotten | Sealed) -> None:
        object.__setattr__(self, "person_id", person_id)
        object.__setattr__(self, "value", value)

    @property
    def clear(self) -> str | None:
        """The text, for a read model to keep; None where the person is forgotten."""
        match self.value:
            case str(text):
                return text
            case Forgotten():
                return None
        raise TypeError("still sealed: whoever reads the log opens it first")

    def shown(self, language: Language = "pl") -> str:
        return shown(self.clear, language)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name} of personal data never changes")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Personal):
            return NotImplemented
        return (self.person_id, self.value) == (other.person_id, other.value)

    def __hash__(self) -> int:
        return hash((self.person_id, self.value))

    def __repr__(self) -> str:
        return f"Personal({self.person_id}, …)"

    __str__ = __repr__

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("personal data isn't pickled")


def shown(clear: str | None, language: Language = "pl") -> str:
    """What a page shows for `Personal.clear` as a read model kept it."""
    return Forgotten().shown(language) if clear is None else clear
