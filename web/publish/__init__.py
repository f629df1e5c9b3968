"""Publishing: what is broken and who answers for it, what a new plan changes, and who knows."""

from web.publish import papers
from web.publish.views import bp

__all__ = ["bp", "papers"]
