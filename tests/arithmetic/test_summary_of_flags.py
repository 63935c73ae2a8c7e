"""Flags of many elements in one call."""

import numpy as np
import pytest

import refquant as rq


def test_each_flag_is_counted_where_it_is_raised(count_cases):
    flags = np.arange(64, dtype=np.uint8).reshape(8, 8)
    found = rq.summary_of_flags(flags)
    assert (found.elements, found.silent, int(found.raised)) == (64, 1, 63)
    assert found.counts == dict.fromkeys(rq.Flags, 32) and len(found.counts) == 6
    assert str(found) == "64 elements: INEXACT 32, UNDERFLOW 32, OVERFLOW 32, DIV_BY_ZERO 32, INVALID 32, INPUT_DENORMAL 32; no flag 1"
    count_cases(64)


def test_flags_by_hand():
    found = rq.summary_of_flags([0, 1, 3, 16])
    assert found.raised == rq.Flags.INEXACT | rq.Flags.UNDERFLOW | rq.Flags.INVALID and found.silent == 1
    assert str(found) == "4 elements: INEXACT 2, UNDERFLOW 1, INVALID 1; no flag 1"
    assert str(rq.summary_of_flags([])) == "0 elements: no flag 0" and rq.summary_of_flags(np.uint8(8)).elements == 1


@pytest.mark.parametrize(
    "flags, error", [([0.5], rq.errors.InputTypeError), ([64], rq.errors.InputValueError), ([-1], rq.errors.InputValueError), (["x"], rq.errors.InputTypeError)]
)
def test_what_is_no_flags_is_refused(flags, error):
    with pytest.raises(error, match=r"^flags: expected "):
        rq.summary_of_flags(flags)


def test_a_result_with_its_codes_is_refused():
    """Codes below 64 would be counted as flags."""
    with pytest.raises(
        rq.errors.InputTypeError, match=r"flags: expected an array of uint8, got a tuple; give the flags of a result alone, such as result\.flags"
    ):
        rq.summary_of_flags(rq.arithmetic.add([1], [1], "float16", return_flags=True))
