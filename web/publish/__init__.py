"""Publishing: what is broken and who answers for it, what a new plan changes, and who knows."""

from web.publish.views import bp

__all__ = ["bp"]
