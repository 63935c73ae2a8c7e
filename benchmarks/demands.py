"""What must hold."""

from __future__ import annotations

from typing import NamedTuple


class Demand(NamedTuple):
    """One number that must not be below (`at_least`) or above a limit; None where the peer is not installed."""

    what: str
    found: float | None
    limit: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it holds."""
        if self.found is None:
            return False
        return self.found >= self.limit if self.at_least else self.found <= self.limit

    def __str__(self) -> str:
        found = "not judged, it is not installed" if self.found is None else f"{self.found:.2f}"
        return f"{self.what}: {found}, demanded {'at least' if self.at_least else 'at most'} {self.limit:g}"
