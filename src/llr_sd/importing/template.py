"""The empty workbook of our own return."""

from __future__ import annotations

from pathlib import Path

from llr_sd.errors import InputError
from llr_sd.textfiles import is_file
from llr_sd.workforce.returns.template import template
from llr_sd.workforce.roles import read_roles


def write_template(path: Path, roles: Path | None = None) -> None:
    """Write the empty workbook of our own return.

    Parameters
    ----------
    path
        A file that ends in .xlsx and is not there yet: a return that somebody filled in is never written over.
    roles
        An edited role table, whose roles can then be chosen; None for the one that ships.

    Raises
    ------
    InputError
        When the role table has a fault, or the file is there already or cannot be written.
    """
    if path.suffix.casefold() != ".xlsx":
        raise InputError("is no name of a workbook.", where=str(path), mend="Let it end in .xlsx.")
    taken = InputError("is there already, and is left as it is.", where=str(path), mend="Move it away first.")
    if is_file(path):
        raise taken
    content = template(read_roles(roles))
    try:
        with path.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise taken from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no file name"
        raise InputError(f"cannot be written ({reason}).", where=str(path)) from None
