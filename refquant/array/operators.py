"""Python's operators: each is the function of `refquant.arithmetic` of that name, with its defaults."""

from __future__ import annotations

from typing import Any, NoReturn, Self

import numpy as np

from refquant.array.calculating import calculated, compared
from refquant.array.held import Held
from refquant.errors import InputValueError, UnsupportedOperationError


class Operators(Held):
    """Operators and comparisons of an Array."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return calculated("add", (self, other))

    def __radd__(self, other: Any) -> Any:
        return calculated("add", (other, self))

    def __iadd__(self, other: Any) -> Self:
        return self._in_place("add", other)

    def __sub__(self, other: Any) -> Any:
        return calculated("sub", (self, other))

    def __rsub__(self, other: Any) -> Any:
        return calculated("sub", (other, self))

    def __isub__(self, other: Any) -> Self:
        return self._in_place("sub", other)

    def __mul__(self, other: Any) -> Any:
        return calculated("mul", (self, other))

    def __rmul__(self, other: Any) -> Any:
        return calculated("mul", (other, self))

    def __imul__(self, other: Any) -> Self:
        return self._in_place("mul", other)

    def __truediv__(self, other: Any) -> Any:
        return calculated("div", (self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return calculated("div", (other, self))

    def __itruediv__(self, other: Any) -> Self:
        return self._in_place("div", other)

    def __neg__(self) -> Any:
        return calculated("neg", (self,))

    def __abs__(self) -> Any:
        return calculated("abs", (self,))

    def _in_place(self, operation: str, other: Any) -> Self:
        """Write a result over the codes, as NumPy does."""
        found = calculated(operation, (self, other))
        if found is NotImplemented:
            return NotImplemented  # type: ignore[no-any-return]
        if found.shape != self.shape:
            raise InputValueError(f"{operation}: a result of shape {found.shape} cannot be written over an Array of shape {self.shape}")
        self._write(..., found.codes)
        return self

    def __eq__(self, other: Any) -> Any:
        return compared("eq", self, other)

    def __ne__(self, other: Any) -> Any:
        equal = compared("eq", self, other)
        return NotImplemented if equal is NotImplemented else ~equal

    def __lt__(self, other: Any) -> Any:
        return compared("lt", self, other, signaling=True)

    def __le__(self, other: Any) -> Any:
        return compared("le", self, other, signaling=True)

    def __gt__(self, other: Any) -> Any:
        return compared("lt", other, self, signaling=True)

    def __ge__(self, other: Any) -> Any:
        return compared("le", other, self, signaling=True)

    __hash__ = None  # type: ignore[assignment]  # elements can be written to, and == gives one truth per element

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(self == value))

    def __bool__(self) -> NoReturn:
        raise UnsupportedOperationError("bool: an Array is neither true nor false; ask (a != 0).any() or .all(), or a.size")

    def _refuse(self, *_: Any) -> NoReturn:
        raise UnsupportedOperationError(
            "%, //, **, @ and divmod: an Array has + - * /, abs() and comparisons, and .compute(name) for every other operation: "
            "'fmod' has the sign of the dividend, 'rem' the nearest quotient"
        )

    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __divmod__ = __rdivmod__ = _refuse
