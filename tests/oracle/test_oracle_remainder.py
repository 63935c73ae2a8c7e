"""The oracle's remainders: against math.remainder and math.fmod, which are exact, and against the standard's special cases."""

import itertools
import math

import oracle
import pytest
from oracle.arithmetic import arithmetic
from oracle.flags import INVALID

get = oracle.formats.get


def as_float(code, fmt):
    d = oracle.codec.decode(code, fmt)
    side = -1.0 if d.sign else 1.0
    return {"inf": side * math.inf, "nan": math.nan}.get(d.kind, math.copysign(float(d.value), side))


@pytest.mark.parametrize(("operation", "of_python"), [("rem", math.remainder), ("fmod", math.fmod)])
@pytest.mark.parametrize("name", ["float6_e3m2fn", "float8_e5m2", "float8_e4m3fnuz"])
def test_remainders_are_those_of_python(operation, of_python, name):
    """RQ-7.17."""
    fmt, double = get(name), get("float64")
    some = range(0, 1 << fmt.width, 5 if fmt.width == 8 else 1)
    for codes in itertools.product(some, repeat=2):
        x, y = (as_float(c, fmt) for c in codes)
        got = as_float(arithmetic(operation, codes, (fmt,) * 2, double).code, double)
        try:
            want = of_python(x, y)
        except ValueError:  # what IEEE calls an invalid operation
            want = math.nan
        assert (got != got and want != want) or (got == want and math.copysign(1, got) == math.copysign(1, want)), (operation, x, y)


#: By hand: float16 codes. 4500 is 5, 4000 is 2, 4200 is 3, 7C00 is Inf.
EXAMPLES = [
    ("rem", (0x4500, 0x4000), 0x3C00, 0),  # 5 - 2·2
    ("rem", (0x4700, 0x4000), 0xBC00, 0),  # 7 - 4·2: 3.5 takes the even 4
    ("rem", (0xC400, 0x4000), 0x8000, 0),  # -4 - (-2)·2 is -0
    ("rem", (0x3C00, 0x7C00), 0x3C00, 0),
    ("rem", (0x8000, 0x7C00), 0x8000, 0),
    ("rem", (0x7C00, 0x3C00), 0x7E00, INVALID),
    ("rem", (0x3C00, 0x0000), 0x7E00, INVALID),
    ("rem", (0x7C00, 0x7C00), 0x7E00, INVALID),
    ("fmod", (0x4700, 0x4000), 0x3C00, 0),
    ("fmod", (0xC700, 0x4000), 0xBC00, 0),
    ("fmod", (0x0000, 0x0000), 0x7E00, INVALID),
]


@pytest.mark.parametrize(("operation", "codes", "code", "flags"), EXAMPLES)
def test_special_cases(operation, codes, code, flags):
    """RQ-7.9, RQ-7.17."""
    half = get("float16")
    assert arithmetic(operation, codes, (half,) * 2, half)[:2] == (code, flags)
    assert arithmetic(operation, codes, (half,) * 2, half, oracle.policies.Policies(rounding="toward_negative"))[:2] == (code, flags)
