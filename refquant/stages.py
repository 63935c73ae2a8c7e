"""From a target, a dialect and the caller's choices to plans: one, or two where a value passes through an intermediate format."""

import dataclasses
from functools import lru_cache
from typing import Any, NamedTuple

from refquant.errors import PolicyError, RandomBitsError
from refquant.formats import Format, get_format
from refquant.policies import KNOBS, Dialect, NanMode, Philox, Plan, Policies, RandomBits, RoundingMode, SubnormalMode, as_dialect, resolve
from refquant.policies.knobs import choice


class Stages(NamedTuple):
    """What happens to a value: `first` into the intermediate format `via` (None: straight), `last` into the target, `deliver` as values."""

    first: Plan | None
    via: Format | None
    last: Plan
    policies: Policies
    deliver: Plan | None = None  #: an exact conversion of the codes, into
    into: Format | None = None  #: the format whose codes are delivered (None: the target's)

    def harmless(self) -> "Stages":
        """Return the same for values that are known to raise nothing."""
        first = None if self.first is None else self.first._replace(may_raise=0)
        return self._replace(first=first, last=self.last._replace(may_raise=0))


def plan_stages(target: Format, source_name: str, *, dialect: Any, rounding: Any, overflow: Any, random: Any, computed: bool = False) -> Stages:
    """Return the plans of a conversion; everything that can be refused is refused here, before data is read.

    `computed`: what arrives has no format, so that it passes through `via` whichever that is. RQ-7.6.
    """
    chosen = tuple(choice(n, v, KNOBS[n], optional=True) for n, v in (("rounding", rounding), ("overflow", overflow)))
    if random is not None and not isinstance(random, (RandomBits, Philox)):
        raise RandomBitsError(f"random: expected refquant.RandomBits(array, n) or refquant.Philox(seed, n), got {type(random).__name__}")
    stages = _stages(target, source_name, as_dialect(dialect), *chosen, 0 if random is None else random.n, computed)
    mode = stages.policies.rounding
    if mode.is_stochastic and random is None:
        raise RandomBitsError(f"random: rounding={mode.value!r} needs refquant.RandomBits(array, n) or refquant.Philox(seed, n)")
    if random is not None and not mode.is_stochastic:
        raise RandomBitsError(f"random: rounding={mode.value!r} is deterministic and takes no random bits; use stochastic_a, stochastic_b or stochastic_c")
    return stages


@lru_cache(maxsize=4096)
def _stages(target: Format, source_name: str, dialect: Dialect, rounding: Any, overflow: Any, n: int, computed: bool) -> Stages:
    policies = dialect.policies(target.name, source_name)
    explicit = {k: v for k, v in (("rounding", rounding), ("overflow", overflow)) if v is not None}
    policies = dataclasses.replace(policies, **explicit)
    straight = policies.via is None or (policies.via.name == source_name and not computed)
    via = None if straight or policies.via is None else get_format(policies.via.format)
    if via is None:
        return Stages(None, None, resolve(target, policies, n), policies)
    first, last = _split_policies(policies)
    return Stages(resolve(via, first), via, resolve(target, last, n), policies)


def _split_policies(policies: Policies) -> tuple[Policies, Policies]:
    """RQ-3.6: the intermediate rounding has its own knobs; inputs are flushed before it, and only there."""
    via = policies.via
    assert via is not None
    if via.rounding.is_stochastic:
        raise PolicyError("via: its rounding must be deterministic; the random bits belong to the last rounding (RQ-9.7)")
    flushes = policies.subnormals in (SubnormalMode.FLUSH_INPUTS, SubnormalMode.FLUSH_BOTH)
    inputs = SubnormalMode.FLUSH_INPUTS if flushes else SubnormalMode.KEEP
    rest = {SubnormalMode.FLUSH_BOTH: SubnormalMode.FLUSH_RESULTS, SubnormalMode.FLUSH_INPUTS: SubnormalMode.KEEP}
    first = Policies(rounding=via.rounding, overflow=via.overflow, nan=via.nan, subnormals=inputs, flags=policies.flags)
    return first, dataclasses.replace(policies, subnormals=rest.get(policies.subnormals, policies.subnormals))


@lru_cache(maxsize=1024)
def exact_plan(container: Format, nan: NanMode | None) -> Plan:
    """Return the plan of a conversion that loses nothing: into a format that holds every value. RQ-3.1, RQ-3.2."""
    return resolve(container, Policies(rounding=RoundingMode.TOWARD_ZERO, nan=nan))


def random_for(random: Any, shape: tuple[int, ...]) -> Any:
    """Return the random bits checked against the input's shape. RQ-9.5."""
    size = 1
    for n in shape:
        size *= n
    if isinstance(random, RandomBits) and random.array.shape != shape:
        raise RandomBitsError(f"random: expected the shape of the input {shape}, got {random.array.shape}")
    if isinstance(random, Philox) and random.offset + size > 1 << 64:
        raise RandomBitsError(f"random: offset + size must not exceed 2**64, got {random.offset} + {size}")
    return random
