"""What must hold."""

from __future__ import annotations

from typing import NamedTuple


class Demand(NamedTuple):
    """One number that must not be below (`at_least`) or above a limit."""

    what: str
    found: float
    limit: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it holds."""
        return self.found >= self.limit if self.at_least else self.found <= self.limit

    def __str__(self) -> str:
        return f"{self.what}: {self.found:.2f}, demanded {'at least' if self.at_least else 'at most'} {self.limit:g}"
