"""A pool of threads per process for compiled kernels, which run without Python's lock; results do not depend on how many there are."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from refquant.errors import InputTypeError, InputValueError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

_VARIABLE = "REFQUANT_NUM_THREADS"
_MOST = 1024
_chosen: int | None = None


def set_num_threads(n: int | None) -> None:
    """Set how many threads compiled kernels use in this process; results do not depend on it.

    Parameters
    ----------
    n : int or None
        1 or more. None: what the environment variable ``REFQUANT_NUM_THREADS`` says, else the processors that the process may use.

    Raises
    ------
    InputTypeError, InputValueError
        If `n` is no integer from 1 to 1024.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.set_num_threads(1)
    >>> rq.get_num_threads()
    1
    >>> rq.set_num_threads(None)
    """
    global _chosen
    _chosen = None if n is None else _checked("n", n)


def get_num_threads() -> int:
    """Return how many threads compiled kernels use.

    Returns
    -------
    int

    Raises
    ------
    InputValueError
        If ``REFQUANT_NUM_THREADS`` is set to something else than an integer from 1 to 1024.

    Examples
    --------
    >>> import refquant as rq
    >>> rq.get_num_threads() >= 1
    True
    """
    if _chosen is not None:
        return _chosen
    text = os.environ.get(_VARIABLE, "")
    if not text:
        return _processors()
    try:
        return _checked(_VARIABLE, int(text))
    except ValueError:
        raise InputValueError(f"{_VARIABLE}: expected an integer from 1 to {_MOST}, got {text!r}") from None


def _checked(name: str, n: object) -> int:
    try:
        number = operator.index(n)  # type: ignore[arg-type]
        if isinstance(n, bool):
            raise TypeError
    except TypeError:
        raise InputTypeError(f"{name}: expected an integer or None, got {n!r}") from None
    if not 1 <= number <= _MOST:
        raise InputValueError(f"{name}: expected 1 to {_MOST} threads, got {number}")
    return number


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_all(job: Callable[[int], int], count: int, worth: int = _MOST) -> int:
    """Call ``job(0) .. job(count - 1)``, in as many threads as it is worth; return the OR of the results.

    Where a job raises, or the caller is interrupted, no job is begun any more, and those that run are waited for: nothing writes after the return.
    """
    threads = min(get_num_threads(), count, worth)
    stopped: list[bool] = []

    def share(first: int) -> int:
        try:
            return _joined(job(i) for i in range(first, count, threads) if not stopped)
        except BaseException:
            stopped.append(True)
            raise

    futures: list[Future[int]] = []
    try:
        if threads > 1 and _begin(futures, share, threads):
            return _joined(f.result() for f in futures)
        return _joined(map(job, range(count)))
    finally:
        stopped.append(True)
        _await(futures)


def _begin(futures: list[Future[int]], share: Callable[[int], int], threads: int) -> bool:
    """Begin all shares, and return whether that could be done: no thread can be started any more when Python ends."""
    try:
        for first in range(threads):
            futures.append(_pool(os.getpid()).submit(share, first))
    except RuntimeError:
        futures[:] = [f for f in futures if not f.cancel()]
        return False
    return True


def _await(futures: list[Future[int]]) -> None:
    for future in futures:
        future.exception()


def _joined(results: Iterable[int]) -> int:
    status = 0
    for result in results:
        status |= result
    return status


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """Return the pool of this process: after a fork the child makes its own. Threads are made as they are needed, and used again."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(_MOST, thread_name_prefix=f"refquant-{process}")
