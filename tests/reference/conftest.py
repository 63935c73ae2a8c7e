"""What is tested here is the reference, however large the arrays."""

import pytest

from refquant import dispatch


@pytest.fixture(autouse=True, scope="package")
def the_reference_alone():
    """Take no compiled code where the caller leaves the choice open."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "NUMBA_PAYS", 1 << 62)
        patch.setattr(dispatch, "NUMBA_LOADS", 1 << 62)
        yield
