"""Load the module of a peer, or skip with the reason."""

from __future__ import annotations

import importlib
import os
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.specifiers import SpecifierSet

from attestation.claims import load


def absent(reason: str) -> None:
    """A visible skip on a developer's machine; a failure under tox, which installs what is compared with."""
    (pytest.fail if "REFQUANT_TEST_WHEEL" in os.environ else pytest.skip)(reason)


def peer(name: str):
    """The module of a peer; a skip where it is missing, or has another version than the one attested."""
    stated = load()[0][name]
    if stated.package:
        try:
            found = version(stated.package)
        except PackageNotFoundError:
            absent(f"{stated.package} is not installed")
        if not SpecifierSet(stated.version).contains(found, prereleases=True):
            absent(f"{stated.package} {found} is installed, {stated.version} is attested")
    module = importlib.import_module(stated.module)
    getattr(module, "host", lambda: None)()  # builds what must be built, or skips
    return module
