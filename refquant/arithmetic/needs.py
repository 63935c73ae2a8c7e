"""What an operation needs that a format may lack. RQ-7.27."""

from __future__ import annotations

from refquant.errors import InputValueError
from refquant.formats import Format

_ROOTS = ("sqrt", "rsqrt")


def lacks_roots(operation: str, target: Format) -> bool:
    """Return whether an operation is a root, and the format of its result holds powers of two alone."""
    return operation in _ROOTS and target.holds_powers_alone


def check_result(operation: str, target: Format) -> None:
    """Refuse roots into formats of exponents alone."""
    if lacks_roots(operation, target):
        raise InputValueError(
            f"result: expected a format with digits, got {target.name}, which holds powers of two alone: every other root lies between two of them; "
            "give another result=, and round to a scale by rq.convert"
        )


def check_signaling(formats: tuple[Format, ...]) -> None:
    """Refuse a signalling comparison where nothing can signal."""
    if not any(f.has_nan for f in formats):
        names = " and ".join(dict.fromkeys(f.name for f in formats))
        raise InputValueError(f"signaling: {names} has no NaN that could signal; give signaling=False, which gives the same truth")
