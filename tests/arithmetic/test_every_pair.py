"""Every pair of codes of every narrow format in every deterministic mode equals the oracle, flags included; a fixed cut of it in every run."""

import itertools

import arithmeticoracle
import numpy as np
import oracle
import pytest
from backendsathand import at_hand
from integerrows import EXACT, FINITE, IntegerRows, IntegralRows
from rowchecks import BYTES, DETERMINISTIC, check, policies_of

import refquant as rq
from refquant.operations import OPERATIONS

FORMATS = [n for n in rq.list_formats(p3109=True) if rq.get_format(n).width <= 8]
BROAD = [n for n in FORMATS if rq.get_format(n).width == 8]
PAIRS = ("add", "sub", "mul", "div")
KNOBS = [{"rounding": mode, "tininess": t} for mode in DETERMINISTIC for t in ("after", "before")]
SATURATED = [{"rounding": mode, "overflow": "saturate"} for mode in DETERMINISTIC]


def rows_at(operation, name, indices):
    """The rows of these numbers among all combinations of codes of a format, in their order."""
    width, count = rq.get_format(name).width, len(OPERATIONS[operation].operands)
    columns = [(indices >> width * (count - 1 - i)) & ((1 << width) - 1) for i in range(count)]
    return IntegerRows(operation, columns, (name,) * count, name)


def every(operation, name):
    return rows_at(operation, name, np.arange(1 << rq.get_format(name).width * len(OPERATIONS[operation].operands)))


def check_all(operation, rows, knobs):
    """Compare every implementation; count what is compared with the oracle."""
    return sum(check(operation, rows, k, backend=backend) for k in knobs for backend in at_hand(OPERATIONS[operation].backends))


@pytest.mark.parametrize("name", ["binary5p1se", "binary6p2uf", "int4", "ue4m3", "float8_e8m0fnu", "float8_e4m3fnuz"])
@pytest.mark.parametrize("operation", [*FINITE, *EXACT])
def test_the_oracle_as_integers_is_the_oracle(operation, name, count_cases):
    """The rows that the tests of this file expect, by integers and tables, are those of exact fractions, one by one."""
    total = 1 << rq.get_format(name).width * len(OPERATIONS[operation].operands)
    fast = rows_at(operation, name, np.arange(0, total, total // 500 | 1))
    slow = arithmeticoracle.Rows(operation, fast.columns, fast.formats, name)
    for knobs in KNOBS[len(operation) % 5 :: 5] + SATURATED[len(name) % 5 :: 5]:
        policies = oracle.policies.Policies(**policies_of(name, **knobs))
        for want, got in zip(slow.expected(policies), fast.expected(policies)):
            assert np.array_equal(want, got), (operation, name, knobs)
        count_cases(fast.rows.size)


def test_the_integral_oracle_as_integers_is_the_oracle(count_cases):
    for name, exact, mode in itertools.product(("float8_e3m4", "binary6p2uf", "int4", "float8_e8m0fnu"), (False, True), DETERMINISTIC):
        fmt, policies = oracle.formats.get(name), oracle.policies.Policies(**policies_of(name, rounding=mode))
        want = [oracle.integral.round_to_integral(exact, c, fmt, fmt, policies)[:2] for c in range(1 << fmt.width)]
        assert list(zip(*(a.tolist() for a in IntegralRows(name, exact).expected(policies)))) == want
        count_cases(len(want))


@pytest.mark.parametrize("name", FORMATS)
def test_a_cut_of_every_operation_in_every_mode(name, count_cases, cut_cells):
    """RQ-7.6 to RQ-7.19: some 200 rows of each (format, operation, mode); tininess and saturation in turn."""
    knobs = [KNOBS[2 * i + i % 2] if i % 3 else SATURATED[i] for i in range(len(DETERMINISTIC))]
    for at, operation in enumerate(FINITE):
        total = 1 << rq.get_format(name).width * len(OPERATIONS[operation].operands)
        rows = rows_at(operation, name, np.arange(at % min(total, 200), total, total // 200 | 1))
        count_cases(check_all(operation, rows, knobs))
        cut_cells([(name, operation, k["rounding"]) for k in knobs], rows.rows.size * len(knobs))
    for exact, operation in ((False, "round_to_integral"), (True, "round_to_integral_exact")):
        rows = IntegralRows(name, exact)
        count_cases(sum(check("round_to_integral", rows, k, exact=exact) for k in knobs))
        cut_cells([(name, operation, k["rounding"]) for k in knobs], rows.columns[0].size * len(knobs))


@pytest.mark.parametrize("name", FORMATS)
def test_a_cut_of_what_no_mode_changes(name, count_cases):
    """RQ-7.17, RQ-7.23: some 100 rows, in one of the modes in turn."""
    for at, operation in enumerate(EXACT):
        total = 1 << rq.get_format(name).width * len(OPERATIONS[operation].operands)
        rows = rows_at(operation, name, np.arange(at % min(total, 200), total, total // 100 | 1))
        count_cases(check_all(operation, rows, [KNOBS[(at + len(name)) % len(KNOBS)]]))


@pytest.mark.exhaustive
@pytest.mark.parametrize("operation", PAIRS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_pair(name, operation, count_cases):
    """RQ-7.6 to RQ-7.12: every deterministic mode, both tininess rules, saturated too."""
    count_cases(check_all(operation, every(operation, name), KNOBS + SATURATED))


@pytest.mark.exhaustive
@pytest.mark.parametrize("operation", [o for o in EXACT if o != "relu"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_pair_where_no_mode_matters(name, operation, count_cases):
    """RQ-7.17, RQ-7.23."""
    count_cases(check_all(operation, every(operation, name), [{}, {"rounding": "toward_negative"}]))


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [n for n in FORMATS if rq.get_format(n).width in (4, 6)])
def test_every_triple(name, count_cases):
    """RQ-7.8: the product of fma is not rounded."""
    count_cases(check_all("fma", every("fma", name), KNOBS))


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", BROAD)
def test_drawn_triples(name, count_cases):
    """RQ-7.8: a million of each format that hardware has in every mode, by both tininess rules in turn; a tenth of it of every other."""
    drawn = np.random.default_rng(1985).integers(0, 1 << 24, 1_000_000 if name in BYTES else 100_000)
    count_cases(check_all("fma", rows_at("fma", name, drawn), [KNOBS[2 * i + i % 2] for i in range(len(DETERMINISTIC))]))
