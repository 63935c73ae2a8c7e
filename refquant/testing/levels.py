"""How thoroughly a run of tests tests: the level that pytest's option names. Loads nothing, as pytest loads it in every run."""

LEVELS = ("1", "2", "exhaustive")
DEFAULT = "1"

#: The levels of the pytest runs of this process that have not ended, innermost last.
_running: list[str] = []


def begin_run(level: str) -> None:
    """Make a level that of the run."""
    _running.append(level)


def end_run() -> None:
    """Go back to the level before."""
    _running.pop()


def level_of_run() -> str:
    """Return the level of the run; outside pytest, or without the plugin, the default."""
    return _running[-1] if _running else DEFAULT
