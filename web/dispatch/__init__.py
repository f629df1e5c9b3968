"""The dispatcher's board of runs: who has which, who is being asked, and who must act."""

from web.dispatch.views import bp

__all__ = ["bp"]
