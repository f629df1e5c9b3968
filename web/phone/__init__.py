"""The driver's app: the whole shift on the phone, with or without network."""

from web.phone.views import bp

__all__ = ["bp"]
