"""Results as bytes: what both executors answer alike."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError

from api.graphql.errors import formatted
from domain.errors import Language


@dataclass(slots=True)
class Answer:
    """`executed`: whether there is a `data` entry. `position` None: nothing was read.

    `etag` is there where the same question would be answered by the same bytes. `failed`: it has errors.
    """

    body: bytes
    executed: bool
    position: int | None = None
    etag: Callable[[], bytes] | None = None
    cost: int = 0
    failed: bool = False
    followed: bool = False
    """One of a subscription's, which may go on from `position` later."""

    def errors(self) -> bytes:
        """Of what wasn't executed: the bare list."""
        return self.body[len(b'{"errors":') : -1]


def executed(result: ExecutionResult, language: Language, cost: int, position: int) -> Answer:
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = [formatted(error, language) for error in result.errors]
    body["data"] = result.data
    body["extensions"] = {"cost": cost, "position": position}
    return Answer(encoded(body), True, position, cost=cost, failed=bool(result.errors))


def refusal(errors: Sequence[GraphQLError], language: Language) -> Answer:
    told = [formatted(error, language) for error in errors]
    return Answer(encoded({"errors": told}), False, failed=True)


def refused_because(cause: Exception) -> GraphQLError:
    return GraphQLError(str(cause), original_error=cause)


def encoded(body: Any) -> bytes:
    """Byte for byte as PostgreSQL writes the compiled answers."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
