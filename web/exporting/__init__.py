"""Exports: the files of a month, the register, a file held against it."""

from web.exporting import files, views  # noqa: F401 -- their routes belong to the blueprint
from web.exporting.blueprint import bp

__all__ = ["bp"]
