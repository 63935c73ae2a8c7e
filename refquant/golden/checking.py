"""A folder of golden vectors against its manifest, and against the reference."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import GoldenFileError
from refquant.golden import manifest
from refquant.golden.choice import compare_choice
from refquant.golden.evaluation import Evaluated, evaluate
from refquant.golden.golden_set import GoldenSet
from refquant.golden.levels import EXHAUSTIVE
from refquant.golden.making import others_than
from refquant.golden.manifest import NAME, Manifest
from refquant.golden.recipe import Recipe
from refquant.golden.storage import load_listed, named_path, read_manifest
from refquant.golden.text import hex_code, hex_value
from refquant.golden.whole_folders import entries_of, read_regular
from refquant.golden.writers import WRITERS
from refquant.operations import SPEC_VERSION
from refquant.policies import Flags, Policies, RandomBits, get_dialect, list_dialects

SHOWN = 10


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Parameters
    ----------
    recipe : Recipe
        Of the manifest.
    vectors : int
        How many were recomputed.
    problems : tuple of str
        What is wrong with files: missing, not listed, changed, not those of the manifest.
    differences : tuple of str
        The first vectors of which the reference says something else.
    wrong : int
        How many those are altogether.
    unchecked : str
        What this refquant cannot check, and why: which vectors a set of another version of the generator should have. Empty where everything was checked.
    """

    recipe: Recipe
    vectors: int
    problems: tuple[str, ...]
    differences: tuple[str, ...]
    wrong: int
    unchecked: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and not self.wrong


def check(folder: str | Path, *, backend: str | None = None) -> Checked:
    """Return what is wrong with a folder of golden vectors: files against the manifest, vectors against the recipe, results and flags against the reference.

    Parameters
    ----------
    folder : str or Path
        As `save` wrote it.
    backend : str, optional
        As in `refquant.encode`.

    Returns
    -------
    Checked

    Raises
    ------
    InputTypeError, InputValueError
        If `folder` is no name.
    GoldenFileError
        If there is no manifest, or it is none.

    Notes
    -----
    Operands, modes and random bits are chosen anew from the recipe, so that a set with vectors missing, added or changed is found out, whatever its manifest
    says.

    Examples
    --------
    >>> import tempfile, refquant as rq
    >>> with tempfile.TemporaryDirectory() as there:
    ...     folder = rq.golden.generate("encode", "float8_e4m3fn", source="float16").save(f"{there}/set")
    ...     rq.golden.check(folder).ok
    True
    """
    place = named_path("folder", folder)
    said = read_manifest(place)
    problems = [f"{name}: is not there" for name in said.files if name not in entries_of(place)]
    problems += [f"{name}: is not in the manifest" for name in entries_of(place) if name not in (*said.files, NAME)]
    if said.recipe.spec_version != SPEC_VERSION:
        problems.append(f"{NAME}: follows version {said.recipe.spec_version} of the specification, and this refquant version {SPEC_VERSION}")
    made, found = _read_all(place, said)
    problems += found
    if made is None:
        return Checked(said.recipe, 0, tuple(problems), (), 0)
    problems += _beside(place, said, made)
    problems += _of_the_dialect(said.recipe)
    if manifest.coverage_records(made) != said.coverage:
        problems.append(f"{NAME}: its coverage table is not that of the vectors")
    choice = compare_choice(made, backend)
    if choice.problem:
        problems.append(f"{NAME}: the vectors are not those of its recipe ({_as_asked(said.recipe)}): {choice.problem}")
    rows, texts = _differences(made, choice.blocks, backend)
    return Checked(said.recipe, len(made), tuple(problems), texts, rows, choice.unknown)


def _as_asked(recipe: Recipe) -> str:
    return f"{recipe.title}, {'' if recipe.level == EXHAUSTIVE else 'level '}{recipe.level}, seed {recipe.seed}"


def _read_all(place: Path, said: Manifest) -> tuple[GoldenSet | None, list[str]]:
    """Return the set of the first whole file, or what the first changed one holds, and what is wrong with the files of vectors."""
    made, changed, problems = None, None, []
    for writer in WRITERS.values():
        if writer.file not in said.files or writer.file not in entries_of(place):
            continue
        try:
            other = load_listed(place, said, writer.file)
        except GoldenFileError as error:
            problems.append(str(error))
            changed = getattr(error, "vectors", None) if changed is None else changed
            continue
        if made is not None and other != made:
            problems.append(f"{writer.file}: its vectors are not those of the other files")
        made = other if made is None else made
    return _fitting(changed, said) if made is None else made, problems


def _fitting(changed: GoldenSet | None, said: Manifest) -> GoldenSet | None:
    """Return what a changed file holds, where it is of the recipe of the manifest."""
    return changed if changed is not None and changed.recipe == said.recipe else None


def _beside(place: Path, said: Manifest, made: GoldenSet) -> list[str]:
    """Return what is wrong with files that hold no vectors: they are what would be written for the set."""
    problems = []
    for name in sorted({manifest.writer_of(file) for file in said.files}):
        for file, write in WRITERS[name].beside:
            if file in said.files and file in entries_of(place) and not _is(place / file, said.files[file], write(made)):
                problems.append(f"{file}: is not what is written for these vectors")
    return problems


def _of_the_dialect(recipe: Recipe) -> list[str]:
    """Return what is wrong with the policies of a recipe that names a dialect of refquant; one of somebody's own is what the recipe says."""
    said = others_than(get_dialect(recipe.dialect), recipe) if recipe.dialect in list_dialects() else ""
    return [f"{NAME}: the vectors were made with {said}, where the dialect {recipe.dialect} says otherwise"] if said else []


def _is(path: Path, listed: tuple[int, str], content: bytes) -> bool:
    """Return whether a file, and what a manifest says of it, are those of a content."""
    try:
        return listed == manifest.digest(content) and read_regular(path, manifest.LARGEST) == content
    except GoldenFileError:
        return False


def _differences(made: GoldenSet, blocks: tuple[Evaluated, ...], backend: str | None) -> tuple[int, tuple[str, ...]]:
    """Return how many vectors the reference contradicts, and the first of them as text; `blocks` is what is right, where that is known."""
    count, texts = 0, list[str]()
    for i, policies in enumerate(made.recipe.modes):
        rows = _rows_of(made, policies)
        found = blocks[i] if blocks else _again(made, policies, rows, backend)
        wrong = found.refused | (found.codes != made.columns["result"][rows]) | (found.flags != made.columns["flags"][rows])
        where = np.flatnonzero(wrong)
        count += where.size
        texts += [_as_text(made, int(rows[at]), policies, found, int(at)) for at in where[: max(SHOWN - len(texts), 0)]]
    return count, tuple(texts)


def _rows_of(made: GoldenSet, policies: Policies) -> NDArray[np.intp]:
    rounding, overflow = made.recipe.numbers_of(policies)
    return np.flatnonzero((made.columns["rounding"] == rounding) & (made.columns["overflow"] == overflow))


def _again(made: GoldenSet, policies: Policies, rows: NDArray[np.intp], backend: str | None) -> Evaluated:
    recipe, columns = made.recipe, made.columns
    random = RandomBits(columns["random"][rows], recipe.random_bits) if recipe.roundings and policies.rounding.is_stochastic else None
    operands = tuple(columns[name][rows] for name in recipe.operand_names)
    return evaluate(recipe.record, operands, recipe.operands, recipe.fmt, recipe.result, policies, random, backend)


def _as_text(made: GoldenSet, row: int, policies: Policies, found: Evaluated, i: int) -> str:
    recipe, columns = made.recipe, made.columns
    given = [f"{n} {_code(columns[n][row], f)}" for n, f in zip(recipe.operand_names, recipe.operands)]
    modes = [f"{policies.rounding}, {policies.overflow}"] if recipe.roundings else []
    right = "is refused" if found.refused[i] else f"is {_code(found.codes[i], recipe.result)} {_flags(found.flags[i])}"
    return f"vector {row}: {', '.join(given + modes)}: has {_code(columns['result'][row], recipe.result)} {_flags(columns['flags'][row])}, right {right}"


def _code(code: Any, fmt: Any) -> str:
    return f"{hex_code(code, fmt)} ({hex_value(int(code), fmt)})"


def _flags(flags: Any) -> str:
    return str(Flags(int(flags)))
