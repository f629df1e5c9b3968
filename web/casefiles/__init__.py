"""Around the cases: messages that a person has to pass on, the street's ladder and who is on duty."""

from web.casefiles.views import bp

__all__ = ["bp"]
