"""Codes that know their format: a class for exploring at a prompt.

Examples
--------
>>> import refquant as rq
>>> a = rq.Array.from_values([1.125, 0.875, 240.0], "float8_e4m3fn")
>>> a
Array([0x39, 0x36, 0x77], 'float8_e4m3fn')
>>> print(a * a)
[1.25 0.75  nan] float8_e4m3fn
"""

from refquant.array.array import Array
from refquant.array.calculating import ArrayAndFlags

__all__ = ["Array", "ArrayAndFlags"]
