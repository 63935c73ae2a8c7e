"""Results that a policy refuses: which they are, and which choice lets them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import EncodeError
from refquant.formats import Format
from refquant.inputs import at_index
from refquant.policies import RAISES, NegativeMode, Plan
from refquant.stages import Stages

#: Events of a plan that may raise, what such a result is, and what says what becomes of it.
_CAUSES = {
    ("nan_event", "signaling_event"): ("a NaN", "dialect.replace(nan=...)"),
    ("infinity_event",): ("infinite", "overflow= or dialect.replace(inf_to_int=...)"),
    ("exact_zero_event",): ("zero", "dialect.replace(zero_input=...)"),
}
_BELOW_ZERO = ("below 0", "dialect.replace(negative=...)")
_OUT_OF_RANGE = ("out of range", "overflow=")
Again = Callable[[tuple[int, ...], Stages], int]


def refuse(events: NDArray[np.uint8], target: Format, stages: Stages, again: Again) -> None:
    """Raise where an event says so, with the first index and the count; ``again(index, stages)`` gives the event of one result. RQ-5.15."""
    where = np.flatnonzero(events.reshape(-1) & RAISES)
    if not where.size:
        return
    index = tuple(int(i) for i in np.unravel_index(int(where[0]), events.shape))
    what, choose = _cause(target, stages, lambda only: again(index, only))
    more = f" ({where.size} such results)" if where.size > 1 else ""
    error = EncodeError(f"the result{at_index(index)} cannot go into {target.name}{more}: it is {what}; choose {choose}")
    error.refused = events & RAISES != 0
    raise error


def _cause(target: Format, stages: Stages, event: Callable[[Stages], int]) -> tuple[str, str]:
    """Return what a refused result is: what still raises where nothing else does."""
    for fields, said in _CAUSES.items():
        first = None if stages.first is None else _raising_only(stages.first, fields)
        if event(stages._replace(first=first, last=_raising_only(stages.last, fields))) & RAISES:
            return said
    if target.signed or stages.policies.negative is not NegativeMode.ERROR:
        return _OUT_OF_RANGE
    above = _silent(stages.last.overflow_event[0])
    return _BELOW_ZERO if event(stages._replace(last=stages.last._replace(overflow_event=(above, stages.last.overflow_event[1])))) & RAISES else _OUT_OF_RANGE


def _raising_only(plan: Plan, fields: tuple[str, ...]) -> Plan:
    """Return a plan in which these events raise as they did, and no other does."""
    others = {name: _silent(value) for name, value in plan._asdict().items() if name.endswith("_event") and name not in fields}
    return plan._replace(**others)


def _silent(event: Any) -> Any:
    return tuple(e & ~RAISES for e in event) if isinstance(event, tuple) else event & ~RAISES
