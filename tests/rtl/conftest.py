"""What simulates: Icarus Verilog from the system, cocotb from PyPI."""

import pytest
import rtlruns


@pytest.fixture(scope="session")
def iverilog():
    """Icarus Verilog is there, or the test is skipped (tox env rtl: fails)."""
    rtlruns.need("iverilog", "vvp")


@pytest.fixture(scope="session")
def cocotb(iverilog):
    """So is cocotb."""
    rtlruns.need("cocotb")
