"""The checks of a month, one finding with its evidence, lists from outside, the call-back."""

from web.checks import calls as calls
from web.checks import lists as lists
from web.checks import views as views
from web.checks.blueprint import bp

__all__ = ["bp"]
