"""Examples are projects of their own, with their own tests."""

collect_ignore = ["examples"]
