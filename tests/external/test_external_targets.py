"""Each adapter against the real release of its package: what deviates is known, what is known deviates, and every witness is true."""

import dataclasses
from importlib.util import find_spec

import numpy as np
import pytest
from attestation.skipping import absent
from deviationwitness import ENTRIES, check_witness, entry_id

from refquant import verify
from refquant.verify.cases import cases_of
from refquant.verify.comparison import differs, reference_codes
from refquant.verify.offers import operations_of
from refquant.verify.targets import TARGETS


@pytest.fixture
def adapter(request):
    """The target with a name; skipped here where a package is missing, a failure under tox."""
    name = getattr(request.param, "package", request.param)
    if missing := [package for package in TARGETS[name].needs if find_spec(package) is None]:
        absent(f"{', '.join(missing)} not installed")
    return verify.get_target(name)


COMPUTING = ("numpy", "ml_dtypes", "torch", "softfloatpy")  #: targets that have operations


@pytest.mark.parametrize("adapter", [name for name, entry in TARGETS.items() if entry.converts], indirect=True)
def test_every_deviation_is_known_and_every_known_deviation_occurs(adapter, count_cases):
    judgement = verify.judge(adapter, random=1000)
    assert [(v.claim.label, v.claim.dialect.name, v.message) for v in judgement.verdicts if not v.ok] == []
    assert judgement.judged == len(judgement.announced)
    count_cases(sum(v.cases for v in judgement.verdicts))


@pytest.mark.parametrize("adapter", COMPUTING, indirect=True)
def test_every_deviation_of_an_operation_is_known_and_every_known_one_occurs(adapter, count_cases):
    judgement = verify.judge(adapter, op="all", level=1 if adapter.name == "softfloatpy" else 2, random=20_000)
    assert [(v.claim.label, v.claim.dialect.name, v.message) for v in judgement.verdicts if not v.ok] == []
    assert judgement.judged == len(judgement.announced) and not judgement.unmatched
    count_cases(sum(v.cases for v in judgement.verdicts))


@pytest.mark.parametrize(("adapter", "entry"), [(e, e) for e in ENTRIES], indirect=["adapter"], ids=map(entry_id, ENTRIES))
def test_the_witness_of_a_known_deviation_is_true(adapter, entry):
    check_witness(entry, adapter)


def test_every_claim_is_announced_once():
    for name in verify.list_targets():
        claims = verify.get_target(name).claims()
        assert len({(c.operation, c.names, c.dialect.name) for c in claims}) == len(claims), name
        operations = operations_of(verify.get_target(name))
        assert len({(c.operation, c.names, c.dialect.name) for c in operations}) == len(operations), name


@pytest.mark.parametrize("adapter", ["onnxruntime"], indirect=True)
def test_a_deviation_that_no_longer_occurs_fails_the_run(adapter):
    entry = next(e for e in ENTRIES if e.package == "onnxruntime")
    exact = next(c for c in adapter.claims() if c.label == "float32 -> float16")
    gone = dataclasses.replace(entry, sources=("float32",), targets=("float16",), dialects=("*",))
    judgement = verify.judge(adapter, claims=[exact], random=1000, deviations=[gone])
    assert (judgement.ok, judgement.verdicts[0].status) == (False, "gone")
    assert judgement.verdicts[0].message == "the known deviation 'through float32' (>=1.31.1,<=1.32.0) does not occur; correct deviations.toml"


# Hand-written: what the documentation of each package says of inputs that tell its dialects apart.
DOCUMENTED = [
    ("torch", "float32", "float8_e4m3fn", "torch-2.13", [np.inf, -464.5, 448.0], [0x7E, 0xFE, 0x7E]),
    ("torch", "float32", "float8_e5m2", "torch-2.13", [np.inf, -61440.0], [0x7C, 0xFC]),
    ("onnxruntime", "float32", "float8_e4m3fn", "onnx-saturate", [449.0, -np.inf, np.nan, -0.0], [0x7E, 0xFE, 0x7F, 0x80]),
    ("onnxruntime", "float32", "float8_e4m3fn", "onnx-nosaturate", [448.0, 464.5, -np.inf, -np.nan, -0.0], [0x7E, 0x7F, 0xFF, 0xFF, 0x80]),
    ("onnxruntime", "float32", "float8_e5m2", "onnx-saturate", [np.inf, -70000.0], [0x7B, 0xFB]),
    ("onnxruntime", "float32", "float8_e5m2", "onnx-nosaturate", [np.inf, -70000.0], [0x7C, 0xFC]),
    ("onnxruntime", "float32", "float8_e5m2fnuz", "onnx-nosaturate", [np.inf, -0.0], [0x80, 0x00]),
    ("onnxruntime", "float32", "float8_e8m0fnu", "onnx-e8m0-up", [0.0, 1.5, 3.0, np.inf, np.nan], [0x00, 0x80, 0x81, 0xFE, 0xFF]),
    ("onnxruntime", "float32", "float8_e8m0fnu", "onnx-e8m0-nearest-nosaturate", [0.0, 1.25, 1.5, np.inf, np.nan], [0xFF, 0x7F, 0x80, 0xFF, 0xFF]),
    ("onnxruntime", "float32", "int4", "onnx-saturate", [-8.0, 2.0, 1.25, 7.0, -1.0], [0x8, 0x2, 0x1, 0x7, 0xF]),
    ("onnxruntime", "int32", "int8", "onnx-saturate", [200, -200], [200, 56]),
    ("jax", "float32", "float8_e4m3fn", "default", [448.0, 464.5, -np.inf], [0x7E, 0x7F, 0xFF]),
    ("jax", "float32", "float4_e2m1fn", "default", [7.0, -100.0, 0.25], [0x7, 0xF, 0x0]),
    ("jax", "float32", "int8", "default", [1.9, -1.9, -128.0], [1, 255, 128]),
    ("jax", "float32", "float16", "stablehlo-reduce-precision", [2**-14, 2**-15, -(2**-24), 65520.0, 1 + 2**-11], [0x0400, 0, 0x8000, 0x7C00, 0x3C00]),
    ("onnx_reference", "float32", "float8_e4m3fn", "onnx-saturate", [449.0, -np.inf, np.nan, -0.0], [0x7E, 0xFE, 0x7F, 0x80]),
    ("onnx_reference", "float32", "float8_e5m2", "onnx-nosaturate", [61440.0, -70000.0, 61439.0], [0x7C, 0xFC, 0x7B]),
    ("onnx_reference", "float32", "float4_e2m1fn", "onnx-saturate", [7.0, -np.inf, 2.5, -0.0], [0x7, 0xF, 0x4, 0x8]),
    ("gfloat", "float64", "float8_e4m3fn", "gfloat-toward-positive", [-448.5, 1.01, -0.0], [0xFE, 0x39, 0x80]),
    ("gfloat", "float64", "float8_e5m2", "gfloat-toward-zero", [1e9, -1e9, np.inf, 1.24], [0x7B, 0xFB, 0x7C, 0x3C]),
    ("gfloat", "float64", "binary8p4se", "gfloat-ties-to-even-sat", [1e9, -np.inf, 1.0, -0.0, np.nan], [0x7E, 0xFE, 0x40, 0x00, 0x80]),
    ("gfloat", "float64", "float4_e2m1fn", "gfloat-scalar-ties-to-away-sat", [0.25, 5.0, -7.0], [0x1, 0x7, 0xF]),
    ("bitstring", "float64", "float8_e5m2", "bitstring-saturate", [np.inf, -1e9, 1.1], [0x7B, 0xFB, 0x3C]),
    ("bitstring", "float64", "float8_e5m2", "bitstring-overflow", [np.inf, -1e9, 1.1], [0x7C, 0xFC, 0x3C]),
    ("bitstring", "float64", "float6_e3m2fn", "bitstring-saturate", [np.inf, -29.0, 0.0625, -0.0], [0x1F, 0x3F, 0x01, 0x20]),
    ("bitstring", "float64", "mxint8", "bitstring-saturate", [9.0, -9.0, 1.5], [0x7F, 0x80, 0x60]),
    ("bitstring", "float64", "binary8p3se", "bitstring-overflow", [1e9, 49152.0, -0.0], [0x7F, 0x7E, 0x00]),
    ("jax", "float32", "bfloat16", "stablehlo-reduce-precision", [2**-126, 2**-130], [0x0080, 0x0008]),
]


# Where the package deviates the documentation is claimed all the same.
CLAIMED = [
    *DOCUMENTED,
    ("onnxruntime", "float32", "float8_e4m3fn", "onnx-nosaturate", [480.0, -495.0], [0x7F, 0xFF]),
    ("onnxruntime", "float32", "float8_e5m2", "onnx-nosaturate", [61440.0, -65535.0], [0x7C, 0xFC]),
    ("onnxruntime", "float32", "int4", "onnx-saturate", [0.75, 0.5, 1.5, -8.5], [0x1, 0x0, 0x2, 0x8]),
    ("onnx_reference", "float32", "float4_e2m1fn", "onnx-saturate", [np.nan], [0x7]),
    ("onnx_reference", "float32", "float8_e8m0fnu", "onnx-e8m0-up", [np.inf, 2.0**-127, 0.0], [0xFE, 0x00, 0x00]),
    ("onnx_reference", "float32", "float8_e8m0fnu", "onnx-e8m0-nearest-nosaturate", [0.0, 2.0**-128, 1.5], [0xFF, 0xFF, 0x80]),
    ("jax", "float64", "float32", "default", [2.0**-149], [1]),
    ("bitstring", "float64", "bfloat16", "bitstring-overflow", [1 + 2.0**-8 + 2.0**-52], [0x3F81]),
]


@pytest.mark.parametrize(
    ("adapter", "source", "target", "dialect", "x", "codes"), CLAIMED, indirect=["adapter"], ids=lambda v: str(v) if isinstance(v, str) else ""
)
def test_an_adapter_claims_what_the_documentation_says(adapter, source, target, dialect, x, codes):
    (claim,) = (c for c in adapter.claims() if (*c.names, c.dialect.name) == (source, target, dialect))
    given = np.array(x, source)
    assert not differs(claim, np.array(codes, np.uint64), reference_codes(claim, given.view(f"u{given.itemsize}"))).any()


@pytest.mark.parametrize(
    ("adapter", "source", "target", "dialect", "x", "codes"), DOCUMENTED, indirect=["adapter"], ids=lambda v: str(v) if isinstance(v, str) else ""
)
def test_an_adapter_gives_what_the_documentation_says(adapter, source, target, dialect, x, codes):
    (claim,) = (c for c in adapter.claims() if (*c.names, c.dialect.name) == (source, target, dialect))
    given = np.array(x, source)
    assert adapter.run(claim, given.view(f"u{given.itemsize}")).tolist() == codes


# Hand-written: TestFloat's lines of operands, result and flags, by IEEE 754-2019 and the RISC-V rules for NaNs.
SOFTFLOAT = [
    ("mul", "softfloat-ties-to-even", (0x3C01, 0x03FF), 0x0400, 0x01),  # not tiny after rounding to 11 digits
    ("mul", "softfloat-ties-to-even-tiny-before", (0x3C01, 0x03FF), 0x0400, 0x03),
    ("mul", "softfloat-toward-zero", (0x3C01, 0x03FF), 0x03FF, 0x03),
    ("add", "softfloat-toward-positive", (0x7BFF, 0x0001), 0x7C00, 0x05),
    ("add", "softfloat-toward-negative", (0x3C00, 0xBC00), 0x8000, 0x00),
    ("add", "softfloat-ties-to-even", (0x3C00, 0x7C01), 0x7E00, 0x10),
    ("div", "softfloat-ties-to-even", (0x3C00, 0x0000), 0x7C00, 0x08),
    ("sqrt", "softfloat-ties-to-away", (0xBC00,), 0x7E00, 0x10),
    ("fma", "softfloat-ties-to-even", (0x0000, 0x7C00, 0x7E01), 0x7E00, 0x10),
    ("rem", "softfloat-ties-to-even", (0x4500, 0x4200), 0xBC00, 0x00),  # 5 rem 3 is -1
    ("round_to_integral", "softfloat-ties-to-even", (0x3E00,), 0x4000, 0x00),
    ("round_to_integral_exact", "softfloat-ties-to-even", (0x3E00,), 0x4000, 0x01),
    ("compare_quiet_lt", "softfloat-ties-to-even", (0x3C00, 0x7E00), 0, 0x00),
    ("compare_signaling_lt", "softfloat-ties-to-even", (0x3C00, 0x7E00), 0, 0x10),
]


@pytest.mark.parametrize(("operation", "dialect", "operands", "result", "flags"), SOFTFLOAT)
@pytest.mark.parametrize("adapter", ["softfloatpy"], indirect=True)
def test_softfloat_and_the_reference_give_what_the_standard_says(adapter, operation, dialect, operands, result, flags):
    (claim,) = (c for c in adapter.operations() if (c.operation, c.source, c.dialect.name) == (operation, "float16", dialect))
    cases = cases_of(tuple(np.array([code], np.uint16) for code in operands))
    right = claim.right(cases, return_flags=True)
    assert [[int(x[0]) for x in pair] for pair in (adapter.run_with_flags(claim, cases), right)] == [[result, flags]] * 2
