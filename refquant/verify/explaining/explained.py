"""`explain`: from inputs and results alone to the settings that reproduce them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from refquant.errors import InputTypeError, InputValueError
from refquant.formats import Format
from refquant.golden.nan_mask import NanBy
from refquant.policies import Philox, RandomBits
from refquant.verify.explaining.chance import chance_of, likely_cores
from refquant.verify.explaining.evidence import decisions_on, questions_about
from refquant.verify.explaining.explanation import Explanation, Spent
from refquant.verify.explaining.fits import joint_solutions, solutions
from refquant.verify.explaining.knob_space import cores, stochastic_cores
from refquant.verify.explaining.named import dialects_that_fit
from refquant.verify.explaining.operations.applied import Applied
from refquant.verify.explaining.pairs import Pairs, contradictions_in, operand_pairs_of, pairs_of
from refquant.verify.explaining.partly import Best, alone, best_settings
from refquant.verify.explaining.probes import probe_codes
from refquant.verify.explaining.search import Search
from refquant.verify.explaining.settings import Setting
from refquant.verify.explaining.situations import SITUATIONS
from refquant.verify.explaining.solution import Solution, reduced, signature
from refquant.verify.target import Codes

BUDGET = 100_000
_WAYS = 24  #: of rounding that are followed up
_FEW = 4  #: where the parts of the knobs depend on each other
_NOTHING: dict[str, Any] = {
    "setting": None, "chance": None, "decisions": (), "others": 0, "more": False, "questions": (), "best": (), "alone": (),
}  # fmt: skip


def explain(
    x: Any, results: Any, target: str | Format | None = None, *, source: str | Format | tuple[str | Format, ...] | None = None, op: str | None = None,
    flags: Any = None, random: RandomBits | Philox | None = None, nan_by: NanBy | str = "byte", budget: int = BUDGET,
    progress: Callable[[int], None] | None = None,
) -> Explanation:  # fmt: skip
    """Return which policies reproduce somebody's results, what decided between them, and what would decide between those that are left.

    Parameters
    ----------
    x : array, or a tuple of arrays
        Inputs: of a dtype that is a format (float64, int32, of ml_dtypes), or codes of `source`; with `op` a tuple of its operands, of one shape. Not
        modified.
    results : array of the shape of x
        What somebody made of them: codes of `target` (unsigned integers), an ml_dtypes array, or values of `target`.
    target : str or Format, optional
        The format of the results; left out for predicates, whose results are 0 and 1.
    source : str or Format, or a tuple of one for each operand, optional
        The format of the inputs, where `x` holds codes.
    op : str, optional
        What was computed, as `refquant.arithmetic` and `refquant.golden.generate` name it (``"add"``, ``"fma"``, ``"compare_quiet_lt"``); a conversion if
        not given.
    flags : array of integers of the shape of x, optional
        The exception flags of each result of an operation, bits as `refquant.Flags` has them: they are explained too.
    random : RandomBits or Philox, optional
        The random bits of a stochastic rounding, where they are known.
    nan_by : {"byte", "class"}
        Whether a NaN must have the code that a setting gives, or any will do.
    budget : int
        Settings that are tried at most.
    progress : callable, optional
        Called with the number of settings that were tried so far.

    Returns
    -------
    Explanation

    Raises
    ------
    InputTypeError, InputValueError, CodeRangeError, UnknownNameError
        If an argument cannot be used.

    Notes
    -----
    The space: every rounding mode, straight or through float32, tfloat32, bfloat16, float16 or float64 with seven roundings; overflow, NaN, Inf, zeros,
    negatives, and flushing to zero before or after rounding; stochastic modes with 1 to 32 bits, where nothing else fits: they are
    the setting only where they account for the results decisively better than a deterministic rounding does that is wrong now and then.
    Tiny inputs and those out of range are explained one after the other, and together for the first 8 ways of rounding with different results where that does
    not succeed. What is found is what `refquant.encode` gives under ``setting.dialect``, compared with every pair.
    Of operations, what `refquant.arithmetic` gives; their knobs are those of the record of the operation (`refquant.operations`), which NaN is delivered among
    them, and of ``fma`` whether the product is rounded first, and to which format: no dialect says that, ``setting["product"]`` does.

    Examples
    --------
    >>> import numpy as np
    >>> from refquant.verify import explain
    >>> x = np.float32([1.0, 1.0625, 1.1875, 1e-3, 500.0])
    >>> found = explain(x, np.uint8([0x38, 0x39, 0x3A, 0x01, 0x7E]), "float8_e4m3fn")
    >>> found.setting.code
    "refquant.get_dialect('default').replace(overflow='saturate', nan='canonical', rounding='ties_to_away')"
    >>> [q.input_value for q in found.questions][:2]  # inputs to run next
    ['-0', '0x1p-149']
    >>> a, b = np.float16([1.0, 2.0, 3e-6]), np.float16([2**-11, 2**-9, 1.0])
    >>> found = explain((a, b), a + b, "float16", op="add")
    >>> str(found.setting["rounding"]), found.setting["via"]
    ('ties_to_even', None)
    """
    if not isinstance(budget, (int, np.integer)) or budget < 1:
        raise InputValueError(f"budget: expected an integer of at least 1, got {budget!r}")
    pairs = _pairs(x, results, target, source, op, flags, random, nan_by)
    if progress is not None and not callable(progress):
        raise InputTypeError(f"progress: expected a function, got {progress!r}")
    search = Search(pairs, int(budget), progress)
    found = _searched(search)
    counts = np.bincount(search.labels, weights=pairs.counts, minlength=len(SITUATIONS))
    spent = Spent(search.tried, search.compared, not search.out_of_budget, time.monotonic() - search.began)
    return Explanation(
        pairs.source, pairs.target, pairs.given, pairs.codes.size, np.unique(pairs.codes[pairs.contradictory]).size, contradictions_in(pairs),
        {name: int(n) for name, n in zip(SITUATIONS, counts) if n}, **{**_NOTHING, **found}, dialects=dialects_that_fit(search), spent=spent,
    )  # fmt: skip


def _pairs(x: Any, results: Any, target: Any, source: Any, op: str | None, flags: Any, random: Any, by: NanBy | str) -> Pairs:
    if op is not None:
        return operand_pairs_of(op, x, results, target, source, flags, random=random, by=by)
    if flags is not None:
        raise InputTypeError("flags: are explained for operations alone, and op= is not given")
    if target is None:
        raise InputTypeError("target: expected the format of the results, got None")
    return pairs_of(x, results, target, source, random=random, by=by)


def _searched(search: Search) -> dict[str, Any]:
    """Return the fields of an explanation that a search finds."""
    found = list(islice(_known(search), _WAYS + 1)) or list(islice(_jointly(search), _FEW))
    if found:
        return _settled(found, search)
    best = best_settings(search)
    by_chance = {} if search.pairs.bits is not None else _by_chance(best, search)
    return {"best": best, **({} if "setting" in by_chance else {"alone": alone(search)}), **by_chance}


def _settled(found: list[Solution], search: Search) -> dict[str, Any]:
    """Return the fields where settings reproduce every pair."""
    preferred, probe = found[0].first, probe_codes(search.pairs.source, search.pairs.target)
    others = _others(preferred, found[:_WAYS], probe, search)
    return {
        "setting": preferred, "decisions": decisions_on(preferred, probe, search), "others": len(others), "more": len(found) > _WAYS or search.out_of_budget,
        "questions": questions_about(preferred, others, probe, search),
    }  # fmt: skip


def _by_chance(best: tuple[Best, ...], search: Search) -> dict[str, Any]:
    """Return the fields where a stochastic rounding may have given every result; it is the setting only where that is decisive."""
    near = likely_cores(search)
    firsts = {Setting(w.core.knobs): w for w in reversed(near)}.values()  # the likeliest number of bits of each mode
    found = {solution.core: solution for solution in solutions(search, (w.core for w in sorted(firsts, key=lambda w: -w.log_likelihood)))}
    near = [w for w in near if any(core.knobs == w.core.knobs for core in found)]
    if not near:
        return {}
    chance = chance_of(near[0], near, [b.setting for b in best], search)
    if chance.decisive:
        return {"chance": chance, **_settled([found[near[0].core]], search)}
    return {"chance": chance} if chance.possible else {}


def _known(search: Search) -> Iterator[Solution]:
    """Yield what reproduces every pair: a stochastic rounding whose bits are known, a deterministic one."""
    p = search.pairs
    if p.bits is not None:
        yield from solutions(search, stochastic_cores(p.source, p.target, (p.random_bits,)))
    if not p.contradictory.size:
        yield from solutions(search, cores(p.source, p.target))


def _jointly(search: Search) -> Iterator[Solution]:
    """Yield what reproduces every pair where the parts of the knobs depend on each other."""
    p = search.pairs
    nothing = p.contradictory.size or p.bits is not None or isinstance(p.source, Applied)  # of operations, what is out of range depends on nothing tiny
    return iter(()) if nothing else joint_solutions(search, cores(p.source, p.target))


def _others(preferred: Setting, found: list[Solution], probe: Codes, search: Search) -> list[Setting]:
    """Return other settings that reproduce every pair and differ on the probe: in what is tiny or out of range, and one for each other way of rounding."""
    own = next(solution for solution in found if solution.first == preferred)
    candidates = [*reduced(own, probe, search).beside(), *(solution.nearest(preferred) for solution in found)]
    kept = {signature(preferred, probe, search): preferred}
    for setting in candidates:
        if not search.wrong(setting).size:
            kept.setdefault(signature(setting, probe, search), setting)
    return list(kept.values())[1:]
