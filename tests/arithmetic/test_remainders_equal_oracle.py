"""Remainders equal the oracle's, across wide differences of exponents too."""

import itertools

import arithmeticoracle
import numpy as np
import pytest
from integerrows import IntegerRows
from rowchecks import BYTES, NARROW, boundary, check

BOTH = ["rem", "fmod"]


@pytest.mark.parametrize("name", [*NARROW, "int7"])
@pytest.mark.parametrize("operation", BOTH)
def test_every_pair_of_a_narrow_format(operation, name, count_cases):
    """RQ-7.17: in every rounding, of which none matters."""
    rows = IntegerRows(operation, arithmeticoracle.every_row((name,) * 2), (name,) * 2, name)
    count_cases(sum(check(operation, rows, k) for k in ({}, {"rounding": "toward_negative"}, {"rounding": "to_odd", "overflow": "saturate"})))


@pytest.mark.parametrize("name", BYTES[:1])
@pytest.mark.parametrize("operation", BOTH)
def test_every_pair_of_a_byte(operation, name, count_cases):
    """RQ-7.17."""
    rows = IntegerRows(operation, arithmeticoracle.every_row((name,) * 2), (name,) * 2, name)
    count_cases(check(operation, rows, {}))


@pytest.mark.parametrize(
    ("formats", "result"),
    [(("float8_e5m2", "float6_e2m3fn"), "bfloat16"), (("int8", "float8_e4m3fn"), "float8_e4m3fn"), (("float8_e8m0fnu", "uint8"), "float8_e5m2")],
)
@pytest.mark.parametrize("operation", BOTH)
def test_mixed_formats(operation, formats, result, count_cases):
    """RQ-7.6, RQ-7.17."""
    rows = arithmeticoracle.Rows(operation, [c[::5] for c in arithmeticoracle.every_row(formats)], formats, result)
    count_cases(check(operation, rows, {"subnormals": "flush_both", "nan": "keep_payload"}))


@pytest.mark.parametrize("name", ["float16", "bfloat16", "tfloat32", "float32", "int32", "uint32"])
@pytest.mark.parametrize("operation", BOTH)
def test_wide_formats(operation, name, count_cases):
    """RQ-7.17: exponents up to 276 apart, quotients that end in a tie, divisors of 32 digits."""
    if "int" in name:
        edge = np.array([0, 1, 2, 3, 5, 7, 2**16 + 1, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1, 2**32 - 2, 0xC0000001, 0x55555555])
    else:
        edge = boundary(name)
    columns = [np.array(c) for c in zip(*itertools.product(edge, repeat=2), strict=True)]
    rng = np.random.default_rng(7)
    columns = [np.concatenate([c, rng.integers(0, 1 << {"float16": 16, "bfloat16": 16, "tfloat32": 19}.get(name, 32), 2000)]) for c in columns]
    rows = arithmeticoracle.Rows(operation, columns, (name,) * 2, name)
    count_cases(check(operation, rows, {}))
