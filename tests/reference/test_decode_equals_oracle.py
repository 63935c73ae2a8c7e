"""Reference == oracle: the datum and the parts of every code."""

from fractions import Fraction

import numpy as np
import oracle
import pytest

import refquant as rq

KINDS = {"finite": 0, "inf": 1}
UP_TO_8 = [n for n in rq.list_formats(p3109=True) if rq.get_format(n).width <= 8]
WIDER = ["float16", "bfloat16", "binary16p3se", "binary16p1ue", "binary12p12uf", "binary10p4sf", "int12", "uint16", "int16"]
WIDEST = ["tfloat32", "float32", "float64", "int32", "uint32"]


def payload(d):
    """The T of a NaN with its most significant bit at bit 51; nothing for the one NaN of a format, or Inf. RQ-3.7."""
    return (d.payload << (52 - d.payload_width)) if d.payload else 0


def check(name, codes):
    fmt, ours = oracle.formats.get(name), rq.get_format(name)
    array = np.array(codes, ours.code_dtype)
    parts, values = rq.decode_parts(array, name), rq.decode(array, name, dtype=object)
    for i, code in enumerate(codes):
        d = oracle.codec.decode(code, fmt)
        got = tuple(int(p[i]) for p in parts)
        if d.kind == "finite":
            assert got == (*oracle.codec.parts(code, fmt), 0), f"{name} {code:#x}"
            signed = -d.value if d.sign else d.value
            assert Fraction(values[i]) == signed and (d.value or str(values[i]).startswith("-") == bool(d.sign)), f"{name} {code:#x}"
            continue
        kind = 1 if d.kind == "inf" else 3 if d.signaling else 2
        assert (got[0], got[3]) == (d.sign, kind) and got[1] == payload(d), f"{name} {code:#x}"
        assert str(values[i]) in ("inf", "-inf") if kind == 1 else values[i] != values[i]
    return len(codes)


@pytest.mark.parametrize("name", UP_TO_8)
def test_every_code_of_formats_up_to_8_bits(name, count_cases):
    count_cases(check(name, range(1 << rq.get_format(name).width)))


@pytest.mark.parametrize("name", WIDER)
def test_codes_of_wider_formats_by_rule(name, count_cases):
    """The first and last 200 codes of each side, the neighbours of every power of two, and every 61st code."""
    width = rq.get_format(name).width
    top, half = 1 << width, 1 << (width - 1)
    near = {c + d for b in range(width) for c in (1 << b, half + (1 << b)) for d in (-1, 0, 1)}
    codes = {*range(200), *range(half - 200, half + 200), *range(top - 200, top), *range(0, top, 61), *near}
    count_cases(check(name, sorted(c for c in codes if 0 <= c < top)))


@pytest.mark.parametrize("name", WIDEST)
def test_boundary_codes_of_the_widest_formats(name, count_cases):
    width = rq.get_format(name).width
    top, half = 1 << width, 1 << (width - 1)
    near = {s + (1 << b) + d for b in range(width) for s in (0, half, half - (1 << b), top - 2 * (1 << b)) for d in (-2, -1, 0, 1)}
    count_cases(check(name, sorted(c for c in near | {0, half, top - 1} if 0 <= c < top)))


@pytest.mark.parametrize("name", [n for n in UP_TO_8 if not n.startswith("binary") and n != "float64"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_as_floats_are_the_exact_ones(name, dtype, count_cases):
    fmt = rq.get_format(name)
    codes = np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    values, exact = rq.decode(codes, name, dtype=dtype), rq.decode(codes, name, dtype=object)
    for value, wanted in zip(values, exact, strict=True):
        assert (np.isnan(value) and wanted != wanted) or (wanted in (np.inf, -np.inf) and value == wanted) or Fraction(float(value)) == Fraction(wanted)
    signs = np.signbit(values[~np.isnan(values)])
    assert np.array_equal(signs, [str(w).startswith("-") for w in exact[~np.isnan(values)]])
    count_cases(codes.size)
