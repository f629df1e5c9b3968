"""Paper packs: the day without a server, one PDF a street, and the register of who made and took them."""

from web.paper import cards  # noqa: F401 -- its routes
from web.paper.views import bp

__all__ = ["bp"]
