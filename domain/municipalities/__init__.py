"""Municipalities (gminy): their register, their membership of the network, who holds their offices."""

from domain.municipalities.facts import MunicipalityFacts, MunicipalityKind, Population
from domain.municipalities.membership import (
    AdmitMunicipality,
    ApplyForMembership,
    InviteMunicipality,
    LeaveNetwork,
    ReinstateMember,
    SuspendMember,
)
from domain.municipalities.municipality import (
    Membership,
    Municipality,
    UnknownMunicipality,
    active_member,
    is_active_member,
    known_municipality,
    municipality_id,
)
from domain.municipalities.offices import (
    CorrectTerm,
    EndTerm,
    HeadTitle,
    Office,
    OfficeHolder,
    RecordOfficeHolder,
)
from domain.municipalities.register import (
    MunicipalityAlreadyRegistered,
    RecordChangeOfKind,
    RecordPopulation,
    RegisterMunicipality,
    RenameMunicipality,
)

__all__ = [
    "AdmitMunicipality",
    "ApplyForMembership",
    "CorrectTerm",
    "EndTerm",
    "HeadTitle",
    "InviteMunicipality",
    "LeaveNetwork",
    "Membership",
    "Municipality",
    "MunicipalityAlreadyRegistered",
    "MunicipalityFacts",
    "MunicipalityKind",
    "Office",
    "OfficeHolder",
    "Population",
    "RecordChangeOfKind",
    "RecordOfficeHolder",
    "RecordPopulation",
    "RegisterMunicipality",
    "ReinstateMember",
    "RenameMunicipality",
    "SuspendMember",
    "UnknownMunicipality",
    "active_member",
    "is_active_member",
    "known_municipality",
    "municipality_id",
]
