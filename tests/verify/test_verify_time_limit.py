"""Time limits: what a function makes of them, and what is left of the caller's own timer."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from planted import RIGHT, SOURCE, TARGET, Planted

import refquant
from refquant.errors import InputValueError
from refquant.verify import FunctionTarget, judge, run_sweep
from refquant.verify.time_limit import TimeIsUp, can_limit, giving_up, limited

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timers on this system")


class Outer(Exception):
    """What the caller's own alarm raises."""


@pytest.fixture
def callers():
    """Set a timer of the caller's own, whose handler raises or is what is given; return when it was called."""
    before, called = signal.getsignal(signal.SIGALRM), []

    def handler(number, frame):
        called.append(time.monotonic())
        raise Outer

    def arm(seconds, interval=0.0, handler=handler):
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, seconds, interval)
        return called

    yield arm
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_the_callers_timer_goes_on_with_the_time_that_is_left(callers):
    start, called = time.monotonic(), callers(0.4)
    with limited(5):
        time.sleep(0.1)
    left, interval = signal.getitimer(signal.ITIMER_REAL)
    assert 0 < left <= 0.3 and interval == 0
    with pytest.raises(Outer):
        time.sleep(2)
    assert called[0] - start > 0.39


def test_the_callers_interval_goes_on(callers):
    callers(50, 7)
    with limited(5):
        pass
    left, interval = signal.getitimer(signal.ITIMER_REAL)
    assert 45 < left <= 50 and interval == 7


def test_the_callers_timer_is_there_after_a_limit_was_reached(callers):
    callers(30)
    with pytest.raises(TimeIsUp), limited(0.05):
        time.sleep(5)
    assert 25 < signal.getitimer(signal.ITIMER_REAL)[0] < 30


def test_the_callers_timer_is_due_within_a_block_too(callers):
    start, called = time.monotonic(), callers(0.1)
    with pytest.raises(Outer), limited(5):
        time.sleep(3)
    assert 0.09 < called[0] - start < 2.9
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_handler_that_raises_nothing_does_not_end_the_limit(callers):
    times = []
    callers(0.05, 0.05, lambda number, frame: times.append(number))
    with pytest.raises(TimeIsUp), limited(0.3):
        end = time.monotonic() + 3
        while time.monotonic() < end:
            time.sleep(0.01)
    assert len(times) >= 3 and signal.getitimer(signal.ITIMER_REAL)[1] == pytest.approx(0.05, abs=0)


def test_an_ignored_alarm_stays_ignored(callers):
    callers(0.05, handler=signal.SIG_IGN)
    with limited(5):
        time.sleep(0.15)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN


def test_a_judgement_leaves_the_callers_timer(callers):
    callers(60)
    assert judge(Planted(RIGHT), deviations=(), timeout=5).ok
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 60


def test_the_limit_of_a_caller_is_not_taken_for_ones_own():
    verdicts = []
    with pytest.raises(TimeIsUp), limited(0.2):
        verdicts += judge(FunctionTarget("inner", lambda _: time.sleep(3), TARGET, (SOURCE,)), timeout=2).verdicts
    assert verdicts == [] and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_hang_within_a_longer_limit_is_a_verdict():
    with limited(60):
        verdict = judge(FunctionTarget("inner", lambda _: time.sleep(3), TARGET, (SOURCE,)), timeout=0.1).verdicts[0]
    assert (verdict.status, verdict.failure.kind, verdict.failure.vector) == ("failed", "hang", 0)


def test_time_is_up_where_the_block_catches_it_and_ends():
    with pytest.raises(TimeIsUp), limited(0.05), contextlib.suppress(BaseException):
        time.sleep(5)


@pytest.mark.parametrize("what", [RuntimeError, SystemExit, GeneratorExit])
def test_time_is_up_where_the_block_makes_another_exception_of_it(what):
    with pytest.raises(TimeIsUp) as up, limited(0.05):
        try:
            time.sleep(5)
        except BaseException:
            raise what from None
    assert isinstance(up.value.__cause__, what)


def swallowing(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(BaseException):
            time.sleep(seconds)


class GivenUp(BaseException):
    """What a process does that ends."""


def test_code_that_catches_every_exception_is_given_up(monkeypatch):
    monkeypatch.setattr("refquant.verify.time_limit.ATTEMPTS", 3)
    calls = []

    def action():
        calls.append(time.monotonic())

    start = time.monotonic()
    with pytest.raises(TimeIsUp), giving_up(action), limited(0.1):
        swallowing(1)
    assert len(calls) > 1 and calls[0] - start > 0.35  # at 0.1, 0.2 and 0.3 s it was tried in vain
    calls.clear()
    with pytest.raises(TimeIsUp), limited(0.1):
        swallowing(0.7)
    assert not calls


def test_a_function_that_catches_it_and_returns_has_hung():
    def cast(x):
        with contextlib.suppress(BaseException):
            time.sleep(0.5 if (x.view("u1") == 0x45).any() else 0)
        return RIGHT[x.view("u1")]

    verdict = judge(FunctionTarget("cast", cast, TARGET, (SOURCE,)), timeout=0.1).verdicts[0]
    assert (verdict.status, verdict.failure.kind, verdict.failure.vector, verdict.cases) == ("failed", "hang", 0x45, 0x45)


def test_no_limit_is_set_where_a_handler_of_c_code_would_be_lost(monkeypatch):
    monkeypatch.setattr(signal, "getsignal", lambda number: None)
    assert not can_limit()


def hanging_at(code, how):
    def cast(x):
        if (x.view("u1") == code).any():
            how()
        return RIGHT[x.view("u1")]

    return FunctionTarget("cast", cast, TARGET, (SOURCE,))


def swept(target, **options):
    return run_sweep(target, target.claims()[0], **options)


def raising():
    raise RuntimeError("no kernel")


FAULTS = {"hang": (lambda: time.sleep(5), "gave no answer within 0.1 s"), "raised": (raising, "raised RuntimeError: no kernel")}


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("chunk", [None, 50])
def test_a_sweep_with_a_limit_ends_at_the_input_that_hangs_or_raises(tmp_path, kind, chunk):
    how, what = FAULTS[kind]
    path = tmp_path / "state.json"
    for resume in (None, path, path):  # of a state it goes on to the same end
        found = swept(hanging_at(0x45, how), timeout=0.1, chunk=chunk, resume=resume)
        assert (found.cases, found.following, found.complete, found.mismatches) == (0x45, 0x45, False, 0)
        assert (found.failure.kind, found.failure.vector, found.failure.input, found.failure.alone) == (kind, 0x45, "0x45", True)
        assert found.failure.what == what


def test_a_sweep_with_a_limit_finds_what_one_without_finds():
    target = FunctionTarget("cut", lambda x: (x.view("u2") >> 8).astype("u1"), "float8_e5m2", ("float16",))
    assert swept(target, timeout=60) == swept(target) and swept(target).mismatches


def test_a_limit_of_a_sweep_that_is_no_time_is_refused():
    with pytest.raises(InputValueError, match=r"^timeout: "):
        swept(hanging_at(0, raising), timeout=-1)


CASTS = """
import time, numpy as np, refquant as rq
def sound(x): return rq.encode(x, "float8_e4m3fn")
def off(x): return np.where(x.view(np.uint16) == 0x3C00, 0x39, sound(x)).astype(np.uint8)
def hangs(x):
    time.sleep(60 if (x.view(np.uint16) == 0x3E00).any() else 0)
    return sound(x)
def swallows(x):
    while (x.view(np.uint16) == 0x3E00).any():
        try: time.sleep(60)
        except BaseException: pass
    return sound(x)
"""


def verified(folder, *names, more=()):
    (folder / "time_casts.py").write_text(CASTS)
    command = [sys.executable, "-m", "refquant", "verify", *(f"time_casts:{n}" for n in names)]
    command += ["--format", "float8_e4m3fn", "--source", "float16", "--timeout", "0.3"]
    root = str(Path(refquant.__file__).parents[1])
    return subprocess.run([*command, *more], cwd=folder, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, check=False, timeout=120)


def test_a_function_that_hangs_in_a_sweep_is_named_and_the_others_are_swept(tmp_path):
    result = verified(tmp_path, "hangs", "sound", more=("--exhaustive", "--json", "r.json", "--resume", "states"))
    assert result.returncode == 2, result.stderr
    assert "FAILED: could not be judged to the end: it gave no answer within 0.3 s on input 0x3e00 (0x1.8p+0), which does it alone" in result.stdout
    assert "time_casts:sound, float16 -> float8_e4m3fn: 65,536 of 65,536 codes compared: exact" in result.stdout
    first, second = json.loads((tmp_path / "r.json").read_text())["sweeps"]
    assert (first["misbehaviour"]["kind"], first["cases"], second["misbehaviour"]) == ("hang", 0x3E00, None)


@pytest.mark.parametrize("more", [(), ("--exhaustive",)])
def test_a_function_that_cannot_be_interrupted_ends_the_command_after_what_was_found(tmp_path, more):
    result = verified(tmp_path, "off", "swallows", "sound", more=(*more, "--json", "-", "--junit", "r.xml"))
    assert result.returncode == 2, result.stderr
    assert "0x3c00 (1)" in result.stderr and "0x39 (0x1.2p+0)" in result.stderr
    assert "it gave no answer within 0.3 s, and catches what should interrupt it; nothing after it was judged" in result.stderr
    suites = ElementTree.parse(tmp_path / "r.xml").getroot()
    assert [(s.get("name"), s.get("failures"), s.get("errors")) for s in suites] == [("time_casts:off", "1", "0"), ("time_casts:swallows", "0", "1")]
    record = json.loads(result.stdout)
    failures = [t["verdicts"][0]["failure"] for t in record["targets"]] if not more else [s["misbehaviour"] for s in record["sweeps"]]
    assert [f and f["kind"] for f in failures] == [None, "hang"]
