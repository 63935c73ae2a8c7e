"""The measured results that the tests and the documentation of `explain` hold are those of the packages; and what explains the packages themselves."""

import ctypes

import numpy as np
import pytest
from measuredresults import ONNXRUNTIME_E4M3FN, ONNXRUNTIME_E5M2, TORCH_E4M3FN, pairs_of

from refquant.golden.cases import case_sets
from refquant.verify import explain


def package(name, *versions):
    """A package of one of these versions; fail with another one: the lock moved, and nothing was measured."""
    module = pytest.importorskip(name)
    if not module.__version__.startswith(versions):
        pytest.fail(f"{name} {' and '.join(versions)} were measured, and {module.__version__} is installed: measure again")
    return module


def of_torch(codes):
    torch = package("torch", "2.13.")
    return torch.from_numpy(codes.view(np.float32)).to(torch.float8_e4m3fn).view(torch.uint8).numpy()


def of_onnxruntime(codes, name):
    onnxruntime, onnx = package("onnxruntime", "1.31.", "1.32."), package("onnx", "1.")
    helper, kind, x = onnx.helper, getattr(onnx.TensorProto, name), codes.view(np.float32)
    node = helper.make_node("Cast", ["x"], ["y"], to=kind, saturate=0)
    ends = [[helper.make_tensor_value_info(n, k, [None])] for n, k in (("x", onnx.TensorProto.FLOAT), ("y", kind))]
    model = helper.make_model(helper.make_graph([node], "cast", *ends), opset_imports=[helper.make_opsetid("", 19)])
    model.ir_version = 9
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    made = session.run_with_ort_values(["y"], {"x": onnxruntime.OrtValue.ortvalue_from_numpy(x)})[0]
    return np.ctypeslib.as_array(ctypes.cast(made.data_ptr(), ctypes.POINTER(ctypes.c_uint8)), (x.size,)).copy()


def test_the_results_of_torch_are_those_that_were_measured():
    x, results = pairs_of(TORCH_E4M3FN)
    assert np.array_equal(of_torch(x), results)


@pytest.mark.parametrize("table, name", [(ONNXRUNTIME_E4M3FN, "FLOAT8E4M3FN"), (ONNXRUNTIME_E5M2, "FLOAT8E5M2")])
def test_the_results_of_onnxruntime_are_those_that_were_measured(table, name):
    x, results = pairs_of(table)
    assert np.array_equal(of_onnxruntime(x, name), results)


def every_case(target):
    return np.unique(np.concatenate([s.codes for s in case_sets("float32", target, random=100_000)]))


def test_torch_is_explained():
    codes = every_case("float8_e4m3fn")
    found = explain(codes, of_torch(codes), "float8_e4m3fn", source="float32")
    assert found.setting["overflow"] == "saturate" and "torch-2.13" in found.dialects and not found.others


@pytest.mark.parametrize(
    "target, name, first, last", [("float8_e4m3fn", "FLOAT8E4M3FN", 0x43F00000, 0x43F7FFFF), ("float8_e5m2", "FLOAT8E5M2", 0x47700000, 0x477FFFFF)]
)
def test_onnxruntime_fails_on_one_interval_of_each_sign(target, name, first, last):
    codes = every_case(target)
    best = explain(codes, of_onnxruntime(codes, name), target, source="float32").best[0]
    assert (str(best.setting["rounding"]), best.setting["overflow"], best.more_runs) == ("ties_to_even", "no_saturate", 0)
    assert {(int(r.first.input, 16), int(r.last.input, 16)) for r in best.runs} == {(first, last), (first | 1 << 31, last | 1 << 31)}
