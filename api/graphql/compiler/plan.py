"""What compiling makes: a statement, its parameters, and what the answer depends on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

NOBODY = "00000000-0000-0000-0000-000000000000"
"""No account has this id."""


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
    account_at: int | None = None

    def account(self) -> str:
        """The account that asks: known only when the question is."""
        if self.account_at is None:
            self.account_at = len(self.bindings)
            self.add(Binding(UUID, None, NOBODY), "uuid")
        return self.placeholders[self.account_at]

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
    account_at: int | None = None
    """Where among the parameters the account that asks stands; None: nothing in it is personal."""

    def parameters(self, variables: Mapping[str, Any]) -> list[bytes]:
        """As nobody in particular asks; raises ReadError."""
        return [binding.value(variables) for binding in self.bindings]

    def asked_by(self, account: UUID | None, parameters: tuple[bytes, ...]) -> tuple[bytes, ...]:
        if self.account_at is None or account is None:
            return parameters
        at = self.account_at
        return (*parameters[:at], encoded(account), *parameters[at + 1 :])
