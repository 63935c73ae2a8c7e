"""Vectors as lines and answers as numbers: fixed fields out; digits, prefixes, flags, unknown digits and faults in."""

import numpy as np
import pytest

from refquant.verify.pipe import Field, Header, Kind
from refquant.verify.pipe.answers import read_answers
from refquant.verify.pipe.protocol import vector_lines

PLAIN = Header("encode", (Field("float16", 16),), Field("eight", 8))
FLAGGED = Header("encode", (Field("float16", 16),), Field("eight", 8), flags=True)


def result_of(width):
    return Header("encode", (Field("float16", 16),), Field("some", width))


@pytest.mark.parametrize("width", [1, 3, 4, 6, 8, 11, 12, 16, 19, 32, 64])
def test_codes_are_written_with_the_digits_of_their_width(width):
    top = (1 << width) - 1
    values = sorted({0, 1, top >> 1, top - top // 3, top})
    dtype = next(d for d in (np.uint8, np.uint16, np.uint32, np.uint64) if np.dtype(d).itemsize * 8 >= width)
    for order in ("<", ">"):
        lines = vector_lines([np.array(values, np.dtype(dtype).newbyteorder(order))], [(width + 3) // 4])
        assert lines == "".join(f"{v:0{(width + 3) // 4}x}\n" for v in values).encode()


def test_operands_and_random_bits_stand_on_one_line():
    header = Header("fma", (Field("float16", 16), Field("bfloat16", 16), Field("int4", 4)), Field("float16", 16), random_bits=9)
    columns = [np.uint16([0x3C00, 1]), np.uint16([0x80, 0xFFFF])[::1], np.uint8([7, 15]), np.uint16([0x1FF, 2])]
    assert header.digits == (4, 4, 1, 3)
    assert vector_lines(columns, header.digits) == b"3c00 0080 7 1ff\n0001 ffff f 002\n"
    assert vector_lines([c[::-1] for c in columns], header.digits) == b"0001 ffff f 002\n3c00 0080 7 1ff\n"


def test_the_header_says_what_is_asked():
    header = Header("add", (Field("a", 8), Field("b", 16)), Field("c", 8), (("rounding", "toward_zero"),), flags=True, random_bits=5)
    assert header.text().splitlines() == [
        "refquant-pipe 1", "operation add", "operand a 8", "operand b 16", "result c 8", "knob rounding toward_zero", "flags yes", "random_bits 5", "end",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line", [b"7e", b"7E", b"0x7e", b"0X7E", b" 7e\t", b"7e\r", b"0x7E\r", b"\t0x7e \r", b"007e", b"0x00000000000000000000000000000000000007e"]
)
def test_answers_may_be_spelt_in_several_ways(line):
    for lines in (line + b"\n", (line + b"\n") * 3, b"00\n" + line + b"\n", line + b"\n" + b"0x11\r\n"):
        found = read_answers(lines, PLAIN)
        assert found.fault is None and found.unknown == {} and 0x7E in found.codes.tolist() and found.codes.size == lines.count(b"\n")


@pytest.mark.parametrize("width", [1, 4, 7, 8, 12, 16, 32, 63, 64])
@pytest.mark.parametrize("spelling", ["{:0{d}x}", "{:0{d}X}", "0x{:0{d}x}", "{:x}", "0x{:x}"])
def test_every_number_of_every_width_is_read_as_itself(width, spelling):
    digits = (width + 3) // 4
    values = [v for v in range(300) if v < 1 << width] + [(1 << width) - 1, 1 << (width - 1)]
    texts = [spelling.format(v, d=digits) for v in values]
    clear = [(v, t) for v, t in zip(values, texts) if not (t.startswith("0x") and len(t) == digits)]
    found = read_answers("".join(f"{t}\n" for _, t in clear).encode(), result_of(width))
    assert found.fault is None and found.codes.tolist() == [v for v, _ in clear]


def test_an_x_among_just_as_many_characters_as_digits_is_a_digit():
    for line, header in ((b"0x12\n", result_of(16)), (b"0x3\n", result_of(12)), (b"0X\n", PLAIN)):
        assert [*read_answers(line, header).unknown] == [0]
    assert read_answers(b"0x0012\n", result_of(16)).codes.tolist() == [0x12]


@pytest.mark.parametrize("line", [b"xx", b"XX", b"0X", b"z", b"Zz", b"x7", b"7x", b"zzzz", b"0xZ7", b"xx\r"])
def test_unknown_digits_are_told_from_numbers_and_from_garbage(line):
    found = read_answers(b"12\n" + line + b"\n34\n" + line + b"\n", PLAIN)
    said = line.decode().strip()
    assert (found.codes.tolist(), found.unknown, found.fault) == ([0x12, 0, 0x34, 0], {1: said, 3: said}, None)


def test_flags_stand_behind_the_code():
    for lines in (b"12 00\n7e 1f\n", b"12 0\n7E  0x1F\r\n", b"0x12 0x00\n0x7e 0x1f\n"):
        found = read_answers(lines, FLAGGED)
        assert (found.codes.tolist(), found.flags.tolist(), found.fault) == ([0x12, 0x7E], [0, 31], None)
    assert read_answers(b"12 00\n7e xx\n", FLAGGED).unknown == {1: "7e xx"}


@pytest.mark.parametrize(
    "header, line, kind, message",
    [
        (PLAIN, b"hello", Kind.GARBAGE, "answered 'hello', where 2 hex digits were expected"),
        (PLAIN, b"1.5", Kind.GARBAGE, "answered '1.5', where"),
        (PLAIN, b"-1", Kind.GARBAGE, "answered '-1', where"),
        (PLAIN, b"1_0", Kind.GARBAGE, "answered '1_0', where"),
        (PLAIN, b"12 00", Kind.GARBAGE, "answered '12 00', where 2 hex digits were expected"),
        (PLAIN, b"", Kind.GARBAGE, "answered an empty line"),
        (PLAIN, b" \r", Kind.GARBAGE, "answered an empty line"),
        (PLAIN, b"\x1b[31m\xff\x00", Kind.GARBAGE, r"answered '\x1b[31m\xff\x00', where"),
        (PLAIN, b"q" * 200, Kind.GARBAGE, f"answered '{'q' * 57}...', where"),
        (PLAIN, b"refquant-pipe 1", Kind.GARBAGE, "answered 'refquant-pipe 1', where"),
        (PLAIN, b"100", Kind.TOO_WIDE, "answered '100', which is wider than the 8 bits of eight"),
        (PLAIN, b"0x1ff", Kind.TOO_WIDE, "answered '0x1ff', which is wider than the 8 bits of eight"),
        (PLAIN, b"ffffffffffffffffffff", Kind.TOO_WIDE, "which is wider than"),
        (FLAGGED, b"12", Kind.GARBAGE, "answered '12', where 2 hex digits and 2 of flags were expected"),
        (FLAGGED, b"12 40", Kind.TOO_WIDE, "answered '12 40', which is wider than the 6 bits of the flags"),
        (FLAGGED, b"12 00 00", Kind.GARBAGE, "answered '12 00 00', where"),
    ],
)
def test_what_is_no_answer_is_named_and_what_came_before_is_kept(header, line, kind, message):
    good = b"12 01\n" if header.flags else b"12\n"
    found = read_answers(good * 2 + line + b"\n" + good, header)
    assert found.codes.tolist() == [0x12, 0x12] and found.fault is not None
    assert (found.fault.vector, found.fault.kind) == (2, kind)
    assert message in found.fault.what


def test_a_code_too_wide_for_seven_bits_is_refused_though_its_digits_fit():
    assert read_answers(b"7f\n80\n", result_of(7)).fault.vector == 1
    assert read_answers(b"7f\n7f\n", result_of(7)).codes.tolist() == [0x7F, 0x7F]
