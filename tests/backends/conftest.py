"""Backends beside the reference."""

import os

import pytest

import refquant as rq
from refquant.operations import OPERATIONS

COMPILED = [name for name in OPERATIONS["encode"].backends if name != "reference"]


@pytest.fixture(scope="session", params=COMPILED)
def backend(request):
    """Return the name of a backend that is not the reference."""
    return available(request.param)


def available(name):
    """Return the name; a backend that is not installed is a visible skip, and under tox, which installs it, a failure."""
    reason = rq.list_backends()[name]
    if reason != "available":
        (pytest.fail if "REFQUANT_TEST_WHEEL" in os.environ else pytest.skip)(reason)
    return name
