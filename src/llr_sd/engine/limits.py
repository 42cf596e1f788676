"""How much memory there is, asked before any is taken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from llr_sd.errors import EngineError

SHARE = 0.7  # of the memory that this process may use
UNKNOWN = 8 << 30  # where the system does not tell


def memory() -> int:
    """Return the bytes that this process may use: those of the computer, or the limit set for the process."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        total = UNKNOWN
    try:
        import resource
    except ImportError:
        return total
    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    return min([total, *(n for n in limits if n != resource.RLIM_INFINITY)])


def need(size: float, what: str, mend: str) -> None:
    """Raise EngineError where `what` takes more bytes than there are."""
    most = SHARE * memory()
    if size > most:
        raise EngineError(f"{what} would take {size / 2**30:,.1f} GB of memory; {most / 2**30:,.1f} GB can be used.", mend=mend)


@contextmanager
def told() -> Iterator[None]:
    """Say in a sentence that memory ran out all the same, or that a tree is too deep to follow."""
    try:
        yield
    except MemoryError:
        raise EngineError("there is not enough memory for this batch.", mend="Ask for fewer outputs, times or runs.") from None
    except RecursionError:
        raise EngineError("an equation is nested too deeply.", mend="Give parts of it variables of their own.") from None
