"""Portals of the demo: one that is admitted, one that waits for the coordinator."""

from domain.portals import (
    ApprovePortal,
    IssuePortalKey,
    PortalFacts,
    PortalTerms,
    RegisterPortal,
    Scope,
)
from infra.demo.telling import Telling, marked


def portals(telling: Telling) -> None:
    known = _registered(
        telling,
        "mapa",
        PortalFacts(
            marked("Mapa dobrych praktyk"),
            "Fundacja Most",
            "https://mapa.example",
            "Pokazuje na mapie, które miasto wdrożyło którą dobrą praktykę, i odsyła do opisu.",
        ),
        days=45,
        scopes=(Scope.READ_PUBLIC, Scope.CHANGES),
    )
    telling.give(
        ApprovePortal,
        "portal:mapa:approved",
        at=telling.moment(43),
        portal_id=known.portal_id,
        terms=PortalTerms((Scope.READ_PUBLIC, Scope.CHANGES), 300),
    )
    # The log knows of this key; what opens with it was never made.
    telling.give(
        IssuePortalKey,
        "portal:mapa:key",
        at=telling.moment(42),
        portal_id=known.portal_id,
        name="strona",
        scopes=(Scope.READ_PUBLIC,),
    )
    _registered(
        telling,
        "nabory",
        PortalFacts(
            marked("Nabory w regionie"),
            "Stowarzyszenie Pilica",
            "https://nabory.example",
            "Kalendarz naborów dla organizacji, które szukają gmin jako partnerów.",
        ),
        days=2,
        scopes=(Scope.READ_PUBLIC, Scope.CHANGES, Scope.WEBHOOKS),
    )


def _registered(
    telling: Telling, name: str, facts: PortalFacts, *, days: int, scopes: tuple[Scope, ...]
) -> RegisterPortal:
    made: RegisterPortal = telling.give(
        RegisterPortal,
        f"portal:{name}",
        at=telling.moment(days),
        facts=facts,
        contact_name="Osoba Kontaktowa",
        contact_email=f"kontakt@{name}.example",
        scopes=scopes,
    )
    return made
