"""One GraphQL request, and why it may not be executed at all."""

from dataclasses import dataclass
from typing import Any

import msgspec
from graphql import GraphQLError


class MutationByGet(Exception):
    pass


class MalformedVariables(Exception):
    """They are no JSON object."""


class RequestErrors(Exception):
    """The operation isn't executed at all."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(*errors)
        self.errors = errors


@dataclass(slots=True)
class Question:
    """One GraphQL request, well-formed as JSON. `variables`: an object in JSON, or nothing.

    `at_least`: the position that the answer has to reflect.
    """

    query: str
    operation_name: str | None = None
    variables: bytes = b""
    at_least: int | None = None

    def told(self) -> dict[str, Any]:
        """Raises MalformedVariables."""
        try:
            return _decode_variables(self.variables or b"null") or {}
        except (msgspec.DecodeError, RecursionError) as error:
            raise MalformedVariables(str(error)) from None


_decode_variables = msgspec.json.Decoder(dict[str, Any] | None).decode
