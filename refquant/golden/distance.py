"""How far codes are apart: steps along the line of a format's values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.formats import Format
from refquant.golden.sources import magnitude_of, parts_of

NAN_DISTANCE = (1 << 64) - 1  #: of a NaN from a number; no two numbers of any format are as far apart


def distance_of(left: NDArray[Any], right: NDArray[Any], fmt: Format) -> NDArray[np.uint64]:
    """Return the distances of flat codes, NaNs by `NAN_DISTANCE`; signed places would not fit 64 bits.

    Examples
    --------
    >>> import numpy as np, refquant as rq
    >>> from refquant.golden.distance import distance_of
    >>> distance_of(np.uint8([0x38, 0x80, 0x7F]), np.uint8([0x3A, 0x01, 0xFF]), rq.get_format("float8_e4m3fn")).tolist()
    [2, 1, 0]
    """
    negative, kind = ([p[i] for p in (parts_of(left, fmt), parts_of(right, fmt))] for i in (0, 3))
    near, far = (f(magnitude_of(left, fmt), magnitude_of(right, fmt)) for f in (np.minimum, np.maximum))
    distance: NDArray[np.uint64] = np.where(negative[0] == negative[1], far - near, far + near)
    is_nan = [k >= 2 for k in kind]
    distance[is_nan[0] | is_nan[1]] = NAN_DISTANCE
    distance[is_nan[0] & is_nan[1]] = 0
    return distance
