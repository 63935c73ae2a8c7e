"""What codes were made from, as tests give it for a report."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refquant.errors import InputTypeError
from refquant.formats import Format
from refquant.golden.sources import magnitude_of, named_format
from refquant.golden.text import hex_code
from refquant.inputs import CODES, Source, as_source
from refquant.testing.code_text import value_text
from refquant.testing.given import codes_given, flat


class Inputs:
    """What codes were made from: codes of a source, or exact numbers."""

    def __init__(self, inputs: Any, source: Format | str | None) -> None:
        self.source: Format | str | None = None
        if source is not None:
            self.source = named_format("source", source)
            self.array = codes_given("inputs", inputs, self.source)
            return
        given = _numbers(inputs)
        self.array = given.array
        if given.kind == CODES:
            self.source = given.format or given.name

    @property
    def magnitude(self) -> NDArray[np.uint64] | None:
        """Integers that order the inputs by magnitude; None where they are no codes."""
        return None if self.source is None else magnitude_of(flat(self.array), self.source)

    def text(self, i: int) -> tuple[str, str]:
        """Return code and value of one input."""
        one = self.array.flat[i]
        return (str(one), "") if self.source is None else (hex_code(one, self.source), value_text(int(one), self.source))


def _numbers(inputs: Any) -> Source:
    try:
        return as_source(inputs)
    except InputTypeError as error:
        raise InputTypeError(f"inputs: {str(error).partition(': ')[2]}") from None
