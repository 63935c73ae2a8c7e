"""Golden vectors: inputs by rule, and what is right for each."""
