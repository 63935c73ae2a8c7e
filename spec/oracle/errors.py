"""What may be refused, and when."""


class OracleError(ValueError):
    """Base of the refusals below."""


class FormatRefused(OracleError):
    """No such format exists (RQ-2.8 to RQ-2.12)."""


class PolicyRefused(OracleError):
    """A combination of policies and format that is refused before data is read (RQ-5.4, RQ-5.5, RQ-5.8, RQ-5.12)."""


class ValueRefused(OracleError):
    """A value that a policy refuses to deliver (RQ-5.15)."""
