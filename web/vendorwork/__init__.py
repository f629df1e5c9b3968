"""A vendor's day: what it is asked, its runs and drivers, its kitchens' count."""

from web.vendorwork.views import bp

__all__ = ["bp"]
