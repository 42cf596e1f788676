"""Text files of users: read whole and checked once, whether TOML or a table with commas."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llr_sd.errors import InputError, nearest, shown
from llr_sd.values import number

LARGEST = 20 << 20
"""Most bytes of a study, a register or a table; they have some kilobytes."""

_TOKENS = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|(?P<bare>[A-Za-z0-9_+.\-]+)(?P<key>[ \t]*=)?',
    re.DOTALL,
)
_ODD = re.compile(r"[+-]?(?:0[xob][0-9A-Fa-f_]+|(?=[\d.eE+\-_]*_)\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?[\d_]+)?)")
_HEADER = re.compile(r"[ \t]*\[[^,=\n]*\][ \t]*(?:#.*)?")


def is_file(path: Path) -> bool:
    """Whether there is a file of this name; no name is too strange to ask."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder of this name; no name is too strange to ask."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def beside(name: str, *folders: Path) -> Path:
    """Return the file of this name in the first folder that has one.

    Parameters
    ----------
    name
        A name, or a path from the folders on.
    folders
        In the order in which they are looked at.

    Raises
    ------
    InputError
        When none has it.
    """
    for folder in folders:
        if is_file(folder / name):
            return folder / name
    mend = "Its path starts from the folder of the study, or of the model."
    raise InputError("there is no such file.", where=str(folders[0] / name), mend=mend)


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, without its byte order mark.

    Raises
    ------
    InputError
        When there is no such file, it is a folder or a device, is larger than `LARGEST`, or is not UTF-8 text.
    """
    where = str(path)
    try:
        if path.is_dir():
            raise InputError("is a folder, not a file.", where=where)
        if not path.is_file():
            raise InputError("there is no such file." if not path.exists() else "is not a regular file.", where=where)
        size = path.stat().st_size
        if size > LARGEST:
            raise InputError(
                f"has {size >> 20} MB; at most {LARGEST >> 20} MB are read.", where=where, mend="Keep what is needed."
            )
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no file name"
        raise InputError(f"cannot be read ({reason}).", where=where) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            f"is not UTF-8 text (line {line}).", where=where, mend='Save it as UTF-8; in Excel as "CSV UTF-8".'
        ) from None
    if "\0" in text:
        raise InputError("is not text: it holds zero bytes.", where=where, mend="Save it again as UTF-8 text.")
    return text


def write_new(path: Path, text: str) -> None:
    """Write a UTF-8 text file; raise InputError where there is one already, or it cannot be written."""
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError("is there already, and is left as it is.", where=str(path), mend="Move it away first.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no file name"
        raise InputError(f"cannot be written ({reason}).", where=str(path)) from None


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file as it stands; raise InputError naming the line where it is not valid, or has a number that is not plain."""
    text, where = read_text(path), str(path)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(_toml_fault(text, str(error)), where=where) from None
    except (ValueError, RecursionError, OverflowError):
        raise InputError(
            "holds a number, a date or a nesting that cannot be read.", where=where, mend="Make it shorter."
        ) from None
    for token in _TOKENS.finditer(text):
        bare = token["bare"]
        if bare and not token["key"] and _ODD.fullmatch(bare) and not _HEADER.fullmatch(_line_at(text, token.start())):
            line = text.count("\n", 0, token.start()) + 1
            raise InputError(f"{shown(bare)} is not a plain number.", where=f"{where}, line {line}", mend="Write digits only.")
    return found


def _line_at(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]


def _toml_fault(text: str, message: str) -> str:
    """Say where a file is not valid TOML, and in what way, without the parser's own words."""
    place = re.search(r"at line (\d+), column (\d+)", message)
    kinds = {
        "Cannot overwrite": "a key or table is given twice",
        "Cannot declare": "a table is given twice",
        "Cannot mutate": "a table is given twice",
        "Unterminated": "a text in quotes does not end",
        "Unclosed": "a bracket is not closed",
        "Illegal character": "a text in quotes does not end, or holds a control character",
    }
    kind = next((words for start, words in kinds.items() if start in message), 'look for a missing quote, bracket or "="')
    if place is None:
        return f"is not valid TOML at its end, line {text.count(chr(10)) + 1}: {kind}."
    line = text.splitlines()[int(place[1]) - 1] if int(place[1]) <= len(text.splitlines()) else ""
    return f"is not valid TOML in line {place[1]}, column {place[2]}, {shown(line)}: {kind}."


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    number
        As a spreadsheet counts: the header is row 1.
    table
        What the table is called.
    entries
        By column.
    """

    number: int
    table: str
    entries: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.entries.get(column, "")

    @property
    def where(self) -> str:
        """File and row, for errors."""
        return f"{self.table}, row {self.number}"

    def number_in(self, column: str, default: float | None = None) -> float:
        """Return the number in a column.

        Parameters
        ----------
        column
            Its name.
        default
            For an empty entry; None where there must be one.

        Raises
        ------
        InputError
            Naming row and column, for anything but plain digits.
        """
        entry = self[column]
        if not entry and default is not None:
            return default
        try:
            return number(entry)
        except InputError as error:
            raise InputError(f"column {column}: {error.what}", where=self.where, mend=error.mend) from None


def read_table(path: Path, needed: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of a CSV file; see `table_rows`."""
    return table_rows(read_text(path), str(path), needed)


def table_rows(text: str, name: str, needed: Sequence[str], known: Sequence[str] | None = None) -> tuple[Row, ...]:
    """Return the rows of a table with commas, entries without spaces around them; rows without any entry are passed over.

    Parameters
    ----------
    text
        The table; its first row names the columns.
    name
        What messages call it.
    needed
        Columns that must be there.
    known
        All columns that may be there; None for any.

    Raises
    ------
    InputError
        When a column is missing, unknown or there twice, a row has too few or too many entries, or the text is no such table.
    """
    lines = list(_records(text, name))
    header = [cell.strip() for cell in lines[0]] if lines else []
    while header and not header[-1]:
        header.pop()
    where = f"{name}, row 1"
    if len(header) == 1 and needed and header[0] not in needed and any(d in header[0] for d in ";\t|"):
        raise InputError("its columns are not separated by commas.", where=where, mend="Save it as a CSV file with commas.")
    for column in needed:
        if column not in header:
            raise InputError(f'has no column "{column}".', where=where, mend=nearest(column, header))
    for column in header:
        if header.count(column) > 1 or not column:
            what = f"has the column {shown(column)} twice." if column else "has a column without a name."
            raise InputError(what, where=where, mend="Keep one." if column else "Name it.")
        if known is not None and column not in known:
            raise InputError(
                f"there is no column {shown(column)} in such a table.",
                where=where,
                mend=nearest(column, known) or f"Known are {', '.join(known)}.",
            )
    rows = []
    for place, line in enumerate(lines[1:], start=2):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if len(cells) != len(header):
            raise InputError(
                f"has {len(cells)} entries, and the table {len(header)} columns.",
                where=f"{name}, row {place}",
                mend="Put a text that holds a comma in quotes."
                if len(cells) > len(header)
                else "Give every column an entry; it may be empty.",
            )
        rows.append(Row(place, name, dict(zip(header, cells, strict=True))))
    return tuple(rows)


def _records(text: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    place = 0
    while True:
        place += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise InputError(
                "cannot be read as a row of a table.",
                where=f"{name}, row {place}",
                mend="Look for a quotation mark that is not closed, or an entry that never ends.",
            ) from None
