"""The runner of the cocotb example, called wrongly, says how to call it."""

import pytest
from rtlruns import EXAMPLES, run

pytestmark = pytest.mark.usefixtures("cocotb")


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "the following arguments are required: source"), (["no_such.v"], "source: there is no file no_such.v"), (["."], "source: there is no file ."),
        (["a.v", "b.v"], "unrecognized arguments: b.v"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_answered_with_the_usage(arguments, message):
    code, text = run("python", "run_multiplier.py", *arguments, cwd=EXAMPLES)
    assert code == 2 and text.startswith("usage: run_multiplier.py [-h] source\n") and text.endswith(f"error: {message}\n") and "Traceback" not in text
