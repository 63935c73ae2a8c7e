"""What has no result at all, whatever the operands (RQ-7.27)."""

from .codec import decode
from .formats import Float, Format


def values(fmt: Format) -> list[object]:
    """The numbers of a narrow format, and what is none."""
    return [d.value if (d := decode(code, fmt)).kind == "finite" else d.kind for code in range(1 << fmt.width)]


def refuses_roots(fmt: Format) -> bool:
    """Roots into a float format in which every number is a power of two above 0 (RQ-7.27)."""
    numbers = [v for v in values(fmt) if not isinstance(v, str)] if isinstance(fmt, Float) and fmt.precision == 1 else []
    return bool(numbers) and not fmt.signed and all(v != 0 for v in numbers)


def refuses_signaling(a: Format, b: Format) -> bool:
    """A signalling comparison of operands of which none has a NaN (RQ-7.27)."""
    return "nan" not in values(a) and "nan" not in values(b)
