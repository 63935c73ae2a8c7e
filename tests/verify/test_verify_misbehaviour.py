"""Functions that raise, hang, or return something else: the input that does it, and all that was found before it."""

import contextlib
import signal
import threading
import time

import numpy as np
import pytest
from planted import RIGHT, SOURCE, TARGET, Planted

from refquant import verify
from refquant.errors import InputTypeError, InputValueError
from refquant.verify import FunctionTarget, judge
from refquant.verify.time_limit import TimeIsUp, limited

needs_timers = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timers on this system")


def table_cast(x):
    return RIGHT[x.view(np.uint8)]


def verdict_of(function, **options):
    (verdict,) = judge(FunctionTarget("mod:cast", function, TARGET, (SOURCE,)), **options).verdicts
    return verdict


def faulty(fault, at=0x45):
    def cast(x):
        return fault(x) if (x.view(np.uint8) == at).any() else table_cast(x)

    return cast


def raising(x):
    raise RuntimeError("no\nkernel")


def leaving(x):
    raise GeneratorExit


FAULTS = {
    "raised": (raising, "it raised RuntimeError: no kernel on input 0x45 (5), which does it alone"),
    "shape": (lambda x: RIGHT[:0], "it returned something else: expected a result of shape (1,), got (0,) on input 0x45 (5), which does it alone"),
    "raised, as generators do": (leaving, "it raised GeneratorExit on input 0x45 (5), which does it alone"),
    "dtype": (lambda x: np.array(["a"] * x.size), "got dtype <U1 on input 0x45 (5), which does it alone"),
}


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("at", [0x00, 0x45, 0xFF])
def test_the_input_that_does_it_is_named_and_what_was_before_is_compared(kind, at):
    fault, message = FAULTS[kind]
    verdict = verdict_of(faulty(fault, at))
    assert (verdict.status, verdict.failure.kind, verdict.failure.vector, verdict.failure.alone) == ("failed", kind.partition(",")[0], at, True)
    assert (verdict.cases, verdict.unanswered, verdict.mismatches) == (at, 256 - at, 0)
    assert message in verdict.message or at != 0x45


@pytest.mark.parametrize("masked, cases", [(0x80, 0x80), (0xFF, 0xFF)])
def test_masked_elements_are_no_results(masked, cases):
    def cast(x):
        return np.ma.array(table_cast(x), mask=x.view(np.uint8) == masked)

    verdict = verdict_of(cast)
    assert (verdict.status, verdict.failure.kind, verdict.failure.vector, verdict.cases) == ("failed", "dtype", masked, cases)
    assert "expected a result for every input, got a masked array in which 1 are missing" in verdict.message


def test_a_masked_array_without_masked_elements_is_a_result():
    assert verdict_of(lambda x: np.ma.array(table_cast(x), mask=False)).status == "exact"


@needs_timers
def test_within_a_limit_a_function_may_raise_what_generators_do():
    verdict = verdict_of(faulty(leaving), timeout=60)
    assert (verdict.failure.kind, verdict.failure.vector) == ("raised", 0x45)


def test_a_generator_that_leaves_ends_a_sweep_without_a_limit_with_a_note():
    target = FunctionTarget("mod:cast", faulty(leaving), TARGET, (SOURCE,))
    with pytest.raises(GeneratorExit) as error:
        verify.run_sweep(target, target.claims()[0])
    assert error.value.__notes__ == ["on input 0x45 (5), which does it alone"]


def test_mismatches_before_the_input_are_kept():
    def cast(x):
        if (x.view(np.uint8) == 0x80).any():
            raise ValueError("negative")
        return table_cast(x) ^ 1

    verdict = verdict_of(cast)
    assert (verdict.cases, verdict.mismatches, len(verdict.witnesses)) == (128, 128, 6)
    assert "; before that: " in verdict.message


def test_what_one_input_alone_does_not_do_is_said():
    def cast(x):
        if x.size > 100:
            raise MemoryError
        return table_cast(x)

    verdict = verdict_of(cast)
    assert (verdict.failure.kind, verdict.failure.alone) == ("raised", False)
    assert "it raised MemoryError; not reproduced by one input alone, suspected: 0x" in verdict.message


def test_the_other_conversions_are_judged():
    class Two(Planted):
        def claims(self):
            return verify.Claim("convert", "float8_e4m3fn", SOURCE), verify.Claim("convert", SOURCE, TARGET, nan_by="class")

        def run(self, claim, codes):
            if claim.source == TARGET:
                raise SystemExit(3)
            return RIGHT[codes]

    judgement = judge(Two(RIGHT), deviations=())
    assert [v.status for v in judgement.verdicts] == ["failed", "exact"]
    assert "it raised SystemExit: 3 on input 0x00 (0), which does it alone" in judgement.verdicts[0].message


def test_a_target_that_returns_other_than_unsigned_codes_is_not_compared():
    verdict = judge(Planted(RIGHT.astype(np.int16)), deviations=()).verdicts[0]
    assert (verdict.status, verdict.failure.kind, verdict.cases) == ("failed", "dtype", 0)
    assert "expected an array of unsigned codes, got dtype int16 and shape (1,)" in verdict.message


def test_an_interrupt_is_no_verdict():
    def cast(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verdict_of(cast)


def hanging(x):
    end = time.monotonic() + 1.5  # so that the test ends where the limit does not work
    while time.monotonic() < end:
        with contextlib.suppress(Exception):  # a time limit is no Exception
            time.sleep(0.05)


@needs_timers
def test_a_hang_is_cut_at_the_input_that_hangs():
    before = signal.getsignal(signal.SIGALRM)
    verdict = verdict_of(faulty(hanging), timeout=0.25)
    assert (verdict.status, verdict.failure.kind, verdict.failure.vector, verdict.failure.alone) == ("failed", "hang", 0x45, True)
    assert (verdict.cases, verdict.mismatches) == (0x45, 0)
    assert "it gave no answer within 0.25 s on input 0x45" in verdict.message
    assert signal.getsignal(signal.SIGALRM) is before and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@needs_timers
def test_with_a_limit_a_function_is_given_batches():
    sizes = []

    def cast(x):
        sizes.append(x.size)
        return (x.view(np.uint32) >> 16).astype(np.uint16)

    verdict_cases = judge(FunctionTarget("mod:cast", cast, "bfloat16"), random=1000, timeout=60).verdicts[0].cases
    asked = [size for size in sizes if size > 1]  # witnesses are asked for one by one
    assert max(asked) == 1 << 16 and sum(asked) == verdict_cases


@needs_timers
def test_batches_give_the_verdict_of_one_batch():
    def cast(x):
        return (x.view(np.uint32) >> 16).astype(np.uint16)

    one, many = (judge(FunctionTarget("mod:cast", cast, "bfloat16"), random=50_000, timeout=t).verdicts[0] for t in (None, 60))
    assert one == many and one.mismatches > 1000


@needs_timers
def test_a_limit_is_kept_in_the_main_thread_alone():
    raised = []

    def elsewhere():
        try:
            judge(Planted(RIGHT), timeout=1)
        except InputValueError as error:
            raised.append(str(error))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert raised[0].startswith("timeout: a limit needs the main thread")


@pytest.mark.parametrize(
    "timeout, error", [("1", InputTypeError), (True, InputTypeError), (0, InputValueError), (-1, InputValueError), (float("nan"), InputValueError)]
)
def test_what_is_no_time_is_refused(timeout, error):
    with pytest.raises(error, match=r"^timeout: "):
        judge(Planted(RIGHT), timeout=timeout)


@needs_timers
def test_time_is_up_even_where_everything_is_caught_once():
    with pytest.raises(TimeIsUp), limited(0.05):
        try:
            time.sleep(5)
        except BaseException:
            time.sleep(5)
