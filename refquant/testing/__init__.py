"""For the tests of other projects: assertions that show the first wrong bits, distances in ulp, Hypothesis strategies, a pytest plugin.

Examples
--------
>>> import numpy as np, refquant as rq
>>> rq.testing.assert_same_codes(np.uint8([0x38, 0x3C]), rq.encode([1.0, 1.5], "float8_e4m3fn"), "float8_e4m3fn")
"""

from importlib import import_module

TYPE_CHECKING = False  # type checkers take it for true; `typing` would have to be loaded
if TYPE_CHECKING:
    from refquant.testing import strategies
    from refquant.testing.conformance import assert_conforms
    from refquant.testing.distance import NAN_DISTANCE, ulp_distance
    from refquant.testing.same_codes import assert_same_codes
else:
    #: Loaded when first used: pytest loads this package in every run in which refquant is installed.
    _HOMES = {"assert_conforms": "conformance", "NAN_DISTANCE": "distance", "ulp_distance": "distance", "assert_same_codes": "same_codes"}

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module 'refquant.testing' has no attribute {name!r}")
        home = import_module(f"refquant.testing.{_HOMES.get(name, name)}")
        found = getattr(home, name) if name in _HOMES else home
        globals()[name] = found
        return found

    def __dir__():
        return sorted({*globals(), *__all__})


__all__ = ["NAN_DISTANCE", "assert_conforms", "assert_same_codes", "strategies", "ulp_distance"]
