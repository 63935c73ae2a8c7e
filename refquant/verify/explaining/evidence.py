"""What decided between settings, and what would: pairs that rule a choice out, and inputs that tell settings apart which still fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refquant.golden.sources import magnitude_of
from refquant.golden.text import hex_code, hex_value
from refquant.policies import RoundingMode, Via
from refquant.verify.comparison import Witness
from refquant.verify.explaining.fits import extremes, signature
from refquant.verify.explaining.knob_space import KNOBS_SEARCHED, cores, range_choices, tiny_choices
from refquant.verify.explaining.search import Search
from refquant.verify.explaining.settings import Setting, described
from refquant.verify.target import Codes


@dataclass(frozen=True)
class RuledOut:
    """A choice that some pairs contradict, all else being as explained.

    Parameters
    ----------
    choice : str
        As a reader reads it.
    pairs : int
        How many contradict it.
    witness : Witness
        The one of smallest magnitude; `expected` is what the choice would give.
    """

    choice: str
    pairs: int
    witness: Witness


@dataclass(frozen=True)
class Decision:
    """What the pairs say of one knob, all else being as explained.

    Parameters
    ----------
    knob, choice : str
        The knob, and what was found.
    same : tuple of str
        Choices that make no difference between these formats: the same results for every input that was tried.
    undecided : tuple of str
        Choices that fit every pair, and differ for other inputs.
    ruled_out : tuple of RuledOut
        Choices that do not fit.
    """

    knob: str
    choice: str
    same: tuple[str, ...]
    undecided: tuple[str, ...]
    ruled_out: tuple[RuledOut, ...]


@dataclass(frozen=True)
class Question:
    """An input that tells settings apart which all fit: each result, and which settings give it."""

    input: str
    input_value: str
    answers: tuple[tuple[str, str, tuple[str, ...]], ...]  #: (code, value, settings)


def decisions_on(setting: Setting, probe: Codes, search: Search) -> tuple[Decision, ...]:
    """Return what decided for each choice of a setting that reproduces every pair."""
    own = signature(setting, probe, search)
    decisions = (_decision(setting, knob, choices, (own, probe), search) for knob, choices in _choices(setting, search).items())
    return tuple(d for d in decisions if d.same or d.undecided or d.ruled_out)


def _decision(setting: Setting, knob: str, choices: list[Any], own: tuple[bytes, Codes], search: Search) -> Decision:
    same: list[str] = []
    undecided: list[str] = []
    out: list[RuledOut] = []
    for choice in choices:
        other = setting.and_with(((knob, choice),))
        if choice == setting[knob] or not other.is_allowed(search.pairs.target, search.pairs.source):
            continue
        wrong = search.wrong(other)
        if wrong.size:
            out.append(_ruled_out(other, knob, wrong, search))
        else:
            (same if signature(other, own[1], search) == own[0] else undecided).append(described(knob, choice))
    return Decision(knob, described(knob, setting[knob], setting.random_bits), tuple(same), tuple(undecided), tuple(out))


def _choices(setting: Setting, search: Search) -> dict[str, list[Any]]:
    """Return every choice of each knob that was searched, in the order of the search."""
    p = search.pairs
    rows = [core.knobs for core in cores(p.source, p.target)] if not setting.random_bits else []
    rows += [*tiny_choices(p.source, p.target), *range_choices(p.target, RoundingMode(setting["rounding"]))]
    found: dict[str, dict[Any, None]] = {knob: {} for knob in KNOBS_SEARCHED}
    for row in rows:
        for knob, choice in row:
            found[knob][choice] = None
    found["via"] = {via: None for via in found["via"] if not isinstance(via, Via) or via.rounding == "ties_to_even"}
    return {knob: list(choices) for knob, choices in found.items() if len(choices) > 1}


def _ruled_out(other: Setting, knob: str, wrong: Codes, search: Search) -> RuledOut:
    p, first = search.pairs, wrong[:1]
    right = extremes(other, p.codes[first], search)[0]
    pairs = int(p.counts[wrong].sum())
    return RuledOut(described(knob, other[knob]), pairs, witness(search, int(first[0]), int(right[0])))


def witness(search: Search, i: int, expected: int) -> Witness:
    """Return one pair, and what a setting gives instead, as texts."""
    p = search.pairs
    numbers = ((int(p.codes[i]), p.source), (int(p.got[i]), p.target), (expected, p.target))
    return Witness(*(text for code, name in numbers for text in (hex_code(code, name), hex_value(code, name))))


def questions_about(preferred: Setting, others: list[Setting], probe: Codes, search: Search) -> tuple[Question, ...]:
    """Return the smallest inputs of a probe that tell a preferred setting from others that fit too, as few as that takes."""
    probe = probe[np.argsort(magnitude_of(probe, search.pairs.source), kind="stable")]
    first = extremes(preferred, probe, search)
    asked: dict[int, list[Setting]] = {}
    for other in others:
        apart = np.logical_or.reduce([a != b for a, b in zip(first, extremes(other, probe, search))])
        if apart.any():
            asked.setdefault(int(np.argmax(apart)), []).append(other)
    return tuple(_question(probe[i : i + 1], preferred, settings, search) for i, settings in sorted(asked.items()))


def _question(code: Codes, preferred: Setting, others: list[Setting], search: Search) -> Question:
    p = search.pairs
    answers: dict[str, tuple[list[int], list[str]]] = {}
    for setting in (preferred, *others):
        results = sorted({int(r[0]) for r in extremes(setting, code, search)})
        text = _difference(setting, preferred) if setting is not preferred else _difference(preferred, others[0])
        answers.setdefault(" or ".join(hex_code(r, p.target) for r in results), (results, []))[1].append(text)
    rows = tuple((code, " or ".join(hex_value(r, p.target) for r in results), tuple(dict.fromkeys(texts))) for code, (results, texts) in answers.items())
    return Question(hex_code(code[0], p.source), hex_value(int(code[0]), p.source), rows)


def _difference(setting: Setting, other: Setting) -> str:
    """Return the choices in which a setting differs from another."""
    names = tuple(k for k in KNOBS_SEARCHED if setting[k] != other[k] or (k == "rounding" and setting.random_bits != other.random_bits))
    return setting.text(names)
