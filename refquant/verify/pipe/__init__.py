"""The pipe: programs that read vectors as hex lines and answer with hex lines. Nothing here knows what a right answer is."""

from refquant.verify.pipe.conversation import converse
from refquant.verify.pipe.program import Program, program
from refquant.verify.pipe.protocol import GREETING, Field, Header
from refquant.verify.pipe.replies import Kind, Misbehaviour, Replies, Unknown

__all__ = ["GREETING", "Field", "Header", "Kind", "Misbehaviour", "Program", "Replies", "Unknown", "converse", "program"]
