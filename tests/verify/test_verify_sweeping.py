"""Sweeps: every code is compared, findings do not depend on chunks or interruptions, and state files are trusted only where they are whole."""

import json

import numpy as np
import pytest

import refquant as rq
from refquant import verify
from refquant.verify import Sweep, sweeping


def cut(x):
    """float16 to float8_e5m2 by truncation: ties, NaNs and overflow are wrong."""
    return (x.view(np.uint16) >> 8).astype(np.uint8)


def expected_mismatches():
    codes = np.arange(1 << 16, dtype=np.uint16)
    right, got = rq.convert(codes, "float16", "float8_e5m2", backend="reference"), cut(codes.view(np.float16))
    wrong = (right != got) & ~(((right & 0x7F) > 0x7C) & ((got & 0x7F) > 0x7C))
    return codes[wrong]


def test_every_code_is_swept_and_every_mismatch_counted():
    found = rq.sweep(cut, "float16", "float8_e5m2")
    wrong = expected_mismatches()
    assert found.complete and not found.exact and (found.cases, found.mismatches) == (1 << 16, wrong.size)
    assert {k.name: k.count for k in found.kinds} == verify.judge(verify.FunctionTarget("cut", cut, "float8_e5m2", ("float16",))).verdicts[0].by_class
    smallest = min(found.kinds, key=lambda k: (k.magnitude, k.code))
    assert smallest.code == min(wrong.tolist(), key=lambda c: (c & 0x7FFF, c)) and smallest.witness.input == f"0x{smallest.code:04x}"


@pytest.mark.parametrize("chunk", [1 << 22, 65_535, 10_007, 4096])
def test_findings_do_not_depend_on_chunks(chunk):
    assert rq.sweep(cut, "float16", "float8_e5m2", chunk=chunk) == rq.sweep(cut, "float16", "float8_e5m2")


def test_what_is_right_is_found_right():
    found = rq.sweep(lambda x: rq.encode(x, "float8_e4m3fn", overflow="saturate"), "float16", "float8_e4m3fn", overflow="saturate", nan_by="byte")
    assert found.exact and found.kinds == () and found.left_out == 0
    assert rq.sweep(verify.get_target("numpy"), "float16", "float32").exact


def test_inputs_that_the_policies_refuse_are_left_out():
    found = rq.sweep(lambda x: rq.encode(x, "int8"), "float16", "int8")
    assert (found.cases, found.left_out, found.complete) == ((1 << 16) - 2046, 2046, True)


class Stop(Exception):
    """Interrupts a sweep."""


def interrupted(path, after, **options):
    def stop(found):
        if found.following >= after:
            raise Stop

    with pytest.raises(Stop):
        rq.sweep(cut, "float16", "float8_e5m2", chunk=3000, resume=path, progress=stop, **options)


def test_an_interrupted_sweep_goes_on_where_it_was(tmp_path):
    path = tmp_path / "state.json"
    interrupted(path, 20_000)
    seen = []
    found = rq.sweep(cut, "float16", "float8_e5m2", chunk=3000, resume=path, progress=seen.append)
    assert seen[0].following == 24_000 and found == rq.sweep(cut, "float16", "float8_e5m2")
    assert [p.name for p in tmp_path.iterdir()] == ["state.json"]


def test_a_finished_state_runs_nothing_again(tmp_path):
    path = tmp_path / "state.json"
    whole = rq.sweep(cut, "float16", "float8_e5m2", resume=path)
    seen = []
    assert rq.sweep(cut, "float16", "float8_e5m2", resume=path, progress=seen.append) == whole and seen == []


OTHER_CASTS = {
    "everywhere": lambda x: np.zeros(x.size, np.uint8),
    "on one code": lambda x: np.where(x.view(np.uint16) == 0x4321, 0, cut(x)),
}


@pytest.mark.parametrize("name", OTHER_CASTS)
@pytest.mark.parametrize("after", [20_000, 1 << 16])
def test_a_cast_that_was_changed_does_not_go_on(tmp_path, name, after, monkeypatch):
    path = tmp_path / "state.json"
    interrupted(path, after)
    before = path.read_bytes()
    other = OTHER_CASTS[name]
    monkeypatch.setattr(other, "__qualname__", "cut")
    with pytest.raises(rq.errors.StateError, match=r"gave other results than .*:cut gives now; delete the file to begin anew"):
        rq.sweep(other, "float16", "float8_e5m2", resume=path)
    assert path.read_bytes() == before


def narrowed(x):
    """float32 to float8_e4m3fn, wrong on one input that is no boundary case."""
    codes = rq.encode(x, "float8_e4m3fn")
    codes[x.view(np.uint32) == 0x1234567] ^= 1
    return codes


def test_a_cast_that_no_longer_gives_its_witness_does_not_go_on(tmp_path, monkeypatch):
    def stop(found):
        if found.following >= 1 << 25:
            raise Stop

    path = tmp_path / "state.json"
    with pytest.raises(Stop):
        rq.sweep(narrowed, "float32", "float8_e4m3fn", resume=path, progress=stop)
    mended = lambda x: rq.encode(x, "float8_e4m3fn")  # noqa: E731
    mended.__qualname__ = "narrowed"
    with pytest.raises(rq.errors.StateError, match="0x01234567 gave 0x01, and gives 0x00 now"):
        rq.sweep(mended, "float32", "float8_e4m3fn", resume=path)


def test_what_was_not_run_now_is_said(tmp_path):
    path = tmp_path / "state.json"
    interrupted(path, 20_000)
    assert rq.sweep(cut, "float16", "float8_e5m2", resume=path).resumed == 21_000
    assert rq.sweep(cut, "float16", "float8_e5m2", resume=path).resumed == 1 << 16


def test_formats_of_the_users_own_are_swept(tmp_path):
    mine, path = rq.FloatFormat(precision=4, exponent_width=3, bias=3), tmp_path / "state.json"
    assert rq.sweep(lambda x: rq.encode(x, mine), "float16", mine, resume=path).exact
    assert rq.sweep(lambda codes: rq.convert(codes, mine, "float8_e4m3fn"), mine, "float8_e4m3fn").exact
    with pytest.raises(rq.errors.StateError, match=r"target .FloatFormat"):
        rq.sweep(lambda x: rq.encode(x, mine), "float16", rq.FloatFormat(precision=4, exponent_width=3, bias=2, name=mine.name), resume=path)


def test_a_state_keeps_the_link_and_the_usual_rights(tmp_path):
    path, link = tmp_path / "state.json", tmp_path / "link.json"
    link.symlink_to(path)
    rq.sweep(cut, "float16", "float8_e5m2", resume=link)
    (tmp_path / "plain").write_text("")
    assert link.is_symlink() and path.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("path", ["", "no/such/folder/state.json", "."])
def test_a_state_that_could_not_be_kept_is_refused_before_anything_runs(path):
    with pytest.raises(rq.errors.StateError, match=r"^resume: "):
        rq.sweep(lambda x: pytest.fail("it ran"), "float16", "float8_e5m2", resume=path)


def changed(path, change):
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


DAMAGE = {
    "not JSON": (lambda p: p.write_text("{"), "cannot be read"),
    "empty": (lambda p: p.write_text(""), "cannot be read"),
    "bytes": (lambda p: p.write_bytes(b"\xff\xfe\x00"), "cannot be read"),
    "another file": (lambda p: p.write_text('{"schema": "else"}'), "is not the state of a sweep"),
    "a list": (lambda p: p.write_text("[]"), "is not the state of a sweep"),
    "another number": (lambda p: changed(p, lambda r: r["found"].update(following=0)), "do not agree with their digest"),
    "another version of refquant": (lambda p: changed(p, lambda r: r["sweep"].update(refquant="0.0.1")), "refquant '0.0.1', not "),
    "too deep": (lambda p: p.write_text("[" * 200_000), "cannot be read"),
    "another version of the cast": (lambda p: changed(p, lambda r: r["sweep"].update(version="9")), "version '9', not ''"),
    "other NaNs": (lambda p: changed(p, lambda r: r["sweep"].update(nan_by="byte")), "nan_by 'byte', not 'class'"),
    "a known deviation": (lambda p: changed(p, lambda r: r["sweep"].update(known="through float32")), "known 'through float32', not ''"),
    "another cast": (lambda p: changed(p, lambda r: r["sweep"].update(implementation="else")), "implementation 'else', not "),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_state_that_is_not_this_sweeps_is_refused_and_left_as_it_is(tmp_path, name):
    path, (damage, message) = tmp_path / "state.json", DAMAGE[name]
    interrupted(path, 20_000)
    damage(path)
    before = path.read_bytes()
    with pytest.raises(rq.errors.StateError, match=message):
        rq.sweep(cut, "float16", "float8_e5m2", resume=path)
    assert path.read_bytes() == before


def test_a_state_of_other_policies_or_formats_is_refused(tmp_path):
    path = tmp_path / "state.json"
    interrupted(path, 20_000)
    for arguments, knobs in ((("float16", "float8_e5m2"), {"overflow": "saturate"}), (("float16", "float8_e4m3fn"), {}), (("bfloat16", "float8_e5m2"), {})):
        with pytest.raises(rq.errors.StateError, match="is the state of another sweep"):
            rq.sweep(cut, *arguments, resume=path, **knobs)


CONTRADICTIONS = {
    "one case too many": lambda f: f.update(cases=f["cases"] + 1),
    "no whole number": lambda f: f.update(following=100.5, cases=100.5),
    "a text": lambda f: f.update(following="3"),
    "none": lambda f: f.pop("kinds"),
    "too far": lambda f: f.update(following=1 << 17, cases=1 << 17),
    "negative": lambda f: f.update(cases=f["cases"] + 5, left_out=-5),
    "a kind cut short": lambda f: f.update(kinds=[["nan"]]),
    "a negative kind": lambda f: f["kinds"][0].__setitem__(1, -5),
    "more wrong than compared": lambda f: f["kinds"][0].__setitem__(1, 1 << 16),
    "no such kind": lambda f: f["kinds"][0].__setitem__(0, "nosuch"),
    "a kind twice": lambda f: f["kinds"].append(f["kinds"][0]),
    "no such code": lambda f: f["kinds"][0].__setitem__(3, 1 << 16),
    "a witness of numbers": lambda f: f["kinds"][0].__setitem__(4, [1, 2, 3, 4, 5, 6]),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_numbers_that_contradict_each_other_are_refused(tmp_path, name):
    path = tmp_path / "state.json"
    interrupted(path, 20_000)

    def change(record):
        CONTRADICTIONS[name](record["found"])
        record["digest"] = verify.state._digest(record["found"])

    changed(path, change)
    with pytest.raises(rq.errors.StateError, match="contradict each other"):
        rq.sweep(cut, "float16", "float8_e5m2", resume=path)


def test_a_list_of_findings_is_refused(tmp_path):
    path = tmp_path / "state.json"
    interrupted(path, 20_000)
    changed(path, lambda r: r.update(found=[], digest=verify.state._digest([])))
    with pytest.raises(rq.errors.StateError, match="contradict each other"):
        rq.sweep(cut, "float16", "float8_e5m2", resume=path)


def test_a_state_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "state.json"
    interrupted(path, 20_000)
    before = path.read_bytes()

    def full(self, goal):
        raise OSError("no space left")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="no space left"):
        rq.sweep(cut, "float16", "float8_e5m2", resume=path)
    with pytest.raises(Stop) as stopped:
        rq.sweep(cut, "float16", "float8_e5m2", chunk=3000, resume=path, progress=lambda found: (_ for _ in ()).throw(Stop()))
    assert "the state could not be saved" in stopped.value.__notes__[0]
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: rq.sweep(cut, "float64", "float8_e5m2"), "source: float64 has"),
        (lambda: rq.sweep(cut, "float16"), "target: "),
        (lambda: rq.sweep(5, "float16", "float8_e5m2"), "function: "),
        (lambda: rq.sweep(cut, "float16", "nosuch"), "fmt: "),
        (lambda: rq.sweep(cut, "float16", "float8_e5m2", chunk=0), "chunk: "),
        (lambda: rq.sweep(cut, "float16", "float8_e5m2", nosuch=1), "dialect: no knob"),
        (lambda: rq.sweep(cut, "float16", "float8_e5m2", overflow="wrap"), "overflow: "),
        (lambda: rq.sweep(cut, "float16", "float8_e5m2", nan_by="xx"), "nan_by: "),
        (lambda: rq.sweep(cut, "float16", "float8_e5m2", rounding="stochastic_a"), "rounding: a stochastic cast"),
        (lambda: rq.sweep(cut, "float16", "float8_e5m2", resume=3), "resume: "),
        (lambda: rq.sweep(cut, "float16", "float8_e5m2", progress=3), "progress: "),
        (lambda: rq.sweep(verify.get_target("numpy"), "float16", "float8_e5m2"), "target: numpy has no conversion"),
        (lambda: rq.sweep(verify.get_target("numpy"), "float16", "float32", overflow="saturate"), "dialect: numpy says itself"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(rq.errors.RefquantError, match=f"^{message}"):
        call()


def test_the_state_is_saved_while_the_sweep_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(sweeping, "_SAVE_EVERY", 0.0)
    seen = []
    path = tmp_path / "state.json"
    rq.sweep(cut, "float16", "float8_e5m2", chunk=30_000, resume=path, progress=lambda found: seen.append(json.loads(path.read_text())["found"]["following"]))
    assert seen == [30_000, 60_000, 1 << 16]


def test_nothing_is_swept_yet_in_a_fresh_sweep():
    fresh = Sweep("name", "1", verify.Claim("encode", "float16", "float8_e5m2"))
    assert (fresh.size, fresh.complete, fresh.exact, fresh.mismatches) == (1 << 16, False, False, 0)
