"""A set of golden vectors: a recipe, and columns of equal length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant.errors import InputValueError
from refquant.golden.nan_mask import accepted
from refquant.golden.recipe import Recipe
from refquant.inputs import as_codes

if TYPE_CHECKING:
    from refquant.golden.coverage import Covered

Columns = Mapping[str, NDArray[Any]]
RESULT_COLUMNS = ("rounding", "overflow", "random", "result", "flags", "mask", "classes")


def dtypes_of(recipe: Recipe) -> dict[str, np.dtype[Any]]:
    """Return the dtype of each column, in the order of the columns."""
    code, byte = recipe.result.code_dtype, np.dtype(np.uint8)
    operands = {name: fmt.code_dtype for name, fmt in zip(recipe.operand_names, recipe.operands, strict=True)}
    rest: tuple[np.dtype[Any], ...] = (byte, byte, np.dtype(np.uint32), code, byte, code, np.dtype(np.uint64))
    return operands | dict(zip(RESULT_COLUMNS, rest, strict=True))


def widths_of(recipe: Recipe) -> dict[str, int]:
    """Return the bits of each column."""
    result = recipe.result.width
    operands = {name: fmt.width for name, fmt in zip(recipe.operand_names, recipe.operands, strict=True)}
    return operands | {"rounding": 8, "overflow": 8, "random": 32, "result": result, "flags": 8, "mask": result, "classes": 64}


@dataclass(frozen=True, eq=False)
class GoldenSet:
    """Golden vectors: operands, and what is right for each. See `generate` and `load`.

    Parameters
    ----------
    recipe : Recipe
        Operation, formats, policies, cases.
    columns : mapping of str to array
        ``a``, ``b``, ``c``: operand codes. ``rounding``, ``overflow``: positions in `refquant.RoundingMode` and `refquant.OverflowMode`. ``random``: the random
        bits (uint32) of a stochastic mode, else 0. ``result``: codes. ``flags``: `refquant.Flags`. ``mask``: the bits of the result that count, which are all
        unless it is a NaN that is compared by class (see `accepts`). ``classes``: a bit set of `refquant.golden.CLASSES`. Read-only.
    left_out : int
        How many operands the policies refuse; they are in no vector.

    Examples
    --------
    >>> import refquant as rq
    >>> made = rq.golden.generate("encode", "float8_e4m3fn", source="float16", level=1)
    >>> made.recipe.title, made.columns["a"].dtype, made.columns["result"].dtype
    ('encode float16 to float8_e4m3fn', dtype('uint16'), dtype('uint8'))
    """

    recipe: Recipe
    columns: Columns = field(repr=False)
    left_out: int = 0

    def __post_init__(self) -> None:
        own = {name: np.ascontiguousarray(column) for name, column in self.columns.items()}
        for column in own.values():
            column.flags.writeable = False
        object.__setattr__(self, "columns", MappingProxyType(own))

    def __len__(self) -> int:
        return int(self.columns["result"].size)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GoldenSet):
            return NotImplemented
        same = (self.recipe, self.left_out, tuple(self.columns)) == (other.recipe, other.left_out, tuple(other.columns))
        return same and all(np.array_equal(self.columns[n], other.columns[n]) for n in self.columns)

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    @property
    def coverage(self) -> tuple[Covered, ...]:
        """Return every class with its meaning, its number of vectors and, where there is none, the reason."""
        from refquant.golden.coverage import coverage_of

        return coverage_of(self)

    def accepts(self, codes: ArrayLike) -> NDArray[np.bool_]:
        """Return where results are right: ``(got ^ result) & mask == 0``, or both are NaN and NaNs are compared by class.

        Parameters
        ----------
        codes : array_like of unsigned integers
            One code of the result's format for each vector.

        Examples
        --------
        >>> import numpy as np, refquant as rq
        >>> made = rq.golden.generate("convert", "float8_e5m2", source="float8_e4m3fn")
        >>> signalling = np.where(made.columns["result"] == 0x7E, 0xFD, made.columns["result"]).astype(np.uint8)
        >>> bool(made.accepts(signalling).all())
        True
        """
        got, _ = as_codes(codes, self.recipe.result)
        if got.shape != (len(self),):
            raise InputValueError(f"codes: expected one for each of the {len(self)} vectors, got the shape {got.shape}")
        return accepted(got, self.columns["result"], self.columns["mask"], self.recipe.result, self.recipe.nan_by)

    def save(self, folder: str | Path, *, writers: Any = ("npz",), force: bool = False, progress: Callable[[str], None] | None = None) -> Path:
        """Write the set to a folder, whole or not at all. See `refquant.golden.save`."""
        from refquant.golden.storage import save

        return save(self, folder, writers=writers, force=force, progress=progress)
