"""What decided between settings, and what would: pairs that rule a choice out, and inputs that tell settings apart which still fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refquant.formats import Format
from refquant.policies import Via
from refquant.verify.comparison import Witness
from refquant.verify.explaining.knob_space import CORE, KNOBS_SEARCHED, cores, nan_choices, range_choices, stochastic_cores, tiny_choices
from refquant.verify.explaining.operations.applied import input_texts, order_of
from refquant.verify.explaining.operations.outcomes import key_of, result_texts
from refquant.verify.explaining.search import Search
from refquant.verify.explaining.settings import Setting, described
from refquant.verify.explaining.solution import extremes, signature
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
class Answer:
    """A result of an input (several, where random bits decide), and the settings that give it."""

    code: str
    value: str
    choices: tuple[str, ...]  #: of each setting, in which it differs from the others
    settings: tuple[Setting, ...]


@dataclass(frozen=True)
class Question:
    """An input that tells settings apart which all fit, and what each result would mean: that of the explanation's setting first."""

    input: str
    input_value: str
    answers: tuple[Answer, ...]


def decisions_on(setting: Setting, probe: Codes, search: Search) -> tuple[Decision, ...]:
    """Return what decided for each choice of a setting that reproduces every pair."""
    own = signature(setting, probe, search)
    by_chance = CORE if setting.random_bits and search.pairs.bits is None else ()  # knobs on which likelihood decides, not single pairs
    choices = {knob: found for knob, found in _choices(setting, search).items() if knob not in by_chance}
    decisions = (_decision(setting, knob, found, (own, probe), search) for knob, found in choices.items())
    return tuple(d for d in decisions if d.same or d.undecided or d.ruled_out)


def _decision(setting: Setting, knob: str, choices: list[Any], own: tuple[bytes, Codes], search: Search) -> Decision:
    same: list[str] = []
    undecided: list[str] = []
    out: list[tuple[int, RuledOut]] = []
    for choice in choices:
        other = setting.and_with(((knob, choice),))
        if choice == setting[knob] or not other.is_allowed(search.pairs.target, search.pairs.source):
            continue
        wrong = search.wrong(other)
        if wrong.size:
            out.append((int(wrong[0]), _ruled_out(other, knob, wrong, search)))
        else:
            (same if signature(other, own[1], search) == own[0] else undecided).append(described(knob, choice, setting.random_bits))
    smallest_first = tuple(ruled_out for _, ruled_out in sorted(out, key=lambda item: item[0]))
    return Decision(knob, described(knob, setting[knob], setting.random_bits), tuple(same), tuple(undecided), smallest_first)


def _choices(setting: Setting, search: Search) -> dict[str, list[Any]]:
    """Return every choice of each knob that was searched, in the order of the search."""
    p = search.pairs
    bits = (setting.random_bits,)
    rows = [core.knobs for core in (stochastic_cores(p.source, p.target, bits) if setting.random_bits else cores(p.source, p.target))]
    rows += [*tiny_choices(p.source, p.target), *range_choices(p.source, p.target, setting), *nan_choices(p.source, p.target)]
    found: dict[str, dict[Any, None]] = {knob: {} for knob in KNOBS_SEARCHED}
    for row in rows:
        for knob, choice in row:
            found[knob][choice] = None
    found["via"] = {via: None for via in found["via"] if not isinstance(via, Via) or via.rounding == "ties_to_even"}
    return {knob: list(choices) for knob, choices in found.items() if len(choices) > 1}


def _ruled_out(other: Setting, knob: str, wrong: Codes, search: Search) -> RuledOut:
    pairs = int(search.pairs.counts[wrong].sum())
    return RuledOut(described(knob, other[knob], other.random_bits), pairs, witness(search, int(wrong[0]), other))


def witness(search: Search, i: int, setting: Setting) -> Witness:
    """Return one pair, and what a setting gives instead (either of two results where random bits decide that are not known), as texts."""
    p = search.pairs
    instead = sorted({key_of(results[0]) for results in search.given(setting, np.array([i]))})
    return Witness(*input_texts(p.codes[i], p.source), *result_texts(key_of(p.got[i]), p.target), *results_as_text(instead, p.target))


def results_as_text(results: Iterable[tuple[int, ...]], target: str | Format) -> list[str]:
    """Return codes, and their values, as alternatives."""
    return [" or ".join(texts) for texts in zip(*(result_texts(key, target) for key in results))]


def questions_about(preferred: Setting, others: list[Setting], probe: Codes, search: Search) -> tuple[Question, ...]:
    """Return the smallest inputs of a probe that tell a preferred setting from others that fit too, as few as that takes.

    Where random bits decide, one result must tell: an input is asked only where no result of one setting is one of another.
    """
    probe = probe[order_of(probe, search.pairs.source)]
    first = extremes(preferred, probe, search)
    asked: dict[int, list[Setting]] = {}
    for other in others:
        second = extremes(other, probe, search)
        apart = np.logical_and.reduce([a != b for a in first for b in second])  # whatever the random bits
        if apart.any():
            asked.setdefault(int(np.argmax(apart)), []).append(other)
    return tuple(_question(probe[i : i + 1], preferred, settings, search) for i, settings in sorted(asked.items()))


def _question(code: Codes, preferred: Setting, others: list[Setting], search: Search) -> Question:
    p = search.pairs
    names = tuple(k for k in KNOBS_SEARCHED if any(_differ(preferred, other, k) for other in others))
    answers: dict[tuple[tuple[int, ...], ...], list[tuple[str, Setting]]] = {}
    for setting in (preferred, *others):
        results = tuple(sorted({key_of(r[0]) for r in extremes(setting, code, search)}))
        said = names if setting is preferred else tuple(k for k in KNOBS_SEARCHED if _differ(setting, preferred, k))
        answers.setdefault(results, []).append((setting.text(said), setting))
    return Question(*input_texts(code[0], p.source), tuple(_answer(r, given, search) for r, given in answers.items()))


def _answer(results: tuple[tuple[int, ...], ...], given: list[tuple[str, Setting]], search: Search) -> Answer:
    code, value = results_as_text(results, search.pairs.target)
    return Answer(code, value, tuple(dict.fromkeys(said for said, _ in given)), tuple(setting for _, setting in given))


def _differ(setting: Setting, other: Setting, knob: str) -> bool:
    return bool(setting[knob] != other[knob]) or (knob == "rounding" and setting.random_bits != other.random_bits)
