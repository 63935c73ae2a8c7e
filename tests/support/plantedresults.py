"""Results that are planted for `explain` to find: by the oracle, one code at a time."""

import oracle
from stepcases import oracle_policies

import refquant as rq


def by_oracle(codes, source, target, **knobs):
    """What the oracle makes of codes of a source, as codes of the target; the default dialect with these knobs."""
    fmt = rq.get_format(target)
    policies = oracle_policies(rq.get_dialect("default").replace(**knobs).policies(target, source))
    given, goal = oracle.formats.get(source), oracle.formats.get(target)
    return [oracle.codec.convert(int(code), given, goal, policies, None).code for code in codes], fmt.code_dtype
