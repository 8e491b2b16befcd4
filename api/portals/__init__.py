"""Portals at the door: their keys, quotas and usage; how one is registered."""
