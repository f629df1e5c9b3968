"""The telephone: find the caller, say how things stand, order, cancel, pause, resume, read it back."""

from web.hotline.views import bp

__all__ = ["bp"]
