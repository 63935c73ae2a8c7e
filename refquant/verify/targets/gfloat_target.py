"""gfloat: ``round_ndarray`` and ``encode_ndarray``, ``decode_ndarray``, and the scalar ``round_float`` and ``encode_float``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import product
from typing import Any

import numpy as np

from refquant.formats import get_format
from refquant.golden.nan_mask import NanBy
from refquant.golden.sources import width_of
from refquant.policies import Dialect
from refquant.verify.target import DEFAULT, Claim, Codes

NAMED = {
    "float16": "binary16", "float32": "binary32", "bfloat16": "bfloat16", "float8_e5m2": "ocp_e5m2", "float8_e4m3fn": "ocp_e4m3",
    "float8_e8m0fnu": "ocp_e8m0", "float6_e2m3fn": "ocp_e2m3", "float6_e3m2fn": "ocp_e3m2", "float4_e2m1fn": "ocp_e2m1", "mxint8": "ocp_int8",
}  # fmt: skip
P3109 = ("binary3p1se", "binary4p2sf", "binary6p3ue", *(f"binary8p{p}{kind}" for p in (1, 3, 4, 7) for kind in ("se", "uf")), "binary8p4sf", "binary8p3ue")
MODES = {
    "ties_to_even": "TiesToEven", "ties_to_away": "TiesToAway", "toward_zero": "TowardZero", "toward_positive": "TowardPositive",
    "toward_negative": "TowardNegative",
}  # fmt: skip
SCALAR = ("float8_e4m3fn", "float4_e2m1fn")  # one number at a time: few, since each costs microseconds


# round_float: Inf and what overflows become "the largest float" under sat, "otherwise" Inf, "if present, otherwise" NaN, or a ValueError without either;
# "Negative zero will be returned if the format has negative zero"; a NaN becomes a NaN. It says nothing of negative numbers in an unsigned format, and of zero
# without a code for it.
def _dialect(rounding: str, *, sat: bool, scalar: bool = False) -> Dialect:
    name = "-".join(("gfloat", *(("scalar",) if scalar else ()), rounding.replace("_", "-"), *(("sat",) if sat else ())))
    overflow = "saturate" if sat else "no_saturate"
    return DEFAULT.replace(name=name, rounding=rounding, overflow=overflow, negative="error", zero_input="error")


@dataclass(frozen=True)
class GfloatTarget:
    """Formats that gfloat names, and some of IEEE P3109, under five roundings, with and without ``sat``."""

    name: str = "gfloat"
    version: str = field(default_factory=lambda: version("gfloat"))

    def claims(self) -> tuple[Claim, ...]:
        """See Target."""
        decodes = [Claim("decode", f, "float64", nan_by=NanBy.CLASS) for f in (*NAMED, *P3109)]
        plain = [_claim("float64", f, mode, sat) for f, mode, sat in product(NAMED, MODES, (False, True)) if sat or get_format(f).has_nan]
        plain += [_claim("float32", f, "ties_to_even", sat) for f, sat in product(NAMED, (False, True)) if f != "float32" and (sat or get_format(f).has_nan)]
        p3109 = [_claim("float64", f, "ties_to_even", sat) for f, sat in product(P3109, (False, True))]
        scalar = [_claim("float64", f, mode, True, scalar=True) for f, mode in product(SCALAR, ("ties_to_even", "ties_to_away"))]
        return (*decodes, *plain, *p3109, *scalar)

    def run(self, claim: Claim, codes: Codes) -> Codes:
        """See Target."""
        import gfloat

        source, target = claim.names
        if claim.operation == "decode":
            values: Codes = gfloat.decode_ndarray(_info(source), codes.astype(np.int64)).view(np.uint64)
            return values
        mode, sat = getattr(gfloat.RoundMode, MODES[claim.policies.rounding]), claim.policies.overflow == "saturate"
        fi, x = _info(target), codes.view(source)
        if claim.dialect.name.startswith("gfloat-scalar"):
            return np.array([gfloat.encode_float(fi, gfloat.round_float(fi, v, mode, sat)) for v in x.tolist()], np.uint64)
        with np.errstate(all="ignore"):
            out: Codes = gfloat.encode_ndarray(fi, gfloat.round_ndarray(fi, x, mode, sat))
        return np.minimum(out, 1 << width_of(target))  # what is no code of E8M0 is any integer


def _claim(source: str, target: str, rounding: str, sat: bool, *, scalar: bool = False) -> Claim:
    return Claim("encode", source, target, _dialect(rounding, sat=sat, scalar=scalar), nan_by=NanBy.CLASS)


def _info(name: str) -> Any:
    """Return gfloat's description of a format."""
    import gfloat
    from gfloat import formats

    if name in NAMED:
        return getattr(formats, f"format_info_{NAMED[name]}")
    width, precision = map(int, re.findall(r"\d+", name))
    signedness = gfloat.Signedness.Signed if name[-2] == "s" else gfloat.Signedness.Unsigned
    return formats.format_info_p3109(width, precision, signedness, gfloat.Domain.Extended if name[-1] == "e" else gfloat.Domain.Finite)
