"""The class Array: made of codes or of values, and what it answers NumPy and `print`."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refquant import codec, inputs
from refquant.array.calculating import named, with_flags
from refquant.array.functions import called
from refquant.array.held import Held
from refquant.array.hints import ATTRIBUTES
from refquant.array.mixing import are_numbers, exact_codes
from refquant.array.operators import Operators
from refquant.array.printing import in_full, written
from refquant.array.ufuncs import applied
from refquant.codec import Random
from refquant.errors import InputTypeError, InputValueError, UnsupportedAttributeError, UnsupportedOperationError
from refquant.formats import Format, get_format
from refquant.policies import Dialect, OverflowMode, RoundingMode


class Array(Operators):
    """Codes with their format, for exploring at a prompt: operators, comparisons, indexing, printing, NumPy's ufuncs.

    ``Array(a, fmt) + Array(b, fmt) == Array(refquant.arithmetic.add(a, b, fmt), fmt)``, and so on: each operator is one function, with its defaults.

    Parameters
    ----------
    codes : array_like of unsigned integers
        Any shape; 0 <= code < 2**width. Copied. Values are given to `Array.from_values`.
    fmt : Format or str
        Format of the codes; it never changes (`convert` makes a new Array).

    Raises
    ------
    InputTypeError, CodeRangeError
        If `codes` are not unsigned integers, or not codes of the format.
    UnknownNameError, AmbiguousNameError
        If a name does not exist or means several formats.

    Notes
    -----
    ``.codes`` is a view that cannot be written to, ``.fmt`` the format, ``.values`` the exact values as float64. ``shape``, ``ndim``, ``size``, ``itemsize``,
    ``nbytes``, ``T``, ``len``, iteration, indices, ``reshape``, ``ravel`` and ``copy`` are those of a NumPy array of the codes.

    ``+ - * /`` are `add`, `sub`, `mul`, `div`. ``-a`` and ``abs(a)`` are `neg` and `abs`. ``==`` and ``!=`` are quiet, ``< <= > >=`` signalling
    comparisons by exact value (RQ-7.3, RQ-7.4). ``%``, which means several remainders, ``**``, ``//`` and ``@`` do not exist. ``a += b`` writes over the
    codes of a, as NumPy does. Other operations and roundings, and flags: `compute`.

    NumPy's ufuncs of these operations, and ``sqrt reciprocal copysign minimum maximum fmin fmax nextafter rint floor ceil trunc ldexp isnan isinf isfinite
    signbit``, give an Array (or booleans); with ``out=`` the format of `out` is that of the result. `minimum` gives NaN where an operand is NaN, `fmin` the
    number (RQ-7.23). Functions that move elements (``reshape``, ``concatenate``, ``where`` ...) move codes. Everything else raises: nothing is
    computed in floats unasked.

    Arrays of different formats are compared by exact value; an operator between them raises, as the format of its result is not known. A number
    beside an Array (a Python number, NumPy's floats and signed integers) must be a value of the format, else the operator raises; in comparisons it need
    only be a float64. Lists and unsigned arrays are refused there, since they may be codes or values. A NaN given so is the canonical one.

    Elements are Arrays of no dimension. An Array cannot be hashed, and is neither true nor false.

    Examples
    --------
    >>> import numpy as np, refquant as rq
    >>> a = rq.Array([0x38, 0x3C, 0x7E], "float8_e4m3fn")
    >>> print(a)
    [  1.    1.5 448. ] float8_e4m3fn
    >>> a + a, np.sqrt(a)
    (Array([0x40, 0x44, 0x7f], 'float8_e4m3fn'), Array([0x38, 0x3a, 0x5b], 'float8_e4m3fn'))
    >>> a > 1.1
    array([False,  True,  True])
    >>> print(np.fmod(-a, 1.0))
    [-0.  -0.5 -0. ] float8_e4m3fn
    >>> a + 0.1
    Traceback (most recent call last):
    refquant.errors.InputValueError: add: 0.1 is no value of float8_e4m3fn; round it first: Array.from_values(x, 'float8_e4m3fn')
    """

    __slots__ = ()

    def __init__(self, codes: ArrayLike, fmt: Format | str) -> None:
        if isinstance(codes, Held):
            raise InputTypeError(f"codes: got an Array of {codes.fmt.name}; use .copy(), .convert(fmt), or its .codes")
        found = get_format(fmt)
        try:
            given, _ = inputs.as_codes(codes, found)
        except InputTypeError as error:
            what = str(error).partition("; refquant.encode(")[0]
            raise InputTypeError(f"{what}; values are given to Array.from_values(x, {found.name!r})") from None
        self._codes, self._fmt = np.array(given, dtype=found.code_dtype), found

    @classmethod
    def from_values(
        cls, x: ArrayLike, fmt: Format | str, *, rounding: RoundingMode | str | None = None, overflow: OverflowMode | str | None = None,
        dialect: Dialect | str | None = None, random: Random = None, backend: str | None = None, return_flags: bool = False,
    ) -> Any:  # fmt: skip
        """Return the values `x`, each rounded once to a value of a format.

        ``from_values(x) = Array(encode(x, fmt), fmt)`` (RQ-3.3).

        Parameters
        ----------
        x : array_like
            As in `refquant.encode`: any numbers, any shape. Not modified.
        fmt : Format or str
            The format.
        rounding, overflow, dialect, random, backend : optional
            As in `refquant.encode`.
        return_flags : bool
            Return (array, flags): the exception flags of each element too.

        Returns
        -------
        Array
            Shape of `x`.

        Raises
        ------
        InputTypeError
            If `x` is an Array, which has `convert`.
        Exception
            Everything that `refquant.encode` raises.

        Examples
        --------
        >>> import refquant as rq
        >>> rq.Array.from_values([1.0, 0.1], "float8_e4m3fn")
        Array([0x38, 0x1d], 'float8_e4m3fn')
        >>> rq.Array.from_values(0.1, "float8_e4m3fn", rounding="toward_zero", return_flags=True).flags.item()
        1
        """
        if isinstance(x, Held):
            raise InputTypeError(f"x: got an Array of {x.fmt.name}; use .convert(fmt), which knows its format and its NaNs")
        found = codec.encode(x, fmt, rounding=rounding, overflow=overflow, dialect=dialect, random=random, backend=backend, return_flags=return_flags)
        return with_flags(cls, found, get_format(fmt))

    def convert(
        self, fmt: Format | str, *, rounding: RoundingMode | str | None = None, overflow: OverflowMode | str | None = None,
        dialect: Dialect | str | None = None, random: Random = None, backend: str | None = None, return_flags: bool = False,
    ) -> Any:  # fmt: skip
        """Return a new Array in another format, each value rounded once.

        ``a.convert(fmt) = Array(refquant.convert(a.codes, a.fmt, fmt), fmt)`` (RQ-3.5).

        Parameters
        ----------
        fmt : Format or str
            The other format.
        rounding, overflow, dialect, random, backend : optional
            As in `refquant.encode`.
        return_flags : bool
            Return (array, flags): the exception flags of each element too.

        Returns
        -------
        Array
            The same shape.

        Raises
        ------
        Exception
            Everything that `refquant.convert` raises.

        Examples
        --------
        >>> import refquant as rq
        >>> rq.Array([0x38, 0x39], "float8_e4m3fn").convert("float4_e2m1fn")  # 1 and 1.125
        Array([0x2, 0x2], 'float4_e2m1fn')
        """
        found = codec.convert(
            self._codes, self._fmt, fmt, rounding=rounding, overflow=overflow, dialect=dialect, random=random, backend=backend, return_flags=return_flags
        )
        return with_flags(type(self), found, get_format(fmt))

    def compute(self, operation: str, *others: Any, **choices: Any) -> Any:
        """Return the result of an operation of `refquant.arithmetic` by its name, with its arguments.

        ``a.compute("fma", b, c) = Array(refquant.arithmetic.fma(a.codes, b.codes, c.codes, fmt), fmt)``.

        Parameters
        ----------
        operation : str
            Name of a function: ``"fma"``, ``"rem"``, ``"recip"``, ``"next_up"``, ``"compare"``, ``"classify"`` ...
        *others : Array or number
            The operands after this one, as beside an operator (of ``"compare"`` and ``"total_order"`` as in a comparison); of ``"scale_b"`` integers.
        **choices
            Arguments of the function but `fmt` and `out`: `result` (needed where formats differ), `rounding`, `overflow`, `dialect`, `random`, `backend`,
            `return_flags`.

        Returns
        -------
        Array, or (array, flags) where `return_flags` is given
            In the format `result`, else that of this Array. ``"log_b"`` without `result` gives int32, ``"compare"`` and ``"total_order"`` booleans (with
            flags a `refquant.arithmetic.TruthAndFlags`), ``"classify"`` numbers of `refquant.arithmetic.NumberClass`.

        Raises
        ------
        UnknownNameError
            If no operation has this name.
        InputTypeError, InputValueError
            If the function has another number of operands, or no such argument; or an operand is no Array and no value of the format.
        Exception
            Everything that the function raises.

        Examples
        --------
        >>> import refquant as rq
        >>> a = rq.Array.from_values([1.125, 15.0], "float8_e4m3fn")
        >>> print(a.compute("fma", a, -1.25), a * a - 1.25)  # rounded once, and twice
        [1.5625e-02 2.2400e+02] float8_e4m3fn [  0. 224.] float8_e4m3fn
        >>> a.compute("mul", a, rounding="toward_positive", return_flags=True)
        ArrayAndFlags(array=Array([0x3b, 0x77], 'float8_e4m3fn'), flags=array([1, 1], dtype=uint8))
        >>> a.compute("compare", 2.0, predicate="le", return_flags=True)
        TruthAndFlags(truth=array([ True, False]), flags=array([0, 0], dtype=uint8))
        """
        return named(operation, (self, *others), choices)

    @property
    def values(self) -> Any:
        """The exact values, as `refquant.decode` gives them: float64."""
        return codec.decode(self._codes, self._fmt)

    def item(self) -> Any:
        """Return the value of the one element as a Python number; an Array of another size raises."""
        if self.size != 1:
            raise InputValueError(f"item: expected an Array of one element, got {self.size}")
        return self.values.item()

    def tolist(self) -> Any:
        """Return the exact values as Python numbers, in lists of lists."""
        return self.values.tolist()

    def hex(self) -> str:
        """Return the codes in hex: ``format(a, "x")``."""
        return format(self, "x")

    def __setitem__(self, key: Any, value: Any) -> None:
        self._write(key, self._codes_for(value))

    def _codes_for(self, value: Any) -> NDArray[Any]:
        """Return the codes of what is to be written into elements."""
        if isinstance(value, Held):
            if value.fmt != self._fmt:
                raise InputValueError(f"value: expected an Array of {self._fmt.name}, got one of {value.fmt.name}; use .convert({self._fmt.name!r})")
            return value.codes
        if are_numbers(value, "value"):
            return np.asarray(exact_codes(value, self._fmt, "value"))
        raise InputTypeError(f"value: expected an Array or real numbers, got {type(value).__name__}")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise InputValueError("copy: the values of an Array are made anew; give copy=None or True, or take .codes")
        return np.asarray(codec.decode(self._codes, self._fmt, dtype=dtype))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return applied(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return called(function, args, kwargs)

    @property
    def _data(self) -> NoReturn:
        """Refuse numpy.ma, which asks for this first, and else would compute in float64."""
        raise UnsupportedOperationError("numpy.ma: a masked array beside an Array; give .filled(value) or .data of the one, or .values of the other")

    def __float__(self) -> float:
        if self.shape:
            raise InputTypeError(f"float: expected an Array of no dimension, got shape {self.shape}; .values are floats")
        return float(self.values)

    def __int__(self) -> NoReturn:
        raise UnsupportedOperationError("int: an Array has codes and values; int(a.codes) is the code, int(a.item()) the value without its fraction")

    def __round__(self, digits: Any = None) -> NoReturn:
        raise UnsupportedOperationError("round: an Array is rounded to integers by compute('round_to_integral', rounding=...), and to a format by convert(fmt)")

    def __getattr__(self, name: str) -> NoReturn:
        if name in ATTRIBUTES:
            raise UnsupportedAttributeError(f"{name}: {ATTRIBUTES[name]}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        return in_full(self._codes, self._fmt, type(self).__name__)

    def __str__(self) -> str:
        return f"{written(self._codes, self._fmt, '')} {self._fmt.name}"

    def __format__(self, spec: str) -> str:
        return written(self._codes, self._fmt, spec) if spec else str(self)
