"""Operations of several operands as what is explained: their operands as inputs, their results with flags, the knobs that they look at."""
