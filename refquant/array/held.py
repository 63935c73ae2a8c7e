"""Codes and their format, held together: shape, elements, layout. Nothing here looks at a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError, InputValueError
from refquant.formats import Format


class Held:
    """Base of `Array`: an array of ``fmt.code_dtype``, and the format."""

    __slots__ = ("_codes", "_fmt")
    _codes: NDArray[Any]
    _fmt: Format

    @classmethod
    def _of(cls, codes: Any, fmt: Format) -> Self:
        """Return codes that are known to be codes of the format, not copied."""
        made = cls.__new__(cls)
        made._codes, made._fmt = np.asarray(codes), fmt
        return made

    @property
    def codes(self) -> NDArray[Any]:
        """The codes: a view of dtype ``fmt.code_dtype`` that cannot be written to."""
        view = self._codes.view()
        view.flags.writeable = False
        return view

    @property
    def fmt(self) -> Format:
        """The format; it never changes."""
        return self._fmt

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self._codes.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._codes.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._codes.size

    @property
    def itemsize(self) -> int:
        """Bytes of an element, as its code is stored."""
        return self._codes.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements, as their codes are stored."""
        return self._codes.nbytes

    @property
    def T(self) -> Self:
        """The same codes with the axes reversed; a view."""
        return self._of(self._codes.T, self._fmt)

    def __len__(self) -> int:
        if not self.shape:
            raise InputTypeError("len: an Array of no dimension has no length")
        return len(self._codes)

    def __iter__(self) -> Iterator[Self]:
        if not self.shape:
            raise InputTypeError("iter: an Array of no dimension has no elements to go through")
        return (self._of(part, self._fmt) for part in self._codes)

    def __getitem__(self, key: Any) -> Self:
        return self._of(self._codes[key], self._fmt)

    def _write(self, key: Any, codes: Any) -> None:
        """Write codes of the format into elements."""
        try:
            self._codes[key] = codes
        except ValueError as error:  # shapes, or codes that cannot be written to
            raise InputValueError(f"value: cannot be written: {error}") from None

    def reshape(self, *shape: Any) -> Self:
        """Return the same codes in another shape; a view where NumPy makes one."""
        try:
            return self._of(self._codes.reshape(*shape), self._fmt)
        except ValueError as error:
            raise InputValueError(f"shape: {error}") from None

    def ravel(self) -> Self:
        """Return the same codes in one dimension; a view where NumPy makes one."""
        return self._of(self._codes.ravel(), self._fmt)

    def copy(self) -> Self:
        """Return a copy that shares no memory."""
        return self._of(self._codes.copy(), self._fmt)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._codes, self._fmt)
