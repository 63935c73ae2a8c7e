"""The next datum of a format above or below another (RQ-7.22)."""

from .arithmetic import delivered, taken, told
from .bits import has_infinity, has_negative_zero, has_zero, limit
from .compare import relation
from .datum import Datum
from .formats import Format
from .nan_rules import Exact, Rules, made, propagated
from .policies import Policies
from .rounding import Random, magnitude, place_below
from .special import Result


def places(fmt: Format) -> tuple[int, int]:
    """The place of the least and of the greatest number, counted from 0 downwards and upwards (RQ-7.22)."""
    least = -place_below(limit(fmt, True), fmt) if fmt.signed else 0 if has_zero(fmt) else 1
    return least, place_below(limit(fmt, False), fmt)


def stepped(d: Datum, fmt: Format, step: int) -> Datum | None:
    """The neighbour of a datum that is no NaN, None past the end (RQ-7.22)."""
    least, greatest = places(fmt)
    if d.kind == "inf":
        return None if (d.sign == 0) == (step > 0) else number(least if d.sign else greatest, fmt, 0)
    place = (-1 if d.sign else 1) * place_below(d.value, fmt) + step
    if least <= place <= greatest:
        return number(place, fmt, int(step > 0 and has_negative_zero(fmt)))
    return Datum("inf", int(step < 0)) if has_infinity(fmt, step < 0) else None


def number(place: int, fmt: Format, sign_of_zero: int) -> Datum:
    """The number at a place (RQ-7.22)."""
    return Datum("finite", int(place < 0) if place else sign_of_zero, magnitude(abs(place), fmt))


def beside(d: Datum, fmt: Format, step: int, rules: Rules, policies: Policies) -> Exact:
    """The neighbour, and what stands for it past the end (RQ-7.22)."""
    found = stepped(d, fmt, step)
    if found is None:
        return made(rules) if policies.next_past_end == "nan" else Exact(d)
    return Exact(found)


def neighbour(operation: str, codes: tuple[int, ...], formats: tuple[Format, ...], result: Format, policies: Policies, random: Random | None = None) -> Result:
    """next_up, next_down and next_after of codes, and flags (RQ-7.22)."""
    data, rules = [taken(c, f, policies) for c, f in zip(codes, formats, strict=True)], Rules.of(policies)
    x = propagated(operation, data, rules)
    if not x:
        towards = {"next_up": "less", "next_down": "greater"}.get(operation) or relation(data[0], data[1])
        if towards == "equal":
            x = Exact(Datum(data[0].kind, data[1].sign, data[0].value))
        else:
            x = beside(data[0], formats[0], 1 if towards == "less" else -1, rules, policies)
    return told(operation, codes, formats, policies, delivered(x, result, policies, random))
