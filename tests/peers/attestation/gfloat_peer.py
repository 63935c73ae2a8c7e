"""gfloat: formats by their parameters, five roundings and three stochastic ones."""

from functools import cache

import gfloat
import gfloat.formats as known
import numpy as np

import refquant as rq

MODES = {
    "ties_to_even": gfloat.RoundMode.TiesToEven,
    "ties_to_away": gfloat.RoundMode.TiesToAway,
    "toward_zero": gfloat.RoundMode.TowardZero,
    "toward_positive": gfloat.RoundMode.TowardPositive,
    "toward_negative": gfloat.RoundMode.TowardNegative,
    "stochastic_a": gfloat.RoundMode.StochasticFastest,
    "stochastic_b": gfloat.RoundMode.StochasticFast,
    "stochastic_c": gfloat.RoundMode.Stochastic,
}
OWN = {
    "float16": known.format_info_binary16,
    "float32": known.format_info_binary32,
    "bfloat16": known.format_info_bfloat16,
    "float8_e5m2": known.format_info_ocp_e5m2,
    "float8_e4m3fn": known.format_info_ocp_e4m3,
    "float8_e8m0fnu": known.format_info_ocp_e8m0,
    "float6_e2m3fn": known.format_info_ocp_e2m3,
    "float6_e3m2fn": known.format_info_ocp_e3m2,
    "float4_e2m1fn": known.format_info_ocp_e2m1,
    "mxint8": known.format_info_ocp_int8,
    "s2f6": known.format_info_ocp_int8,
}


def _info(name, k, precision, bias, *, high_nans=0, negative_zero=False, extended=False, signed=True, twos=False):
    domain = gfloat.Domain.Extended if extended else gfloat.Domain.Finite
    return gfloat.FormatInfo(
        name, k, precision, bias=bias, has_nz=negative_zero, domain=domain, num_high_nans=high_nans,
        has_subnormals=True, is_signed=signed, is_twos_complement=twos,
    )  # fmt: skip


MADE = {
    "tfloat32": _info("tf32", 19, 11, 127, high_nans=1023, negative_zero=True, extended=True),
    "float8_e4m3": _info("e4m3", 8, 4, 7, high_nans=7, negative_zero=True, extended=True),
    "float8_e3m4": _info("e3m4", 8, 5, 3, high_nans=15, negative_zero=True, extended=True),
    "float8_e4m3fnuz": _info("e4m3fnuz", 8, 4, 8),
    "float8_e5m2fnuz": _info("e5m2fnuz", 8, 3, 16),
    "float8_e4m3b11fnuz": _info("e4m3b11fnuz", 8, 4, 11),
    "ue4m3": _info("ue4m3", 7, 4, 7, high_nans=1, signed=False),
    "ue5m3": _info("ue5m3", 8, 4, 15, high_nans=1, signed=False),
}
"""Formats that gfloat does not name; their parameters are written down here a second time, from the sources of spec/formats.toml."""


@cache
def info(name):
    """gfloat's description of a format."""
    if name in OWN or name in MADE:
        return OWN.get(name) or MADE[name]
    if name.startswith("binary"):
        k, precision = name[6:-2].split("p")
        signed = known.Signedness.Signed if name[-2] == "s" else known.Signedness.Unsigned
        return known.format_info_p3109(int(k), int(precision), signed, gfloat.Domain.Extended if name[-1] == "e" else gfloat.Domain.Finite)
    k = int(name.removeprefix("int"))
    return _info(name, k, k, 2 - k, twos=True)


def decode(codes, name):
    """float64 values."""
    return gfloat.decode_ndarray(info(name), codes.astype(np.int64))


def encode(x, name, choice):
    """Codes of rounded values; `saturate` where the format has no NaN, as gfloat refuses there."""
    fi = info(name)
    saturate = choice.overflow == "saturate" or not rq.get_format(name).has_nan
    options = {} if choice.random is None else {"srbits": choice.random.astype(np.int64), "srnumbits": choice.random_bits}
    rounded = gfloat.round_ndarray(fi, x.astype(np.float64), MODES[choice.rounding], saturate, **options)
    return gfloat.encode_ndarray(fi, rounded).astype(np.uint64)
