"""An explanation as text: what was given, what was found, what decided, what to run next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from refquant.cli.console import line, table, width_of
from refquant.verify import Explanation, Witness
from refquant.verify.explaining import Alone, Best, Chance, Contradiction, Decision, Question, Run
from refquant.verify.explaining.operations.applied import name_of

_QUESTIONS, _NAMES, _OUT = 10, 4, 6
Row = tuple[str, str, str, str]


def print_explanation(out: Console, found: Explanation) -> None:
    """Print an explanation."""
    line(out, _given(found))
    line(out, "")
    for c in found.contradictions:
        line(out, f"  {c.input} ({c.input_value}) was given with {_results(c)}")
    if found.contradictory > len(found.contradictions):
        line(out, f"  and {found.contradictory - len(found.contradictions):,} more")
    if found.contradictions:
        line(out, "")
    if found.setting is None:
        _print_best(out, found)
    else:
        _print_setting(out, found)
    line(out, "")
    line(out, _spent(found))


def _given(found: Explanation) -> str:
    names = [name_of(end) for end in (found.source, found.target)]
    situations = ", ".join(f"{name} {count:,}" for name, count in found.situations.items())
    distinct = f" ({found.distinct:,} distinct)" if found.distinct != found.pairs else ""
    text = f"{' -> '.join(names)}: {found.pairs:,} pair{'s' if found.pairs > 1 else ''}{distinct}: {situations}"
    return text + (f"; {_count(found.contradictory, 'input has', 'inputs have')} more than one result" if found.contradictory else "")


def _results(given: Contradiction) -> str:
    return ", ".join(f"{code} ({value}) {_count(count, 'time', 'times')}" for code, value, count in given.results)


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _spent(found: Explanation) -> str:
    s = found.spent
    end = "" if s.complete else "; the budget is spent, and what was not tried is not known: raise it with --budget"
    return f"searched: {_count(s.tried, 'setting', 'settings')} tried, {_count(s.compared, 'result', 'results')} compared, {s.seconds:.1f} s{end}"


def _print_setting(out: Console, found: Explanation) -> None:
    setting = found.setting
    assert setting is not None
    line(out, Text(_headline(found), style="bold green"))
    if found.chance is not None:
        _print_chance(out, found.chance)
    line(out, f"named dialects that reproduce every pair: {', '.join(found.dialects) or 'none'}")
    line(out, f"in Python: {setting.code_for(found.source)}")
    if found.decisions:
        line(out, "")
        _print_rows(out, ("knob", "choice", "what the pairs say", "smallest pair that says so"), list(_decided(found.decisions)))
    if found.chance is not None and found.best:
        line(out, "")
        line(out, "without random bits:")
        _print_one(out, found.best[0], found)
    if found.others:
        line(out, "")
        least = "at least " if found.more else ""
        others = f"{least}{_count(found.others, 'other setting fits', 'other settings fit')} every pair too. Inputs that tell them apart:"
        line(out, Text(others if found.questions else others.partition(". ")[0] + "; no single input tells them apart", style="bold yellow"))
        _print_questions(out, found.questions)


def _print_chance(out: Console, chance: Chance) -> None:
    line(out, f"random bits decide {_count(chance.inputs, 'result', 'results')} of those that were weighed; log-likelihood {chance.log_likelihood:.1f};")
    line(out, f"of a deterministic rounding with wrong results instead: {chance.errors_instead:.1f} at most")
    for text, less in chance.beside:
        line(out, f"  about as likely: {text}; log-likelihood {less:.1f} less{' or more' if _several(text) else ''}")


def _several(text: str) -> bool:
    """Return whether a text names several numbers of bits, of which the difference is that of the likeliest."""
    return " to " in text or ", " in text.rpartition(" with ")[2]


def _headline(found: Explanation) -> str:
    """Return the choices that the pairs speak for."""
    said = [d.choice for d in found.decisions if d.ruled_out]
    if found.chance is not None:
        return f"every pair is a result of random rounding, the likeliest of which is {', '.join([found.chance.choice, *said])}"
    return f"every pair is reproduced by {', '.join(said)}" if said else "every pair is reproduced; they rule out no other choice of any one knob"


def _decided(decisions: Sequence[Decision]) -> Iterator[Row]:
    for d in decisions:
        yield d.knob, _without(d.choice, d.knob), f"found; {_alternatives(d)}", ""
        for words, choices in (("makes no difference here", d.same), ("fits too; not decided", d.undecided)):
            if choices:
                yield "", ", ".join(_without(c, d.knob) for c in choices), words, ""
        for r in d.ruled_out:
            yield "", _without(r.choice, d.knob), f"ruled out by {_count(r.pairs, 'pair', 'pairs')}", _contradiction(r.witness)


def _alternatives(d: Decision) -> str:
    if d.undecided:
        return _count(len(d.undecided), "other fits too", "others fit too")
    return "the only one that fits" if d.ruled_out else "no other differs"


def _without(choice: str, knob: str) -> str:
    return choice.removeprefix(f"{knob}=")


def _contradiction(w: Witness) -> str:
    return f"{w.input} ({w.input_value}) gives {w.got} ({w.got_value}), not {w.expected} ({w.expected_value})"


def _print_rows(out: Console, headers: Row, rows: Sequence[Row]) -> None:
    """Print a table; where it is too wide, each row as a line."""
    made = _table(headers, rows)
    if width_of(made, out) <= out.width:
        out.print(made)
        return
    for knob, choice, words, pair in rows:
        if knob:
            line(out, Text(knob, style="bold"))
        line(out, f"  {choice}: {words}" + (f": {pair}" if pair else ""))


def _table(headers: Row, rows: Sequence[Row]) -> Table:
    made = table(*headers)
    for row in rows:
        style = "green" if row[0] else "yellow" if "not decided" in row[2] else ""
        made.add_row(*(Text(cell, style="bold" if i == 0 else style) for i, cell in enumerate(row)))
    return made


def _print_questions(out: Console, questions: Sequence[Question]) -> None:
    for question in questions[:_QUESTIONS]:
        line(out, f"  {question.input} ({question.input_value})")
        for answer in question.answers:
            line(out, f"      {answer.code} ({answer.value}): {_some(answer.choices)}")
    if len(questions) > _QUESTIONS:
        line(out, f"  and {len(questions) - _QUESTIONS} more inputs (--json has them all)")


def _some(settings: Sequence[str]) -> str:
    more = len(settings) - _NAMES
    return "; or ".join(settings[:_NAMES]) + (f"; or {more} more" if more > 0 else "")


def _print_best(out: Console, found: Explanation) -> None:
    line(out, Text(f"no setting{'' if found.spent.complete else ' that was tried'} reproduces every pair", style="bold red"))
    if found.chance is not None:
        _print_undecided(out, found.chance, found.best)
    for best in found.best:
        _print_one(out, best, found)
    if found.dialects:
        line(out, f"named dialects that reproduce every pair: {', '.join(found.dialects)}")
    if found.alone:
        line(out, "")
        _print_rows(out, ("situation", "fits alone", "pairs", ""), [_alone(a) for a in found.alone])


def _print_undecided(out: Console, chance: Chance, best: Sequence[Best]) -> None:
    """Print what the results say of random rounding where they do not decide."""
    wrong = _count(best[0].failed, "result is wrong", "results are wrong") if best else "some results are wrong"
    line(out, f"not deterministic, or {wrong}; random rounding, such as {chance.choice}, would allow them all. This is not decided:")
    line(out, f"log-likelihood {chance.log_likelihood:.1f}, of a deterministic rounding with wrong results {chance.errors_instead:.1f} at most, and results")
    line(out, f"rounded both ways in {chance.levels} of 8 parts of the way between two values; a difference of 20 and 3 parts would decide")


def _print_one(out: Console, best: Best, found: Explanation) -> None:
    source, pairs = found.source, found.pairs
    wrong = ", ".join(f"{name} {count:,}" for name, count in best.wrong.items())
    line(out, "")
    line(out, Text(f"{pairs - best.failed:,} of {pairs:,} pairs: {best.setting.code_for(source)}", style="bold yellow"))
    line(out, f"  fails on {best.failed:,}: {wrong}")
    for run in best.runs:
        line(out, f"    {_run(run)}")
    if best.more_runs:
        line(out, f"    and {best.more_runs:,} more runs of inputs")


def _run(run: Run) -> str:
    first, last = run.first, run.last
    if run.pairs == 1 or first.input == last.input:
        return f"{_count(run.pairs, 'pair', 'pairs')}: {_contradiction(first)}"
    right = " to ".join(dict.fromkeys(f"{w.expected} ({w.expected_value})" for w in (first, last)))
    inputs = f"from {first.input} ({first.input_value}) to {last.input} ({last.input_value})"
    return f"{run.pairs:,} pairs {inputs} give {first.got} ({first.got_value}), not {right}"


def _alone(alone: Alone) -> Row:
    failed = f"{alone.failed:,} of {alone.pairs:,} fail" if alone.failed else f"all {alone.pairs:,} fit"
    return alone.situation, alone.choices, failed, ""
