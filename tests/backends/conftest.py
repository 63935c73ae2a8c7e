"""Backends beside the reference."""

import pytest

import refquant as rq
from refquant.operations import OPERATIONS

COMPILED = [name for name in OPERATIONS["encode"].backends if name != "reference"]


@pytest.fixture(scope="session", params=COMPILED)
def backend(request):
    """Return the name of a backend that is not the reference; one that is not installed is a visible skip."""
    reason = rq.list_backends()[request.param]
    if reason != "available":
        pytest.skip(reason)
    return request.param
