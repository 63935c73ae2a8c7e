"""The one view of a scalar format that codec and kernels need: an index per magnitude, a value per index, a code per index."""

from typing import NamedTuple


class Grid(NamedTuple):
    """The magnitudes of a format, numbered 0, 1, 2 ... upwards, as integers alone. RQ-2.3, RQ-2.4.

    Index 0 is the value zero, even where the format lacks it. With ``d = max(n >> (precision - 1), 1) - 1``:
    ``value(n) = (n - (d << (precision - 1))) * 2**(min_quantum + d)``. An integer is a grid whose precision exceeds its width.
    A finite code is ``index - first_index`` on the positive side and ``negative_base + negative_step * (index - first_index)``,
    modulo ``2**width``, on the negative side.
    """

    width: int
    precision: int  #: the quantum grows from index 2**precision on
    min_quantum: int  #: exponent of the smallest quantum
    max_positive: int  #: index of the largest finite value
    max_negative: int  #: the same on the negative side; 0 where there are no negatives
    first_index: int  #: 0, or the index of the least value (a normal one) where the format has no zero
    negative_base: int  #: 0 where there are no negatives, or they are two's complement
    negative_step: int  #: 1: sign and magnitude; -1: two's complement
    has_negative_zero: int
    infinity: int  #: magnitude code of Inf, or -1
    nan_first: int  #: smallest magnitude code that is NaN, or -1; every larger one is NaN too
    nan_quiet: int  #: the bit that makes a NaN quiet; 0 where no NaN signals
    nan_payload: int  #: width of the NaN's trailing field; 0 where the format has one NaN (per sign)
    nan_at_zero: int  #: 1: the NaN is the code of -0
    has_subnormals: int


def value_parts(grid: Grid, index: int) -> tuple[int, int]:
    """Return (significand, exponent) of the magnitude with this index, past the largest finite one too. RQ-2.3, RQ-4.1."""
    d = max(index >> (grid.precision - 1), 1) - 1
    return index - (d << (grid.precision - 1)), grid.min_quantum + d


def code_of(grid: Grid, index: int, negative: bool) -> int:
    """Return the code of the magnitude with this index on one side. RQ-2.2, RQ-2.9."""
    n = index - grid.first_index
    return (grid.negative_base + grid.negative_step * n) % (1 << grid.width) if negative else n
