"""Programs that misbehave, one fault each: it is named with the input that did it, what came before is kept, and nothing is left behind."""

import os
import signal
import sys
import threading
import time

import numpy as np
import pytest
from pipechildren import HEADER, X, expected, failure_of, is_running

import refquant as rq
from refquant.verify.pipe import GREETING, Field, Header, Kind, converse, program

BAD = 3 * 2345  #: the input on which the programs here do something else


@pytest.mark.parametrize("count", [0, 1, 2, 1024, 1025, 5000])
def test_a_program_that_answers_is_heard_to_the_end(ask, count):
    replies = ask("for x in vectors(): answer(x)", X[:count])
    assert (replies.codes.tolist(), replies.failure, replies.notes, replies.unknown, replies.flags) == (expected(count), None, (), None, None)


@pytest.mark.parametrize(
    "body",
    [
        'for x in vectors(): say(f"{x & 255:02X}")',
        'for x in vectors(): say(f"{x & 255:02x}\\r")',
        'for x in vectors(): say(f"0x{x & 255:02X}\\r")',
        'for x in vectors(): say(f"{x & 255:x}")',
        f'say("{GREETING}")\nfor x in vectors(): answer(x)',
        'for i, x in enumerate(vectors()): sys.stdout.write(f"{x & 255:02x}" + "\\n" * (i < 4999)), sys.stdout.flush()',
    ],
    ids=["upper case", "CRLF", "prefix", "unpadded", "greeting", "no last newline"],
)
def test_answers_may_be_spelt_in_several_ways(ask, body):
    replies = ask(body)
    assert (replies.codes.tolist(), replies.failure, replies.notes) == (expected(5000), None, ())


def test_a_program_that_does_not_flush_is_told_so_and_heard_to_the_end(ask):
    replies = ask("for x in vectors(): answer(x, flush=False)")
    assert (replies.codes.tolist(), replies.failure) == (expected(5000), None)
    assert replies.notes == ("does not flush its output: 1 unanswered for 1 s, answered when its input was closed; a process per batch",)


def test_a_program_that_flushes_its_first_answer_alone_is_told_so_and_heard_to_the_end(ask):
    replies = ask("for i, x in enumerate(vectors()): answer(x, flush=i == 0)", timeout=1.5)
    assert (replies.codes.tolist(), replies.failure) == (expected(5000), None)
    assert replies.notes == ("does not flush its output: 1,024 unanswered for 1.5 s, answered when its input was closed; a process per batch",)


def test_a_program_that_starts_slowly_is_not_blamed_for_its_output(ask):
    replies = ask("time.sleep(1.6)\nfor x in vectors(): answer(x)")
    assert (replies.codes.tolist(), replies.failure, replies.notes) == (expected(5000), None, ())


def test_a_program_that_reads_all_before_it_answers_is_heard_to_the_end(ask):
    replies = ask("for x in list(vectors()): answer(x)")
    assert (replies.codes.tolist(), replies.failure, len(replies.notes)) == (expected(5000), None, 1)


def test_a_program_that_hangs_is_killed_and_the_input_is_named(ask):
    began = time.monotonic()
    replies = ask(f"for x in vectors(): time.sleep(1000) if x == {BAD} else answer(x)", timeout=1.5)
    failure = failure_of(replies)
    assert (failure.kind, failure.vector, failure.input, failure.alone) == (Kind.HANG, 2345, f"0x{BAD:08x}", True)
    assert failure.sentence("1.0") == "gave no answer within 1.5 s and was killed on input 0x00001b7b (1.0), which does it alone"
    assert replies.codes.tolist() == expected(2345)
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("body", ["time.sleep(1000)", "signal.pause()", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)"])
def test_a_program_that_never_answers_is_killed(ask, body):
    replies = ask(body, timeout=0.5)
    assert failure_of(replies).sentence() == "gave no answer within 0.5 s and was killed; without any vector it did not end within 0.5 s"
    assert replies.codes.size == 0


def test_what_a_program_that_hangs_has_started_is_killed_with_it(ask, tmp_path):
    pid = tmp_path / "pid"
    body = f"import subprocess\nread_header()\nchild = subprocess.Popen(['sleep', '20'])\nopen({str(pid)!r}, 'w').write(str(child.pid))\ntime.sleep(1000)"
    assert failure_of(ask(body, X[:3], timeout=0.7)).kind is Kind.HANG
    deadline = time.monotonic() + 5
    while is_running(int(pid.read_text())) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(int(pid.read_text()))


def test_a_program_that_closes_its_output_and_stays_is_killed(ask):
    replies = ask("for x in vectors():\n    answer(x)\n    if x == 30: os.close(1); time.sleep(1000)", X[:11], timeout=0.7)
    failure = failure_of(replies)
    assert (failure.kind, replies.codes.tolist()) == (Kind.HANG, expected(11))
    assert failure.sentence() == "closed its output, did not end within 0.7 s and was killed after it had answered every vector"


@pytest.mark.parametrize("flush", [True, False])
@pytest.mark.parametrize(
    "death, kind, what",
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", Kind.SIGNAL, "was ended by SIGSEGV"),
        ("os.kill(os.getpid(), signal.SIGFPE)", Kind.SIGNAL, "was ended by SIGFPE"),
        ("os._exit(3)", Kind.EXIT, "ended with exit code 3"),
    ],
)
def test_a_program_that_dies_is_blamed_with_the_input_that_kills_it(ask, flush, death, kind, what):
    codes = X if flush else X[:900]
    bad = BAD if flush else 3 * 444
    replies = ask(f"for x in vectors(): {death} if x == {bad} else answer(x, {flush})", codes)
    failure = failure_of(replies)
    assert (failure.kind, failure.vector, failure.input, failure.alone) == (kind, bad // 3, f"0x{bad:08x}", True)
    assert failure.sentence("7") == f"{what} on input 0x{bad:08x} (7), which does it alone"
    assert replies.codes.tolist() == expected(replies.codes.size) and replies.codes.size == (2345 if flush else 0)


def test_a_death_that_one_input_alone_does_not_cause_is_told_as_that(ask):
    body = f"seen = set()\nfor x in vectors():\n    seen.add(x)\n    if x >= {BAD} and {BAD - 3} in seen: os.abort()\n    answer(x)"
    failure = failure_of(ask(body))
    assert (failure.kind, failure.vector, failure.alone) == (Kind.SIGNAL, 2345, False)
    assert failure.sentence("7") == "was ended by SIGABRT; not reproduced by one input alone, suspected: 0x00001b7b (7)"


def test_the_last_of_the_fewest_inputs_that_cause_a_death_is_suspected(ask):
    body = "seen = set()\nfor x in vectors():\n    seen.add(x)\n    if x == 900 and 600 in seen: os.abort()\n    answer(x, flush=False)"
    failure = failure_of(ask(body, X[:900]))
    assert (failure.vector, failure.alone) == (300, False)


def test_half_a_line_of_a_program_that_dies_is_no_answer(ask):
    replies = ask("for x in vectors():\n    if x == 30: sys.stdout.write('1'); sys.stdout.flush(); os.abort()\n    answer(x)", X[:100])
    assert (replies.codes.tolist(), failure_of(replies).vector) == (expected(10), 10)


def test_an_exit_code_after_the_last_answer_counts(ask):
    replies = ask("for x in vectors(): answer(x)\nsys.stdout.flush(); os._exit(4)")
    failure = failure_of(replies)
    assert (failure.kind, replies.codes.tolist()) == (Kind.EXIT, expected(5000))
    assert failure.sentence() == "ended with exit code 4 after it had answered every vector"


def test_a_program_that_ends_at_once_is_not_blamed_on_an_input(ask):
    replies = ask("sys.stderr.write('usage: child FILE\\n'); sys.exit(2)")
    assert failure_of(replies).sentence() == "ended with exit code 2, even without any vector"
    assert replies.stderr == "usage: child FILE"


def test_garbage_is_shown_with_its_input(ask):
    replies = ask(f'for x in vectors(): say("result: none" if x == {BAD} else f"{{x & 255:02x}}")')
    failure = failure_of(replies)
    assert (failure.kind, failure.vector, failure.answer) == (Kind.GARBAGE, 2345, "result: none")
    assert failure.sentence() == "answered 'result: none', where 2 hex digits were expected on input 0x00001b7b"
    assert replies.codes.tolist() == expected(2345)


def test_a_code_too_wide_for_the_format_is_shown_with_its_input(ask):
    failure = failure_of(ask(f'for x in vectors(): say("17f" if x == {BAD} else f"{{x & 255:02x}}")'))
    assert (failure.kind, failure.vector) == (Kind.TOO_WIDE, 2345)
    assert failure.sentence() == "answered '17f', which is wider than the 8 bits of eight on input 0x00001b7b"


@pytest.mark.parametrize("codes", [X, X[:900]], ids=["several batches", "one batch"])
def test_too_few_lines_are_told_with_the_input_that_got_none(ask, codes):
    bad = BAD if codes is X else 3 * 444
    replies = ask(f"for x in vectors(): x == {bad} or answer(x)", codes, timeout=1.5)
    failure = failure_of(replies)
    assert (failure.kind, failure.vector, failure.alone) == (Kind.TOO_FEW, bad // 3, True)
    assert "gave too few lines" in failure.what
    assert replies.codes.tolist() == expected(bad // 3, codes)


@pytest.mark.parametrize("codes", [X, X[:900]], ids=["several batches", "one batch"])
def test_too_many_lines_are_told_with_the_input_that_got_them(ask, codes):
    bad = BAD if codes is X else 3 * 444
    replies = ask(f'for x in vectors(): say(f"{{x & 255:02x}}" + "\\n11" * (x == {bad}))', codes)
    failure = failure_of(replies)
    assert (failure.kind, failure.vector, failure.alone) == (Kind.TOO_MANY, bad // 3, True)
    assert "answered more lines than it was given vectors" in failure.what
    assert replies.codes.tolist() == expected(replies.codes.size, codes) and replies.codes.size <= bad // 3


def test_a_line_too_many_that_comes_late_is_told_with_its_input(ask):
    replies = ask("for x in vectors():\n    answer(x)\n    if x == 3 * 1024: time.sleep(0.2); say('11')")  # the last input of a batch
    failure = failure_of(replies)
    assert (failure.kind, failure.vector, failure.alone) == (Kind.TOO_MANY, 1024, True)
    assert replies.codes.tolist() == expected(1)


@pytest.mark.parametrize(
    "body, kind, what",
    [
        ("while True: say('12', False)", Kind.TOO_MANY, "wrote '12' when it was given the header and no vector"),
        ("while True: sys.stdout.write('1' * 1000)", Kind.GARBAGE, "answered a line of more than 256 bytes"),
        ("while True: sys.stdout.write('\\n' * 1000)", Kind.GARBAGE, "answered an empty line"),
    ],
)
def test_endless_output_is_cut_off(ask, body, kind, what):
    began = time.monotonic()
    failure = failure_of(ask(body))
    assert (failure.kind, what in failure.what) == (kind, True)
    assert time.monotonic() - began < 5


def test_a_program_that_closes_its_input_early_is_told_as_what_it_did_then(ask):
    replies = ask("vs = vectors()\nfor x in vs:\n    answer(x)\n    if x == 30: break\nos.close(0)\nsys.exit(0)")
    failure = failure_of(replies)
    assert (failure.kind, failure.vector) == (Kind.TOO_FEW, 11)
    assert "too few lines: 11 before it ended with exit code 0" in failure.what
    assert replies.codes.tolist() == expected(11)


def test_a_program_that_closes_its_input_and_stays_is_killed(ask):
    replies = ask("vs = vectors()\nfor x in vs:\n    answer(x)\n    if x == 30: break\nos.close(0)\ntime.sleep(1000)", timeout=1.0)
    assert (failure_of(replies).kind, replies.codes.tolist()) == (Kind.HANG, expected(11))


def test_a_flood_on_stderr_blocks_nothing_and_its_end_is_kept(ask):
    replies = ask("for x in vectors():\n    sys.stderr.write('noise ' * 100 + '\\n')\n    answer(x)\nsys.stderr.write('\\x1b[31mthe end\\n')")
    assert (replies.codes.tolist(), replies.failure) == (expected(5000), None)
    assert len(replies.stderr) < 5000 and replies.stderr.startswith("... ") and replies.stderr.endswith("\N{REPLACEMENT CHARACTER}[31mthe end")


@pytest.mark.parametrize(
    "greeting, shown", [("refquant-pipe 2", "refquant-pipe 2"), ("refquant-pipe", "refquant-pipe"), ("refquant-pipe 1 beta", "refquant-pipe 1 beta")]
)
def test_another_version_of_the_protocol_is_refused(ask, greeting, shown):
    replies = ask(f"say({greeting!r})\nfor x in vectors(): answer(x)")
    failure = failure_of(replies)
    assert (failure.kind, replies.codes.size) == (Kind.VERSION, 0)
    assert failure.sentence() == f"speaks '{shown}', and refquant speaks 'refquant-pipe 1'"


def test_unknown_digits_are_counted_and_do_not_stop_a_run(ask):
    replies = ask('for x in vectors(): say("xx" if x % 2 else "0Z" if x % 30 == 0 else f"{x & 255:02x}")', X[:2000])
    right = [i for i in range(2000) if X[i] % 2 == 0 and X[i] % 30]
    assert replies.failure is None and replies.codes.size == 2000
    assert replies.unknown.vectors.tolist() == sorted(set(range(2000)) - set(right))
    assert replies.unknown.first == "0Z"
    assert replies.codes[right].tolist() == [int(X[i]) & 255 for i in right]


def test_several_operands_and_random_bits_arrive_as_they_are(ask):
    header = Header("add", (Field("a", 8), Field("b", 16)), Field("sum", 24), flags=True, random_bits=5)
    a, b, r = np.arange(40, dtype=np.uint8), np.arange(40, dtype=np.uint16) * 1000, np.arange(40, dtype=np.uint8) % 32
    body = "read_header()\nfor line in sys.stdin:\n    a, b, r = (int(f, 16) for f in line.split())\n    say(f'{a + (b << 8):06x} {r:02x}')"
    replies = ask(body, header=header, columns=[a, b, r])
    assert replies.codes.tolist() == (a.astype(int) + (b.astype(int) << 8)).tolist() and replies.flags.tolist() == r.tolist()


def test_an_interruption_leaves_nothing_behind(ask):
    def interrupt():
        time.sleep(0.7)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        ask("for x in vectors(): time.sleep(1000)", timeout=60)
    thread.join()
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    "command, message",
    [
        ("", "command: expected a program and its arguments, got ''"),
        ([], "command: expected a program and its arguments, got \\[\\]"),
        (["a\0b"], "command: expected a program"),
        ("'open", 'command: "\'open" cannot be split into words: No closing quotation'),
        ("no-such-program-anywhere x", "command: there is no program no-such-program-anywhere on the PATH"),
        ("./no/such/program", "command: there is no file ./no/such/program"),
        ("/", "command: / is a folder, not a program"),
        (5, "command: expected a string or a list of strings, got 5"),
        ([sys.executable, 5], "command: expected a string or a list of strings"),
    ],
)
def test_what_cannot_be_run_is_refused(command, message):
    with pytest.raises(rq.errors.RefquantError, match=f"^{message}"):
        program(command)


def test_a_file_that_is_no_program_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cast"
    path.write_text("no program")
    with pytest.raises(rq.errors.InputValueError, match=r"\./cast is not executable; chmod"):
        program("./cast")
    with pytest.raises(rq.errors.InputValueError, match=r"there is no program cast on the PATH; the one in this folder is \./cast"):
        program("cast")
    path.chmod(0o755)
    with pytest.raises(rq.errors.InputValueError, match=r"command: \./cast cannot be started: Exec format error"):
        converse(program("./cast"), HEADER, [X])


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "5", True, None])
def test_a_time_limit_is_a_positive_number(timeout):
    with pytest.raises(rq.errors.InputValueError, match=r"^timeout: expected a positive number of seconds"):
        program([sys.executable], timeout)


def test_no_shell_reads_a_command(tmp_path):
    assert program(f"{sys.executable} -c 'print(1); 2' ; > {tmp_path}/x $HOME").command[1:] == ("-c", "print(1); 2", ";", ">", f"{tmp_path}/x", "$HOME")


def test_every_operand_of_an_input_is_shown_in_hex(ask):
    header = Header("add", (Field("a", 8), Field("b", 16)), Field("sum", 24), random_bits=5)
    columns = [np.arange(40, dtype=np.uint8), np.arange(40, dtype=np.uint16), np.arange(40, dtype=np.uint8) % 32]
    failure = failure_of(
        ask("for line in sys.stdin:\n    if line == '09 0009 09\\n': os.abort()\n    if line[2] == ' ': say('000000')", header=header, columns=columns)
    )
    assert (failure.input, failure.sentence()) == ("0x09 0x0009 0x09", "was ended by SIGABRT on input 0x09 0x0009 0x09, which does it alone")


@pytest.mark.parametrize(
    "body, kind, sentence",
    [
        ("read_header()\nsay('12'); say('34')\nfor line in sys.stdin: say('12')", Kind.TOO_MANY, "wrote '12' when it was given the header and no vector"),
        ("read_header()\nsay('00')\nfor line in sys.stdin: say('12')", Kind.TOO_MANY, "wrote '00' when it was given the header and no vector"),
        ("read_header()\nif not sys.stdin.read(): sys.exit(3)", Kind.TOO_FEW, "gave too few lines: 0 before it ended with exit code 0; without any vector it ended with exit code 3"),
        ("sys.exit(2)", Kind.EXIT, "ended with exit code 2, even without any vector"),
        ("read_header()\nos.kill(os.getpid(), 11 if not sys.stdin.readline() else 8)", Kind.SIGNAL, "was ended by SIGFPE; without any vector it was ended by SIGSEGV"),
        ("time.sleep(1000)", Kind.HANG, "gave no answer within 0.5 s and was killed; without any vector it did not end within 0.5 s"),
        ("read_header()\nfor line in sys.stdin: os.abort()\nsys.stdout.write('7' * 300); sys.stdout.flush()", Kind.SIGNAL, "was ended by SIGABRT; without any vector it wrote a line of more than 256 bytes"),
    ],
)  # fmt: skip
def test_what_a_program_does_without_any_vector_is_said(ask, body, kind, sentence):
    failure = failure_of(ask(body, X[:5], timeout=0.5 if kind is Kind.HANG else 10.0))
    assert (failure.kind, failure.vector, failure.sentence()) == (kind, None, sentence)
