"""Progress on a terminal: one line a step, a bar where the length is known, plain lines where there is no terminal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

console = Console(highlight=False, soft_wrap=True)


class Step:
    """A running step; ``at(share, note)`` moves its bar, ``share`` from 0 to 1."""

    def __init__(self, bars: Progress | None, title: str) -> None:
        self._bars = bars
        self._task = bars.add_task(title, total=1.0, note="") if bars else None
        self._title = title
        self._next_line = time.monotonic() + 5
        self.note = ""

    def at(self, share: float, note: str = "") -> None:
        self.note = note or self.note
        if self._bars and self._task is not None:
            self._bars.update(self._task, completed=min(share, 1.0), note=note)
        elif time.monotonic() > self._next_line:
            self._next_line = time.monotonic() + 5
            print(f"  {self._title} … {share:.0%} {note}", flush=True)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Show ``title`` while the block runs, then how long it took and the last note."""
    began = time.monotonic()
    if sys.stdout.isatty():
        columns = (
            TextColumn("{task.description}"),
            BarColumn(24),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
        )
        with Progress(*columns, console=console, transient=True) as bars:
            running = Step(bars, title)
            yield running
    else:
        running = Step(None, title)
        yield running
    console.print(f"✓ {title}  {time.monotonic() - began:.1f} s  {running.note}".rstrip())
