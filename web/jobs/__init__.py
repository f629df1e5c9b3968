"""Work outside the web process: how far, how it ended."""

from web.jobs.views import bp

__all__ = ["bp"]
