"""Hypothesis strategies: formats, codes, values, ties and boundaries, arrays, and what a rounding needs.

Examples
--------
>>> from hypothesis import find
>>> from refquant.testing import strategies
>>> find(strategies.codes("float8_e4m3fn"), lambda code: code >= 0x38)
56
"""

from importlib.util import find_spec

from refquant.errors import PackageMissingError

if find_spec("hypothesis") is None:
    raise PackageMissingError("refquant.testing.strategies needs hypothesis: python -m pip install 'refquant[testing]'")

from refquant.testing.strategies.arrays import arrays_of, random_bits
from refquant.testing.strategies.codes import codes, values
from refquant.testing.strategies.formats import formats
from refquant.testing.strategies.near import boundary_values, near_ties
from refquant.testing.strategies.policies import dialects, rounding_modes

__all__ = ["arrays_of", "boundary_values", "codes", "dialects", "formats", "near_ties", "random_bits", "rounding_modes", "values"]
