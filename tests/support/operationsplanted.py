"""Results of operations that are planted for `explain` to find: rows by rule, and what the oracle makes of them."""

import arithmeticoracle
import numpy as np
import oracle
from stepcases import oracle_policies

import refquant as rq
from refquant.golden.crossing import product
from refquant.golden.operand_classes import brief_codes

_ALONE = {  # operations that the oracle has elsewhere
    "next_up": lambda row, specs, target, policies: oracle.neighbours.neighbour("next_up", row, tuple(specs), target, policies),
    "round_to_integral": lambda row, specs, target, policies: oracle.integral.round_to_integral(False, *row, *specs, target, policies),
    "total_order": lambda row, specs, _, policies: (int(oracle.ordering.total_order(*row, *specs, policies)), 0),
}


def rows_by_rule(formats, drawn=600, seed=1):
    """Return a column of codes for each operand: every class with every class, and random ones."""
    fmts = [rq.get_format(f) for f in formats]
    rng = np.random.default_rng(seed)
    classes = product(*(brief_codes(f) for f in fmts))
    if classes[0].size > 2500:
        chosen = rng.permutation(classes[0].size)[:2500]
        classes = tuple(c[chosen] for c in classes)
    random = [rng.integers(0, 1 << f.width, drawn).astype(f.code_dtype) for f in fmts]
    return tuple(np.concatenate([c, r]) for c, r in zip(classes, random))


def by_oracle(operation, columns, formats, result, **knobs):
    """Return codes and flags of the oracle: the default dialect with these knobs."""
    policies = oracle_policies(rq.get_dialect("default").replace(**knobs).policies(result, result))
    if operation in _ALONE:
        specs, target = [oracle.formats.get(f) for f in formats], oracle.formats.get(result)
        found = [_ALONE[operation](row, specs, target, policies)[:2] for row in zip(*(c.tolist() for c in columns))]
        return np.array([code for code, _ in found], rq.get_format(result).code_dtype), np.array([flags for _, flags in found], np.uint8)
    codes, flags = arithmeticoracle.Rows(operation, columns, formats, result).expected(policies)
    return codes.astype(rq.get_format(result).code_dtype), flags.astype(np.uint8)


def fused_in_two(columns, formats, result, middle=None, **knobs):
    """Return what a product that is rounded first, and a sum, make of rows."""
    middle = middle or result
    first, raised = by_oracle("mul", columns[:2], formats[:2], middle, **(knobs if middle == result else {"nan": "keep_payload"}))
    codes, flags = by_oracle("add", (first, columns[2]), (middle, formats[2]), result, **knobs)
    return codes, flags | raised
