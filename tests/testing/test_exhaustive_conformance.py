"""assert_conforms on every float32: a cast made of the oracle's exact boundaries passes, and one wrong code in 2**32 is found."""

import numpy as np
import pytest
from everyfloat import SIDE, expected, runs

import refquant as rq
from refquant.testing import assert_conforms

TARGET = "float8_e4m3fn"


class ByBoundaries:
    """A cast of float32 that computes nothing: it looks up between which boundaries an input lies. It counts the codes that come in order from 0."""

    def __init__(self, wrong=None):
        policies = rq.get_dialect("default").policies(TARGET, "float32")
        self.sides = [runs(TARGET, negative, policies) for negative in (False, True)]
        self.wrong, self.swept = wrong, 0

    def __call__(self, x):
        bits = x.view(np.uint32)
        codes = np.empty(bits.size, np.uint8)
        if bits.size > 1 and bits[0] == self.swept % 2**32 and bits[-1] - bits[0] == bits.size - 1 and bits[0] // SIDE == bits[-1] // SIDE:
            codes[:] = expected(self.sides[bits[0] // SIDE], int(bits[0] % SIDE), bits.size, np.uint8)
            self.swept += bits.size
        else:
            for negative, side in enumerate(self.sides):
                here = bits >> 31 == negative
                codes[here] = side.codes[np.searchsorted(side.starts, bits[here] & np.uint32(SIDE - 1), "right") - 1]
        if self.wrong is not None:
            codes[bits == self.wrong] ^= 1
        return codes


def test_the_cast_by_boundaries_is_right_on_the_operands_of_level_2(count_cases):
    """The lookup in every run; the test below takes it 2**32 times."""
    cast = ByBoundaries()
    assert_conforms(cast, "encode", "float32", TARGET, level=2)
    x = np.arange(0x3E000000, 0x3E000000 + 2**16, dtype=np.uint32).view(np.float32)
    in_order = ByBoundaries()
    in_order.swept = 0x3E000000
    assert np.array_equal(cast(x), in_order(x)) and in_order.swept == 0x3E000000 + 2**16
    count_cases(2**16)


@pytest.mark.exhaustive
def test_every_float32_conforms(count_cases):
    cast = ByBoundaries()
    assert_conforms(cast, "encode", "float32", TARGET, level="exhaustive")
    assert cast.swept == 2**32
    count_cases(2**32, independent=True)


@pytest.mark.exhaustive
@pytest.mark.parametrize("wrong, kind", [(0xC0D5F3A7, "other")])
def test_one_wrong_code_among_all_float32_is_found(wrong, kind, count_cases):
    cast = ByBoundaries(wrong)
    assert_conforms(cast, "encode", "float32", TARGET, level=2)  # which does not have this input
    with pytest.raises(rq.errors.CodesDifferError) as caught:
        assert_conforms(cast, "encode", "float32", TARGET, level="exhaustive")
    assert cast.swept == 2**32
    report = str(caught.value)
    assert f"\n  wrong      1 of 4,294,967,296 codes of {TARGET}: by at most 1 ulp\n  classes    {kind} 1\n" in report
    assert "\n  inputs     level exhaustive: every code of float32\n" in report and f"\n  input     {wrong:#x} " in report
    assert "\n  got       0xcc        1 | 1001 | 100 " in report and "\n  expected  0xcd        1 | 1001 | 101 " in report
    count_cases(2**32, independent=True)
