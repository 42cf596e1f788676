"""The terminal: what goes to it does nothing there, and whatever ends a command is one line."""

from __future__ import annotations

import codecs
import os
import signal
import sys
import textwrap
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from llr_sd.errors import clean, shown


def say(text: str) -> None:
    """Print what comes in part from files, so that a terminal shows it and does nothing that a file tells it to do."""
    print("\n".join(clean(line) for line in text.split("\n")))


def ended(error: BaseException, said: str, code: int, debug: bool = False) -> int:
    """Say in one line why a command ended, and where runs are kept, after its traceback where that was asked for."""
    notes: list[str] = getattr(error, "__notes__", [])
    try:
        if debug:
            traceback.print_exc()
        print(" ".join([f"llr-sd: {said}", *notes]), file=sys.stderr)
    except OSError:  # nobody listens; the exit code says it too
        let_go(sys.stderr)
    return code


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """Give a list that Ctrl-C leaves its mark in: a library that is being loaded may turn it into an error of its own."""
    seen: list[int] = []

    def note(number: int, frame: Any) -> None:
        seen.append(number)
        signal.default_int_handler(number, frame)

    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def unforeseen(error: Exception) -> str:
    """Return one line for an error that no part of the package names: what, where, and how to see more."""
    more = "Run it with --debug for the full report."
    if isinstance(error, MemoryError) or any(words in str(error) for words in _STARVED):
        return f"there is not enough memory for this. Ask for fewer runs, outputs or saved times. {more}"
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None:  # standard output itself
            let_go(sys.stdout)
        name = f"{shown(str(error.filename))}: " if error.filename is not None else ""
        return f"{name}{error.strerror.lower()}. {more}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "llr_sd" in f.filename]
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    what = " ".join(clean(str(error)).split())[:200]
    return f"unforeseen {type(error).__name__}{place}{': ' + what if what else ''}. {more}"


_STARVED = ("start new thread", "failed to map segment", "Cannot allocate memory", "object file 'libllvmlite")
"""What libraries say where the system gives them no more memory."""
_TYPED = {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-", "…": "...", "≤": "<=", "≥": ">=", "×": "x"}


def show_file(path: Path) -> None:
    """Open a file in the browser, or say that it cannot be done from here."""
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        say("No browser could be started from here: open the file by hand.")


def tell(text: str) -> None:
    """Say on a terminal what is being done; a pipe is told nothing."""
    if sys.stderr is not None and sys.stderr.isatty():
        print(text, file=sys.stderr)


def degrade() -> None:
    """Let a terminal that knows few letters show plain ones in place of those that it lacks."""

    def plain(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return "".join(_TYPED.get(c, "?") for c in error.object[error.start : error.end]), error.end

    codecs.register_error("llr_sd.plain", plain)
    for stream in (sys.stdout, sys.stderr):
        if (getattr(stream, "encoding", None) or "utf-8").casefold().replace("-", "") != "utf8" and hasattr(
            stream, "reconfigure"
        ):
            stream.reconfigure(errors="llr_sd.plain")


def let_go(stream: Any) -> None:
    """Point a stream that cannot be written at nothing, so that Python does not complain of it at its end."""
    with suppress(Exception):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class ProgressBar:
    """A bar with rate and time left on a terminal, nothing in a pipe."""

    def __init__(self, unit: str = " runs") -> None:
        self._unit = unit
        self._bar: Any = None
        self._resuming = False

    def show(self, stage: str, done: int, total: int) -> None:
        """Show how many runs of a stage are done; drawing and resuming are said in a line."""
        from tqdm import tqdm

        if sys.stderr is None:
            return
        if stage == "drawing":
            self.close()
            if sys.stderr.isatty():
                print("drawing figures and report ...", file=sys.stderr)
            return
        if stage == "resuming" and not self._resuming and sys.stderr.isatty():
            self._resuming = True
            print("resuming: runs that are done already are not run again", file=sys.stderr)
        if self._bar is None:
            self._bar = tqdm(total=total, unit=self._unit, disable=None, file=sys.stderr, leave=False, dynamic_ncols=True)
        self._bar.total = total
        self._bar.set_description_str(textwrap.shorten(stage, 30, placeholder="..."), refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
