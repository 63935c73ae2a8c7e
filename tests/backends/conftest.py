"""Backends beside the reference."""

import pytest
from backendsathand import available

from refquant.operations import OPERATIONS

COMPILED = [name for name in OPERATIONS["encode"].backends if name != "reference"]


@pytest.fixture(scope="session", params=COMPILED)
def backend(request):
    """Return the name of a backend that is not the reference."""
    return available(request.param)
