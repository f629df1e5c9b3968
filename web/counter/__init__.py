"""A station's counter: boxes, people who fetch their meal, orders and pauses."""

from web.counter import people
from web.counter.views import bp

__all__ = ["bp", "people"]
