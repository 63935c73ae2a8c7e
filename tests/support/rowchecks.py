"""A comparison of many rows of operands with the oracle, under policies that deliver something for every result."""

import numpy as np
import oracle
import pytest

import refquant as rq

DETERMINISTIC = tuple(oracle.rounding.RULES)
NARROW = ("float4_e2m1fn", "float6_e3m2fn", "float6_e2m3fn", "binary6p3se", "binary6p2uf", "binary5p1se", "int4", "uint3")
BYTES = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e8m0fnu", "binary8p3se")


def policies_of(name, **knobs):
    """Policies that deliver something for every result."""
    fmt = rq.get_format(name)
    nan = None if fmt.has_nan else "to_max" if fmt.grid.first_index else "to_zero"
    return {"nan": nan, **knobs}


def check(operation, rows, knobs, random=None, **options):
    """Compare one set of rows of the reference under policies; return how many that were. Other backends are compared with the reference."""
    options.setdefault("backend", "reference")
    knobs = policies_of(rows.result, **knobs)
    columns = [c.astype(rq.get_format(f).code_dtype) for c, f in zip(rows.columns, rows.formats)]
    dialect = rq.get_dialect("default").replace(**knobs)
    bits = None if random is None else rq.RandomBits(np.full(columns[0].shape, random[0], np.uint32), random[1])
    options |= {"result": rows.result, "dialect": dialect, "random": bits, "return_flags": True}
    if operation in ("sqrt", "rsqrt") and isinstance(rows.result, str) and oracle.refusals.refuses_roots(oracle.formats.get(rows.result)):
        with pytest.raises(rq.errors.InputValueError, match=f"{operation}: result: expected a format with digits, got "):
            getattr(rq.arithmetic, operation)(*columns, rows.formats, **options)
        return 1
    got = getattr(rq.arithmetic, operation)(*columns, rows.formats, **options)
    codes, flags = rows.expected(oracle.policies.Policies(**knobs), random)
    wrong = np.flatnonzero((got.codes != codes) | (got.flags != flags))
    assert not wrong.size, (operation, rows.formats, rows.result, knobs, [
        ([hex(c[i]) for c in columns], "got", hex(got.codes[i]), int(got.flags[i]), "expected", hex(codes[i]), int(flags[i])) for i in wrong[:3]
    ])  # fmt: skip
    return columns[0].size


def boundary(name):
    """Codes of a wide format about every class: few enough to be crossed."""
    fmt = rq.get_format(name)
    top = fmt.grid.max_positive
    indices = {0, 1, 2, 3, top, top - 1, top // 2, top // 2 + 1, (1 << (fmt.precision - 1)) - 1, 1 << (fmt.precision - 1), (1 << (fmt.precision - 1)) + 1}
    indices |= {fmt.grid.infinity, fmt.grid.infinity + 1, (1 << (fmt.width - 1)) - 1}
    rng = np.random.default_rng(len(name))
    indices |= set(rng.integers(0, 1 << (fmt.width - 1), 20).tolist())
    return np.array(sorted(indices | {i | 1 << (fmt.width - 1) for i in indices}), np.uint64 if fmt.width == 64 else np.int64)
