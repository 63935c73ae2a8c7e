"""Programs as targets: the worked C example and its faulty twin, flags, unknown digits, the command line, and the speed of refquant's side."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import oracle
import pytest
from click.testing import CliRunner

import refquant as rq
from refquant import verify
from refquant.cli.app import app
from refquant.verify import ProgramTarget, judge
from refquant.verify.pipe import Field, Header, Kind, converse, program
from refquant.verify.targets.program_target import header_of

EXAMPLE = Path(__file__).parents[2] / "docs/examples/c_program"
PYTHON = [sys.executable, "-I", "-S"]
SOURCE, TARGET = "float8_e4m3fn", "float8_e5m2"

TABLE = """
import sys
table = {table!r}
for line in iter(sys.stdin.readline, "end\\n"): pass
for line in sys.stdin:
    code, flags = table[int(line, 16)]
    sys.stdout.write(f"{{code:02x}} {{flags:02x}}\\n"[: 3 + 3 * {flagged}].rstrip() + "\\n")
    sys.stdout.flush()
"""


def oracle_table():
    """(code, flags) of every code of SOURCE in TARGET, by the oracle."""
    source, target = oracle.formats.get(SOURCE), oracle.formats.get(TARGET)
    results = [oracle.codec.convert(code, source, target) for code in range(256)]
    return [(r.code, r.flags) for r in results]


@pytest.fixture
def table_program(tmp_path):
    """A program that answers from a table."""

    def written(table, flagged=True, name="table.py"):
        (tmp_path / name).write_text(TABLE.format(table=table, flagged=flagged))
        return [*PYTHON, str(tmp_path / name)]

    return written


def verdict_of(command, **options):
    (verdict,) = judge(ProgramTarget(command, TARGET, sources=(SOURCE,), **options)).verdicts
    return verdict


def compiled(name, folder, flags=("-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"), source=None):
    """Compile a program; without a compiler the test is skipped, except in CI."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        assert not os.environ.get("CI"), "CI needs a C compiler"
        pytest.skip("no C compiler: cc is not on the PATH")
    subprocess.run([compiler, *flags, str(source or EXAMPLE / f"{name}.c"), "-o", str(folder / name)], check=True, capture_output=True)
    return str(folder / name)


def run(*args):
    return CliRunner().invoke(app, args)


def test_the_worked_example_is_exact(tmp_path, count_cases):
    (verdict,) = judge(ProgramTarget(compiled("cast_e4m3fn", tmp_path), "float8_e4m3fn"), random=200_000).verdicts
    assert (verdict.status, verdict.mismatches, verdict.failure, verdict.notes) == ("exact", 0, None, ())
    count_cases(verdict.cases)


def test_its_faulty_twin_is_found_with_the_smallest_witness_and_the_reason(tmp_path):
    (verdict,) = judge(ProgramTarget(compiled("cast_e4m3fn_faulty", tmp_path), "float8_e4m3fn"), random=10_000).verdicts
    assert (verdict.status, verdict.diagnosis, set(verdict.by_class)) == ("new", "rounding=ties_to_away", {"tie"})
    assert verdict.witness == ("0x3a800000", "0x1p-10", "0x01", "0x1p-9", "0x00", "0")  # the tie of 0 and the least number


def test_the_twins_differ_in_one_line_of_code():
    right, faulty = ((EXAMPLE / f"{name}.c").read_text().splitlines()[1:] for name in ("cast_e4m3fn", "cast_e4m3fn_faulty"))
    assert sum(a != b for a, b in zip(right, faulty, strict=True)) == 1


def test_the_worked_example_refuses_what_it_is_not_made_for(tmp_path):
    (verdict,) = judge(ProgramTarget(compiled("cast_e4m3fn", tmp_path), "float8_e4m3fn", knobs=(("overflow", "saturate"),)), random=100).verdicts
    assert (verdict.status, verdict.failure.kind, verdict.cases) == ("failed", Kind.EXIT, 0)
    assert verdict.stderr.startswith("this program casts float32 to float8_e4m3fn")


def test_right_codes_and_flags_are_exact(table_program, count_cases):
    verdict = verdict_of(table_program(oracle_table()), flags=True)
    assert (verdict.status, verdict.cases, verdict.flags) == ("exact", 256, None)
    assert verdict_of(table_program(oracle_table(), flagged=False, name="plain.py")).status == "exact"
    count_cases(256)


def test_wrong_flags_are_a_class_of_their_own_with_a_witness(table_program):
    table = oracle_table()
    inexact = [c for c, (_, flags) in enumerate(table) if flags & 1]
    wrong = [(code, flags & ~1) for code, flags in table]
    wrong[0x38] = (wrong[0x38][0], 16)  # 1.0 raises nothing
    verdict = verdict_of(table_program(wrong), flags=True)
    assert (verdict.status, verdict.by_class, verdict.mismatches) == ("new", {"flags": len(inexact) + 1}, len(inexact) + 1)
    assert verdict.message == f"wrong flags: inexact missing {len(inexact)}, invalid raised wrongly 1"
    smallest = min(inexact, key=lambda c: (c & 0x7F, c))
    assert verdict.flags.cases == len(inexact) + 1
    assert verdict.witness == verdict.flags.witness and verdict.witness.input == f"0x{smallest:02x}"
    assert (verdict.witness.got_value, verdict.witness.expected_value) == (
        "none" if table[smallest][1] == 1 else "underflow",
        "inexact" if table[smallest][1] == 1 else "inexact, underflow",
    )


def test_an_answer_with_wrong_code_and_flags_counts_once(table_program):
    table = oracle_table()
    table[0x38] = (table[0x38][0] + 1, 1)
    table[0x40] = (table[0x40][0], 1)
    verdict = verdict_of(table_program(table), flags=True)
    assert (verdict.mismatches, verdict.by_class, verdict.flags.cases) == (2, {"other": 1, "flags": 1}, 2)
    assert (verdict.witness.input, verdict.flags.witness.input) == ("0x38", "0x38")
    assert verdict.message.endswith("; wrong flags: inexact raised wrongly 2")


def test_flags_that_are_not_answered_are_garbage(table_program):
    verdict = verdict_of(table_program(oracle_table(), flagged=False), flags=True)
    assert (verdict.status, verdict.failure.kind, verdict.unanswered) == ("failed", Kind.GARBAGE, 256)
    assert "where 2 hex digits and 2 of flags were expected on input 0x00 (0)" in verdict.message


UNKNOWN = """
import sys
for line in iter(sys.stdin.readline, "end\\n"): pass
for line in sys.stdin:
    x = int(line, 16)
    print("xx" if x in (0x41, 0x40) else line.strip(), flush=True)
    if x == {dies}: import os; os.abort()
"""


def same(body, **options):
    return judge(ProgramTarget([*PYTHON, "-c", body], SOURCE, sources=(SOURCE,), **options)).verdicts[0]


def test_unknown_digits_are_a_verdict_of_their_own():
    verdict = same(UNKNOWN.format(dies=-1))
    assert (verdict.status, verdict.by_class, verdict.mismatches, verdict.cases) == ("new", {"unknown": 2}, 2, 256)
    assert verdict.message == "2 answers with unknown digits (X or Z)"
    assert verdict.unknown == (2, ("0x40", "2", "xx", "unknown", "0x40", "2")) and verdict.witness == verdict.unknown.witness


def test_what_was_found_before_a_program_died_is_kept():
    verdict = same(UNKNOWN.format(dies=0x80))
    assert (verdict.status, verdict.cases, verdict.unanswered, verdict.left_out, verdict.mismatches) == ("failed", 129, 127, 0, 2)
    assert verdict.failure.kind is Kind.SIGNAL and verdict.unknown.cases == 2
    assert "the program was ended by SIGABRT" in verdict.message and verdict.message.endswith("; before that: 2 answers with unknown digits (X or Z)")


def test_other_conversions_are_judged_after_one_that_failed(table_program):
    target = ProgramTarget(table_program(oracle_table(), flagged=False), TARGET, sources=("float8_e5m2", SOURCE))
    first, second = judge(target).verdicts
    assert (first.status, second.status) == ("new", "exact")
    picky = "import sys\nhead = [*iter(sys.stdin.readline, 'end\\n')]\nif 'operand float8_e5m2 8\\n' in head: sys.exit(3)\nfor l in sys.stdin: print(l.strip(), flush=True)"
    first, second = judge(ProgramTarget([*PYTHON, "-c", picky], SOURCE, sources=("float8_e5m2", SOURCE))).verdicts
    assert (first.status, first.failure.kind, second.status) == ("failed", Kind.EXIT, "exact")


def test_a_program_is_told_what_it_claims():
    claim = verify.Claim("encode", "float32", "float8_e4m3fn", knobs=(("overflow", "saturate"), ("nan", "to_zero")))
    lines = header_of(claim, flags=True).text().splitlines()
    assert lines[:4] == ["refquant-pipe 1", "operation encode", "operand float32 32", "result float8_e4m3fn 8"]
    assert lines[-3:] == ["flags yes", "random_bits 0", "end"]
    assert {"knob rounding ties_to_even", "knob overflow saturate", "knob nan to_zero", "knob subnormals keep"} <= set(lines)
    assert all(line.startswith("knob ") and len(line.split()) == 3 for line in lines[4:-3])


def test_a_format_of_the_users_own_has_a_name_of_one_word():
    mine = rq.FloatFormat(precision=4, exponent_width=3, bias=3, name="my own format")
    assert "result my_own_format 7" in header_of(verify.Claim("encode", "float32", mine)).text()


def test_the_report_says_what_programs_did():
    body = UNKNOWN.format(dies=0x80)
    report = verify.as_records([judge(ProgramTarget([*PYTHON, "-c", body], SOURCE, sources=(SOURCE,)))])
    assert json.loads(json.dumps(report)) == report
    (verdict,) = report["targets"][0]["verdicts"]
    assert verdict["failure"]["kind"] == "signal" and verdict["unknown"]["count"] == 2 and verdict["unknown"]["witness"]["got"] == "xx"
    assert (verdict["unanswered"], verdict["notes"], verdict["flags"], report["ok"]) == (127, [], None, False)
    (plain, *_) = verify.as_records([judge("numpy", random=10)])["targets"][0]["verdicts"]
    assert (plain["failure"], plain["unknown"], plain["flags"], plain["unanswered"], plain["notes"], plain["stderr"]) == (None, None, None, 0, [], "")


def test_a_target_that_gives_fewer_results_than_inputs_is_not_judged():
    class Short:
        name, version = "short", ""

        def claims(self):
            return (verify.Claim("encode", SOURCE, SOURCE),)

        def run(self, claim, codes):
            return codes[:-1]

    (verdict,) = judge(Short()).verdicts
    assert (verdict.status, verdict.message) == (
        "failed",
        "could not be judged to the end: it returned something else: expected 1 results, got 0 on input 0x00 (0), which does it alone",
    )


def test_a_sweep_takes_programs_and_codes_alone(table_program):
    target = ProgramTarget(table_program(oracle_table(), flagged=False), TARGET, sources=(SOURCE,))
    assert rq.sweep(target, SOURCE, TARGET).exact
    with pytest.raises(rq.errors.InputValueError, match=r"^flags: a sweep compares codes"):
        rq.sweep(ProgramTarget(table_program(oracle_table()), TARGET, sources=(SOURCE,), flags=True), SOURCE, TARGET)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"fmt": "nosuch"}, "fmt: "), ({"sources": ("nosuch",)}, "fmt: "), ({"flags": 1}, "flags: expected True or False"), ({"timeout": 0}, "timeout: "),
        ({"knobs": (("rounding", "stochastic_a"),)}, "rounding: a stochastic cast"), ({"nan_by": "xx"}, "nan_by: "), ({"command": "no-such-program"}, "command: "),
        ({"knobs": (("overflow", "wrap"),)}, "overflow: 'wrap' is for"), ({"dialect": 5}, "dialect: "),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_before_anything_runs(options, message):
    with pytest.raises(rq.errors.RefquantError, match=f"^{message}"):
        ProgramTarget(**{"command": sys.executable, "fmt": "float16", **options})


def test_the_command_line_judges_programs(table_program, tmp_path):
    command = " ".join(table_program(oracle_table()))
    result = run("verify", f"program:{command}", "--format", TARGET, "--source", SOURCE, "--flags", "--json", str(tmp_path / "report.json"))
    assert result.exit_code == 0 and "exact" in result.output
    (target,) = json.loads((tmp_path / "report.json").read_text())["targets"]
    assert (target["name"], target["verdicts"][0]["cases"]) == (f"program:{command}", 256)
    wrong = [(code, flags ^ (i == 0x38)) for i, (code, flags) in enumerate(oracle_table())]
    result = run("verify", f"program:{' '.join(table_program(wrong, name='wrong.py'))}", "--format", TARGET, "--source", SOURCE, "--flags")
    assert result.exit_code == 1 and "1 with wrong flags: 0x38 (1) gives 0x01 (inexact), right 0x00 (none)" in result.output


def test_a_program_that_misbehaves_is_exit_code_2_and_the_rest_is_printed(table_program, tmp_path):
    (tmp_path / "dies.py").write_text("import os, sys\n" + UNKNOWN.format(dies=0x80) + "sys.stderr.write('gone')\n")
    dying = ("verify", f"program:{' '.join([*PYTHON, str(tmp_path / 'dies.py')])}", "--format", SOURCE, "--source", SOURCE)
    (tmp_path / "same.py").write_text(UNKNOWN.format(dies=-1).replace("(0x41, 0x40)", "()"))
    sound = f"program:{' '.join([*PYTHON, str(tmp_path / 'same.py')])}"
    result = run(*dying, sound)
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert "FAILED: could not be judged to the end: the program was ended by SIGABRT" in result.output
    assert (
        "129 inputs were compared, 127 have no answer" in result.output
        and "2 with unknown digits: 0x40 (2) gives xx (unknown), right 0x40 (2)" in result.output
    )
    swept = run(*dying, "--exhaustive")
    assert swept.exit_code == 2 and "129 of 256 codes compared: 2 wrong; FAILED: could not be judged to the end" in swept.output


def test_a_program_that_does_not_flush_is_judged_with_a_note():
    body = "import sys\nfor l in iter(sys.stdin.readline, 'end\\n'): pass\nfor l in sys.stdin: print(l.strip())"
    result = run("verify", f'program:{sys.executable} -I -S -c "{body}"', "--format", "float16", "--source", "float16")
    assert result.exit_code == 0 and "float16 -> float16: the program does not flush its output" in result.output


@pytest.mark.parametrize(
    "args, message",
    [
        (("program:", "--format", "bf16"), "command: expected a program and its arguments, got ''"),
        (("program:./nosuch", "--format", "bf16"), "command: there is no file ./nosuch"),
        (("program:/", "--format", "bf16"), "command: / is a folder"),
        (("program:'x", "--format", "bf16"), "cannot be split into words"),
        (("program:cat",), "program:cat needs one --format: that of its results"),
        (("program:cat", "--format", "bf16", "--timeout", "0"), "timeout: expected a positive number of seconds"),
        (("program:cat", "--format", "bf16", "--rounding", "stochastic_a"), "a stochastic cast has no single right result"),
        (("program:cat", "--format", "bf16", "--flags", "--exhaustive"), "--flags: --exhaustive compares codes alone"),
        (("numpy", "--flags"), "--flags is for module:function or program:COMMAND"),
        (("numpy", "--timeout", "3"), "--timeout is for module:function or program:COMMAND"),
    ],
)
def test_bad_input_is_one_line(args, message):
    result = run("verify", *args)
    assert result.exit_code == 2 and message in result.stderr and len(result.stderr.splitlines()) == 1


def test_an_interruption_ends_the_program_too(tmp_path):
    (tmp_path / "hangs.py").write_text(f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()) + '\\n')\ntime.sleep(1000)")
    command = [
        sys.executable,
        "-c",
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\nfrom refquant.cli.main import main; main()",  # a shell may have it ignored
        "verify",
        f"program:{sys.executable} {tmp_path / 'hangs.py'}",
        "--format",
        "float16",
        "--source",
        "float16",
        "--timeout",
        "100",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(2)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors.strip()) == (130, "error: interrupted")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_source_or_target_that_is_named_twice_is_judged_once(tmp_path):
    assert (
        ProgramTarget("cat", TARGET, sources=(SOURCE, "e4m3fn", SOURCE, rq.get_format(SOURCE))).claims()
        == ProgramTarget("cat", TARGET, sources=(SOURCE,)).claims()
    )
    path = tmp_path / "same.py"
    path.write_text(UNKNOWN.format(dies=-1).replace("(0x41, 0x40)", "()"))
    same = f"program:{' '.join([*PYTHON, str(path)])}"
    for more in ((), ("--exhaustive",)):
        result = run("verify", same, same, "--format", SOURCE, "--source", SOURCE, "--source", "e4m3fn", "--json", str(tmp_path / "report.json"), *more)
        report = json.loads((tmp_path / "report.json").read_text())
        assert result.exit_code == 0
        assert len(report["sweeps"]) == 1 if more else [len(t["verdicts"]) for t in report["targets"]] == [1]


FAST = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
    char line[256];
    while (fgets(line, sizeof line, stdin) && strcmp(line, "end\\n")) {}
    while (fgets(line, sizeof line, stdin)) { printf("%02lx\\n", strtoul(line, 0, 16) & 255); fflush(stdout); }
    return 0;
}
"""


def test_a_program_is_served_at_least_200_000_lines_a_second(tmp_path):
    (tmp_path / "fast.c").write_text(FAST)
    fast = compiled("fast", tmp_path, flags=("-O2",), source=tmp_path / "fast.c")
    codes = np.arange(1 << 19, dtype=np.uint32) * np.uint32(8191)
    header = Header("encode", (Field("float32", 32),), Field("eight", 8))
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        replies = converse(program(fast), header, [codes])
        best = min(best, time.perf_counter() - began)
        assert replies.failure is None and (replies.codes == codes % 256).all()
    print(f"{codes.size / best:,.0f} lines a second")
    assert codes.size / best >= 200_000
