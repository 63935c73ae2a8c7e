"""The bits of the flags (RQ-6.1)."""

INEXACT = 1
UNDERFLOW = 2
OVERFLOW = 4
DIV_BY_ZERO = 8
INVALID = 16
