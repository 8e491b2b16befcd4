"""Practices, their adoptions and model solutions as lists, pages and histories show them."""

from projections.practices.projection import PracticesProjection

__all__ = ["PracticesProjection"]
