"""The small JSON interface: health, job progress, proofs from a phone, and its own specification."""

from web.api.views import bp

__all__ = ["bp"]
