"""The named dialects that reproduce every pair."""

from __future__ import annotations

from refquant.errors import RefquantError
from refquant.golden.sources import refused
from refquant.policies import Dialect, get_dialect, list_dialects
from refquant.verify.explaining.operations.applied import Applied
from refquant.verify.explaining.search import Search
from refquant.verify.explaining.settings import Setting


def dialects_that_fit(search: Search) -> tuple[str, ...]:
    """Return the names of the dialects that say something of these formats, refuse no input and reproduce every pair."""
    p = search.pairs
    source = str(p.target if isinstance(p.source, Applied) else p.source)  # RQ-7.6
    speaking = [name for name in list_dialects() if _speaks_of(get_dialect(name), str(p.target), source)]
    return tuple(name for name in speaking if _fits(get_dialect(name), search))


def _speaks_of(dialect: Dialect, target: str, source: str) -> bool:
    """Return whether a dialect has more to say of two formats than the default one."""
    default = get_dialect("default")
    return dialect == default or dialect.base != default.base or any(row.matches(target, source) for row in dialect.rows)


def _fits(dialect: Dialect, search: Search) -> bool:
    p = search.pairs
    try:
        if not isinstance(p.source, Applied) and refused(p.codes, p.source, p.target, dialect).any():
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
