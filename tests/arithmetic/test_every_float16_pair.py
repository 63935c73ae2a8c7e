"""Sums and products of every pair of float16 codes equal NumPy's: 2^32 of each, a sixteenth a test; a slice of them in every run."""

import numpy as np
import pytest

import refquant as rq

EVERY = np.arange(1 << 16, dtype=np.uint16)
PARTS = 16
AT_ONCE = 64  # codes that meet every code in one call: 4 Mi pairs, for which compiled code is taken


def compare_with_every_code(operation, codes):
    """Compare pairs of these codes and all codes, NaN for NaN; return how many that were."""
    ufunc, ours = {"add": np.add, "mul": np.multiply}[operation], getattr(rq.arithmetic, operation)
    for start in range(0, codes.size, AT_ONCE):
        some = codes[start : start + AT_ONCE, None]
        with np.errstate(all="ignore"):
            want = ufunc(some.view(np.float16), EVERY.view(np.float16))
        nan = np.isnan(want)
        bits = np.where(nan, np.uint16(0x7E00), want.view(np.uint16))
        got = ours(some, EVERY, "float16")
        if not np.array_equal(got, bits):
            i, j = (int(k[0]) for k in np.nonzero(got != bits))
            raise AssertionError(f"{operation}({int(some[i, 0]):#06x}, {j:#06x}): got {int(got[i, j]):#06x}, NumPy {int(bits[i, j]):#06x}")
    return codes.size * EVERY.size


@pytest.mark.parametrize("operation", ["add", "mul"])
def test_a_slice_of_all_pairs(operation, count_cases):
    """RQ-7.8: sixteen codes of about every second binade, with all."""
    count_cases(compare_with_every_code(operation, EVERY[::4099]))


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("operation", ["add", "mul"])
def test_all_pairs(operation, part, count_cases):
    """RQ-7.8: NumPy adds and multiplies in float32 and rounds again, which for 24 digits of 11 is innocuous (RQ-11.12)."""
    done = compare_with_every_code(operation, EVERY[part::PARTS])
    assert done == 1 << 28
    print(f"{operation}, part {part + 1} of {PARTS}: {done:,} pairs of float16 equal NumPy's")
    count_cases(done)


def test_the_comparison_can_fail(monkeypatch):
    whole = rq.arithmetic.add
    monkeypatch.setattr(rq.arithmetic, "add", lambda a, b, fmt: whole(a, b, fmt) ^ ((a == 0x3C00) & (b == 0x3C01)))
    with pytest.raises(AssertionError, match=r"add\(0x3c00, 0x3c01\): got 0x4001, NumPy 0x4000"):
        compare_with_every_code("add", EVERY[0x3C00:0x3C01])
