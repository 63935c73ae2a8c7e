"""The named dialects that reproduce every pair."""

from __future__ import annotations

from refquant.errors import RefquantError
from refquant.golden.sources import refused
from refquant.policies import Dialect, get_dialect, list_dialects
from refquant.verify.explaining.search import Search
from refquant.verify.explaining.settings import Setting


def dialects_that_fit(search: Search) -> tuple[str, ...]:
    """Return the names of the dialects that refuse no input and reproduce every pair."""
    return tuple(name for name in list_dialects() if _fits(get_dialect(name), search))


def _fits(dialect: Dialect, search: Search) -> bool:
    p = search.pairs
    try:
        if refused(p.codes, p.source, p.target, dialect).any():
            return False
        return bool(search.right(_Named((("dialect", dialect),)), search.where()).all())
    except RefquantError:  # the format has no such policies
        return False


class _Named(Setting):
    """A setting that is a whole dialect."""

    @property
    def dialect(self) -> Dialect:
        """See Setting."""
        found: Dialect = dict(self.knobs)["dialect"]
        return found
