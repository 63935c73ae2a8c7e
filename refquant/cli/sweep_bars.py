"""Bars that show how far sweeps are."""

from __future__ import annotations

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from refquant.cli.console import console
from refquant.verify import Claim, Sweep, Target
from refquant.verify.cases import bits_of


class Bars:
    """A bar for the conversion that is swept, and one for all of them."""

    def __init__(self, pairs: list[tuple[Target, Claim]]) -> None:
        errors = console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)
        self._one = self._progress.add_task("")
        total = sum(1 << bits_of(claim) for _, claim in pairs)
        self._all = self._progress.add_task(f"all {len(pairs)} conversions", total=total, visible=len(pairs) > 1)
        self._before = self._size = 0

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, target: Target, claim: Claim) -> None:
        """Show the next conversion."""
        self._before, self._size = self._before + self._size, 1 << bits_of(claim)
        self._progress.reset(self._one, total=self._size, description=f"{target.name} {claim.label}")
        self._progress.start()

    def step(self, found: Sweep) -> None:
        """Show how far it is."""
        self._progress.update(self._one, completed=found.following)
        self._progress.update(self._all, completed=self._before + found.following)

    def end(self) -> None:
        """Clear the lines, so that others can be printed."""
        self._progress.stop()
