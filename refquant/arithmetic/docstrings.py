"""What the docstrings of all operations have in common, written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

_TEXTS = {
    "{options}": """result : Format or str, optional
        Format of the result; that of the operands if they have one format.
    rounding, overflow, dialect, random : optional
        As in `refquant.encode`. The dialect's row is that of `result` as target and as source.
    backend : str, optional
        ``"reference"``, ``"numba"`` (formats of at most 32 bits), or None: compiled code where there is some and the array is large enough to pay.
        The bits are the same.
    out : ndarray of ``result.code_dtype``, optional
        Receives the codes: the broadcast shape.
    return_flags : bool
        Return a `refquant.codec.CodesAndFlags` with the exception flags of each element too.""",
    "{codes}": """ndarray of ``result.code_dtype``, or its scalar where every operand is one
        The broadcast shape.""",
    "{errors}": """InputTypeError, CodeRangeError, InputValueError
        If operands are no codes of their formats, do not broadcast, or `fmt` is no format or not one per operand; or `result` is left out where formats differ.
    Exception
        Everything that `refquant.encode` raises.""",
    "{backend}": """backend : str, optional
        ``"reference"``, ``"numba"`` (formats of at most 32 bits), or None: compiled code where there is some and the array is large enough to pay.
        The bits are the same.""",
}


def documented(function: F) -> F:
    """Return the function, the names in braces that stand alone on a line of its docstring replaced by what they stand for."""
    text = function.__doc__ or ""
    for name, meaning in _TEXTS.items():
        text = text.replace(f"    {name}\n", f"    {meaning}\n")
    function.__doc__ = text
    return function
