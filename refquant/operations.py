"""The records of the operations: names only, so that nothing here loads an implementation."""

from typing import Any, NamedTuple

#: The specification that this package follows: the newest heading of spec/CHANGES.md.
SPEC_VERSION = "2026-11-25"

_ALL = (
    "rounding", "overflow", "nan", "signed_zero", "zero_input", "below_min", "negative", "subnormals", "ftz", "parity", "to_odd_overflow", "inf_to_int",
    "inf_flags", "tininess", "flags", "input_denormal", "via",
)  # fmt: skip
_NANS = ("nan_operand", "made_nan")
_COMPARED = ("subnormals", "flags", "input_denormal")
_COMPILED = ("reference", "numba")


class Operation(NamedTuple):
    """One operation. Its implementation is found by name: ``refquant.<backend package>.<room>.<kernel>``."""

    name: str
    room: str  #: file stem in reference/, numba_kernels/, cupy_kernels/
    kernel: str  #: function in that file
    clause: str
    operands: tuple[str, ...]  #: kinds: "values", "codes", "parts", "integers"
    result: str
    affected_by: tuple[str, ...]  #: the knobs that can change its result
    backends: tuple[str, ...]
    cases: str  #: name of its case maker
    door: str = ""  #: "module.function" that evaluates it on codes where it has several operands: f(*codes, formats, *, dialect, ..., return_flags)
    choices: tuple[tuple[str, Any], ...] = ()  #: arguments of that function that make it this operation


def _comparison(form: str, predicate: str, clause: str) -> Operation:
    choices = (("predicate", predicate), ("signaling", form == "signaling"))
    name = f"{form}_{predicate}"
    return Operation(f"compare_{name}", "compare", name, clause, ("codes", "codes"), "truth", _COMPARED, _COMPILED, "pairs", "arithmetic.compare", choices)


def _arithmetic(name: str, operands: int, *own: str, room: str = "arithmetic", clause: str = "RQ-7.8") -> Operation:
    return Operation(name, room, name, clause, ("codes",) * operands, "codes", (*_ALL, *_NANS, *own), _COMPILED, "pairs", f"arithmetic.{name}")


def _selection(name: str) -> Operation:
    return _arithmetic(name, 2, room="selection", clause="RQ-7.23")


_SELECTIONS = tuple(f"{end}{by}{form}" for by in ("", "_magnitude") for form in ("", "_number") for end in ("minimum", "maximum"))


def _sign_operation(name: str, operands: int) -> Operation:
    copied = tuple(knob for knob in _ALL if knob not in ("nan", "subnormals", "input_denormal", "via"))
    return Operation(name, "sign_operations", name, "RQ-7.24", ("codes",) * operands, "codes", copied, _COMPILED, "pairs", f"arithmetic.{name}")


def _integral(form: str, exact: bool) -> Operation:
    name = f"round_to_integral{form}"
    return Operation(
        name, "integral", name, "RQ-7.19", ("codes",), "codes", (*_ALL, *_NANS), _COMPILED, "pairs", "arithmetic.round_to_integral", (("exact", exact),)
    )


OPERATIONS = {
    op.name: op
    for op in (
        Operation("encode", "codec", "convert", "RQ-3.3", ("values",), "codes", _ALL, _COMPILED, "boundary"),
        Operation("encode_exact", "codec", "encode_located", "RQ-3.3", ("values",), "codes", _ALL, ("reference",), "boundary"),
        Operation("decode", "codec", "convert", "RQ-3.1", ("codes",), "values", ("nan_out",), _COMPILED, "every_code"),
        Operation("round", "codec", "convert", "RQ-3.5", ("values",), "values", _ALL, _COMPILED, "boundary"),
        Operation("convert", "codec", "convert", "RQ-3.5", ("codes",), "codes", _ALL, _COMPILED, "every_code"),
        Operation("decode_parts", "codec", "decode_parts", "RQ-3.7", ("codes",), "parts", (), ("reference",), "every_code"),
        Operation("encode_parts", "codec", "encode_parts", "RQ-3.7", ("parts",), "codes", _ALL, ("reference",), "boundary"),
        *(_arithmetic(name, operands) for name, operands in (("add", 2), ("sub", 2), ("mul", 2), ("sqrt", 1))),
        _arithmetic("div", 2, "division_by_zero"),
        _arithmetic("fma", 3, "fma_nan_order", "zero_times_inf"),
        *(_arithmetic(name, 2, room="remainder", clause="RQ-7.17") for name in ("rem", "fmod")),
        *(_arithmetic(name, 1, "division_by_zero", room="reciprocals", clause="RQ-7.18") for name in ("recip", "rsqrt")),
        *(_integral(form, exact) for form, exact in (("", False), ("_exact", True))),
        Operation("scale_b", "integral", "scale_b", "RQ-7.20", ("codes", "integers"), "codes", (*_ALL, *_NANS), _COMPILED, "scaled", "arithmetic.scale_b"),
        *(_arithmetic(name, n, "next_past_end", room="neighbours", clause="RQ-7.22") for name, n in (("next_up", 1), ("next_down", 1), ("next_after", 2))),
        *(_selection(name) for name in _SELECTIONS),
        _arithmetic("relu", 1, room="selection", clause="RQ-7.23"),
        *(_sign_operation(name, operands) for name, operands in (("neg", 1), ("abs", 1), ("copy_sign", 2))),
        _arithmetic("log_b", 1, room="ordering", clause="RQ-7.21"),
        Operation("log_b_integer", "ordering", "log_b_integer", "RQ-7.21", ("codes",), "integers", _COMPARED, _COMPILED, "every_code", "arithmetic.log_b"),
        Operation("total_order", "ordering", "total_order", "RQ-7.25", ("codes",) * 2, "truth", ("nan_rank",), _COMPILED, "pairs", "arithmetic.total_order"),
        Operation("classify", "ordering", "classify", "RQ-7.26", ("codes",), "class", (), _COMPILED, "every_code", "arithmetic.classify"),
        *(_comparison("quiet", predicate, "RQ-7.3") for predicate in ("eq", "lt", "le", "unordered")),
        *(_comparison("signaling", predicate, "RQ-7.4") for predicate in ("eq", "lt", "le")),
    )
}
