"""The witness of a known deviation, put to the package itself."""

import numpy as np

from refquant import verify
from refquant.golden.sources import code_dtype_of
from refquant.verify.cases import cases_of
from refquant.verify.offers import operations_of

ENTRIES = verify.load_deviations()
MANY = 64  #: the same case so often: functions of vectors compute the last elements of an array otherwise


def entry_id(entry):
    """Package, formats, and dialects where an entry names them."""
    operation = [] if entry.operation in ("encode", "decode") else [entry.operation]
    return "-".join((entry.package, *operation, "+".join(entry.sources), "+".join(entry.targets), *(d for d in entry.dialects if d != "*")))


def check_witness(entry, target):
    """Require that the package gives what the witness says, that it is wrong, and that the entry speaks of it."""
    witness = entry.witness
    every = (*target.claims(), *operations_of(target))
    about = [c for c in every if c.names == (witness["source"], witness["target"]) and entry.speaks_of(target.name, target.version, c)]
    (claim,) = (c for c in about if witness.get("dialect", c.dialect.name) == c.dialect.name)
    operands = zip(witness["input"].split(", "), claim.sources_of_a_case, strict=True)
    cases = cases_of(tuple(np.full(MANY, int(code, 16), code_dtype_of(source)) for code, source in operands))
    got = target.run(claim, cases)
    assert got[0] == int(witness["got"], 16)
    found = verify.compare(claim, cases[:1], got[:1])
    assert (found.mismatches, found.witness.expected) == (1, witness["expected"])
