"""JSON, JUnit XML and the HTML page: the same numbers, whatever is in them; nothing from the network, no text of others as markup, the same bytes each time."""

import json
import re
import sys
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from planted import RIGHT, SOURCE, TARGET, Planted, class_of

import refquant as rq
from refquant import verify
from refquant.errors import PackageMissingError
from refquant.verify import Claim, FunctionTarget, as_html, as_junit, as_records, judge

HOSTILE = "<script>alert('&amp;')</script>\" onload=x \x1b[31m\x00\u202e\ud800]]>"
VOID = ("meta", "br")


class Page(HTMLParser):
    """A page as elements: raises where they do not nest."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.rows, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def judgements():
    """One target of each kind: exact, known, new, gone, failed, and one of hostile names."""
    entry = verify.Deviation("known", ">=0", "convert", ("*",), ("*",), "overflow=saturate", {}, "it <saturates>", "made up")
    saturated = rq.convert(np.arange(256, dtype=np.uint8), SOURCE, TARGET, overflow="saturate", dialect="default")

    def leaves(x):
        raise SystemExit(HOSTILE)

    targets = [Planted(RIGHT, "exact"), Planted(saturated, "known"), Planted(RIGHT ^ 1, HOSTILE), Planted(RIGHT, "known")]
    return [judge(t, deviations=[entry]) for t in targets] + [judge(FunctionTarget("leaves", leaves, TARGET, (SOURCE,)), deviations=())]


@pytest.fixture(scope="module")
def page(judgements):
    return as_html(judgements, command=f"refquant verify {HOSTILE}")


def test_the_statuses_are_what_they_should_be(judgements):
    assert [j.verdicts[0].status for j in judgements] == ["exact", "known", "new", "gone", "failed"]


def test_the_records_survive_json(judgements):
    record = as_records(judgements, command="refquant verify")
    text = json.dumps(record)
    assert json.loads(text) == record and (record["schema"], record["command"]) == (2, "refquant verify")
    assert record["software"]["refquant"] == rq.__version__ and record["software"]["NumPy"] == np.__version__


def test_a_witness_has_fields_exact_values_and_distance(judgements):
    witnesses = as_records(judgements)["targets"][2]["verdicts"][0]["witnesses"]
    tie = witnesses["tie"]  # 2**-10 = 0 00101 00 lies between 0 and 2**-9
    assert (tie["input"], tie["expected"], tie["got"]) == ("0x14", "0x00", "0x01")
    assert tie["fields"]["input"] == {"sign": "0x0", "exponent": "0x05", "significand": "0x0"}
    assert tie["fields"]["got"] == {"sign": "0x0", "exponent": "0x0", "significand": "0x1"}
    assert tie["exact"] == {"input": "0.0009765625", "got": "0.001953125", "expected": "0"}
    assert (tie["ulp"], tie["apart"]) == (1, "1 ulp")
    nan = witnesses["nan"]
    assert (nan["ulp"], nan["apart"], nan["exact"]["expected"]) == (None, "a number for a NaN", "nan")


@pytest.mark.parametrize(
    "name, code, fields, exact",
    [
        ("float32", "0x80000001", {"sign": "0x1", "exponent": "0x00", "significand": "0x000001"}, "-1·2^-149"),
        ("float8_e8m0fnu", "0x7f", {"sign": "", "exponent": "0x7f", "significand": ""}, "1"),
        ("int8", "0x80", None, "-128"),
        ("int64", "0xffffffffffffffff", None, "-1"),
        ("float64", "0x7fefffffffffffff", {"sign": "0x0", "exponent": "0x7fe", "significand": "0xfffffffffffff"}, "9007199254740991·2^971"),
        ("float16", "0x8000", {"sign": "0x1", "exponent": "0x00", "significand": "0x000"}, "-0"),
    ],
)
def test_fields_and_exact_values_of_many_formats(name, code, fields, exact):
    from refquant.verify.reports.details import witness_record

    record = witness_record(Claim("encode", name, TARGET), "other", verify.Witness(code, "", "0x38", "", "0x3a", ""))
    assert (record["fields"]["input"], record["exact"]["input"], record["ulp"]) == (fields, exact, 2)


def numbers(judgements):
    return [(j.name, v.status, v.cases, v.mismatches, v.by_class) for j in judgements for v in j.verdicts]


def test_json_junit_and_html_say_the_same_numbers(judgements, page):
    record = as_records(judgements)
    of_json = [(t["name"], v["status"], v["cases"], v["mismatches"], v["by_class"]) for t in record["targets"] for v in t["verdicts"]]
    assert of_json == numbers(judgements)
    assert [found[1:] for found in _of_junit(as_junit(judgements))] == [found[1:] for found in of_json]
    assert _of_html(page) == [found[1:] for found in of_json]


def _of_junit(text):
    for case in ElementTree.fromstring(text).iter("testcase"):
        lines = [line.rsplit(" ", 1) for line in case.find("system-out").text.splitlines() if not line.startswith("known deviation")]
        said = dict(lines)
        status, cases, mismatches = (said.pop(key) for key in ("status", "cases", "mismatches"))
        yield case.get("classname"), status, int(cases), int(mismatches), {name: int(count) for name, count in said.items()}


def _of_html(text):
    words = {
        "exact": "exact",
        "known deviation": "known",
        "new deviation": "new",
        "known deviation is gone": "gone",
        "could not be judged to the end": "failed",
    }
    rows = [row for row in Page(text).rows if len(row) == 6 and row[5].strip() in words]
    return [
        (
            words[row[5].strip()],
            int(row[2].replace(",", "")),
            int(row[3].replace(",", "")),
            {c.rsplit(" ", 1)[0]: int(c.rsplit(" ", 1)[1]) for c in row[4].split(", ") if c},
        )
        for row in rows
    ]


def test_the_page_has_the_smallest_witness_of_each_class(judgements, page):
    rows = {row[0].strip().split("\n")[0]: row for row in Page(page).rows if len(row) == 6 and "0x" in row[2]}
    counts = Counter(map(class_of, range(256)))
    new = [row for row in rows.values() if row[1] == str(counts["subnormal"])]
    assert len(new) == 1 and new[0][2].split("\n") == ["0x01", "0 | 00 | 1", "0x1p-16", "= 0.0000152587890625"]
    assert set(rows) == {class_of(code) for code in range(256)}


def test_junit_is_what_its_schema_asks_for(judgements):
    """The rules of the schema of Jenkins' xUnit plugin (junit-10.xsd): elements, attributes, which must be there."""
    known = {
        "testsuites": ({"name", "tests", "failures", "errors"}, set(), ["testsuite"]),
        "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, {"name", "tests", "failures", "errors"}, ["properties", "testcase"]),
        "properties": (set(), set(), ["property"]),
        "property": ({"name", "value"}, {"name", "value"}, []),
        "testcase": ({"name", "classname"}, {"name"}, ["failure", "error", "system-out"]),
        "failure": ({"message", "type"}, set(), []),
        "error": ({"message", "type"}, set(), []),
        "system-out": (set(), set(), []),
    }
    root = ElementTree.fromstring(as_junit(judgements, command=HOSTILE))
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed, required, children = known[element.tag]
        assert required <= set(element.keys()) <= allowed
        assert all(child.tag in children for child in element)
    for part in (root, *root):
        cases = list(part.iter("testcase"))
        said = tuple(int(part.get(n)) for n in ("tests", "failures", "errors"))
        assert said == (len(cases), sum(c.find("failure") is not None for c in cases), sum(c.find("error") is not None for c in cases))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "2", "1")


def test_test_cases_have_names_of_their_own_where_a_pair_has_several_dialects():
    claims = [Claim("convert", SOURCE, TARGET, rq.get_dialect(d), nan_by="class") for d in ("default", "ocp-saturating")]
    found = judge(Planted(RIGHT), claims=claims, deviations=())
    names = [case.get("name") for case in ElementTree.fromstring(as_junit([found])).iter("testcase")]
    assert names == [f"convert {SOURCE} -> {TARGET} ({d})" for d in ("default", "ocp-saturating")]


def test_a_failure_says_what_is_wrong(judgements):
    failure = ElementTree.fromstring(as_junit(judgements))[2].find("testcase/failure")
    assert failure.get("type") == "new" and failure.get("message").startswith("256 of 256 wrong: ")
    assert "tie 8: 0x14 (0x1p-10) gives 0x01 (0x1p-9), right 0x00 (0); 1 ulp" in failure.text.splitlines()


def test_hostile_text_is_text(judgements, page):
    found = Page(page)
    assert not found.all("script") and "<script" not in page
    assert not any(name.startswith("on") for _, attrs in found.elements for name in attrs)
    assert any("<script>alert('&amp;')</script>\" onload=x \\x1b[31m\\x00\\u202e\\ud800]]>" in text for text in found.texts)
    for text in (page, as_junit(judgements)):
        text.encode("utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", text)
    assert ElementTree.fromstring(as_junit(judgements))[2].get("name").startswith("<script>alert('&amp;')</script>\" onload=x \\x1b[31m")


def test_the_page_needs_nothing_else(page):
    found = Page(page)
    links = [value for _, attrs in found.elements for name, value in attrs.items() if name in ("href", "src", "xlink:href", "action", "data")]
    ids = [attrs["id"] for _, attrs in found.elements if "id" in attrs]
    assert all(link.startswith("#") for link in links) and {link[1:] for link in links} <= set(ids)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(([^)]*)\)", page)) <= {f"#{name}" for name in ids}
    assert not {tag for tag, _ in found.elements} & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert "default-src 'none'" in next(m["content"] for m in found.all("meta") if m.get("http-equiv"))


def test_the_page_can_be_read_by_everyone(page):
    found = Page(page)
    assert found.all("html") == [{"lang": "en"}] and len(found.all("h1")) == 1 and found.all("title")
    assert all(svg["role"] == "img" and len(svg["aria-label"]) > 40 for svg in found.all("svg")) and len(found.all("svg")) == 4
    assert len(found.all("caption")) == len(found.all("table")) and all(th.get("scope") for th in found.all("th"))
    assert "prefers-color-scheme: dark" in page and "@media print" in page


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_have_contrast_in_both_schemes(page):
    """WCAG 2.1: text 4.5 to 1 (AA), graphics 3 to 1."""
    schemes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", page)]
    light, dark, printed = (schemes[0] | scheme for scheme in ({}, *schemes[1:]))
    for scheme in (light, dark, printed):
        for ground in ("paper", "panel"):
            assert all(contrast(scheme[name], scheme[ground]) >= 4.5 for name in ("ink", "soft", "good", "known", "bad", "link"))
            fills = set(re.findall(r"fill: (#[0-9a-f]{6})", page))
            assert fills and all(contrast(fill, scheme[ground]) >= 3 for fill in fills)


def test_the_same_findings_give_the_same_bytes(judgements, page):
    import matplotlib

    with matplotlib.rc_context({"font.size": 30, "xtick.major.size": 30, "axes.linewidth": 9, "axes.facecolor": "red", "svg.hashsalt": "other"}):
        assert as_html(judgements, command=f"refquant verify {HOSTILE}") == page
        assert matplotlib.rcParams["font.size"] == 30
    assert as_junit(judgements) == as_junit(judgements)


def test_a_report_of_nothing():
    assert as_records([])["targets"] == [] and as_records([])["ok"]
    assert ElementTree.fromstring(as_junit([])).attrib == {"name": "refquant verify", "tests": "0", "failures": "0", "errors": "0"}
    assert any("nothing unexpected" in text for text in Page(as_html([])).texts)


def test_a_failed_target_alone(judgements):
    (failed,) = judgements[4:]
    texts = " ".join(Page(as_html([failed])).texts)
    assert "could not be judged to the end: it raised SystemExit" in texts and "0 of 1 announced conversions judged: 1 failed." in texts
    error = ElementTree.fromstring(as_junit([failed]))[0].find("testcase/error")
    assert error.get("type") == "failed" and "it raised SystemExit" in error.get("message")


def test_known_deviations_stand_with_their_reasons(judgements, page):
    (row,) = [row for row in Page(page).rows if len(row) == 5 and row[3] == "made up"]
    assert row[:3] == ["overflow=saturate", "known >=0", "it <saturates>"]
    assert row[4] == f"{SOURCE} → {TARGET} (known deviation); {SOURCE} → {TARGET} (known deviation is gone)"
    assert "known deviation: overflow=saturate; it <saturates> (made up)" in ElementTree.fromstring(as_junit(judgements))[1].find("testcase/system-out").text


def test_without_matplotlib_the_page_says_what_to_install(judgements, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PackageMissingError, match=r"pip install 'refquant\[report\]'"):
        as_html(judgements)
    assert as_junit(judgements) and as_records(judgements)


def test_text_of_several_lines_stays_in_its_attribute():
    found = judge(Planted(RIGHT, "two\nlines\tand\r"), deviations=())
    suite = ElementTree.fromstring(as_junit([found]))[0]
    assert suite.get("name") == "two\nlines\tand\\x0d 7"
