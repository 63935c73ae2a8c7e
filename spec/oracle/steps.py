"""Encode as a step function of the magnitude, for one side and a deterministic mode.

The magnitudes of a format and the midpoints between them cut the side into points and open intervals on which every deterministic mode does the same; so do
the points near min_normal where the rounding with unbounded exponent changes (RQ-6.4). What is the same for all policies is found once and kept.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache, partial
from itertools import groupby, pairwise
from typing import NamedTuple

from .bits import has_zero, limit, power
from .codec import encode_datum
from .datum import Datum
from .errors import PolicyRefused, ValueRefused
from .flags import INVALID
from .formats import Float, Format, Int, largest
from .policies import Policies, check
from .rounding import RULES, is_odd, magnitude, parity_of, place_below, place_is_odd
from .special import Result, Rounded, below_min, finish

NOT_CONSTANT = Result(None, 0, "not one step")
BEYOND = 2  # how many magnitudes above the last one in range are points
Outcome = tuple[int, bool, bool, bool]


@dataclass(frozen=True)
class Steps:
    """`at[i]` is the result at points[i], `between[i]` that of every x strictly between points[i] and points[i + 1], or above the last point."""

    points: tuple[Fraction, ...]
    at: tuple[Result, ...]
    between: tuple[Result, ...]


class Known(NamedTuple):
    """An outcome of rounding, whether it is out of range, and where it is not, its results by `tininess`, if no other policy changes them."""

    rounded: Rounded
    out: bool
    after: Result
    before: Result


class Segment(NamedTuple):
    """What RQ-4 asks of the x of a point or an open interval: the place of lo, and in quarters a v on the same side of 0 and 1/2 as that of x.

    `tiny` is 0 < x < min_normal; `tiny_quarters` is the same v in the last gap below min_normal of the rounding of RQ-6.4, and 0 elsewhere.
    """

    place: int
    quarters: int
    tiny: bool
    tiny_quarters: int


@dataclass(frozen=True)
class Expanded:
    """The points of a side, and its segments in order: point, interval, point, interval ... (None: an interval that is not one step)."""

    fmt: Format
    negative: bool
    points: tuple[Fraction, ...]
    segments: tuple[Segment | None, ...]
    known: dict[Outcome, Known] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Projected:
    """The distinct outcomes of one rounding, and which of them each segment has."""

    distinct: tuple[Known, ...]
    which: tuple[int | None, ...]


def quarters(x: Fraction, lo: Fraction, hi: Fraction) -> int:
    """0, 1, 2 or 3 quarters, on the same side of 0 and of 1/2 as v = (x - lo) / (hi - lo) (RQ-4.8)."""
    middle = (lo + hi) / 2
    return 0 if x == lo else 1 if x < middle else 2 if x == middle else 3


def tiny_points(fmt: Format) -> tuple[Fraction, ...]:
    """The last magnitude of p digits below min_normal, min_normal, and their midpoint (RQ-6.4)."""
    if isinstance(fmt, Int):
        return ()
    last, normal = power(fmt.emin) - power(fmt.emin - fmt.precision), power(fmt.emin)
    return last, (last + normal) / 2, normal


def segment(x: Fraction, place: int, lo: Fraction, hi: Fraction, fmt: Format) -> Segment:
    """The segment of x, lo <= x < hi (RQ-4.2, RQ-6.4)."""
    if isinstance(fmt, Int) or not 0 < x < power(fmt.emin):
        return Segment(place, quarters(x, lo, hi), False, 0)
    last, _, normal = tiny_points(fmt)
    return Segment(place, quarters(x, lo, hi), True, quarters(x, last, normal) if x > last else 0)


def cuts(places: Iterable[int], fmt: Format) -> set[Fraction]:
    """The magnitudes of these places, and their midpoints to both sides (RQ-4.1)."""
    found: set[Fraction] = set()
    for place in places:
        x = magnitude(place, fmt)
        found |= {x, (x + magnitude(place + 1, fmt)) / 2, (x + magnitude(max(place - 1, 0), fmt)) / 2}
    return found


def walk(points: list[Fraction], fmt: Format, negative: bool) -> Expanded:
    """The segments of sorted points. An interval is one step where no cut lies inside it, and above the last point where that is out of range."""
    place = place_below(points[0], fmt)
    lo, hi = magnitude(place, fmt), magnitude(place + 1, fmt)
    found: list[Segment | None] = []
    for i, x in enumerate(points):
        if hi <= x:
            place = place + 1 if x < magnitude(place + 2, fmt) else place_below(x, fmt)
            lo, hi = magnitude(place, fmt), magnitude(place + 1, fmt)
        following = points[i + 1] if i + 1 < len(points) else hi
        next_cut = min(cut for cut in (*tiny_points(fmt), (lo + hi) / 2, hi) if cut > x)
        one_step = following <= next_cut if i + 1 < len(points) else lo > limit(fmt, negative)
        found.append(segment(x, place, lo, hi, fmt))
        found.append(segment((x + min(following, next_cut)) / 2, place, lo, hi, fmt) if one_step else None)
    return Expanded(fmt, negative, tuple(points), tuple(found))


@lru_cache(maxsize=64)
def expand(fmt: Format, negative: bool) -> Expanded:
    """Every point of a side, up to two magnitudes above the last one in range; made once (RQ-4.1, RQ-5). Sides of the same limit have the same segments."""
    if negative and limit(fmt, True) == limit(fmt, False):
        return replace(expand(fmt, False), negative=True, known={})
    last = largest(fmt) + (0 if has_zero(fmt) else 1)
    last += limit(fmt, negative) > magnitude(last, fmt)
    magnitudes = [magnitude(place, fmt) for place in range(last + BEYOND + 1)]
    points = [*magnitudes, *((lo + hi) / 2 for lo, hi in pairwise(magnitudes)), *tiny_points(fmt)]
    return walk([x for x, _ in groupby(sorted(points))], fmt, negative)


def rounding_of(expanded: Expanded, mode: str, parity: str) -> Callable[[Segment], Outcome]:
    """The rounding of a segment: place, exact, tiny before, tiny after (RQ-4.3 to RQ-4.15, RQ-6.4)."""
    fmt, zero = expanded.fmt, has_zero(expanded.fmt)
    up = [[RULES[mode](expanded.negative, odd, Fraction(q, 4)) if q else False for q in range(4)] for odd in (False, True)]
    last_is_odd = isinstance(fmt, Float) and is_odd(2**fmt.precision - 1, fmt.emin - fmt.precision, fmt, parity)

    def outcome(s: Segment) -> Outcome:
        steps_up = up[place_is_odd(s.place, fmt, parity)][s.quarters] or (not zero and s.place == 0 and s.quarters != 0)
        return s.place + steps_up, s.quarters == 0, s.tiny, s.tiny and not up[last_is_odd][s.tiny_quarters]

    return outcome


def known(expanded: Expanded, outcome: Outcome) -> Known:
    """What can be said of an outcome before the policies are known; kept, as most modes share it (RQ-3.3, RQ-6.4)."""
    if outcome not in expanded.known:
        place, exact, before, after = outcome
        r = Rounded(expanded.negative, magnitude(place, expanded.fmt), exact, before, after)
        out = r.value > limit(expanded.fmt, expanded.negative)
        detected = NOT_CONSTANT if out else finish(r, expanded.fmt, Policies(tininess="after"))
        detected_before = finish(r, expanded.fmt, Policies(tininess="before")) if before and not out else detected
        expanded.known[outcome] = Known(r, out, detected, detected_before)
    return expanded.known[outcome]


def project(expanded: Expanded, mode: str, parity: str) -> Projected:
    """All segments but x = 0 under one mode and parity (RQ-4)."""
    outcome = rounding_of(expanded, mode, parity)
    numbers: dict[Outcome, int] = {}
    which = [None if s is None or s[:2] == (0, 0) else numbers.setdefault(outcome(s), len(numbers)) for s in expanded.segments]
    return Projected(tuple(known(expanded, outcome) for outcome in numbers), tuple(which))


@lru_cache(maxsize=1024)
def project_all(fmt: Format, negative: bool, mode: str, parity: str) -> Projected:
    """`project` of a whole side, kept."""
    return project(expand(fmt, negative), mode, parity)


def or_error(result: Callable[[], Result]) -> Result:
    """The result, or the reason why the value was refused (RQ-5.15)."""
    try:
        return result()
    except ValueRefused as refused:
        return Result(None, 0, str(refused))


def results_of(projected: Projected, fmt: Format, policies: Policies) -> list[Result]:
    """The result of each distinct outcome (RQ-3.3). What only the rounding and `tininess` decide is taken from the projection, and numbers out of range
    are all alike but for tininess, `wrap` left out (RQ-5.1 to RQ-5.6)."""
    flushes = policies.subnormals in ("flush_results", "flush_both")
    alike: dict[Hashable, Result] = {}
    found: list[Result] = []
    for r, out, after, before in projected.distinct:
        if not out and r.value and not (flushes and r.tiny_before):
            found.append(after if policies.tininess == "after" else before)
            continue
        key = r if policies.overflow == "wrap" or not out else (r.tiny_before, r.tiny_after)
        if key not in alike:
            alike[key] = or_error(partial(finish, r, fmt, policies))
        found.append(alike[key])
    return found


def deliver(projected: Projected, expanded: Expanded, policies: Policies) -> Steps:
    """The results of all segments (RQ-3.3). Above the last point `wrap` is not one step."""
    fmt, points = expanded.fmt, expanded.points
    results = results_of(projected, fmt, policies)
    if policies.flags == "none":
        results = [Result(r.code, 0, r.error) if r.flags else r for r in results]
    of_segment: dict[int | None, Result] = {None: NOT_CONSTANT, **dict(enumerate(results))}
    all_results = [of_segment[i] for i in projected.which]
    if points[0] == 0:
        all_results[0] = or_error(lambda: encode_datum(Datum("finite", int(expanded.negative)), fmt, policies))
    if policies.below_min == "nan" and not has_zero(fmt):
        tiny = or_error(lambda: below_min(expanded.negative, fmt, policies))
        tiny = tiny._replace(flags=0) if policies.flags == "none" else tiny
        all_results = [tiny if s is not None and s.place == 0 and s.quarters else r for s, r in zip(expanded.segments, all_results, strict=True)]
    if policies.overflow == "wrap":
        all_results[-1] = NOT_CONSTANT
    return Steps(points, tuple(all_results[::2]), tuple(all_results[1::2]))


def refuse(policies: Policies, fmt: Format) -> None:
    """Combinations that are refused, or that no step function of |x| alone describes (RQ-3.6, RQ-4.16)."""
    check(policies, fmt)
    if policies.via or policies.rounding not in RULES:
        raise PolicyRefused("neither `via` nor a stochastic mode is a step function here")


def without_sign(found: Steps, policies: Policies) -> Steps:
    """The negative side of an unsigned format under `negative = absolute`, from the positive one (RQ-5.12, RQ-6.8)."""
    if policies.flags == "none":
        return found

    def mark(r: Result) -> Result:
        return r if r.error else r._replace(flags=r.flags | INVALID)

    at = tuple(r if x == 0 else mark(r) for x, r in zip(found.points, found.at, strict=True))
    return replace(found, at=at, between=tuple(map(mark, found.between)))


def steps(fmt: Format, negative: bool, policies: Policies) -> Steps:
    """The whole side; the inputs have no source format (RQ-3.3)."""
    refuse(policies, fmt)
    if negative and not fmt.signed and policies.negative == "absolute":
        return without_sign(steps(fmt, False, policies), policies)
    return deliver(project_all(fmt, negative, policies.rounding, parity_of(fmt, policies.parity)), expand(fmt, negative), policies)


def steps_near(fmt: Format, negative: bool, policies: Policies, points: Iterable[Fraction]) -> Steps:
    """The same at these magnitudes, at the magnitudes of the format just below them, and at the midpoints around those."""
    refuse(policies, fmt)
    wanted = sorted(set(points))
    if negative and not fmt.signed and policies.negative == "absolute":
        return without_sign(steps_near(fmt, False, policies, wanted), policies)
    expanded = walk(sorted(set(wanted) | cuts({place_below(x, fmt) for x in wanted}, fmt)), fmt, negative)
    return deliver(project(expanded, policies.rounding, parity_of(fmt, policies.parity)), expanded, policies)
