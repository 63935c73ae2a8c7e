"""Time limits: what a function makes of them, and what is left of the caller's own timer."""

import contextlib
import signal
import time

import pytest
from planted import RIGHT, SOURCE, TARGET, Planted

from refquant.verify import FunctionTarget, judge
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


def nested(x):
    """Judge something that hangs, with a longer limit than the one around."""
    judge(FunctionTarget("inner", lambda _: time.sleep(3), TARGET, (SOURCE,)), timeout=2)
    return RIGHT[x]


def test_the_limit_of_a_caller_is_not_taken_for_ones_own():
    start = time.monotonic()
    with pytest.raises(TimeIsUp), limited(0.2):
        nested(RIGHT)
    assert time.monotonic() - start < 1.9
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


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
