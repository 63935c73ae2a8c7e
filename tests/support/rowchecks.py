"""A comparison of many rows of operands with the oracle, under policies that deliver something for every result."""

import numpy as np
import oracle

import refquant as rq

DETERMINISTIC = tuple(oracle.rounding.RULES)


def policies_of(name, **knobs):
    """Policies that deliver something for every result."""
    fmt = rq.get_format(name)
    nan = None if fmt.has_nan else "to_max" if fmt.grid.first_index else "to_zero"
    return {"nan": nan, **knobs}


def check(operation, rows, knobs, random=None, **options):
    """Compare one set of rows under policies; return how many that were."""
    knobs = policies_of(rows.result, **knobs)
    columns = [c.astype(rq.get_format(f).code_dtype) for c, f in zip(rows.columns, rows.formats)]
    dialect = rq.get_dialect("default").replace(**knobs)
    bits = None if random is None else rq.RandomBits(np.full(columns[0].shape, random[0], np.uint32), random[1])
    got = getattr(rq.arithmetic, operation)(*columns, rows.formats, result=rows.result, dialect=dialect, random=bits, return_flags=True, **options)
    codes, flags = rows.expected(oracle.policies.Policies(**knobs), random)
    wrong = np.flatnonzero((got.codes != codes) | (got.flags != flags))
    assert not wrong.size, (operation, rows.formats, rows.result, knobs, [
        ([hex(c[i]) for c in columns], "got", hex(got.codes[i]), int(got.flags[i]), "expected", hex(codes[i]), int(flags[i])) for i in wrong[:3]
    ])  # fmt: skip
    return columns[0].size
