"""How many digits of an exact result are computed, and what would look at more."""

from __future__ import annotations

from refquant.errors import InputValueError, PolicyError
from refquant.formats import Format, IntFormat
from refquant.policies import OverflowMode
from refquant.stages import Stages

_COMPUTED = 61  #: digits from the leading one on, of results that are cut off
_FUSED = 125  #: the same of a sum whose product is wider than those
_COMPILED = 32  #: bits of the formats that compiled operations take
_LANE = 64  #: digits of products that are exact
_CUT_OFF = ("add", "sub", "mul", "div", "fma", "sqrt", "recip", "rsqrt")  #: operations whose last bit says that digits below it are lost


def fits_a_lane(operation: str, operands: tuple[Format, ...], *others: Format) -> bool:
    """Return whether 64 bits hold what is computed: significands of at most 32 bits, and the product of a sum."""
    return all(f.width <= _COMPILED for f in (*operands, *others)) and (operation != "fma" or sum(map(_digits, operands[:2])) <= _COMPUTED)


def check_digits(operation: str, formats: tuple[Format, ...], target: Format, stages: Stages, bits: int) -> None:
    """Refuse what would look at digits that are not computed; `bits`: the number of random ones."""
    if stages.via is None:
        _check_random(operation, formats, target, bits)
        overflow, entered = stages.policies.overflow, target
    else:  # what is rounded first is of deterministic rounding, and exact from there on
        assert stages.policies.via is not None
        overflow, entered, bits = stages.policies.via.overflow, stages.via, 0
    if overflow is OverflowMode.WRAP:
        _check_wrap(operation, formats, entered, bits)


def _digits(fmt: Format) -> int:
    return fmt.width if isinstance(fmt, IntFormat) else fmt.precision


def _is_exact(operation: str, formats: tuple[Format, ...]) -> bool:
    return operation not in _CUT_OFF or (operation == "mul" and sum(map(_digits, formats)) <= _LANE)


def _check_random(operation: str, formats: tuple[Format, ...], target: Format, bits: int) -> None:
    """Refuse stochastic roundings that would look at digits below those that are computed: of each discarded one, and of one more."""
    digits = _digits(target) + bits + 2
    if bits and digits > _COMPUTED and not _is_exact(operation, formats):
        raise InputValueError(
            f"random: {operation} into {target.name} with {bits} random bits looks at {digits} digits of the result, of which {_COMPUTED} are computed; "
            f"use {max(bits - digits + _COMPUTED, 0)} bits at most"
        )


def _check_wrap(operation: str, formats: tuple[Format, ...], target: Format, bits: int) -> None:
    """Refuse results modulo a power of two whose last digits lie below those that are computed."""
    integers = [f for f in formats if isinstance(f, IntFormat)]
    assert isinstance(target, IntFormat)  # a plan of any other is refused
    if len(integers) < len(formats):
        raise PolicyError(f"overflow: 'wrap' is for operands that are integers too, not {', '.join(f.name for f in formats)}")
    if operation == "mul" or operation not in _CUT_OFF:
        return
    top, exact_from = _span(operation, integers)
    computed = _FUSED if operation == "fma" and integers[0].width + integers[1].width > _COMPUTED else _COMPUTED
    digits = top + target.fraction_bits + bits + 2
    if digits > computed and (exact_from is None or top - exact_from > computed):
        raise PolicyError(
            f"overflow: 'wrap' of {operation} of {', '.join(f.name for f in formats)} into {target.name} looks at {digits} digits of the result, "
            f"of which {computed} are computed"
        )


def _span(operation: str, formats: list[IntFormat]) -> tuple[int, int | None]:
    """Return exponents of powers of two: one above every result (for sums, every term), and one of which every result is a multiple, if there is one."""
    tops, lasts = [f.width - f.fraction_bits for f in formats], [-f.fraction_bits for f in formats]
    match operation:
        case "add" | "sub":
            return max(tops), min(lasts)
        case "fma":
            return max(tops[0] + tops[1], tops[2]), min(lasts[0] + lasts[1], lasts[2])
        case "div":
            return tops[0] - lasts[1], None
        case "sqrt":
            return -(-tops[0] // 2), None
        case "recip":
            return 1 - lasts[0], None
        case _:  # rsqrt
            return 1 - lasts[0] // 2, None
