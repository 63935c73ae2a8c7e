"""What a format is: primary parameters, families, and the tables of formats.toml (RQ-2)."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .errors import FormatRefused

TABLES = Path(__file__).parent.parent / "formats.toml"


@dataclass(frozen=True)
class Float:
    """A floating-point format (RQ-2.1)."""

    name: str
    precision: int
    exponent_width: int
    bias: int
    signed: bool = True
    nan: str = "ieee"
    infinity: bool = True
    zero: bool = True
    signaling_nan: str = ""
    parity: str = "significand"

    def __post_init__(self) -> None:
        if not self.signaling_nan:
            object.__setattr__(self, "signaling_nan", "msb_clear" if self.nan == "ieee" else "none")
        refuse_float(self)

    @property
    def t(self) -> int:
        """Bits of the trailing significand (RQ-1.2)."""
        return self.precision - 1

    @property
    def width(self) -> int:
        """k = s + w + t (RQ-2.1)."""
        return int(self.signed) + self.exponent_width + self.t

    @property
    def emin(self) -> int:
        """Exponent of min_normal (RQ-2.3)."""
        return 1 - self.bias if self.zero else -self.bias


@dataclass(frozen=True)
class Int:
    """An integer or fixed-point format (RQ-2.9); wider than 53 bits it is a source, or holds the results of RQ-7.28."""

    name: str
    width: int
    signed: bool = True
    fraction_bits: int = 0
    encoding: str = "twos_complement"

    def __post_init__(self) -> None:
        require(1 <= self.width <= 64, self.name, "width")
        require(self.encoding in ("twos_complement", "sign_magnitude"), self.name, "encoding")
        require(self.encoding == "twos_complement" or (self.signed and self.width >= 2), self.name, "sign and magnitude")


Format = Float | Int


def require(condition: bool, name: str, what: str) -> None:
    """Refuse the format `name` because of `what` (RQ-2.8)."""
    if not condition:
        raise FormatRefused(f"{name}: no such format exists: {what}")


def refuse_float(f: Float) -> None:
    """The formats that do not exist (RQ-2.1, RQ-2.7, RQ-2.8)."""
    require(1 <= f.precision <= 53 and f.exponent_width >= 1 and f.width <= 64 and f.exponent_width + f.t <= 63, f.name, "a width is out of range")
    require(f.exponent_width <= 20 and abs(f.bias) <= 2**20, f.name, "an exponent is out of range")
    require(f.nan in ("ieee", "all_ones", "negative_zero", "none"), f.name, "nan")
    require(f.signaling_nan in ("msb_clear", "none") and (f.signaling_nan == "none" or f.nan == "ieee"), f.name, "signaling_nan")
    require(f.parity in ("significand", "code"), f.name, "parity")
    require(f.nan != "ieee" or (f.infinity and f.precision > 1 and f.zero), f.name, "ieee NaN needs infinity, precision above 1 and zero")
    require(f.nan != "negative_zero" or (f.signed and f.zero), f.name, "a negative-zero NaN needs a sign and a zero")
    require(f.zero or not f.signed, f.name, "signed without zero")
    require(largest(f) >= (1 if f.zero else 0), f.name, "no positive finite value")


def largest(f: Format) -> int:
    """The largest magnitude code that is a number (RQ-2.4); of an integer format, the largest integer (RQ-2.9)."""
    if isinstance(f, Int):
        return (1 << (f.width - int(f.signed))) - 1
    if f.nan == "ieee":
        return ((1 << f.exponent_width) - 1 << f.t) - 1
    return (1 << (f.exponent_width + f.t)) - 1 - int(f.nan == "all_ones") - int(f.infinity)


def p3109(name: str) -> Float | None:
    """binary{K}p{P}{s|u}{e|f}, or None where the name is not one (RQ-2.11)."""
    match = re.fullmatch(r"binary([1-9]\d?)p([1-9]\d?)([su])([ef])", name)
    if not match:
        return None
    k, p, signed = int(match[1]), int(match[2]), match[3] == "s"
    if not (3 <= k <= 16 and 1 <= p <= (k - 1 if signed else k)):
        return None
    w = k - p if signed else k - p + 1
    return Float(name, p, w, 2 ** (w - 1), signed, "negative_zero" if signed else "all_ones", match[4] == "e", True, "none", "code")


def integer(name: str) -> Int | None:
    """intN and uintN (RQ-2.10); int64 and uint64 as sources."""
    match = re.fullmatch(r"(u?)int([1-9]\d?)", name)
    if not match or int(match[2]) not in (*range(1, 17), 32, 64):
        return None
    return Int(name, int(match[2]), signed=not match[1])


@cache
def tables() -> dict[str, dict[str, Any]]:
    """The tables of formats.toml (RQ-2.12)."""
    with TABLES.open("rb") as file:
        return tomllib.load(file)


@cache
def get(name: str) -> Format:
    """The format of a name (RQ-2.10 to RQ-2.12)."""
    family = p3109(name) or integer(name)
    if family:
        return family
    if name not in tables():
        raise FormatRefused(f"{name}: no format has this name")
    table = {key: value for key, value in tables()[name].items() if key not in ("kind", "source")}
    return Float(name, **table) if tables()[name]["kind"] == "float" else Int(name, **table)


def names(p3109: bool = False) -> list[str]:
    """Every named format; with `p3109` the 504 of IEEE P3109 too (RQ-2.10 to RQ-2.12)."""
    found = [*tables(), *(f"{u}int{n}" for u in ("", "u") for n in (*range(1, 17), 32))]
    if p3109:
        found += [f"binary{k}p{p}{s}{d}" for k in range(3, 17) for s in "su" for p in range(1, k + (s == "u")) for d in "ef"]
    return found
