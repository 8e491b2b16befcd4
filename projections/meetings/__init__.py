"""Meetings and their series as calendars, invitations and minutes show them."""

from projections.meetings.projection import MeetingsProjection

__all__ = ["MeetingsProjection"]
