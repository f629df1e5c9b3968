"""The driver's phone: the run of the day, the next door, what happened there."""

from web.driver import messages
from web.driver.views import bp

__all__ = ["bp", "messages"]
