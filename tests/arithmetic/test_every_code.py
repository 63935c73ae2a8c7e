"""Operations of one operand, of every code of formats of up to 16 bits, equal the oracle, flags included."""

import integerrows
import numpy as np
import oracle
import pytest
from backendsathand import at_hand
from integerrows import IntegerRows, IntegralRows
from rowchecks import DETERMINISTIC, check, policies_of

import refquant as rq
from refquant.operations import OPERATIONS

pytestmark = pytest.mark.exhaustive
KNOBS = [{"rounding": mode, "tininess": t} for mode in DETERMINISTIC for t in ("after", "before")]
#: Of each width above 8 one P3109 format of each kind, of another precision each, with at most 9 bits of exponent: integers of some hundred digits.
P3109 = [f"binary{k}p{k - 8 + 2 * ((k + i) % 4)}{kind}" for k in range(9, 17) for i, kind in enumerate(("se", "sf", "ue", "uf"))]
FORMATS = [n for n in rq.list_formats(p3109=True) if rq.get_format(n).width <= 8 or (rq.get_format(n).width <= 16 and n in (*rq.list_formats(), *P3109))]
NARROWER = [n for n in FORMATS if rq.get_format(n).width <= 12 or n in rq.list_formats()]  #: what takes fractions, code by code
ONE = {
    "next_up": lambda c, f, p: oracle.neighbours.neighbour("next_up", (c,), (f,), f, p),
    "next_down": lambda c, f, p: oracle.neighbours.neighbour("next_down", (c,), (f,), f, p),
    "neg": lambda c, f, p: oracle.signs.sign_operation("neg", (c,), (f,), f, p),
    "abs": lambda c, f, p: oracle.signs.sign_operation("abs", (c,), (f,), f, p),
    "relu": lambda c, f, p: oracle.arithmetic.arithmetic("relu", (c,), (f,), f, p),
    "log_b": lambda c, f, p: oracle.ordering.log_b(c, f, f, p),
}


@pytest.fixture(autouse=True)
def little_memory():
    """What is kept of a 16-bit format is large: forget it before the next one."""
    yield
    for kept in (
        oracle.steps.expand,
        oracle.steps.project_all,
        *(getattr(integerrows, n) for n in ("table", "outcome_of_segments", "data_of", "units_of", "points_of")),
    ):
        kept.cache_clear()


@pytest.mark.parametrize("name", FORMATS)
def test_roots_reciprocals_and_integral_values(name, count_cases):
    """RQ-7.8, RQ-7.18, RQ-7.19: every deterministic mode, both tininess rules."""
    codes = np.arange(1 << rq.get_format(name).width)
    for operation in ("sqrt", "recip", "rsqrt"):
        rows = IntegerRows(operation, [codes], (name,), name)
        count_cases(sum(check(operation, rows, k, backend=backend) for k in KNOBS for backend in at_hand(OPERATIONS[operation].backends)))
    for exact in (False, True):
        rows = IntegralRows(name, exact)
        count_cases(sum(check("round_to_integral", rows, k, exact=exact) for k in KNOBS))


@pytest.mark.parametrize("name", NARROWER)
def test_neighbours_signs_and_exponents(name, count_cases):
    """RQ-7.21 to RQ-7.24: operations that no mode changes, but where the exponent does not fit."""
    fmt, codes = oracle.formats.get(name), np.arange(1 << rq.get_format(name).width).astype(rq.get_format(name).code_dtype)
    knobs = policies_of(name, rounding="toward_positive", next_past_end="nan" if rq.get_format(name).has_nan else "stay")
    policies, dialect = oracle.policies.Policies(**knobs), rq.get_dialect("default").replace(**knobs)
    for operation, of_oracle in ONE.items():
        got = getattr(rq.arithmetic, operation)(codes, name, result=name, dialect=dialect, return_flags=True)
        want = np.array([of_oracle(c, fmt, policies)[:2] for c in codes.tolist()])
        wrong = np.flatnonzero((got.codes != want[:, 0]) | (got.flags != want[:, 1]))
        assert not wrong.size, (operation, name, [(hex(i), hex(got.codes[i]), int(got.flags[i]), want[i]) for i in wrong[:3]])
        count_cases(codes.size)


@pytest.mark.parametrize("name", NARROWER)
def test_classes_and_integer_exponents(name, count_cases):
    """RQ-7.21, RQ-7.26."""
    fmt, codes = oracle.formats.get(name), np.arange(1 << rq.get_format(name).width).astype(rq.get_format(name).code_dtype)
    classes = [oracle.ordering.CLASSES.index(oracle.ordering.classify(c, fmt)) for c in codes.tolist()]
    assert np.array_equal(rq.arithmetic.classify(codes, name), classes)
    got = rq.arithmetic.log_b(codes, name, return_flags=True)
    want = np.array([oracle.ordering.log_b_integer(c, fmt, oracle.policies.Policies()) for c in codes.tolist()])
    assert np.array_equal(got.codes, want[:, 0]) and np.array_equal(got.flags, want[:, 1])
    count_cases(2 * codes.size)
