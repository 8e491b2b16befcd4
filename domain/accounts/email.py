"""E-mail addresses: one spelling of each, and the key under which it is unique."""

import re
import unicodedata

from domain.errors import FieldProblem, InvalidInput
from domain.work import PERSONAL_KEY

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


class MalformedEmail(FieldProblem):
    """Without the value: an address is personal data, and refusals are logged."""

    code = "malformed_email"
    pl = "Pole „{field}” nie zawiera poprawnego adresu e-mail, takiego jak sekretariat@opoczno.pl."
    en = "The field “{field}” holds no valid e-mail address, such as sekretariat@opoczno.pl."


def parse_email(value: str, field: str = "email") -> str:
    """Lower case, an international domain as it stands in the DNS; raises InvalidInput."""
    local, at, host = unicodedata.normalize("NFKC", value.strip()).lower().rpartition("@")
    host = _in_dns(host)
    fits = len(local) <= 64 and len(host) <= 189  # RFC 5321: 254 together
    if at and fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(host):
        return f"{local}@{host}"
    raise InvalidInput([MalformedEmail(field)])


def email_key(email: str, generation: int = 1) -> str:
    """Of a parsed address. Once its account is closed, the next may have the following generation."""
    return f"{PERSONAL_KEY}account-email:{generation}:{email}"


def _in_dns(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""
