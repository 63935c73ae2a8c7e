"""Golden vectors: operands by rule, what is right for each, and the files that carry them.

Examples
--------
>>> import refquant as rq
>>> made = rq.golden.generate("encode", "float8_e4m3fn", source="float32", level=1)
>>> {c.name: c.count for c in made.coverage if c.name.startswith("tie")}
{'tie above even': 128, 'tie above odd': 126}
"""

from refquant.golden.checking import Checked, check
from refquant.golden.classes import CLASSES, VectorClass, names_in
from refquant.golden.coverage import Covered
from refquant.golden.golden_set import GoldenSet
from refquant.golden.making import generate
from refquant.golden.nan_mask import NanBy
from refquant.golden.recipe import GENERATOR_VERSION, Recipe
from refquant.golden.storage import load, save
from refquant.golden.writers import WRITERS

__all__ = [
    "CLASSES",
    "GENERATOR_VERSION",
    "WRITERS",
    "Checked",
    "Covered",
    "GoldenSet",
    "NanBy",
    "Recipe",
    "VectorClass",
    "check",
    "generate",
    "load",
    "names_in",
    "save",
]
