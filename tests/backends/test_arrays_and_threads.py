"""Compiled backends: layouts, files, outputs, threads, forks, random bits by index; which backend is taken, and what is refused."""

import os
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import refquant as rq
from refquant import dispatch, execution

E4M3 = "float8_e4m3fn"
SIZE = 3 * execution.COMPILED_CHUNK + 17  # several jobs, and a rest


@pytest.fixture
def x():
    bits = np.random.default_rng(8).integers(0, 1 << 32, SIZE, dtype=np.uint64).astype(np.uint32)
    return bits.view(np.float32)


@pytest.fixture(autouse=True)
def threads_for_little(monkeypatch):
    monkeypatch.setattr(execution, "THREAD_PAYS", 1 << 14)
    yield
    rq.set_num_threads(None)


def layouts(x):
    table = x[: x.size // 6 * 6].reshape(6, -1)
    unaligned = np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(np.float32)
    read_only = x.copy()
    read_only.flags.writeable = False
    return {
        "contiguous": x, "two dimensions": table, "fortran": np.asfortranarray(table), "strided": x[::3], "backwards": x[::-1], "transposed": table.T[1:, ::2],
        "big endian": x.astype(">f4"), "unaligned": unaligned, "read-only": read_only, "broadcast": np.broadcast_to(x[:500], (3, 500)),
        "empty": x[:0], "empty of two dimensions": table[:0], "0-d": np.array(x[5]), "one": x[:1],
    }  # fmt: skip


@pytest.mark.parametrize("name", layouts(np.zeros(600, np.float32)))
def test_layouts(backend, x, name):
    given = layouts(x)[name]
    before = given.tobytes()
    for options in ({}, {"rounding": "stochastic_b", "random": rq.Philox(5, 9)}):
        got, want = (rq.encode(given, E4M3, backend=b, return_flags=True, **options) for b in (backend, "reference"))
        assert got.codes.shape == given.shape and np.array_equal(got.codes, want.codes) and np.array_equal(got.flags, want.flags)
    assert given.tobytes() == before


def test_scalars_are_scalars(backend):
    assert type(rq.encode(0.1, E4M3, backend=backend)) is np.uint8 and rq.encode(0.1, E4M3, backend=backend) == 0x1D
    assert type(rq.decode(0x1D, E4M3, backend=backend)) is np.float64


@pytest.mark.parametrize("shape", [(SIZE,), (2, SIZE)])
def test_out_is_written_in_place(backend, x, shape):
    whole = np.full(shape[::-1] if len(shape) == 2 else shape, 0xEE, np.uint8)
    out = whole.T[0] if len(shape) == 2 else whole
    assert rq.encode(x, E4M3, backend=backend, out=out) is out
    assert np.array_equal(out, rq.encode(x, E4M3, backend="reference"))
    assert len(shape) == 1 or (whole.T[1] == 0xEE).all()


def test_out_may_share_memory_with_the_input(backend, x):
    want = rq.encode(x, "float32", rounding="toward_zero", backend="reference")
    bits = x.copy().view(np.uint32)
    rq.convert(bits, "float32", "float32", backend=backend, out=bits)
    assert np.array_equal(bits, want)
    shifted = x.copy().view(np.uint32)
    rq.convert(shifted[:-1], "float32", "float32", backend=backend, out=shifted[1:])
    assert np.array_equal(shifted[1:], want[:-1])


@pytest.mark.parametrize("backend_named", ["reference", "numba"])
def test_codes_may_be_converted_in_place_with_flags(backend_named):
    """The table of the flags is looked up by the codes that came, not by those that were written."""
    if backend_named != "reference":
        pytest.importorskip(backend_named)
    codes = np.tile(np.arange(256, dtype=np.uint8), 16)
    want = rq.convert(codes.copy(), "float8_e5m2", E4M3, backend="reference", return_flags=True)
    got = rq.convert(codes, "float8_e5m2", E4M3, backend=backend_named, out=codes, return_flags=True)
    assert np.array_equal(codes, want.codes) and np.array_equal(got.flags, want.flags)


class Loud(np.ndarray):
    """An output that does not want to be read."""

    def __getitem__(self, index):
        raise AssertionError("read")


@pytest.mark.parametrize("size", [8, SIZE // 8 * 8])
@pytest.mark.parametrize("kind", [np.matrix, np.ma.MaskedArray, Loud])
def test_out_may_be_of_any_subclass(backend, x, kind, size):
    given = x[:size].reshape(8, -1) if kind is np.matrix else x[:size]
    out = np.zeros(given.shape, np.uint8).view(kind)
    assert rq.encode(given, E4M3, backend=backend, out=out) is out
    assert np.array_equal(out.view(np.ndarray), rq.encode(given, E4M3, backend="reference"))


@pytest.mark.parametrize("name", ["backwards", "strided", "fortran", "big endian", "contiguous"])
@pytest.mark.parametrize("backend_named", ["reference", "numba"])
def test_rounding_in_place(name, backend_named, x):
    if backend_named != "reference":
        pytest.importorskip(backend_named)
    for knobs in (
        {},
        {"rounding": "stochastic_c", "random": rq.Philox(1, 5)},
        {"dialect": rq.get_dialect("default").replace(via="float16", nan="keep_payload")},
    ):
        given = layouts(x.copy())[name]
        want = rq.round(given.copy(), "bfloat16", backend="reference", return_flags=True, **knobs)
        got = rq.round(given, "bfloat16", backend=backend_named, out=given, return_flags=True, **knobs)
        assert got.values is given and np.array_equal(given.astype(np.float32).view(np.uint32), np.ascontiguousarray(want.values).view(np.uint32))
        assert np.array_equal(got.flags, want.flags)


@pytest.mark.parametrize("call", ["encode", "round in place", "round integers", "decode to longdouble", "encode strided"])
@pytest.mark.parametrize("name", [None, "reference", "numba"])
def test_memory_does_not_grow_with_the_input(call, name):
    """What tracemalloc sees beyond input and output; compiled code allocates nothing itself. At most 8 MiB for 8 MiB and for 32 MiB of input."""
    if name == "numba":
        pytest.importorskip(name)
    for size in (1 << 21, 1 << 23):
        x, out = np.ones(size, np.float32), np.zeros(size, np.uint8)
        whole, codes = np.ones(size // 4, np.int32), np.zeros(size // 8, np.uint16)
        calls = {
            "encode": (lambda x=x, out=out: rq.encode(x, E4M3, backend=name, out=out), 0),
            "round in place": (lambda x=x: rq.round(x, "bfloat16", backend=name, out=x), 0),
            "round integers": (lambda w=whole: rq.round(w, "int8", backend=name), whole.nbytes),
            "decode to longdouble": (lambda c=codes: rq.decode(c, "bfloat16", dtype=np.longdouble, backend=name), 16 * codes.size),
            "encode strided": (lambda x=x, out=out: rq.encode(x[::2], E4M3, backend=name, out=out[::2]), 0),
        }
        run, output = calls[call]
        run()
        tracemalloc.start()
        try:
            run()
            assert tracemalloc.get_traced_memory()[1] - output < 8 << 20
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("make", [lambda a: np.lib.stride_tricks.as_strided(a, (8,), (0,)), lambda a: np.lib.stride_tricks.as_strided(a, (4, 4), (2, 1))])
def test_out_whose_elements_share_memory_is_refused(make):
    out = make(np.zeros(16, np.uint8))
    with pytest.raises(rq.errors.OutputError, match="out: elements share memory"):
        rq.encode(np.ones(out.shape, np.float32), E4M3, out=out)


@pytest.mark.parametrize(
    "fmt", ["int4", "int8", "uint8", "int16", "uint16", "int32", "uint32", rq.IntFormat(width=53), rq.IntFormat(width=20, fraction_bits=-7)]
)
def test_integer_formats_are_decoded_and_rounded_to_integers(backend, fmt, count_cases):
    f = rq.get_format(fmt)
    codes = np.random.default_rng(4).integers(0, 1 << f.width, 20_000, dtype=np.uint64).astype(f.code_dtype)
    for dtype in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64):
        if not np.iinfo(dtype).min <= f.lowest_finite <= f.max_finite <= np.iinfo(dtype).max:
            with pytest.raises(rq.errors.RangeExceededError, match=r"^dtype: "):
                rq.decode(codes, fmt, dtype=dtype, backend=backend)
            continue
        got, exact = rq.decode(codes, fmt, dtype=dtype, backend=backend), rq.decode(codes, fmt, dtype=object)
        assert got.dtype == dtype and got.tolist() == exact.tolist()
        out = np.empty((2, codes.size), got.dtype.newbyteorder())[:, ::-1][0]
        assert rq.decode(codes, fmt, dtype=dtype, backend=backend, out=out) is out and np.array_equal(out, got)
        assert np.array_equal(rq.round(got, fmt, backend=backend, overflow="saturate"), got)
        count_cases(codes.size)


@pytest.mark.parametrize("name", ["nosuch", "cupy", 5])
def test_a_backend_that_cannot_be_had_is_refused_everywhere(name):
    whole = np.ones(4, np.int32)
    calls = [
        lambda d=dtype: rq.decode(np.zeros(3, np.uint8), "int8", dtype=d, backend=name) for dtype in (np.int32, np.int64, np.float32, object, np.longdouble)
    ]
    calls += [lambda: rq.round(whole, "int8", backend=name), lambda: rq.encode(whole, "int8", backend=name), lambda: rq.encode([], "int8", backend=name)]
    for call in calls:
        with pytest.raises((rq.errors.BackendUnavailableError, rq.errors.UnknownNameError, rq.errors.InputTypeError), match=r"^backend: "):
            call()


def test_files_are_read_and_written_in_place(backend, x, tmp_path):
    x.tofile(tmp_path / "x.f32")
    source = np.memmap(tmp_path / "x.f32", np.float32, "r")
    sink = np.memmap(tmp_path / "codes.u8", np.uint8, "w+", shape=source.shape)
    rq.encode(source, E4M3, backend=backend, out=sink)
    sink.flush()
    assert np.array_equal(np.fromfile(tmp_path / "codes.u8", np.uint8), rq.encode(x, E4M3, backend="reference"))


def test_nothing_is_written_where_a_value_is_refused(backend, x):
    out = np.full(SIZE, 0xEE, np.uint8)
    with pytest.raises(rq.errors.EncodeError) as raised:
        rq.encode(x, "int8", backend=backend, out=out)
    with pytest.raises(rq.errors.EncodeError) as expected:
        rq.encode(x, "int8", backend="reference")
    assert str(raised.value) == str(expected.value) and (out == 0xEE).all()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_results_do_not_depend_on_threads_or_chunks(backend, x, count, monkeypatch):
    options = {"rounding": "stochastic_a", "random": rq.Philox(3, 11, offset=(1 << 40) + 3), "return_flags": True}
    want = rq.encode(x, E4M3, backend="reference", **options)
    rq.set_num_threads(count)
    for chunk in (execution.COMPILED_CHUNK, 10_007):
        monkeypatch.setattr(execution, "COMPILED_CHUNK", chunk)
        got = rq.encode(x, E4M3, backend=backend, **options)
        assert np.array_equal(got.codes, want.codes) and np.array_equal(got.flags, want.flags)


@pytest.mark.parametrize("size", [1, 10_006, 10_007, 10_008, 20_014, 20_015])
def test_every_element_is_written_whatever_the_size(backend, x, size, monkeypatch):
    monkeypatch.setattr(execution, "COMPILED_CHUNK", 10_007)
    out = np.full(size, 0xEEEE, np.uint16)
    rq.encode(np.abs(x[:size]), "float16", overflow="saturate", backend=backend, out=out)
    assert np.array_equal(out, rq.encode(np.abs(x[:size]), "float16", overflow="saturate", backend="reference")) and (out != 0xEEEE).all()


def test_several_callers_at_once(backend, x):
    rq.set_num_threads(3)
    want = {rounding: rq.encode(x, E4M3, rounding=rounding, backend="reference") for rounding in ("ties_to_even", "toward_zero", "to_odd", "away_from_zero")}
    with ThreadPoolExecutor(4) as callers:
        found = list(callers.map(lambda r: (r, rq.encode(x, E4M3, rounding=r, backend=backend)), list(want) * 4))
    assert len(found) == 16 and all(np.array_equal(codes, want[rounding]) for rounding, codes in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_threads_of_its_own(backend):
    code = (
        "import os, sys, warnings, numpy as np, refquant as rq, refquant.execution\n"
        "warnings.simplefilter('ignore')\n"
        "rq.set_num_threads(2); rq.execution.THREAD_PAYS = 1\n"
        f"x = np.arange({SIZE}, dtype=np.uint32).view(np.float32)\n"
        f"want = rq.encode(x, 'float16', backend={backend!r})\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        f"    os._exit(0 if np.array_equal(rq.encode(x, 'float16', backend={backend!r}), want) else 3)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=120, check=False).returncode == 0


def test_the_number_of_threads_is_checked(monkeypatch):
    for bad, error in ((0, rq.errors.InputValueError), (-1, rq.errors.InputValueError), (1.5, rq.errors.InputTypeError), ("2", rq.errors.InputTypeError)):
        with pytest.raises(error, match=r"^n: "):
            rq.set_num_threads(bad)
    monkeypatch.setenv("REFQUANT_NUM_THREADS", "3")
    assert rq.get_num_threads() == 3
    rq.set_num_threads(2)
    assert rq.get_num_threads() == 2
    rq.set_num_threads(None)
    monkeypatch.setenv("REFQUANT_NUM_THREADS", "many")
    with pytest.raises(rq.errors.InputValueError, match=r"^REFQUANT_NUM_THREADS: expected an integer"):
        rq.get_num_threads()


def test_compiled_code_is_taken_where_it_pays(monkeypatch):
    loaded = dict(sys.modules)
    monkeypatch.setattr(dispatch.sys, "modules", loaded)
    loaded.pop("refquant.numba_kernels.codec", None)
    monkeypatch.setattr(dispatch, "_unusable", lambda name: None)
    assert [dispatch.chosen(None, n) for n in (0, dispatch.NUMBA_PAYS, dispatch.NUMBA_LOADS)] == ["reference", "reference", "numba"]
    loaded["refquant.numba_kernels.codec"] = sys
    assert [dispatch.chosen(None, n) for n in (1, dispatch.NUMBA_PAYS)] == ["reference", "numba"]
    monkeypatch.setattr(dispatch, "_unusable", lambda name: "not there")
    assert [dispatch.chosen(b, 1 << 30) for b in (None, "numba", "reference")] == ["reference", "numba", "reference"]


def test_what_a_backend_lacks_is_refused_and_never_done_by_another(backend):
    for call in (
        lambda: rq.encode([Fraction(1, 3)], E4M3, backend=backend),
        lambda: rq.encode(np.longdouble([0.1]) if np.finfo(np.longdouble).nmant == 63 else [Fraction(1)], E4M3, backend=backend),
        lambda: rq.encode_parts(0, 1, 0, E4M3, backend=backend),
        lambda: rq.decode_parts(1, E4M3, backend=backend),
        lambda: rq.decode(1, E4M3, dtype=object, backend=backend),
    ):
        with pytest.raises(rq.errors.BackendUnavailableError, match=f"backend: '{backend}' has no "):
            call()


def test_a_backend_that_is_not_installed_names_the_command(monkeypatch):
    dispatch._function.cache_clear()
    dispatch._unusable.cache_clear()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    try:
        with pytest.raises(rq.errors.BackendUnavailableError, match=r"python -m pip install 'refquant\[numba\]'"):
            rq.encode(1.0, E4M3, backend="numba")
    finally:
        dispatch._function.cache_clear()
        dispatch._unusable.cache_clear()


def test_a_numba_that_cannot_be_imported_is_named_and_not_chosen(tmp_path):
    """As where NumPy is too new for it."""
    (tmp_path / "numba.py").write_text("raise ImportError('Numba needs NumPy 2.3 or less')")
    root = str(Path(rq.__file__).parents[1])
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {root!r}]; import numpy as np, refquant as rq\n"
    code += "print(rq.list_backends()['numba']); print(rq.encode(np.ones(1 << 22, np.float32), 'float8_e4m3fn')[-1])\n"
    code += "try: rq.encode(1.0, 'float8_e4m3fn', backend='numba')\nexcept rq.errors.BackendUnavailableError as error: print(error)\n"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    reason = "backend: numba is installed and cannot be imported: Numba needs NumPy 2.3 or less"
    assert said == [reason, "56", reason]


def test_where_compiled_code_cannot_be_kept_it_is_compiled_anew(backend):
    """As in a container without a folder that can be written."""
    root = str(Path(rq.__file__).parents[1])
    code = f"import sys; sys.path.insert(0, {root!r})\nfrom numba.core.caching import CacheImpl\nCacheImpl._locator_classes = []\n"
    code += "import numpy as np, refquant as rq\nprint(rq.list_backends()['numba'])\n"
    code += "print(rq.encode(np.ones(4, np.float32), 'bfloat16', backend='numba')[-1])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == ["available; each process compiles anew, as no folder can be written: set NUMBA_CACHE_DIR", str(0x3F80)]


@pytest.mark.parametrize("x", [None, {}, object(), [1.0, None], [Fraction(1, 3), "a"]])
def test_what_is_no_number_is_refused_alike(backend, x):
    with pytest.raises(rq.errors.InputTypeError) as ours:
        rq.encode(x, E4M3, backend=backend)
    with pytest.raises(rq.errors.InputTypeError) as right:
        rq.encode(x, E4M3, backend="reference")
    assert str(ours.value) == str(right.value)


INTEGERS = ["int32", "uint32", "int64", "uint64"]


def integers_about_2_to_53(dtype):
    """Small ones, then a block of large ones, then some of each; the ends of the dtype, and both sides of 2**53 and of ties in float32."""
    info, draw = np.iinfo(dtype), np.random.default_rng(6)
    words = draw.integers(0, 1 << 64, 3 << 15, dtype=np.uint64, endpoint=False)
    words[: 1 << 16] >>= draw.integers(12, 64, 1 << 16, dtype=np.uint64)
    near = [s * ((1 << b) + d) for b in (24, 25, 31, 52, 53, 54, 60, 62, 63) for d in (-129, -128, -1, 0, 1, 127, 128, 129) for s in (1, -1)]
    ends = np.array([v for v in (info.min, info.max, 0, *near) if info.min <= v <= info.max], dtype)
    return np.concatenate([words.astype(np.uint64).view(np.int64).astype(dtype) if info.bits == 32 else words.view(dtype), ends, ends])


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("fmt", ["float8_e4m3fn", "bfloat16", "float32", "int8", "uint16", "int32", "float8_e8m0fnu"])
def test_integers_of_every_magnitude_are_rounded_once(dtype, fmt, backend, count_cases):
    x = integers_about_2_to_53(dtype)
    for knobs in ({}, {"overflow": "saturate"}, {"rounding": "toward_negative", "overflow": "saturate"}, {"rounding": "ties_to_zero", "overflow": "saturate"}):
        right = rq.encode(x, fmt, backend="reference", **knobs)
        assert np.array_equal(rq.encode(x, fmt, backend=backend, **knobs), right)
        count_cases(x.size)
    random = rq.Philox(seed=5, n=16)
    right = rq.encode(x, fmt, rounding="stochastic_a", overflow="saturate", random=random, backend="reference")
    assert np.array_equal(rq.encode(x, fmt, rounding="stochastic_a", overflow="saturate", random=random, backend=backend), right)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
@pytest.mark.parametrize(("fmt", "step"), [("float32", 1 << 29), ("bfloat16", 1 << 45)])
def test_integers_just_beyond_2_to_53_are_not_rounded_twice(dtype, fmt, step, backend):
    """One more than a tie of the target: float64 would round it to the tie. 0x5a000001 and 0x5a01 are the floats above 2**53."""
    x = np.array([(1 << 53) + step + 1], dtype)
    above = 0x5A000001 if fmt == "float32" else 0x5A01
    assert rq.encode(x, fmt, backend=backend).tolist() == [above]
    if dtype == "int64":
        assert rq.encode(-x, fmt, backend=backend).tolist() == [above | (0x80000000 if fmt == "float32" else 0x8000)]


def test_codes_of_integers_in_a_wider_dtype(backend):
    codes = np.arange((1 << 32) - 5000, 1 << 32, dtype=np.uint64)
    assert np.array_equal(rq.convert(codes, "int32", "float32", backend=backend), rq.convert(codes, "int32", "float32", backend="reference"))
