"""The projections of the program. A feature that has a read model adds its line here."""

from projections.meetings import MeetingsProjection
from projections.municipalities import MunicipalitiesProjection
from projections.news import NewsProjection
from projections.projection import Registry

PROJECTIONS = Registry([MeetingsProjection(), MunicipalitiesProjection(), NewsProjection()])
