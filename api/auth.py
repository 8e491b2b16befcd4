"""Who is asking: from the request's bearer token to a viewer."""

import hmac
from dataclasses import dataclass

from domain.roles import ANONYMOUS, OPERATOR, Actor
from domain.visibility import EVERYTHING, Audience
from domain.visibility import PUBLIC as EVERYONE


@dataclass(frozen=True)
class Viewer:
    """`audience` decides what may be seen, `actor` gives the commands."""

    audience: Audience
    actor: Actor


PUBLIC = Viewer(EVERYONE, ANONYMOUS)
COORDINATOR = Viewer(EVERYTHING, OPERATOR)


class UnknownToken(Exception):
    pass


class Authentication:
    """Until there are accounts: the operator's token, or nobody."""

    def __init__(self, operator_token: str) -> None:
        self._operator = operator_token.encode()

    def viewer(self, authorization: bytes | None) -> Viewer:
        """Of an Authorization header; raises UnknownToken."""
        if authorization is None:
            return PUBLIC
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._operator):
            return COORDINATOR
        raise UnknownToken
