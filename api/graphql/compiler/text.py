"""JSON text assembled in SQL: literals and expressions, concatenated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_ARGUMENTS = 90
"""Of one `concat`: PostgreSQL takes a hundred at most."""


@dataclass(frozen=True)
class Sql:
    """An expression of type text that is a piece of the answer; NULL only where `listed` says so."""

    text: str


Part = str | Sql
"""A literal piece of JSON, or an expression for one."""


def concat(parts: Iterable[Part]) -> str:
    """`concat(…)` and not `||`: one pass over the pieces instead of a copy for each."""
    arguments = [part.text if isinstance(part, Sql) else quoted(part) for part in merged(parts)]
    while len(arguments) > MOST_ARGUMENTS:
        arguments = [
            _concat(arguments[at : at + MOST_ARGUMENTS])
            for at in range(0, len(arguments), MOST_ARGUMENTS)
        ]
    return _concat(arguments)


def joined(parts: Iterable[Part]) -> str:
    """For the short objects of a list, none of whose pieces is NULL: `||` costs half of what `concat`
    does, which looks up how each argument is written. Halved and halved again, so that no piece is
    copied more than a few times."""
    return _joined([part.text if isinstance(part, Sql) else quoted(part) for part in merged(parts)])


def listed(entry: Sequence[Part], *, order: str = "", within: str = "") -> Sql:
    """The entries of a list's rows, with commas; NULL where there are none, for `concat`. What every entry begins and
    ends with stands between them, so that it isn't put together for each. `order`, `within`: clauses of
    the aggregate."""
    parts = merged(entry)
    head = parts.pop(0) if len(parts) > 1 and isinstance(parts[0], str) else ""
    tail = parts.pop() if len(parts) > 1 and isinstance(parts[-1], str) else ""
    between = quoted(f"{tail},{head}")
    found = f"string_agg({joined(parts)}, {between}{order}){within}"
    return Sql(" || ".join([*_literal(head), found, *_literal(tail)]))


def _literal(part: Part) -> list[str]:
    return [quoted(part)] if isinstance(part, str) and part else []


def _joined(pieces: Sequence[str]) -> str:
    if len(pieces) == 1:
        return pieces[0]
    # Pairs of a literal and an expression stay together: one of the two is known to be text.
    half = 1 if len(pieces) == 2 else (len(pieces) // 2 + 1) // 2 * 2
    return f"({_joined(pieces[:half])} || {_joined(pieces[half:])})"


def _concat(arguments: Sequence[str]) -> str:
    return f"concat({', '.join(arguments)})"


def merged(parts: Iterable[Part]) -> list[Part]:
    """Neighbouring literals become one."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return found


def quoted(literal: str) -> str:
    return "'" + literal.replace("'", "''") + "'"


def separated(items: Iterable[Sequence[Part]]) -> list[Part]:
    found: list[Part] = []
    for item in items:
        found += [*([","] if found else []), *item]
    return found


# Raises when it is evaluated, and not before: `now()` is no constant to the planner. The operation is
# then run by the ordinary executor, which reports the error as the specification says.
RAISE = "now()::text::int::text"


def must(expression: str) -> str:
    """For a place that is never null."""
    return f"coalesce({expression}, {RAISE})"


def may(expression: str) -> str:
    return f"coalesce({expression}, 'null')"
