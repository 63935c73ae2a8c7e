"""The witness of a known deviation, put to the package itself."""

import numpy as np

from refquant import verify
from refquant.golden.sources import code_dtype_of

ENTRIES = verify.load_deviations()


def entry_id(entry):
    """Package, formats, and dialects where an entry names them."""
    return "-".join((entry.package, "+".join(entry.sources), "+".join(entry.targets), *(d for d in entry.dialects if d != "*")))


def check_witness(entry, target):
    """Require that the package gives what the witness says, that it is wrong, and that the entry speaks of it."""
    witness = entry.witness
    about = [c for c in target.claims() if c.names == (witness["source"], witness["target"]) and entry.speaks_of(target.name, target.version, c)]
    (claim,) = (c for c in about if witness.get("dialect", c.dialect.name) == c.dialect.name)
    codes = np.array([int(witness["input"], 16)], code_dtype_of(claim.source))
    got = target.run(claim, codes)
    assert got.tolist() == [int(witness["got"], 16)]
    found = verify.compare(claim, codes, got)
    assert (found.mismatches, found.witness.expected) == (1, witness["expected"])
