"""Familiar faces: what a plan does for them and what that costs; what each street pays."""

from web.faces.views import bp

__all__ = ["bp"]
