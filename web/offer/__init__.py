"""What is offered: the public menu and price list, open to everybody, as a page and as files."""

from web.offer.views import bp

__all__ = ["bp"]
