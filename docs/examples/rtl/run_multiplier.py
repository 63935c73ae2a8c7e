"""Build a multiplier with Icarus Verilog and run the cocotb test on it: python run_multiplier.py float8_e4m3fn_multiplier.v."""

import argparse
import sys
import tempfile
from pathlib import Path

from cocotb_tools.runner import get_results, get_runner

TOP = "float8_e4m3fn_multiplier"
QUIET = {"GPI_LOG_LEVEL": "ERROR", "COCOTB_LOG_PREFIX": "{record.levelname:8}"}


def main(source: Path) -> int:
    """Return 0 where the test passes, 1 where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        runner = get_runner("icarus")
        runner.build(sources=[source], hdl_toplevel=TOP, build_dir=folder, timescale=("1ns", "1ps"))
        results = runner.test(test_module="multiplier_against_refquant", hdl_toplevel=TOP, build_dir=folder, test_dir=folder, seed=1, extra_env=QUIET)
        tests, failed = get_results(results)
    return 0 if tests == 1 and failed == 0 else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="a Verilog file with the module " + TOP)
    given = parser.parse_args()
    if not given.source.is_file():
        parser.error(f"source: there is no file {given.source}")
    sys.exit(main(given.source.resolve()))
