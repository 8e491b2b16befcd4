"""The projections of the program. A feature that has a read model adds its line here."""

from projections.accounts import AccountsProjection
from projections.activity import ActivityProjection
from projections.calls import CallsProjection
from projections.changes import ChangesProjection
from projections.following import FollowingProjection
from projections.initiatives import InitiativesProjection
from projections.meetings import MeetingsProjection
from projections.municipalities import MunicipalitiesProjection
from projections.news import NewsProjection
from projections.past import PastProjection
from projections.portals import PortalsProjection
from projections.practices import PracticesProjection
from projections.projection import Registry
from projections.questions import QuestionsProjection

PROJECTIONS = Registry(
    [
        AccountsProjection(),
        ActivityProjection(),
        CallsProjection(),
        ChangesProjection(),
        FollowingProjection(),
        InitiativesProjection(),
        MeetingsProjection(),
        MunicipalitiesProjection(),
        NewsProjection(),
        PortalsProjection(),
        PastProjection(InitiativesProjection()),
        PastProjection(MeetingsProjection()),
        PastProjection(MunicipalitiesProjection()),
        PastProjection(PracticesProjection()),
        PracticesProjection(),
        QuestionsProjection(),
    ]
)
