"""Documents known beforehand by their SHA-256; in production, perhaps the only ones that are answered."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True)
class TrustedDocuments:
    """`only`: nothing else is answered."""

    texts: Mapping[str, str]
    only: bool = False

    def text(self, digest: str) -> str | None:
        return self.texts.get(digest.lower())

    def allows(self, digest: str) -> bool:
        return not self.only or digest in self.texts


@dataclass(frozen=True)
class Options:
    introspection: bool = True
    trusted: TrustedDocuments = TrustedDocuments({})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Options":
        """WSPOLNA_INTROSPECTION=off; WSPOLNA_TRUSTED_DOCUMENTS: a JSON file, the documents as its values;
        WSPOLNA_TRUSTED_ONLY=on."""
        told = os.environ if environment is None else environment
        path = told.get("WSPOLNA_TRUSTED_DOCUMENTS")
        texts = json.loads(Path(path).read_text("utf-8")).values() if path else ()
        return cls(
            introspection=told.get("WSPOLNA_INTROSPECTION", "on") != "off",
            trusted=TrustedDocuments(
                {sha256(text.encode()).hexdigest(): text for text in texts},
                told.get("WSPOLNA_TRUSTED_ONLY", "off") == "on",
            ),
        )
