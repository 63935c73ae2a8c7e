"""Operations on float32 and bfloat16 equal MPFR (through gmpy2, its exponent range set, subnormalised): five rounding modes, and the flags that MPFR has.

MPFR has no signalling NaN and no NaN payload, its `invalid` says that the result is NaN, and its `underflow` is set on exact subnormals too: it counts
where the result is inexact. Its fifth mode is away from zero.
"""

import numpy as np
import pytest
from attestation.skipping import absent

import refquant as rq

ROUNDINGS = {
    "ties_to_even": "RoundToNearest", "toward_zero": "RoundToZero", "toward_positive": "RoundUp", "toward_negative": "RoundDown",
    "away_from_zero": "RoundAwayZero",
}  # fmt: skip
FUNCTIONS = {
    "add": "add", "sub": "sub", "mul": "mul", "div": "div", "sqrt": "sqrt", "fma": "fma", "rem": "remainder", "fmod": "fmod", "rsqrt": "rec_sqrt",
}  # fmt: skip
INEXACT, UNDERFLOW, OVERFLOW, DIV_BY_ZERO, INVALID = 1, 2, 4, 8, 16


@pytest.fixture
def gmpy2():
    try:
        import gmpy2
    except ImportError:
        absent("gmpy2 is not installed")
    return gmpy2


def context_of(gmpy2, name, mode):
    """The context of a format: MPFR's significands lie from 1/2 to 1, so its exponents are greater by one."""
    fmt = rq.get_format(name)
    return gmpy2.context(
        precision=fmt.precision, emax=fmt.emax + 1, emin=fmt.emin - fmt.precision + 2, subnormalize=True, round=getattr(gmpy2, ROUNDINGS[mode])
    )


def values_of(codes, name):
    with np.errstate(invalid="ignore"):  # signalling NaNs
        return (codes.astype(np.uint32) << (16 if name == "bfloat16" else 0)).view(np.float32).astype(np.float64)


def code_of(value, name):
    """The code of a value that is one of the format's; NaN is the canonical one."""
    bits = int(np.float32(value).view(np.uint32)) if value == value else 0x7FC00000
    assert name == "float32" or bits & 0xFFFF == 0
    return bits >> (16 if name == "bfloat16" else 0)


def asked(gmpy2, function, columns, name, mode):
    """Codes and flags of MPFR, row by row; INVALID where a NaN is made of operands that are none."""
    context = context_of(gmpy2, name, mode)
    with context:
        operands = [[gmpy2.mpfr(v) for v in values_of(c, name).tolist()] for c in columns]
    evaluate, codes, flags = getattr(context, function), [], []
    with np.errstate(all="ignore"):
        for row in zip(*operands, strict=True):
            context.clear_flags()
            result = evaluate(*row)
            codes.append(code_of(float(result), name))
            made = result != result and not any(x != x for x in row)
            inexact = INEXACT * context.inexact
            flags.append(inexact + UNDERFLOW * (inexact and context.underflow) + OVERFLOW * context.overflow + DIV_BY_ZERO * context.divzero + INVALID * made)
    return np.array(codes), np.array(flags)


def differences(gmpy2, made, function, name, mode):
    """Which rows differ, of those that MPFR has: no signalling NaN raises there, and 1 / sqrt(-0) is +Inf."""
    columns = [made.columns[c] for c in ("a", "b", "c") if c in made.columns]
    codes, flags = asked(gmpy2, function, columns, name, mode)
    nan = np.any([np.isnan(values_of(c, name)) for c in columns], axis=0)
    has = columns[0] != 1 << (rq.get_format(name).width - 1) if function == "rec_sqrt" else True
    return np.flatnonzero(has & ((codes != made.columns["result"]) | ((flags != made.columns["flags"]) & ~nan))), codes, flags, columns


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("name", ["float32", "bfloat16"])
@pytest.mark.parametrize("operation", FUNCTIONS)
def test_operations(gmpy2, operation, name, level, count_cases):
    """RQ-7.8 to RQ-7.18."""
    for mode in ROUNDINGS:
        made = rq.golden.generate(operation, name, level=level, rounding=mode)
        wrong, codes, flags, columns = differences(gmpy2, made, FUNCTIONS[operation], name, mode)
        assert not wrong.size, [
            (mode, [hex(c[i]) for c in columns], "MPFR", hex(codes[i]), int(flags[i]), hex(made.columns["result"][i]), int(made.columns["flags"][i]))
            for i in wrong[:2]
        ]
        count_cases(codes.size)


def test_the_comparison_can_fail(gmpy2):
    """One result and one flag of thousands."""
    made = rq.golden.generate("mul", "bfloat16")
    for column, bit in (("result", 1), ("flags", 1)):
        changed = made.columns[column].copy()
        changed[1000] ^= bit
        broken = type("Made", (), {"columns": {**made.columns, column: changed}})
        assert differences(gmpy2, broken, "mul", "bfloat16", "ties_to_even")[0].tolist() == [1000]
