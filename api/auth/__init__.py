"""Who is asking, and how somebody comes to be known: sessions of browsers, tokens of programs."""

from api.auth.authentication import Authentication, ForeignOrigin, UnknownToken
from api.auth.viewer import COORDINATOR, PUBLIC, Viewer

__all__ = ["COORDINATOR", "PUBLIC", "Authentication", "ForeignOrigin", "UnknownToken", "Viewer"]
