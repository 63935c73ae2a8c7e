"""Too long for every run (tox env exhaustive): all 504 P3109 formats, every 16-bit code, all break points of the 16-bit formats."""

import itertools

import numpy as np
import oracle
import pytest
from stepcases import DETERMINISTIC, compare_format, parts_places, places

import refquant as rq

pytestmark = pytest.mark.exhaustive
P3109 = [n for n in rq.list_formats(p3109=True) if n not in rq.list_formats()]
WIDER = [n for n in P3109 if rq.get_format(n).width > 8]
SIXTEEN = ["float16", "bfloat16", *(f"{u}int{n}" for u in ("", "u") for n in range(9, 17))]


@pytest.fixture(autouse=True)
def little_memory():
    """What is kept of a 16-bit format is large: forget it before the next one."""
    yield
    for kept in (oracle.steps.expand, oracle.steps.project_all, places, parts_places):
        kept.cache_clear()


@pytest.mark.parametrize("name", WIDER)
def test_p3109_formats_of_9_to_16_bits_from_integer_parts(name, count_cases):
    for rounding, overflow in itertools.product(DETERMINISTIC, ("no_saturate", "saturate")):
        policies = rq.get_dialect("p3109-d1").replace(rounding=rounding, overflow=overflow).policies(name, "exact")
        count_cases(compare_format(name, policies, ("parts",)))


@pytest.mark.parametrize("name", SIXTEEN)
def test_16_bit_formats_on_every_break_point(name, count_cases):
    for rounding, overflow in itertools.product(DETERMINISTIC, ("no_saturate", "saturate", "saturate_propagate")):
        count_cases(compare_format(name, rq.Policies(rounding=rounding, overflow=overflow), ("float64", "parts")))


@pytest.mark.parametrize("name", [*SIXTEEN, *WIDER])
def test_every_code_of_9_to_16_bits_decodes_and_comes_back(name, count_cases):
    fmt, ours = oracle.formats.get(name), rq.get_format(name)
    codes = np.arange(1 << ours.width, dtype=ours.code_dtype)
    parts = rq.decode_parts(codes, name)
    for code, sign, significand, exponent, kind in zip(codes.tolist(), *(p.tolist() for p in parts), strict=True):
        if kind == 0:
            assert (int(sign), significand, exponent) == oracle.codec.parts(code, fmt)
        else:
            assert oracle.codec.decode(code, fmt).kind == ("inf" if kind == 1 else "nan")
    finite = parts.kind == 0
    back = rq.encode_parts(parts.sign[finite], parts.significand[finite], parts.exponent[finite], name)
    assert np.array_equal(back, codes[finite])
    count_cases(codes.size)
