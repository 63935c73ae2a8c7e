"""Why a class has no vector: what no format has, what the policies choose otherwise, what never meets; or that none of these vectors has it."""

from __future__ import annotations

from fractions import Fraction

from refquant.formats import FloatFormat, Format, IntFormat, Parity
from refquant.golden.classes import KINDS, ROUNDING_CLASSES
from refquant.golden.classify import least_normal
from refquant.golden.evaluation import is_conversion
from refquant.golden.levels import EXHAUSTIVE, every_pattern_is_taken
from refquant.golden.operation_reasons import never
from refquant.golden.recipe import Recipe
from refquant.policies import FlagsMode, InputDenormalMode, SignedZeroMode, SubnormalMode

NOT_REACHED = "none of these vectors has it"
_GROUPS = (
    (("overflow to Inf", "overflow to the greatest", "overflow to NaN", "overflow to another"), "out of range"),
    (("NaN kept", "NaN to number"), "NaN"),
    (("Inf kept", "Inf to other"), "Inf"),
)
_NEVER = {  # of a class, the modes that never give it
    "stepped up": ("toward_zero",),
    "kept": ("away_from_zero",),
    "carry": ("toward_zero", "to_odd"),
    "carry to normal": ("toward_zero", "to_odd"),
    "rounded to zero": ("away_from_zero", "to_odd"),
}
_EXPONENTS_RAISE_NO = ("INEXACT", "UNDERFLOW", "OVERFLOW", "DIV_BY_ZERO")
_INEXACT = ("below half", "tie above even", "tie above odd", "above half", "stepped up", "kept", "carry", "carry to normal", "INEXACT", "UNDERFLOW")
_PAIRS = ("equal operands", "opposite operands", "neighbours")


def reason_of(name: str, recipe: Recipe, counts: dict[str, int]) -> str:
    """Return why a class is empty."""
    by_nature = _operand_reason(name, recipe) or _operation_reason(name, recipe) or _delivery_reason(name, recipe, counts)
    return by_nature or _range_reason(name, recipe) or _mode_reason(name, recipe) or _pattern_reason(recipe)


def _pattern_reason(recipe: Recipe) -> str:
    whole = recipe.level == EXHAUSTIVE or every_pattern_is_taken(recipe.record, recipe.operands, int(recipe.level))
    return "every pattern of the operands was tried, and none that is not refused has it" if whole else NOT_REACHED


def _operand_reason(name: str, recipe: Recipe) -> str:
    """RQ-2.3 to RQ-2.7: what no operand format has."""
    kind = name[1:]
    if kind not in KINDS or name[0] not in "+-":
        return ""
    reasons = [_missing(kind, name[0] == "-", fmt) for fmt in recipe.operands]
    return reasons[0] if all(reasons) else "the policies refuse it"  # each class that a format has is among the operands of every level


def _missing(kind: str, negative: bool, fmt: Format) -> str:
    grid = fmt.grid
    top, least = grid.max_negative if negative else grid.max_positive, max(grid.first_index, 1)
    normal = least_normal(grid)
    if kind in ("quiet NaN", "signalling NaN"):
        return _missing_nan(kind, negative, fmt)
    if negative and not fmt.signed:
        return f"{fmt.name} is unsigned"
    there = {
        "zero": bool(fmt.has_negative_zero) if negative else not grid.first_index,
        "Inf": fmt.has_infinity, "least subnormal": normal > least, "greatest subnormal": normal > least, "subnormal": normal - 2 > least,
        "least normal": top >= normal, "normal": top - normal > 1, "greatest": top > 0,
    }  # fmt: skip
    return "" if there[kind] else f"{fmt.name} has none"


def _missing_nan(kind: str, negative: bool, fmt: Format) -> str:
    grid = fmt.grid
    if not fmt.has_nan:
        return f"{fmt.name} has no NaN"
    if negative and (grid.nan_at_zero or not fmt.signed):
        return f"the NaN of {fmt.name} has no sign"
    return f"no NaN of {fmt.name} signals" if kind == "signalling NaN" and (not grid.nan_quiet or grid.nan_payload < 2) else ""


def _operation_reason(name: str, recipe: Recipe) -> str:
    truth, pairs = recipe.record.result == "truth", len(recipe.operands) > 1
    if name in _PAIRS and not pairs:
        return "the operation has one operand"
    if name == "opposite operands" and not any(fmt.signed for fmt in recipe.operands[:2]):
        return "no operand is signed"
    if name in ROUNDING_CLASSES and not is_conversion(recipe.record):
        counted = "not counted for operations: what is rounded is the exact result, which is no column; the flags tell whether it was"
        return counted if recipe.record.result == "codes" else "no conversion: it is not one operand that is rounded"
    if name in ("true", "false") and not truth:
        return "the result is no truth"
    if recipe.record.result in ("truth", "class") and name.startswith(("result ", "NaN ", "Inf ")):
        return f"the result is a {recipe.record.result}"
    if name.isupper() and not is_conversion(recipe.record) and "flags" not in recipe.record.affected_by:
        return "the operation raises no flag"
    if recipe.record.result == "integers" and name in (*_EXPONENTS_RAISE_NO, "NaN kept", "NaN made", "Inf kept"):
        return "the result is an integer, or INVALID is raised"
    if name == "DIV_BY_ZERO" and is_conversion(recipe.record):
        return "a conversion divides nothing"
    if recipe.policies.flags is FlagsMode.NONE and name.isupper():
        return "the policies raise no flag"
    if name == "INPUT_DENORMAL":
        return _no_denormal(recipe)
    if truth and name in ("INEXACT", "UNDERFLOW", "OVERFLOW", "DIV_BY_ZERO"):
        return "a truth is exact"
    return _never_invalid(recipe) if truth and name == "INVALID" else never(name, recipe)


def _no_denormal(recipe: Recipe) -> str:
    """RQ-6.10."""
    if recipe.policies.input_denormal is InputDenormalMode.NONE or "input_denormal" not in recipe.record.affected_by:
        return "subnormal operands raise no flag of their own"
    return "" if any(fmt.grid.has_subnormals for fmt in recipe.operands) else "no operand has subnormals"


def _never_invalid(recipe: Recipe) -> str:
    """RQ-7.4: a quiet comparison is invalid where a NaN signals, a signalling one where there is any."""
    if not any(fmt.has_nan for fmt in recipe.operands):
        return "no operand is NaN"
    quiet = not dict(recipe.record.choices).get("signaling")
    silent = all(_missing_nan("signalling NaN", False, fmt) for fmt in recipe.operands)
    return f"no NaN of {', '.join(dict.fromkeys(fmt.name for fmt in recipe.operands))} signals" if quiet and silent else ""


def _delivery_reason(name: str, recipe: Recipe, counts: dict[str, int]) -> str:
    """Of several ways to deliver something: these policies choose another."""
    if not is_conversion(recipe.record):
        return ""
    for group, what in _GROUPS:
        if name in group:
            return f"the policies deliver {what} otherwise" if any(counts[n] for n in group) else _nothing_to_deliver(what, recipe)
    if name == "NaN made":
        return "nothing but NaN gives NaN under these policies"
    if name == "flushed":
        return "the policies keep subnormals" if recipe.policies.subnormals is SubnormalMode.KEEP else ""
    return ""


def _nothing_to_deliver(what: str, recipe: Recipe) -> str:
    source = recipe.operands[0]
    if what == "NaN":
        return f"{source.name} has no NaN" if not source.has_nan else "the policies refuse NaN"
    if what == "Inf":
        return f"{source.name} has no Inf" if not source.has_infinity else "the policies refuse Inf"
    return _in_range(recipe) or ("the policies refuse what is out of range" if "error" in recipe.overflows else "")


def _goal(recipe: Recipe) -> Format:
    return recipe.result if recipe.operation == "decode" else recipe.fmt


def _in_range(recipe: Recipe) -> str:
    source, goal = recipe.operands[0], _goal(recipe)
    inside = source.max_finite <= goal.max_finite and (not source.grid.max_negative or source.lowest_finite >= _lowest(goal))
    return f"the range of {goal.name} holds every number of {source.name}" if inside else ""


def _past_reason(name: str, recipe: Recipe) -> str:
    source, goal = recipe.operands[0], _goal(recipe)
    sides = [(goal.grid.max_positive, source.max_finite)] + [(goal.grid.max_negative, -source.lowest_finite)] * bool(source.grid.max_negative)
    if name == "beyond":
        return "" if any(top >= goal.magnitude(last + 1) for last, top in sides) else f"no number of {source.name} is that large"
    zones = [(goal.magnitude(last), min(goal.magnitude(last + 1), top + source.min_subnormal)) for last, top in sides]
    return "" if name != "overflow zone" or any(_has_between(source, *zone) for zone in zones) else f"no number of {source.name} lies there"


def _has_between(source: Format, low: Fraction, high: Fraction) -> bool:
    """Return whether a magnitude lies strictly between two numbers of one binade, or 0 and a number."""
    if low == 0:
        return source.min_subnormal < high
    exponent = low.numerator.bit_length() - low.denominator.bit_length()
    exponent -= Fraction(2) ** exponent > low
    quantum = Fraction(2) ** max(exponent - source.grid.precision + 1, source.grid.min_quantum)
    return low < (-(-high // quantum) - 1) * quantum


def _lowest(fmt: Format) -> Fraction:
    return fmt.lowest_finite if fmt.grid.max_negative else Fraction(0)


def _range_reason(name: str, recipe: Recipe) -> str:
    """Where the numbers of source and target never meet what a class asks for."""
    source, goal = recipe.operands[0], _goal(recipe)
    grid, is_float = goal.grid, isinstance(goal, FloatFormat)
    if not is_conversion(recipe.record):
        return ""
    if name in ("overflow zone", "beyond", "OVERFLOW"):
        return "an integer target raises INVALID out of range" if name == "OVERFLOW" and not is_float else _in_range(recipe) or _past_reason(name, recipe)
    if name in ("carry to normal", "subnormal result") and not grid.has_subnormals:
        return f"{goal.name} has no subnormals"
    if name == "UNDERFLOW" and not is_float:
        return "an integer target never underflows"
    if name == "carry" and not is_float:
        return f"{goal.name} has one quantum"
    if name in ("rounded to zero", "result +0", "result -0", "below the least"):
        return _zero_reason(name, recipe)
    if name in ("UNDERFLOW", "subnormal result", "carry to normal") and source.min_subnormal >= goal.min_normal:
        return f"no number of {source.name} is below the least normal one of {goal.name}"
    if name == "result greatest" and not _reaches_top(source, goal):
        return f"no number of {source.name} is as large as the greatest of {goal.name}"
    if name in _INEXACT and (reason := _inexact_reason(name, source, goal)):
        return reason
    if name == "INVALID" and _in_range(recipe) and not _missing_nan("quiet NaN", False, source):
        return f"no NaN of {source.name} signals, and everything else is delivered as it is" if not source.grid.nan_quiet else ""
    if name == "INVALID" and not source.has_nan and not source.has_infinity:
        return f"{source.name} has neither NaN nor Inf, and out of range a float format raises OVERFLOW" if is_float else _in_range(recipe)
    return _odd_reason(name, goal)


def _odd_reason(name: str, goal: Format) -> str:
    """RQ-4.14."""
    one_digit = isinstance(goal, FloatFormat) and goal.precision == 1 and goal.parity is Parity.SIGNIFICAND
    return f"every number of {goal.name} is odd: its significand is 1" if one_digit and name == "tie above even" else ""


def _reaches_top(source: Format, goal: Format) -> bool:
    return source.max_finite >= goal.max_finite or bool(goal.grid.max_negative and source.lowest_finite <= goal.lowest_finite)


def _zero_reason(name: str, recipe: Recipe) -> str:
    source, goal = recipe.operands[0], _goal(recipe)
    if goal.grid.first_index and name != "below the least":
        return f"{goal.name} has no zero"
    if name == "below the least" and not goal.grid.first_index:
        return f"{goal.name} has a zero"
    if name == "result -0":
        if not recipe.result.has_negative_zero or not goal.has_negative_zero:
            return f"{goal.name} has no -0"
        return "the policies deliver +0" if recipe.policies.signed_zero is SignedZeroMode.POSITIVE else _no_negative_zero(source, goal)
    smaller = source.min_subnormal < goal.min_subnormal
    return "" if smaller or name == "result +0" else f"no number of {source.name} is below the least of {goal.name}"


def _no_negative_zero(source: Format, goal: Format) -> str:
    rounds = source.grid.max_negative and source.min_subnormal < goal.min_subnormal
    return "" if source.has_negative_zero or rounds else f"{source.name} has no -0, and no negative number that rounds to it"


def _numbers_held(source: Format, goal: Format) -> bool:
    big, small = goal.grid, source.grid
    digits = (small.max_positive | small.max_negative).bit_length() if not isinstance(source, FloatFormat) else small.precision
    wide = big.precision if isinstance(goal, FloatFormat) else 1 << 62
    zero = not big.first_index or source.min_subnormal >= goal.min_subnormal
    return small.min_quantum >= big.min_quantum and digits <= wide and zero


def _inexact_reason(name: str, source: Format, goal: Format) -> str:
    """Integers that a float format holds, or of which it holds every second one, are rounded rarely or never."""
    steps = _largest_quantum(source, goal) / Fraction(2) ** source.grid.min_quantum if isinstance(source, IntFormat) else None
    if _numbers_held(source, goal) or (steps is not None and steps <= 1):
        return f"every number of {source.name} in range is one of {goal.name}"
    between = f"no number of {source.name} lies between a number of {goal.name} and the middle of a gap"
    return between if steps == 2 and name in ("below half", "above half", "carry") and isinstance(goal, FloatFormat) else ""


def _largest_quantum(source: Format, goal: Format) -> Fraction:
    """Return the gap at the largest magnitude that both have."""
    grid = goal.grid
    quanta = [goal.magnitude(index) - goal.magnitude(index - 1) for index in (grid.max_positive, grid.max_negative) if index]
    top = max(source.max_finite, -source.lowest_finite)
    capped = Fraction(2) ** (top.numerator.bit_length() - grid.precision) if isinstance(goal, FloatFormat) else max(quanta)
    return min(max(quanta), max(capped, Fraction(2) ** grid.min_quantum))


def _mode_reason(name: str, recipe: Recipe) -> str:
    never = recipe.roundings and all(mode in _NEVER.get(name, ()) for mode in recipe.roundings)
    return f"{' and '.join(recipe.roundings)} never {'does' if len(recipe.roundings) == 1 else 'do'} that" if never else ""
