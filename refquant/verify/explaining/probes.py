"""Inputs that tell settings apart: about the values and midpoints of the target, and where a format on the way rounds to one of those."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.codec import decode, encode
from refquant.formats import Format, get_format
from refquant.golden.cases import TRUNCATED, boundary_codes, is_machine_integer
from refquant.golden.sources import WIDE_INTEGERS, code_dtype_of, width_of
from refquant.verify.explaining.integer_probes import integer_probes
from refquant.verify.explaining.knob_space import formats_on_the_way
from refquant.verify.explaining.operations.applied import Applied, Origin
from refquant.verify.explaining.operations.probes import operand_probes
from refquant.verify.target import Codes

_WIDE = 9  # bits of a target of which every boundary is tried


@lru_cache(maxsize=8)
def probe_codes(source: Origin, target: str | Format) -> Codes:
    """Return inputs that tell settings apart: every code of a narrow source, else boundaries of the target and of the formats on the way.

    Examples
    --------
    >>> from refquant.verify.explaining.probes import probe_codes
    >>> probe_codes("float16", "float8_e4m3fn").size, 0x3F87FFFF in probe_codes("float32", "float8_e4m3fn")
    (65536, True)
    """
    if isinstance(source, Applied):
        return operand_probes(source, target)
    if width_of(source) <= 16:
        return np.arange(1 << width_of(source), dtype=code_dtype_of(source))
    quick, on_the_way = width_of(target) > _WIDE, formats_on_the_way(source, target)
    parts = [boundary_codes(source, target, quick=quick)]
    parts += [_about(source, name, boundary_codes(name, target, quick=quick)) for name in on_the_way]
    if is_machine_integer(source):
        parts.append(integer_probes(source, target, on_the_way))
    made: Codes = np.unique(np.concatenate(parts))
    made.flags.writeable = False
    return made


def _about(source: str | Format, via: str, codes: Codes) -> Codes:
    """Return the inputs at some values of a format on the way and at the midpoints above them, with their neighbours."""
    fmt, wide = get_format(via), codes.astype(np.int64)
    finite = np.unique(wide[(wide >= 0) & (wide < fmt.grid.max_positive)]).astype(fmt.code_dtype)
    points = _codes_at(source, via, finite)
    around = np.concatenate([points, points + points.dtype.type(1), points - points.dtype.type(1)])
    return around[around <= (1 << width_of(source)) - 1]


def _codes_at(source: str | Format, via: str, codes: Codes) -> Codes:
    if isinstance(source, str) and source in WIDE_INTEGERS:
        return _integers_at(source, via, codes)
    low, high = (decode(c, via, dtype=np.float64) for c in (codes, codes + codes.dtype.type(1)))
    points = np.concatenate([low, low + (high - low) / 2])  # exact: no format on the way has more digits than float32
    signed = np.concatenate([points, -points]) if get_format(source).signed else points
    made: Codes = encode(signed, source, dialect=TRUNCATED)
    return made


def _integers_at(source: str, via: str, codes: Codes) -> NDArray[np.uint64]:
    """Return integers of 64 bits, which float64 does not hold."""
    low, high = (decode(c, via, dtype=object) for c in (codes, codes + codes.dtype.type(1)))
    points: set[Any] = {int(x) for a, b in zip(low, high) for x in (a, (a + b) / 2)}
    signed = points | {-x for x in points} if source == "int64" else points
    top = 1 << (63 if source == "int64" else 64)
    return np.array([x & ((1 << 64) - 1) for x in signed if -top <= x < top], np.uint64)
