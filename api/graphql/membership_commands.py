"""Membership of the network, and who holds which office."""

from api.graphql.commanding import Feature, mutations
from api.graphql.municipality_commands import MunicipalityWritten
from domain import municipalities as domain

FEATURE = Feature(
    projection="municipalities",
    ids={},
    docs={
        "terc": "TERC code of the municipality.",
        "effective_on": "The day since which it is so; today if not given.",
        "reason": "Why; shown with it.",
        "name": "The name.",
        "kind": "The kind in the TERC register.",
        "office": "Which office.",
        "title": "Title of the head, after which a deputy is called.",
        "since": "First day in office.",
        "until": "First day without the office.",
        "since_known": "False: in office by that day, maybe before it.",
        "person_id": "Id of the person, where known from elsewhere.",
        "holder_id": "Id of the term of office.",
    },
)

MembershipMutations = mutations(
    "MembershipMutations",
    FEATURE,
    MunicipalityWritten,
    {
        domain.InviteMunicipality: "Invites a municipality into the network. For the coordinator.",
        domain.ApplyForMembership: "Applies for membership of the network.",
        domain.AdmitMunicipality: "Admits a municipality that was invited or applied. For the coordinator.",
        domain.SuspendMember: "Suspends a member. For the coordinator.",
        domain.ReinstateMember: "Ends a suspension. For the coordinator.",
        domain.LeaveNetwork: "Leaves the network.",
        domain.RenameMunicipality: "Records that a municipality has another name since a day. For the coordinator.",
        domain.RecordChangeOfKind: "Records that a municipality is of another kind since a day. For the coordinator.",
        domain.RecordOfficeHolder: "Records who holds an office.",
        domain.EndTerm: "Records that somebody left an office.",
        domain.CorrectTerm: "Corrects a term of office that was recorded wrongly.",
    },
)
