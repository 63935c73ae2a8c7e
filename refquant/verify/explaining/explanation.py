"""What an explanation says."""

from __future__ import annotations

from dataclasses import dataclass, field

from refquant.formats import Format
from refquant.verify.explaining.chance import Chance
from refquant.verify.explaining.evidence import Decision, Question
from refquant.verify.explaining.operations.applied import Origin
from refquant.verify.explaining.pairs import Contradiction
from refquant.verify.explaining.partly import Alone, Best
from refquant.verify.explaining.settings import Setting


@dataclass(frozen=True)
class Spent:
    """What a search took: settings that were tried, results that were compared, and whether the whole space was searched."""

    tried: int
    compared: int
    complete: bool
    seconds: float = field(compare=False)


@dataclass(frozen=True)
class Explanation:
    """What reproduces somebody's results.

    Parameters
    ----------
    source : str, Format, or Applied
        The format of the inputs, or an operation with the formats of its operands.
    target : str or Format
        The format of the results.
    pairs, distinct, contradictory : int
        Pairs that were given, distinct ones, and inputs that occur with more than one result.
    contradictions : tuple of Contradiction
        The smallest of those inputs, each with its results.
    situations : dict
        Number of pairs in each situation.
    setting : Setting or None
        The simplest setting that reproduces every pair; ``setting.dialect`` is a `refquant.Dialect`, ``setting.code`` the Python text that makes it.
    chance : Chance or None
        Where no deterministic setting reproduces every pair and a stochastic one may: how well it accounts for the results, and how well errors would. The
        stochastic one is `setting` where that is decisive; otherwise the results are not deterministic, or some are wrong.
    decisions : tuple of Decision
        What the pairs say of each knob, and which pairs rule the other choices out.
    others : int
        Number of other settings that were found to reproduce every pair and to differ for other inputs: each from `setting` in what is tiny, in what is out
        of range, or in the way of rounding.
    more : bool
        Whether there may be more ways of rounding that fit than were followed up.
    questions : tuple of Question
        Inputs that tell those apart: run them on what gave the results.
    dialects : tuple of str
        Named dialects that reproduce every pair.
    best : tuple of Best
        Where no deterministic setting reproduces every pair: the settings that reproduce most.
    alone : tuple of Alone
        Where nothing reproduces every pair: what fits each situation alone.
    spent : Spent
        What the search took.
    """

    source: Origin
    target: str | Format
    pairs: int
    distinct: int
    contradictory: int
    contradictions: tuple[Contradiction, ...]
    situations: dict[str, int]
    setting: Setting | None
    chance: Chance | None
    decisions: tuple[Decision, ...]
    others: int
    more: bool
    questions: tuple[Question, ...]
    dialects: tuple[str, ...]
    best: tuple[Best, ...]
    alone: tuple[Alone, ...]
    spent: Spent

    @property
    def explained(self) -> bool:
        """Whether a setting reproduces every pair."""
        return self.setting is not None
