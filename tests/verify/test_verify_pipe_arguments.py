"""What the pipe is given: each argument that cannot be used is named."""

import numpy as np
import pytest
from pipechildren import HEADER

import refquant as rq
from refquant.verify.pipe import Field, Header, Program, converse, program

EIGHT = Field("eight", 8)
GOOD = {"operation": "encode", "operands": (Field("float32", 32),), "result": EIGHT}


@pytest.mark.parametrize(
    "arguments, kind, message",
    [
        ((5, 8), TypeError, "name: expected the name of a format, got 5"),
        (("", 8), ValueError, "name: expected the name of a format, got ''"),
        (("x\0", 8), ValueError, "name: expected the name of a format, got 'x\\x00'"),
        (("x\ny", 8), ValueError, "name: expected the name of a format, got 'x\\ny'"),
        (("x", "8"), TypeError, "width: expected an integer from 1 to 64, got '8'"),
        (("x", 8.0), TypeError, "width: expected an integer from 1 to 64, got 8.0"),
        (("x", True), TypeError, "width: expected an integer from 1 to 64, got True"),
        (("x", -8), ValueError, "width: expected an integer from 1 to 64, got -8"),
        (("x", 0), ValueError, "width: expected an integer from 1 to 64, got 0"),
        (("x", 65), ValueError, "width: expected an integer from 1 to 64, got 65"),
    ],
)  # fmt: skip
def test_a_field_has_a_name_and_a_width(arguments, kind, message):
    with pytest.raises(kind) as refused:
        Field(*arguments)
    assert isinstance(refused.value, rq.errors.RefquantError) and str(refused.value) == message


@pytest.mark.parametrize(
    "change, kind, message",
    [
        ({"operation": 5}, TypeError, "operation: expected one word, got 5"),
        ({"operation": ""}, ValueError, "operation: expected one word, got ''"),
        ({"operation": "a b"}, ValueError, "operation: expected one word, got 'a b'"),
        ({"operation": "a\nend"}, ValueError, "operation: expected one word, got 'a\\nend'"),
        ({"operands": ()}, ValueError, "operands: expected at least one Field, got none"),
        ({"operands": 5}, TypeError, "operands: expected Fields, got 5"),
        ({"operands": EIGHT}, TypeError, "operands: expected Fields, got Field(name='eight', width=8)"),
        ({"operands": (EIGHT, ("x", 8))}, TypeError, "operands: expected Fields, got (Field(name='eight', width=8), ('x', 8))"),
        ({"operands": (Field("my own", 8),)}, ValueError, "operands: expected names of one word, got 'my own'"),
        ({"result": ("x", 8)}, TypeError, "result: expected a Field, got ('x', 8)"),
        ({"result": Field("my own", 8)}, ValueError, "result: expected a name of one word, got 'my own'"),
        ({"knobs": 5}, TypeError, "knobs: expected pairs of words, got 5"),
        ({"knobs": ("ab",)}, TypeError, "knobs: expected pairs of words, got ('ab',)"),
        ({"knobs": (("rounding", 5),)}, TypeError, "knobs: expected pairs of words, got (('rounding', 5),)"),
        ({"knobs": (("rounding", "a b"),)}, ValueError, "knobs: expected one word, got 'a b'"),
        ({"knobs": (("end\n", "a"),)}, ValueError, "knobs: expected one word, got 'end\\n'"),
        ({"flags": 1}, TypeError, "flags: expected True or False, got 1"),
        ({"random_bits": -1}, ValueError, "random_bits: expected an integer from 0 to 64, got -1"),
        ({"random_bits": 65}, ValueError, "random_bits: expected an integer from 0 to 64, got 65"),
        ({"random_bits": "5"}, TypeError, "random_bits: expected an integer from 0 to 64, got '5'"),
        ({"random_bits": True}, TypeError, "random_bits: expected an integer from 0 to 64, got True"),
    ],
)  # fmt: skip
def test_a_header_is_made_of_words_and_fields(change, kind, message):
    with pytest.raises(kind) as refused:
        Header(**{**GOOD, **change})
    assert isinstance(refused.value, rq.errors.RefquantError) and str(refused.value) == message


def test_a_header_takes_lists_and_numbers_of_numpy():
    header = Header("add", [EIGHT, Field("b", np.int64(8))], EIGHT, [["rounding", "to_odd"]], random_bits=np.uint8(3))
    assert header == Header("add", (EIGHT, Field("b", 8)), EIGHT, (("rounding", "to_odd"),), random_bits=3) and hash(header)


TWO = Header("add", (Field("a", 8), Field("b", 12)), EIGHT, random_bits=3)
A = np.arange(4, dtype=np.uint8)


@pytest.mark.parametrize(
    "arguments, kind, message",
    [
        (("cat", TWO, [A, A, A]), TypeError, "program: expected a Program (refquant.verify.pipe.program makes one), got 'cat'"),
        ((Program((), 1.0), TWO, [A, A, A]), ValueError, "command: expected a program and its arguments, got ()"),
        ((Program(("cat",), -1.0), TWO, [A, A, A]), ValueError, "timeout: expected a positive number of seconds, got -1.0"),
        ((program("cat"), "add", [A, A, A]), TypeError, "header: expected a Header, got 'add'"),
        ((program("cat"), TWO, 5), TypeError, "columns: expected a list of arrays, one for each operand and one of random bits, got 5"),
        ((program("cat"), TWO, A), TypeError, "columns: expected a list of arrays, one for each operand and one of random bits, got array"),
        ((program("cat"), HEADER, []), ValueError, "columns: expected 1 array, one for each operand, got 0"),
        ((program("cat"), TWO, [A, A]), ValueError, "columns: expected 3 arrays, one for each operand and one of random bits, got 2"),
        ((program("cat"), TWO, [A, [1, 2], A]), TypeError, "columns[1]: expected an array of unsigned integers, got list"),
        ((program("cat"), TWO, [A, A.astype(np.int16), A]), TypeError, "columns[1]: expected an array of unsigned integers, got int16"),
        ((program("cat"), TWO, [A.astype(np.float32), A, A]), TypeError, "columns[0]: expected an array of unsigned integers, got float32"),
        ((program("cat"), TWO, [A > 1, A, A]), TypeError, "columns[0]: expected an array of unsigned integers, got bool"),
        ((program("cat"), TWO, [A, A, A.reshape(2, 2)]), ValueError, "columns[2]: expected one dimension, got shape (2, 2)"),
        ((program("cat"), TWO, [A, A, A[:3]]), ValueError, "columns[2]: expected 4 codes as in the first column, got 3"),
        ((program("cat"), TWO, [A, np.uint16([0, 0xFFF, 0x1000, 0]), A]), ValueError, "columns[1]: 0x1000 at 2 does not fit 12 bits"),
        ((program("cat"), TWO, [A, A, A + np.uint8(5)]), ValueError, "columns[2]: 0x8 at 3 does not fit 3 bits"),
    ],
)  # fmt: skip
def test_what_is_asked_is_checked(arguments, kind, message):
    with pytest.raises(kind) as refused:
        converse(*arguments)
    assert isinstance(refused.value, rq.errors.RefquantError) and str(refused.value).startswith(message)


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", "<u4", ">u8"])
def test_columns_may_have_any_unsigned_dtype_that_holds_the_codes(ask, dtype):
    codes = np.zeros(400, dtype)
    codes[:] = np.arange(400) % 200
    replies = ask("read_header()\nfor line in sys.stdin: say(line[6:].strip())", columns=[codes[::2]])
    assert (replies.failure, replies.codes.tolist()) == (None, (np.arange(0, 400, 2) % 200).tolist())
