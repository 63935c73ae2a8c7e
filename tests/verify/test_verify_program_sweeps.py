"""Programs and functions that misbehave in the middle of a sweep: what was compared before is kept, and the input that did it is named."""

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner

import refquant as rq
from refquant.cli.app import app
from refquant.verify import FunctionTarget, ProgramTarget, run_sweep
from refquant.verify.pipe import Kind

FORMAT = "float8_e4m3fn"
PROGRAM = """
import os, sys, time
for line in iter(sys.stdin.readline, "end\\n"): pass
for line in sys.stdin:
    x = int(line, 16)
    answer = {0x41: "42", 0x80: "00"}.get(x, line.strip())  # one number is wrong, and the sign of zero
    BODY
    print(answer, flush=True)
"""
BAD = 0xC1
FAULTS = {
    "dies": (f"if x == {BAD}: sys.stderr.write('going down'); sys.stderr.flush(); os.abort()", Kind.SIGNAL, "was ended by SIGABRT"),
    "exits": (f"if x == {BAD}: os._exit(3)", Kind.EXIT, "ended with exit code 3"),
    "hangs": (f"if x == {BAD}: time.sleep(1000)", Kind.HANG, "gave no answer within 0.7 s and was killed"),
    "garbage": (f"if x == {BAD}: answer = 'hello'", Kind.GARBAGE, "answered 'hello', where 2 hex digits were expected"),
    "too wide": (f"if x == {BAD}: answer = '1c1'", Kind.TOO_WIDE, "answered '1c1', which is wider than the 8 bits of float8_e4m3fn"),
    "too few": (f"if x == {BAD}: continue", Kind.TOO_FEW, "gave too few lines"),
}


def command(body, folder, name="cast.py"):
    (folder / name).write_text(PROGRAM.replace("BODY", body))
    return [sys.executable, "-I", "-S", str(folder / name)]


def swept(body, folder, **options):
    target = ProgramTarget(command(body, folder), FORMAT, sources=(FORMAT,), timeout=0.7 if "sleep" in body else 10)
    return rq.sweep(target, FORMAT, FORMAT, **options)


def counts(found):
    return {kind.name: kind.count for kind in found.kinds}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("chunk", [None, 50])
def test_what_was_compared_before_a_program_misbehaved_is_kept(tmp_path, fault, chunk):
    body, kind, what = FAULTS[fault]
    found = swept(body, tmp_path, chunk=chunk)
    assert (found.cases, found.following, found.complete, found.exact) == (BAD, BAD, False, False)
    assert counts(found) == {"signed zero": 1, "other": 1} and found.kinds[1].witness.input == "0x41"
    assert (found.failure.kind, found.failure.vector, found.failure.input) == (kind, BAD, "0xc1")
    assert found.failure.what.startswith(what)


def test_a_program_that_misbehaves_after_every_answer_is_not_exact(tmp_path):
    body = "answer = line.strip()\n    if x == 255: print(answer, flush=True); os._exit(4)"
    path = tmp_path / "state.json"
    for _ in range(2):  # nor is it where it goes on from a state
        found = swept(body, tmp_path, resume=path)
        assert (found.cases, found.mismatches, found.exact, found.failure.kind) == (256, 0, False, Kind.EXIT)
        assert json.loads(path.read_text())["found"]["following"] == 0


@pytest.mark.parametrize("chunk", [None, 100, 7])
def test_unknown_digits_are_a_kind_of_their_own_with_the_smallest_input(tmp_path, chunk):
    found = swept("answer = {0x40: 'xX', 0x41: 'Xx', 0x81: 'zz', 0xc0: '0z'}.get(x, answer)", tmp_path, chunk=chunk)
    assert found.complete and not found.exact and found.failure is None
    assert (found.cases, counts(found), found.mismatches, found.new) == (256, {"signed zero": 1, "unknown": 4}, 5, 5)
    assert (found.kinds[-1].name, found.kinds[-1].witness) == ("unknown", ("0x81", "-0x1p-9", "zz", "unknown", "0x81", "-0x1p-9"))


class Stop(Exception):
    """Interrupts a sweep."""


def stop(found):
    if found.following >= 100:
        raise Stop


def test_unknown_digits_are_kept_in_a_state(tmp_path):
    body, path = "answer = {0x40: 'xx', 0x91: 'zz'}.get(x, answer)", tmp_path / "state.json"
    with pytest.raises(Stop):
        swept(body, tmp_path, resume=path, chunk=50, progress=stop)
    found = swept(body, tmp_path, resume=path)
    assert found.resumed == 100 and found == swept(body, tmp_path) and counts(found)["unknown"] == 2
    with pytest.raises(rq.errors.StateError, match="gave other results"):
        swept("answer = {0x91: 'zz'}.get(x, answer)", tmp_path, resume=path)


def test_a_program_that_misbehaved_goes_on_where_it_did(tmp_path):
    path = tmp_path / "state.json"
    first = swept(FAULTS["dies"][0], tmp_path, resume=path)
    assert json.loads(path.read_text())["found"]["following"] == BAD
    second = swept(FAULTS["dies"][0], tmp_path, resume=path)
    assert first == second and (second.cases, second.resumed, second.failure.vector) == (BAD, BAD, BAD)
    assert counts(second) == {"signed zero": 1, "other": 1}
    with pytest.raises(rq.errors.StateError, match="gave other results"):
        swept("pass", tmp_path, resume=path)


def test_a_program_that_misbehaved_once_is_not_exact(tmp_path):
    mark = tmp_path / "mark"
    body = f"answer = line.strip()\n    if x == 9 and not os.path.exists({str(mark)!r}): open({str(mark)!r}, 'w'); os.abort()"
    found = swept(body, tmp_path, resume=tmp_path / "state.json")
    assert (found.cases, found.mismatches, found.exact, found.failure.kind) == (256, 0, False, Kind.SIGNAL)


def test_the_end_of_stderr_and_the_notes_of_a_program_are_kept(tmp_path):
    assert swept(FAULTS["dies"][0], tmp_path).stderr == "going down"
    lazy = "import sys\nfor l in iter(sys.stdin.readline, 'end\\n'): pass\nfor l in sys.stdin: print(l.strip())"
    (tmp_path / "lazy.py").write_text(lazy)
    target = ProgramTarget([sys.executable, "-I", "-S", str(tmp_path / "lazy.py")], "float16", sources=("float16",))
    found = rq.sweep(target, "float16", "float16", chunk=40_000)
    assert found.exact and len(found.notes) == 1 and found.notes[0].startswith("does not flush its output")


def run(*args):
    return CliRunner().invoke(app, args)


def swept_by_command(body, folder, *args):
    return run("verify", f"program:{' '.join(command(body, folder))}", "--format", FORMAT, "--source", FORMAT, "--exhaustive", *args)


@pytest.mark.parametrize("more", [(), ("--resume", "state.json")], ids=["alone", "resume"])
def test_the_command_line_says_what_was_compared_before_a_program_misbehaved(tmp_path, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    result = swept_by_command(FAULTS["dies"][0], tmp_path, "--json", "report.json", *more)
    assert result.exit_code == 2 and "Traceback" not in result.output
    said = "could not be judged to the end: the program was ended by SIGABRT on input 0xc1 (-0x1.2p+1), which does it alone"
    assert f"193 of 256 codes compared: 2 wrong; FAILED: {said}\n" in result.output
    assert "    signed zero: 1, the smallest 0x80 (-0) gives 0x00 (0), right 0x80 (-0)\n" in result.output
    assert "    other: 1, the smallest 0x41 (" in result.output
    assert result.output.endswith("    its stderr ends with:\n        going down\n")
    (sweep,) = json.loads((tmp_path / "report.json").read_text())["sweeps"]
    assert (sweep["cases"], sweep["mismatches"], sweep["complete"], sweep["failure"], sweep["stderr"]) == (193, 2, False, said, "going down")
    assert (sweep["misbehaviour"]["kind"], sweep["misbehaviour"]["input"], sweep["misbehaviour"]["vector"]) == ("signal", "0xc1", 0xC1)


def test_a_program_that_misbehaves_behind_its_last_answer_is_not_called_exact(tmp_path):
    result = swept_by_command("answer = line.strip()\n    if x == 255: print(answer, flush=True); os._exit(4)", tmp_path)
    assert result.exit_code == 2 and "exact" not in result.output
    said = "could not be judged to the end: the program ended with exit code 4 after it had answered every vector"
    assert f"256 of 256 codes compared: none of them wrong; FAILED: {said}\n" in result.output


def test_the_command_line_counts_unknown_digits_in_a_sweep(tmp_path):
    result = swept_by_command("answer = {0x40: 'xx', 0x41: 'xx'}.get(x, answer)", tmp_path)
    assert result.exit_code == 1 and "256 of 256 codes compared: 3 wrong\n" in result.output
    assert "    unknown: 2, the smallest 0x40 (2) gives xx (unknown), right 0x40 (2)\n" in result.output


def test_other_conversions_are_swept_after_a_program_that_misbehaved(tmp_path):
    sound = f"program:{' '.join(command('answer = line.strip()', tmp_path, 'sound.py'))}"
    result = run("verify", f"program:{' '.join(command(FAULTS['dies'][0], tmp_path))}", sound, "--format", FORMAT, "--source", FORMAT, "--exhaustive")
    assert result.exit_code == 2 and "256 of 256 codes compared: exact\n" in result.output


RAISED = 0x7C01  #: the first NaN of float16
BEFORE = [0x1000, 0x4000]  #: inputs before that one on which the cast is wrong


def raising(x):
    """float16 to float8_e5m2, wrong on two inputs; it raises for NaNs."""
    codes = x.view(np.uint16)
    if np.isnan(x).any():
        raise RuntimeError("boom")
    return rq.encode(x, "float8_e5m2") ^ np.isin(codes, BEFORE).astype(np.uint8)


@pytest.mark.parametrize("chunk", [None, 4096, 5000])
def test_what_was_compared_before_a_function_raised_is_kept(tmp_path, chunk):
    seen = []
    with pytest.raises(RuntimeError, match=r"^boom") as raised:
        rq.sweep(raising, "float16", "float8_e5m2", chunk=chunk, progress=seen.append, resume=tmp_path / "state.json")
    assert raised.value.__notes__ == ["on input 0x7c01 (nan), which does it alone"]
    assert (seen[-1].following, seen[-1].cases, seen[-1].mismatches) == (RAISED, RAISED, 2)
    assert json.loads((tmp_path / "state.json").read_text())["found"]["following"] == RAISED


def test_a_function_that_no_input_alone_makes_raise_is_told_as_that():
    calls = []

    def moody(x):
        calls.append(x.size)
        if x.size > 60_000:
            raise RuntimeError("too many")
        return rq.encode(x, "float8_e5m2")

    with pytest.raises(RuntimeError, match="too many") as raised:
        rq.sweep(moody, "float16", "float8_e5m2")
    assert raised.value.__notes__ == ["not reproduced by one input alone, suspected: 0xffff (-nan)"]
    assert sum(calls) < 3 * 65_536


def test_a_function_that_raised_on_a_boundary_case_is_not_exact_in_a_sweep_that_is_resumed(tmp_path):
    raised = []

    def once(x):
        if not raised:
            raised.append(x)
            raise RuntimeError("once")
        return rq.encode(x, "float8_e5m2")

    with pytest.raises(RuntimeError, match="once"):
        rq.sweep(once, "float16", "float8_e5m2", resume=tmp_path / "state.json")


def test_a_target_that_gives_fewer_results_than_inputs_is_not_swept():
    short = FunctionTarget("short", lambda x: rq.encode(x, "float8_e5m2"), "float8_e5m2", ("float16",))

    class Short:
        name, version, claims = "short", "", short.claims

        def run(self, claim, codes):
            return short.run(claim, codes)[:-1]

    with pytest.raises(rq.errors.InputValueError, match=r"short: expected [0-9]+ results, got [0-9]+"):
        run_sweep(Short(), short.claims()[0])


CASTS = """
import numpy as np, refquant as rq
def raising(x):
    if np.isnan(x).any(): raise RuntimeError("boom")
    return rq.encode(x, "float8_e5m2") ^ (x.view(np.uint16) == 0x1000).astype(np.uint8)
"""


@pytest.mark.parametrize("more", [(), ("--resume", "state.json")], ids=["alone", "resume"])
def test_the_command_line_says_what_was_compared_before_a_function_raised(tmp_path, monkeypatch, more):
    (tmp_path / "raising_casts.py").write_text(CASTS)
    monkeypatch.chdir(tmp_path)
    result = run("verify", "raising_casts:raising", "--format", "float8_e5m2", "--source", "float16", "--exhaustive", *more)
    assert result.exit_code == 2
    said = "31,745 of 65,536 codes compared: 1 wrong; FAILED: could not be judged to the end: it raised RuntimeError: boom on input 0x7c01 (nan), which does it alone"
    assert said in result.output
