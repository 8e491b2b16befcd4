"""What compiling makes: a statement, its parameters, and what the answer depends on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Binding:
    """One parameter: of a variable, or of a value that stands in the document."""

    parse: Callable[[Any], Any]
    variable: str | None
    constant: Any = None

    def value(self, variables: Mapping[str, Any]) -> bytes:
        """As PostgreSQL reads it in text format; raises ReadError."""
        told = self.constant if self.variable is None else variables[self.variable]
        return encoded(self.parse(told))


def encoded(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, date):
        return value.isoformat().encode()
    if isinstance(value, UUID | int):
        return str(value).encode()
    raise TypeError(f"no parameter of type {type(value).__name__}")


@dataclass
class Parameters:
    bindings: list[Binding] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)

    def add(self, binding: Binding, sql_type: str) -> str:
        self.bindings.append(binding)
        self.placeholders.append(f"${len(self.bindings)}::{sql_type}")
        return self.placeholders[-1]


@dataclass(frozen=True)
class Plan:
    """`sql` has one row of two columns: the finished response, and the state of the projections read."""

    sql: str
    bindings: tuple[Binding, ...]
    projections: tuple[str, ...]
    cost: int

    def parameters(self, variables: Mapping[str, Any]) -> list[bytes]:
        """Raises ReadError."""
        return [binding.value(variables) for binding in self.bindings]
