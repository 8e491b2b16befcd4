"""Plain questions for the server's front: asked by nobody in particular, answered by a compiled statement."""

import asyncio
from collections.abc import Mapping

from api.auth import PUBLIC
from api.graphql import negotiation
from api.graphql.answers import Finished
from api.graphql.asked import MalformedVariables, RequestErrors
from api.graphql.engine import Engine
from api.graphql.http import head
from api.graphql.refused import Refused
from api.graphql.requests import posted
from api.graphql.trusted import TrustedDocuments


class PlainQuestions:
    def __init__(self, engine: Engine, trusted: TrustedDocuments) -> None:
        self._engine = engine
        self._trusted = trusted

    def begin(
        self, headers: Mapping[bytes, bytes], body: bytes
    ) -> "asyncio.Future[Finished] | None":
        """None: not plain, or something is wrong with it; whoever answers the rest says what."""
        if negotiation.preferred(headers.get(b"accept")) in (None, negotiation.EVENTS):
            return None
        try:
            question = posted(headers, body, self._trusted)
            return self._engine.begin(question, PUBLIC)
        except (Refused, RequestErrors, MalformedVariables):
            return None

    def told(self, headers: Mapping[bytes, bytes], found: Finished) -> bytes:
        media_type = negotiation.preferred(headers.get(b"accept")) or negotiation.LEGACY
        return head(media_type, found.position, len(found.body)) + found.body
