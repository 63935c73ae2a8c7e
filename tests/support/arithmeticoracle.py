"""What the oracle says of many operations at once: the exact result of each row, and each distinct one delivered once per policy."""

import itertools

import numpy as np
import oracle
from oracle.arithmetic import exact, taken
from oracle.nan_rules import Exact, Rules

import refquant as rq


def get(fmt):
    """Return the oracle's format of a name, or of the same parameters as a format of the package."""
    if isinstance(fmt, str):
        return oracle.formats.get(fmt)
    if isinstance(fmt, rq.IntFormat):
        return oracle.formats.Int(fmt.name, fmt.width, fmt.signed, fmt.fraction_bits, str(fmt.encoding))
    return oracle.formats.Float(
        fmt.name, fmt.precision, fmt.exponent_width, fmt.bias, fmt.signed, str(fmt.nan), fmt.infinity, fmt.zero, str(fmt.signaling_nan), str(fmt.parity)
    )


def every_row(formats):
    """Return every combination of codes of some formats, a column each."""
    return [np.array(c) for c in zip(*itertools.product(*(range(1 << get(f).width) for f in formats)), strict=True)]


class Rows:
    """Rows of operands and their distinct exact results."""

    def __init__(self, operation, columns, formats, result):
        self.operation, self.columns, self.formats, self.result = operation, columns, formats, result
        self._exact = {}

    def exact(self, downward, flushes, rules):
        """Return which distinct exact result each row has, and these."""
        key = downward, flushes, rules
        if key not in self._exact:
            self._exact[key] = self._found(downward, "flush_inputs" if flushes else "keep", rules)
        return self._exact[key]

    def _found(self, downward, subnormals, rules):
        policies = oracle.policies.Policies(subnormals=subnormals)
        data = [{c: taken(c, get(f), policies) for c in set(column.tolist())} for column, f in zip(self.columns, self.formats)]
        numbers: dict[Exact, int] = {}
        rows = []
        for codes in zip(*(c.tolist() for c in self.columns)):
            x = exact(self.operation, [d[c] for d, c in zip(data, codes)], downward, (get(self.result),), rules)
            rows.append(numbers.setdefault(x, len(numbers)))
        return np.array(rows), list(numbers)

    def expected(self, policies, random=None):
        """Return codes and flags of every row under policies."""
        first = policies.rounding if policies.via is None else policies.via.rounding  # RQ-7.10
        rows, results = self.exact(first == "toward_negative", policies.subnormals in ("flush_inputs", "flush_both"), Rules.of(policies))
        delivered = np.array([self._delivered(x, policies, random) for x in results])
        return delivered[rows, 0], delivered[rows, 1]

    def _delivered(self, x, policies, random):
        code, flags, _ = oracle.codec.encode_datum(x.datum, get(self.result), policies, random)
        return code, 0 if policies.flags == "none" else oracle.flags.DIV_BY_ZERO if x.by_zero else flags | x.flags
