"""Functions of two operands with planted faults; what is right of all pairs by the oracle."""

from functools import cache

import numpy as np
import oracle
from arithmeticoracle import Rows, every_row

FMT = "float8_e4m3fn"


@cache
def right(operation, tininess="after"):
    """The code and the flags of every pair of codes of FMT, 256 by 256, by the oracle."""
    rows = Rows(operation, every_row((FMT, FMT)), (FMT, FMT), FMT)
    codes, flags = rows.expected(oracle.policies.Policies(tininess=tininess))
    return codes.astype(np.uint8).reshape(256, 256), flags.astype(np.uint8).reshape(256, 256)


class FromTables:
    """A function that looks up codes (and flags); it is given arrays of ml_dtypes."""

    def __init__(self, codes, flags=None):
        self.codes, self.flags = codes, flags

    def __call__(self, a, b):
        a, b = a.view(np.uint8), b.view(np.uint8)
        return self.codes[a, b] if self.flags is None else (self.codes[a, b], self.flags[a, b])


def changed(table, a, b, value):
    """A table with another value for one pair."""
    table = table.copy()
    table[a, b] = value
    return table
