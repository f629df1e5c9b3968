"""Who cooks, hands over and drives: the register, each vendor's life, and who serves which street."""

from web.vendors import card, leaving, lists, register, streets, views  # noqa: F401 -- each adds its routes
from web.vendors.blueprint import bp

__all__ = ["bp"]
