"""Passwords: argon2id, and a rule that asks for length rather than for signs (NIST SP 800-63B, 5.1.1)."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import FieldProblem
from domain.values import refuse_if

SHORTEST, LONGEST = 12, 200

# Above OWASP's minimum (19 MiB, 2 passes); about 50 ms here.
_hasher = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
# A guesser must not take all cores and hundreds of megabytes.
_at_once = threading.Semaphore(4)
_nobodys: list[str] = []


class WeakPassword(FieldProblem):
    code = "weak_password"
    pl = (
        "Hasło musi mieć od {shortest} do {longest} znaków, nie może powtarzać jednego wzoru ani "
        "zawierać adresu e-mail lub nazwiska."
    )
    en = (
        "A password has {shortest} to {longest} characters, doesn't repeat one pattern, and contains "
        "neither the e-mail address nor the name."
    )


def check_strength(password: str, about: tuple[str, ...]) -> None:
    """`about`: texts known of the person. Raises InvalidInput."""
    folded = password.casefold()
    parts = {part.casefold() for text in about for part in text.replace("@", " ").split()}
    fits = SHORTEST <= len(password) <= LONGEST and not _repeats(folded)
    if not fits or any(len(part) > 3 and part in folded for part in parts):
        refuse_if([WeakPassword("password", shortest=SHORTEST, longest=LONGEST)])


def hash_of(password: str) -> str:
    with _at_once:
        return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def matches(stored: str | None, password: str) -> bool:
    """Takes as long for nobody's password as for anybody's."""
    known = stored or _of_nobody()
    with _at_once:
        try:
            _hasher.verify(known, password[:LONGEST].encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def outdated(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)


def _repeats(text: str) -> bool:
    """`aaaaaaaaaaaa`, `abcabcabcabc`: a text that is found in its own double, shifted."""
    return text in (text + text)[1:-1] or len(set(text)) < 5


def _of_nobody() -> str:
    if not _nobodys:
        _nobodys.append(hash_of("nobody's"))
    return _nobodys[0]
