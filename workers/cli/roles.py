from __future__ import annotations

from rich.table import Table

from domain.commands import Whose
from domain.permissions import Rule, rules
from domain.roles import Role
from workers.cli.speech import AsJson, answer, out, say

HELP = say(
    "Tabela uprawnień: które polecenie wymaga jakiej roli i na czyich danych. Koordynator może wydać "
    "każde, poza tymi, które dotyczą własnego konta.",
    "The table of permissions: which command needs which role, and on whose data. The coordinator may "
    "give any, except those about one's own account.",
)

_WHOSE = {
    Whose.OWN: say("własna gmina", "own municipality"),
    Whose.SHARED: say("gminy uczestniczące", "municipalities that take part"),
    Whose.NETWORK: say("cała sieć", "the whole network"),
    Whose.SELF: say("własne konto", "own account"),
    Whose.PORTAL: say("własny portal", "own portal"),
}


def roles(as_json: AsJson = False) -> None:
    found = rules()
    if as_json:
        answer([_plain(rule) for rule in found], "", as_json=True)
        return
    table = Table(say("Polecenie", "Command"), say("Role", "Roles"), say("Na czym", "On"))
    for rule in found:
        table.add_row(rule.command.__name__, ", ".join(_roles(rule)), _WHOSE[rule.on])
    out.print(table)


def _plain(rule: Rule) -> dict[str, object]:
    return {
        "command": rule.command.__name__,
        "feature": rule.feature,
        "roles": _roles(rule),
        "on": rule.on.name,
    }


def _roles(rule: Rule) -> list[str]:
    if rule.on is Whose.SELF:
        return [say("każde konto", "any account")]
    return [role.value for role in (Role.COORDINATOR, *rule.roles)]
