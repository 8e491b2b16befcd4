"""The projections of the program. A feature that has a read model adds its line here."""

from projections.municipalities import MunicipalitiesProjection
from projections.news import NewsProjection
from projections.projection import Registry

PROJECTIONS = Registry([MunicipalitiesProjection(), NewsProjection()])
