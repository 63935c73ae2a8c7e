"""Judging results by golden vectors: by the result, the mask and the flags that stand in the set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.golden.classes import BY_NAME, KINDS
from refquant.golden.classes import CLASSES as VECTOR_CLASSES
from refquant.golden.evaluation import evaluate, is_conversion
from refquant.golden.golden_set import GoldenSet
from refquant.golden.nan_mask import accepted
from refquant.golden.reasons import NOT_REACHED
from refquant.golden.recipe import OVERFLOWS, ROUNDINGS
from refquant.golden.sources import magnitude_of
from refquant.golden.text import hex_code, hex_value
from refquant.policies import Dialect, Policies
from refquant.policies.knobs import as_via
from refquant.verify.cases import cases_of
from refquant.verify.comparison import CLASSES, THROUGH_FLOAT32, Mask, Witness, is_subnormal, magnitude_is_zero
from refquant.verify.coverage import Coverage
from refquant.verify.diagnosis import NOT_LOOKED_FOR, UNEXPLAINED, diagnose
from refquant.verify.findings import Finding, WrongFlags, flags_described, flags_text
from refquant.verify.flag_diagnosis import diagnose_flags
from refquant.verify.operation_claim import OperationClaim
from refquant.verify.pipe import Kind, Misbehaviour
from refquant.verify.spread import spread_of
from refquant.verify.target import NARROW, Claim, Codes
from refquant.verify.targets import FileTarget
from refquant.verify.targets.stated import name_or_format
from refquant.verify.verdict import Verdict, with_flags, with_unknown

Rows = NDArray[np.intp]
_NAN = [f"{sign}{kind}" for kind in KINDS[-2:] for sign in "+-"]
_SUBNORMAL = [f"{sign}{kind}" for kind in KINDS if "subnormal" in kind for sign in "+-"] + ["UNDERFLOW", "subnormal result", "rounded to zero", "flushed"]
_OVERFLOW = ["OVERFLOW", "overflow to Inf", "overflow to the greatest", "overflow to NaN", "overflow to another"]
_TIE = ["tie above even", "tie above odd"]


def judge_vectors(target: FileTarget, claim: Claim) -> Verdict:
    """Return the verdict on a file of results."""
    made, results = target.made, target.results
    rows, failure = _answered(made, target)
    known = np.setdiff1d(rows, np.fromiter(results.unknown, np.intp))
    got = np.zeros(len(made), made.recipe.result.code_dtype)
    got[rows] = results.columns["result"][rows]
    right = accepted(got[known], made.columns["result"][known], made.columns["mask"][known], made.recipe.result, made.recipe.nan_by)
    verdict = _compared(made, claim, known, got, known[~right], rows.size)
    verdict = with_unknown(verdict, _unknown(made, [row for row in results.unknown if row < rows.size], results.unknown))
    if "flags" in results.columns:
        verdict = with_flags(verdict, _wrong_flags(made, known, got, results.columns["flags"], verdict))
    verdict = replace(verdict, sizes={"golden vectors": len(made)}, unanswered=len(made) - rows.size, coverage=_coverage(made, rows))
    return verdict if failure is None else _failed(verdict, failure)


def _answered(made: GoldenSet, target: FileTarget) -> tuple[Rows, Misbehaviour | None]:
    """Return the vectors that have a result, up to the first that is none, and what is wrong with the file."""
    given, failure, vectors = target.results.columns["result"], target.results.failure, len(made)
    wide = np.flatnonzero(given[:vectors] >> np.uint64(min(made.recipe.result.width, 63)) > (made.recipe.result.width == 64))
    if wide.size:
        row = int(wide[0])
        failure = Misbehaviour(Kind.TOO_WIDE, f"has a result of more than {made.recipe.result.width} bits", row, answer=f"{int(given[row]):#x}")
        return np.arange(row), failure._replace(input=_inputs(made, row)[0])
    if failure is not None and failure.vector is not None:
        inside = failure.vector < vectors
        failure = failure._replace(input=_inputs(made, failure.vector)[0]) if inside else failure._replace(vector=None)
    elif given.size != vectors:
        kind = Kind.TOO_FEW if given.size < vectors else Kind.TOO_MANY
        failure = Misbehaviour(kind, f"has {given.size:,} results for {vectors:,} vectors")
    return np.arange(min(given.size, vectors)), failure


def _compared(made: GoldenSet, claim: Claim, known: Rows, got: Codes, wrong: Rows, cases: int) -> Verdict:
    if not wrong.size:
        return Verdict(claim, "exact", {}, cases)
    labels = _labels(made, wrong, got[wrong])
    masks = {name: mask for i, name in enumerate(CLASSES) if (mask := labels == i).any()}
    by_class = {name: int(np.count_nonzero(mask)) for name, mask in masks.items()}
    witnesses = {name: _witness(made, _smallest(made, wrong[mask]), got) for name, mask in masks.items()}
    spread = spread_of(claim, made.columns["a"][wrong], got[wrong], made.columns["result"][wrong], masks)
    rounded = _rounded_claim(made)
    diagnosis = None if rounded is None else diagnose(rounded, _cases(made, known), got[known])
    message = diagnosis or (NOT_LOOKED_FOR if rounded is None else UNEXPLAINED)
    found = (cases, wrong.size, by_class, _witness(made, _smallest(made, wrong), got), diagnosis, message)
    return Verdict(claim, "new", {}, *found, witnesses=witnesses, spread=spread)


def _labels(made: GoldenSet, rows: Rows, got: Codes) -> NDArray[np.int64]:
    """Return the index in `CLASSES` of each wrong vector, by the classes that the set says it has."""
    bits, right, fmt = made.columns["classes"][rows], made.columns["result"][rows], made.recipe.result
    zeros = magnitude_is_zero(got, fmt) & magnitude_is_zero(right, fmt)
    small = _has(bits, _SUBNORMAL) | is_subnormal(right, fmt)
    tests = [_has(bits, _NAN), _has(bits, ["+Inf", "-Inf"]), zeros, _double_rounding(made, rows, got), _has(bits, _OVERFLOW) | _has(bits, ["beyond"])]
    tests += [_has(bits, _TIE), small, np.ones(rows.size, np.bool_)]
    first: NDArray[np.int64] = np.argmax(np.stack(tests), axis=0)
    return first


def _has(bits: NDArray[np.uint64], names: Sequence[str]) -> Mask:
    wanted = sum(1 << BY_NAME[name].id for name in names)
    found: Mask = bits & np.uint64(wanted) != 0
    return found


def _double_rounding(made: GoldenSet, rows: Rows, got: Codes) -> Mask:
    """Return where a conversion that passes through float32 gives what was given."""
    found, recipe = np.zeros(rows.size, np.bool_), made.recipe
    if not is_conversion(recipe.record) or recipe.operation == "decode" or recipe.operands[0].name in NARROW:
        return found
    for at, policies in _blocks(made, rows):
        if not policies.rounding.is_stochastic:
            found[at] = _evaluated(made, rows[at], replace(policies, via=as_via(THROUGH_FLOAT32))) == got[at]
    return found


def _blocks(made: GoldenSet, rows: Rows) -> Iterator[tuple[Rows, Policies]]:
    """Yield the places of vectors of each pair of modes, and their policies."""
    recipe, pairs = made.recipe, np.stack([made.columns[n][rows] for n in ("rounding", "overflow")])
    for rounding, overflow in np.unique(pairs, axis=1).T.tolist():
        modes = {"rounding": ROUNDINGS[rounding]} if recipe.roundings else {}
        modes |= {"overflow": OVERFLOWS[overflow]} if recipe.overflows else {}
        yield np.flatnonzero((pairs[0] == rounding) & (pairs[1] == overflow)), replace(recipe.policies, **modes)


def _evaluated(made: GoldenSet, rows: Rows, policies: Policies) -> Codes:
    recipe = made.recipe
    columns = tuple(made.columns[name][rows] for name in recipe.operand_names)
    return evaluate(recipe.record, columns, recipe.operands, recipe.fmt, recipe.result, policies, None, None).codes


def _smallest(made: GoldenSet, rows: Rows) -> int:
    """Return the vector of smallest operands: the first by magnitude, then the second, then the codes."""
    columns = [(made.columns[name][rows], fmt) for name, fmt in zip(made.recipe.operand_names, made.recipe.operands)]
    keys = [codes for codes, _ in reversed(columns)] + [magnitude_of(codes, _named(fmt)) for codes, fmt in reversed(columns)]
    return int(rows[np.lexsort(keys)[0]])


def _named(fmt: Any) -> Any:
    """Return the name of a 64-bit integer, which is no format elsewhere."""
    return fmt.name if fmt.width == 64 and fmt.name in ("int64", "uint64") else fmt


def _inputs(made: GoldenSet, row: int) -> tuple[str, str]:
    """Return the operands of a vector as codes and as values, with its modes where the set has several."""
    recipe = made.recipe
    codes = [(int(made.columns[name][row]), _named(fmt)) for name, fmt in zip(recipe.operand_names, recipe.operands)]
    modes = [str(known[int(made.columns[n][row])]) for n, known, said in _modes(made) if len(said) > 1]
    values = ", ".join(hex_value(code, fmt) for code, fmt in codes) + (f" ({', '.join(modes)})" if modes else "")
    return ", ".join(hex_code(code, fmt) for code, fmt in codes), values


def _modes(made: GoldenSet) -> tuple[tuple[str, tuple[Any, ...], tuple[str, ...]], ...]:
    return ("rounding", ROUNDINGS, made.recipe.roundings), ("overflow", OVERFLOWS, made.recipe.overflows)


def _witness(made: GoldenSet, row: int, got: Codes) -> Witness:
    fmt = made.recipe.result
    ends = [(hex_code(codes[row], fmt), hex_value(int(codes[row]), fmt)) for codes in (got, made.columns["result"])]
    return Witness(*_inputs(made, row), *ends[0], *ends[1])


def _rounded_claim(made: GoldenSet) -> Claim | None:
    """Return what is claimed of a conversion to codes, or of an operation, under one pair of modes; None of other sets, which are not diagnosed."""
    recipe = made.recipe
    several = len(recipe.roundings) > 1 or len(recipe.overflows) > 1
    if recipe.operation in ("decode", "round") or several or recipe.policies.via is not None or recipe.modes[0].rounding.is_stochastic:
        return None
    said: dict[str, Any] = {"dialect": Dialect(recipe.dialect, base=recipe.modes[0]), "nan_by": recipe.nan_by}
    if is_conversion(recipe.record):
        return Claim("encode", _named(recipe.operands[0]), recipe.fmt, **said)
    ends, result = tuple(map(name_or_format, recipe.operands)), name_or_format(recipe.result)
    return OperationClaim(recipe.operation, ends[0], result, operands=ends, **said)


def _cases(made: GoldenSet, rows: Rows) -> Codes:
    return cases_of(tuple(made.columns[name][rows] for name in made.recipe.operand_names))


def _unknown(made: GoldenSet, rows: list[int], said: dict[int, str]) -> Finding | None:
    if not rows:
        return None
    right, fmt = int(made.columns["result"][rows[0]]), made.recipe.result
    return Finding(len(rows), Witness(*_inputs(made, rows[0]), said[rows[0]], "unknown", hex_code(right, fmt), hex_value(right, fmt)))


def _wrong_flags(made: GoldenSet, rows: Rows, got: Codes, flags: NDArray[np.uint64], verdict: Verdict) -> WrongFlags | None:
    given, right = np.minimum(flags[rows], 0xFF).astype(np.uint8), made.columns["flags"][rows]
    where = rows[given != right]
    if not where.size:
        return None
    row = _smallest(made, where)
    witness = Witness(*_inputs(made, row), *flags_text(min(int(flags[row]), 0xFF)), *flags_text(int(made.columns["flags"][row])))
    good = accepted(got[where], made.columns["result"][where], made.columns["mask"][where], made.recipe.result, made.recipe.nan_by)
    rounded, explained = _rounded_claim(made), None
    if rounded is not None and (verdict.diagnosis is not None or not verdict.by_class):
        explained = diagnose_flags(rounded, _cases(made, rows), got[rows], given, verdict.diagnosis)
    return WrongFlags(Finding(where.size, witness), int(np.count_nonzero(good)), flags_described(given[given != right], right[given != right]), explained)


def _coverage(made: GoldenSet, rows: Rows) -> Coverage:
    bits = int(np.bitwise_or.reduce(made.columns["classes"][rows], initial=np.uint64(0)))
    reasons = {c.name: c.reason or NOT_REACHED for c in made.coverage}
    there = {c.name: bool(bits >> c.id & 1) for c in VECTOR_CLASSES}
    return Coverage(tuple(name for name, yes in there.items() if yes), {name: reasons[name] for name, yes in there.items() if not yes}, rows.size)


def _failed(verdict: Verdict, failure: Misbehaviour) -> Verdict:
    message = f"could not be judged to the end: the file {failure.sentence()}"
    if verdict.mismatches:
        message += f"; before that: {verdict.message}"
    return replace(verdict, status="failed", message=message, failure=failure)
