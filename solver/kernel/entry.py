"""The functions of the kernel that Python calls; ``w`` is the address from World.address."""

from __future__ import annotations

from solver.kernel.journal import clear, clear_all, read_all, write_all
from solver.kernel.search import anneal, recreate
from solver.kernel.times import chain

__all__ = ["anneal", "chain", "clear", "clear_all", "read_all", "recreate", "write_all"]
