"""Any array goes in, whatever its memory looks like, and comes back with its shape; nothing around it changes the bits."""

import pickle
import sys
import tracemalloc
import warnings
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

import refquant as rq
from refquant.execution import CHUNK

X = np.linspace(-460, 460, 1001).astype(np.float32)
WANT = X.astype(ml_dtypes.float8_e4m3fn).view(np.uint8)
F = "float8_e4m3fn"


def unaligned(a):
    raw = np.zeros(a.nbytes + 1, np.uint8)
    view = raw[1:].view(a.dtype)
    view[...] = a
    assert not view.flags.aligned
    return view


LAYOUTS = {
    "contiguous": (lambda: X, WANT),
    "read-only": (lambda: np.frombuffer(X.tobytes(), X.dtype), WANT),
    "strided": (lambda: np.repeat(X, 3)[::3], WANT),
    "negative stride": (lambda: X[::-1], WANT[::-1]),
    "big-endian": (lambda: X.astype(">f4"), WANT),
    "little-endian": (lambda: X.astype("<f4"), WANT),
    "unaligned": (lambda: unaligned(X), WANT),
    "2-d": (lambda: X.reshape(7, 143), WANT.reshape(7, 143)),
    "Fortran order": (lambda: np.asfortranarray(X.reshape(7, 143)), WANT.reshape(7, 143)),
    "transposed": (lambda: X.reshape(7, 143).T, WANT.reshape(7, 143).T),
    "broadcast": (lambda: np.broadcast_to(X, (3, 1001)), np.broadcast_to(WANT, (3, 1001))),
    "empty": (lambda: X[:0], WANT[:0]),
    "empty 2-d": (lambda: np.zeros((3, 0), np.float32), np.zeros((3, 0), np.uint8)),
    "0-d": (lambda: np.array(1.0, np.float32), np.array(0x38, np.uint8)),
    "list": (lambda: [1.0, 2.0], np.array([0x38, 0x40], np.uint8)),
    "nested list": (lambda: [[1.0], [2.0]], np.array([[0x38], [0x40]], np.uint8)),
    "several chunks": (lambda: np.tile(X, 40), np.tile(WANT, 40)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_memory_layout_gives_the_same_codes(layout):
    make, want = LAYOUTS[layout]
    x = make()
    before = np.array(x, copy=True)
    codes = rq.encode(x, F)
    assert codes.dtype == np.uint8 and codes.shape == want.shape and np.array_equal(codes, want)
    assert np.array_equal(before, x)


@pytest.mark.parametrize("value", [1.0, 1, True, np.float32(1), np.float16(1), np.int64(1), Fraction(1), np.longdouble(1), ml_dtypes.bfloat16(1)])
def test_scalars_give_scalars(value):
    code = rq.encode(value, F)
    assert isinstance(code, np.uint8) and code == 0x38
    result = rq.encode(value, F, return_flags=True)
    assert isinstance(result.codes, np.uint8) and isinstance(result.flags, np.uint8)
    assert isinstance(rq.decode(0x38, F), np.float64)


INTEGERS = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", [F, "float16", "bfloat16", "float32", "float64", "int8", "uint16", "int32"])
def test_integers_are_rounded_once(dtype, name):
    info = np.iinfo(dtype)
    near = {s * (1 << b) + d for b in range(64) for d in (-2, -1, 0, 1, 2) for s in (1, -1)} | {info.max, info.min, info.max - 1, 448, 464, 465}
    near |= {s * ((1 << b) - (1 << (b - 54))) for b in range(55, 64) for s in (1, -1)}  # the conversion of these to float64 rounds up to a power of two
    values = [v for v in sorted(near) if info.min <= v <= info.max]
    as_fractions = np.array([Fraction(v) for v in values], object)
    for rounding in ("ties_to_even", "toward_zero", "ties_to_away", "to_odd", "toward_positive", "ties_to_zero"):
        got = rq.encode(np.array(values, dtype), name, rounding=rounding, return_flags=True)
        want = rq.encode(as_fractions, name, rounding=rounding, return_flags=True)  # itself compared with the oracle
        assert np.array_equal(got.codes, want.codes) and np.array_equal(got.flags, want.flags)


ML_DTYPES = ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e4m3b11fnuz", "float8_e4m3", "float8_e3m4", "float8_e8m0fnu", "float6_e2m3fn", "float6_e3m2fn", "float4_e2m1fn", "int4", "uint4", "int2", "uint2"]  # fmt: skip


@pytest.mark.parametrize("name", ML_DTYPES)
def test_ml_dtypes_arrays_are_codes_of_their_format(name):
    fmt = rq.get_format(name)
    codes = np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    array = codes.view(getattr(ml_dtypes, name))
    values = rq.decode(codes, name)
    keep = ~np.isnan(values)
    target = "float32"
    assert np.array_equal(rq.encode(array[keep], target), rq.encode(values[keep], target))
    back = rq.round(array[keep], name)
    assert back.dtype == array.dtype and np.array_equal(back.view(np.uint8), array[keep].view(np.uint8))


def test_a_list_of_mixed_numbers_is_not_rounded_by_numpy_first():
    big = (1 << 60) + 1
    assert rq.encode([big, 0.5], "float64", rounding="toward_positive")[0] == rq.encode(Fraction(big), "float64", rounding="toward_positive")
    assert rq.encode([(1 << 63) + 1, -1], "float64", rounding="toward_positive")[0] == rq.encode(Fraction((1 << 63) + 1), "float64", rounding="toward_positive")


def test_out_receives_the_codes_and_may_overlap_the_input():
    out = np.zeros(1001, np.uint8)
    assert rq.encode(X, F, out=out) is out and np.array_equal(out, WANT)
    strided = np.zeros((1001, 2), np.uint8)
    rq.encode(X, F, out=strided[:, 1])
    assert np.array_equal(strided[:, 1], WANT) and not strided[:, 0].any()
    x = X.copy()
    rq.encode(x, "float32", rounding="toward_zero", out=x.view(np.uint32)[::-1])
    assert np.array_equal(x[::-1], X)
    shifted = np.concatenate([X, X[:1]]).view(np.uint8)
    rq.encode(shifted[:-4].view(np.float32), F, out=shifted[1 : 1 + 1001])
    assert np.array_equal(shifted[1 : 1 + 1001], WANT)


def test_big_endian_out():
    out = np.zeros(1001, ">u2")
    rq.encode(X, "float16", out=out)
    assert np.array_equal(out, X.astype(np.float16).view(np.uint16))


def test_numpys_error_state_changes_nothing_and_nothing_warns():
    specials = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-310, 1e308, 3e38], np.float64)
    specials = np.concatenate([specials, np.array([0x7FF0000000000001, 0xFFF0000000000001], np.uint64).view(np.float64)])
    for name in ("float32", "float16", F, "float8_e8m0fnu", "binary8p3se"):
        want = rq.encode(specials, name, return_flags=True)
        with warnings.catch_warnings(), np.errstate(all="raise"):
            warnings.simplefilter("error")
            got = rq.encode(specials, name, return_flags=True)
            rq.decode(got.codes, name)
            rq.round(specials, name)
        assert np.array_equal(got.codes, want.codes) and np.array_equal(got.flags, want.flags)


def test_results_do_not_depend_on_chunks(monkeypatch):
    x = np.concatenate([np.tile(X, 3), np.float32([np.nan, np.inf])])
    want = rq.encode(x, F, return_flags=True)
    for chunk in (1, 7, 1000, CHUNK * 4):
        monkeypatch.setattr("refquant.execution.CHUNK", chunk)
        got = rq.encode(x, F, return_flags=True)
        assert np.array_equal(got.codes, want.codes) and np.array_equal(got.flags, want.flags)


@pytest.mark.parametrize("call", ["encode", "stochastic", "round", "decode", "convert", "round to int8", "error"])
def test_working_memory_is_bounded(call):
    x, codes = np.ones(1 << 22, np.float32), np.ones(1 << 22, np.uint8)
    calls = {
        "encode": lambda: rq.encode(x, F),
        "stochastic": lambda: rq.encode(x, F, rounding="stochastic_b", random=rq.Philox(1, 32)),
        "round": lambda: rq.round(x, F),
        "decode": lambda: rq.decode(codes, F, dtype=np.float32),
        "convert": lambda: rq.convert(codes, F, "float16"),
        "round to int8": lambda: rq.round(x, "int8"),
        "error": lambda: rq.encode(x, F, overflow="error", dialect=rq.get_dialect("default").replace(via="bfloat16")),
    }
    result = calls[call]()
    tracemalloc.start()
    calls[call]()
    peak = tracemalloc.get_traced_memory()[1] - result.nbytes
    tracemalloc.stop()
    assert peak <= 8 << 20, f"{peak} bytes beyond input and output"


@pytest.mark.parametrize("name", [*rq.list_formats(), "binary8p3se"])
def test_formats_are_frozen_hashable_and_picklable(name):
    fmt = rq.get_format(name)
    assert pickle.loads(pickle.dumps(fmt)) == fmt and hash(fmt) == hash(pickle.loads(pickle.dumps(fmt)))
    with pytest.raises(AttributeError):
        fmt.width = 3


def test_python_floats_and_numpy_scalars_of_any_kind_keep_signed_zero():
    for zero in (-0.0, np.float16(-0.0), np.float32(-0.0), np.longdouble(-0.0), np.array([-0.0], object)):
        assert np.all(rq.encode(zero, F) == 0x80)
    assert rq.decode(0x80, F, dtype=object) == 0 and str(rq.decode(0x80, F, dtype=object)) == "-0.0"


def test_decode_into_every_container():
    codes = np.arange(256, dtype=np.uint8)
    want = codes.view(ml_dtypes.float8_e5m2).astype(np.float32)
    assert want.dtype == np.float32
    for dtype in (np.float16, np.float32, np.float64, np.longdouble, ml_dtypes.bfloat16):
        got = rq.decode(codes, "float8_e5m2", dtype=dtype)
        with np.errstate(invalid="ignore"):  # NumPy's cast of a signalling NaN
            assert got.dtype == dtype and np.array_equal(got.astype(np.float32), want, equal_nan=True)
    assert rq.decode(codes, "int8", dtype=np.int64).tolist() == codes.view(np.int8).tolist()
    assert [float(v) for v in rq.decode(codes[:124], "float8_e5m2", dtype=object)] == want[:124].tolist()
    out = np.empty(256, np.float32)
    assert rq.decode(codes, "float8_e5m2", dtype=np.float32, out=out) is out and np.array_equal(out, want, equal_nan=True)


@pytest.mark.parametrize("order", ["<", ">"])
def test_values_of_any_byte_order(order):
    """Byte orders are those of memory, not of values: what comes back is native."""
    assert rq.round(np.array([0.1, 3.3], f"{order}f4"), F).tolist() == [0.1015625, 3.25]
    assert rq.round(np.array([0.1, 3.3], f"{order}f8"), "int8").tolist() == [0.0, 3.0]
    assert rq.round(np.array([1, 300], f"{order}i4"), "int8").tolist() == [1, 127]
    assert rq.decode([0x38], F, dtype=f"{order}f4").tolist() == [1.0]
    assert rq.decode(np.full(100_000, 0x38, np.uint8), F, dtype=f"{order}f8").tolist()[:2] == [1.0, 1.0]
    assert rq.value_table("float4_e2m1fn", dtype=f"{order}f4")[:3].tolist() == [0.0, 0.5, 1.0]
    bf16 = np.array([1.0, 3.3], ml_dtypes.bfloat16)
    swapped = bf16.astype(bf16.dtype.newbyteorder(order))
    assert rq.round(swapped, F).astype(np.float32).tolist() == [1.0, 3.25]
    out = np.zeros(2, f"{order}f4")
    assert rq.round(np.array([0.1, 3.3], f"{order}f4"), F, out=out) is out and out.tolist() == [0.1015625, 3.25]
    assert rq.decode([0x38, 0x40], F, dtype=f"{order}f4", out=out) is out and out.tolist() == [1.0, 2.0]


def test_out_receives_integers_and_objects_too():
    out = np.zeros(1, np.int16)
    assert rq.decode([0x38], "int8", dtype=np.int16, out=out) is out and out.tolist() == [0x38]
    objects = np.zeros(1, object)
    assert rq.decode([0x38], F, dtype=object, out=objects) is objects and objects.tolist() == [Fraction(1)]
    whole = np.zeros(2, np.int64)
    assert rq.round(np.array([1, 300]), "int8", out=whole) is whole and whole.tolist() == [1, 127]


def test_ml_dtypes_scalars_among_objects():
    one = ml_dtypes.bfloat16(1)
    assert rq.encode(np.array([one], object), "float32").tolist() == rq.encode([1.0], "float32").tolist()
    assert rq.encode([one, Fraction(1, 2)], F).tolist() == [0x38, 0x30]
    assert rq.encode(np.array([ml_dtypes.int4(-3)], object), "int8").tolist() == [0xFD]


def test_parts_may_be_any_python_integers():
    assert rq.encode_parts([0, 1], [2**64 - 1, 1], [0, 0], "float32").tolist() == [0x5F800000, 0xBF800000]
    assert rq.encode_parts([], [], [], "float64").shape == (0,)


def test_random_bits_stay_as_they_were_checked():
    given = np.zeros(4, np.uint8)
    bits = rq.RandomBits(given, 2)
    given[:] = 200
    assert rq.encode([1.0001] * 4, F, rounding="stochastic_a", random=bits).tolist() == [0x38] * 4


def test_codes_out_of_range_are_found_without_a_python_loop():
    import time

    codes = np.full(1 << 22, 200, np.uint8)
    start = time.process_time()
    with pytest.raises(rq.errors.CodeRangeError, match="4194304 such"):
        rq.decode(codes, "ue4m3")
    assert time.process_time() - start < 2


def test_large_arrays_decode_through_a_table_to_the_same_values():
    codes = np.tile(np.arange(256, dtype=np.uint8), 300)
    table = rq.decode(codes, "float8_e5m2")
    assert np.array_equal(table.view(np.uint64), np.tile(rq.decode(codes[:256], "float8_e5m2").view(np.uint64), 300))


def test_round_keeps_the_dtype_where_it_can():
    kinds = {np.float16: np.float16, np.float32: np.float32, np.float64: np.float64, np.longdouble: np.longdouble, np.int64: np.float32}
    for given, wanted in kinds.items():
        assert rq.round(np.array([1, 3], given), F).dtype == wanted
    assert rq.round(np.array([1, 300], np.int64), "int8").tolist() == [1, 127]
    assert rq.round(np.array([1, 300], np.int64), "int8").dtype == np.int64
    assert rq.round(np.float16([1.5]), "bfloat16").dtype == np.float32
    assert rq.round([1.5], "float64").dtype == np.float64
    assert rq.round(Fraction(1, 3), F) == Fraction(11, 32)
    result = rq.round([0.1, 1.0], F, return_flags=True)
    assert result.flags.tolist() == [1, 0] and result.values.tolist() == [0.1015625, 1.0]


def test_signalling_nans_survive_keep_payload():
    keep = rq.get_dialect("default").replace(nan="keep_payload")
    codes = np.arange(256, dtype=np.uint8)
    for name in ("float8_e5m2", "float8_e4m3", "float8_e3m4", F, "float8_e4m3fnuz", "binary8p3se"):
        for dtype in (np.float32, np.float64):
            assert np.array_equal(rq.encode(rq.decode(codes, name, dtype=dtype), name, dialect=keep), codes)


@pytest.mark.parametrize(
    "name", ["float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e3m4", "float16", "bfloat16", "e0m3", "float8_e8m0fnu", "binary8p3se"]
)
def test_every_code_comes_back_from_its_parts(name):
    fmt = rq.get_format(name)
    codes = np.arange(1 << fmt.width, dtype=fmt.code_dtype)
    keep = rq.get_dialect("default").replace(nan="keep_payload" if fmt.has_nan else None)
    sign, significand, exponent, kind = rq.decode_parts(codes, name)
    assert np.array_equal(rq.encode_parts(sign, significand, exponent, name, kind=kind, dialect=keep), codes)


def test_nan_out_is_canonical_on_request():
    codes = np.uint8([0x7D, 0x7F, 0xFD])
    assert {hex(v) for v in rq.decode(codes, "float8_e5m2", nan_out="canonical").view(np.uint64).tolist()} == {"0x7ff8000000000000"}
    assert rq.decode(codes, "float8_e5m2", nan_out="canonical", return_flags=True).flags.tolist() == [16, 0, 16]


def test_the_x87_extended_format_is_read_bit_by_bit():
    if np.finfo(np.longdouble).nmant != 63:
        pytest.skip("longdouble is not the x87 80-bit format here")
    patterns = [  # (sign and exponent, significand) and the float64 code expected under keep_payload
        (0x3FFF, 1 << 63, 0x3FF0000000000000),
        (0x7FFF, 1 << 63, 0x7FF0000000000000),
        (0xFFFF, (1 << 63) | (1 << 62) | (1 << 12), 0xFFF8000000000002),
        (0x0000, 1, 0),
        (0x3FFE, 1 << 62, 0x7FF8000000000000),  # an unnormal is no number
    ]
    raw = np.zeros((len(patterns), 2), np.uint64)
    raw[:, 1], raw[:, 0] = [p[0] for p in patterns], [p[1] for p in patterns]
    x = raw.view(np.longdouble).reshape(-1)
    keep = rq.get_dialect("default").replace(nan="keep_payload")
    assert [hex(c) for c in rq.encode(x, "float64", dialect=keep)] == [hex(p[2]) for p in patterns]


def test_import_is_light():
    import subprocess

    code = "import sys, numpy; before = set(sys.modules); import refquant; print(sorted({m.split('.')[0] for m in set(sys.modules) - before}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"numba", "cupy", "click", "rich", "hypothesis", "ml_dtypes", "torch"} & set(eval(loaded)), loaded
