"""What every scalar format has: derived limits, counts, code dtype, value table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from refquant.formats.grid import Grid, code_of, value_parts

if TYPE_CHECKING:
    from fractions import Fraction


_UNSIGNED = tuple(np.dtype(f"u{size}") for size in (1, 2, 4, 8))


class ScalarFormat:
    """Base of FloatFormat and IntFormat; everything here follows from ``grid``."""

    name: str
    signed: bool
    if TYPE_CHECKING:

        @property
        def grid(self) -> Grid: ...
        @property
        def width(self) -> int: ...

    def magnitude(self, index: int) -> Fraction:
        """Return the magnitude with this index; past the largest finite one the exponent is unbounded. RQ-4.1."""
        from fractions import Fraction  # with decimal, a tenth of the time of importing refquant

        significand, exponent = value_parts(self.grid, index)
        return Fraction(significand) * Fraction(2) ** exponent

    @property
    def max_finite(self) -> Fraction:
        """Largest finite value."""
        return self.magnitude(self.grid.max_positive)

    @property
    def lowest_finite(self) -> Fraction:
        """Smallest finite value: the most negative one, or the least positive one where there are neither negatives nor a zero."""
        g = self.grid
        return -self.magnitude(g.max_negative) if g.max_negative else self.magnitude(g.first_index)

    @property
    def min_subnormal(self) -> Fraction:
        """Least positive value. RQ-1.2."""
        return self.magnitude(max(self.grid.first_index, 1))

    @property
    def min_normal(self) -> Fraction:
        """Least positive normal value (the least positive value where there are no subnormals). RQ-1.2."""
        g = self.grid
        return self.magnitude(max(g.first_index, 1 << (g.precision - 1) if g.has_subnormals else 1))

    @property
    def holds_powers_alone(self) -> bool:
        """Whether its numbers are powers of two and nothing else: no digits, no sign, no zero. RQ-7.27."""
        return self.grid.precision == 1 and not self.signed and self.grid.first_index > 0

    @property
    def code_dtype(self) -> np.dtype[np.unsignedinteger[Any]]:
        """Smallest unsigned dtype that holds a code."""
        return next(dtype for dtype in _UNSIGNED if self.width <= 8 * dtype.itemsize)

    @property
    def count_finite(self) -> int:
        """Number of codes that are numbers (+0 and -0 are two)."""
        g = self.grid
        positive = g.max_positive + 1 - g.first_index
        return positive + g.max_negative + g.has_negative_zero

    @property
    def count_nan(self) -> int:
        """Number of codes that are NaN."""
        g = self.grid
        if g.nan_at_zero:
            return 1
        per_side = 0 if g.nan_first < 0 else (1 << (g.width - int(self.signed))) - g.nan_first
        return per_side * (1 + int(self.signed))

    def code_of_bound(self, negative: bool) -> int:
        """Return the code of the bound of a side. RQ-5."""
        g = self.grid
        if negative:
            return code_of(g, g.max_negative, True) if g.max_negative else 0
        return code_of(g, g.max_positive, False)

    def __str__(self) -> str:
        return self.name
