"""Initiatives as lists, pages, calendars and overviews show them; folded part by part, as in the domain."""

from projections.initiatives.projection import InitiativesProjection

__all__ = ["InitiativesProjection"]
