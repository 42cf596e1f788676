"""What sources say of staff: one row a role at a place, heads, FTE, WTE, sessions, hours and posts apart; and what is wrong in them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Final, Literal

from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("autonomous", "enhanced", "core", "foundation")
GROUPS = ("gp", "nurse", "other_clinical", "admin_non_clinical", "director")
KINDS = ("practice", "network", "locality", "acute", "other")
STATUSES = ("in post", "partner", "salaried", "locum", "trainee", "vacant")
METHODS = ("reported", "carried", "extrapolated")
NOT_REPORTED: Final = "not reported"
Missing = Literal["", "not reported"]
"""Why a row has no quantity: the place did not say. Never zero."""
QUANTITIES = ("heads", "fte", "wte", "sessions", "hours", "posts", "vacant")
"""People; 37.5 hours = 1; nine sessions = 1 (GPs); sessions a week; hours a week; posts beside people; posts reported vacant."""
FTE_HOURS = 37.5
WTE_SESSIONS = 9.0
MOST_LINES = 200
"""Most faults that a message lists line by line; further ones are counted."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, or worth saying, in a file.

    Attributes
    ----------
    file, sheet
        Where; `sheet` is empty for CSV.
    row
        As a spreadsheet counts, the header is row 1; 0 where no row is to blame.
    column
        As its author wrote it; empty where no column is to blame.
    what, mend
        A sentence, and how to put it right.
    """

    file: str
    sheet: str
    row: int
    column: str
    what: str
    mend: str = ""

    @property
    def where(self) -> str:
        """File, sheet, row and column, as far as they are known."""
        parts = [self.file, f"sheet {self.sheet}" if self.sheet else "", f"row {self.row}" if self.row else ""]
        return ", ".join(p for p in [*parts, f"column {self.column}" if self.column else ""] if p)

    def line(self) -> str:
        """Return the fault as one line of a message."""
        return str(InputError(self.what, where=self.where, mend=self.mend))


class FaultyFiles(InputError):
    """Files that cannot be used; its message has one line a fault, of all files.

    Parameters
    ----------
    what, where, mend
        As in `LlrSdError`.
    faults
        All that was found.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(what, where=where, mend=mend)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        lines = [super().__str__(), *(f"  {f.line()}" for f in self.faults[:MOST_LINES])]
        more = len(self.faults) - MOST_LINES
        return "\n".join([*lines, *([f"  and {more:,} more."] if more > 0 else [])])


class Faults:
    """Collects faults, so that all of all files are said in one pass."""

    def __init__(self) -> None:
        self._found: dict[Fault, None] = {}

    def add(self, file: str, what: str, mend: str = "", *, sheet: str = "", row: int = 0, column: str = "") -> None:
        """Add one; the same fault counts once.

        Parameters
        ----------
        file, what, mend, sheet, row, column
            As in `Fault`.
        """
        self._found[Fault(file, sheet, row, column, what, mend)] = None

    def extend(self, faults: Iterable[Fault]) -> None:
        """Add several."""
        self._found.update(dict.fromkeys(faults))

    def take(self, error: InputError, file: str) -> None:
        """Add what an error says, where a file cannot be read at all."""
        if isinstance(error, FaultyFiles):
            self.extend(error.faults)
        else:
            where = error.where if error.where.startswith(file) else file
            self.add(where, error.what, error.mend)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._found)

    def stop(self) -> None:
        """Raise `FaultyFiles` with every fault, where there is any."""
        if self._found:
            files = len({f.file for f in self._found})
            count = f"{len(self._found):,} fault{'s' if len(self._found) > 1 else ''}"
            raise FaultyFiles(
                f"{count} in {files} file{'s' if files > 1 else ''}; nothing was written.", faults=tuple(self._found)
            )


@dataclass(frozen=True)
class Conversion:
    """A stated rule between WTE (nine sessions) and FTE (37.5 hours); nothing is converted without one.

    Attributes
    ----------
    name
        What a result calls the rule.
    session_hours
        Hours of a session [Hour].
    source, grade
        Where the length of a session comes from: A source document, B literature, C judgement.
    """

    name: str
    session_hours: float
    source: str
    grade: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.session_hours) and self.session_hours > 0):
            raise InputError(f"a session of {self.session_hours:g} hours.", where=self.name, mend="Give a length above zero.")

    def fte(self, wte: float) -> float:
        """Return the FTE of a WTE."""
        return wte * WTE_SESSIONS * self.session_hours / FTE_HOURS

    def wte(self, fte: float) -> float:
        """Return the WTE of an FTE."""
        return fte * FTE_HOURS / (WTE_SESSIONS * self.session_hours)


CONTRACT = Conversion(
    "session of 4 hours 10 minutes",
    25 / 6,
    "model contract of salaried GPs: nine sessions are 37.5 hours; partners work longer",
    "B",
)
"""The rule of the salaried GPs' model contract, under which 1 WTE is 1 FTE; it understates the hours of partners."""


@dataclass(frozen=True)
class Holding:
    """What one row or cell of a source says of one role at one place; the columns of `Staffing.frame`.

    Attributes
    ----------
    place, place_name, kind, area
        Code, name, one of `KINDS`, and the code of the CCG or sub-ICB as the file has it.
    role, level, group
        By the role table.
    age
        "all", "under 55", "55 and over", or a band as the file has it.
    period, file, sheet, row, column
        Reference date, and where it stands.
    heads, fte, wte, sessions, hours, posts, vacant
        See `QUANTITIES`; None where the source gives none.
    status
        One of `STATUSES`.
    person
        Hash of an identifier with a key that stays local; empty where the source gives totals.
    missing
        Why there is no quantity at all; empty where there is one.
    method, low, high
        How the quantity came about, and its interval.
    """

    place: str
    place_name: str
    kind: str
    area: str
    role: str
    level: str
    group: str
    period: datetime.date
    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    age: str = "all"
    heads: float | None = None
    fte: float | None = None
    wte: float | None = None
    sessions: float | None = None
    hours: float | None = None
    posts: float | None = None
    vacant: float | None = None
    status: str = "in post"
    person: str = ""
    missing: Missing = ""
    method: str = "reported"
    low: float | None = None
    high: float | None = None


COLUMNS = tuple(f.name for f in fields(Holding))
NUMBERS = (*QUANTITIES, "low", "high")
PLACE_COLUMNS = (
    "place", "place_name", "kind", "area", "area_name", "network", "network_name", "locality", "list_size", "answered", "period",
)  # fmt: skip
MARGIN_COLUMNS = (
    "place", "area", "group", "part", "age", "sex", "heads", "fte", "period", "file", "row", "column",
)  # fmt: skip


@dataclass(frozen=True)
class Staffing:
    """All that the sources of one import say.

    Attributes
    ----------
    frame
        One row a holding, columns `COLUMNS`; numbers are floats with NaN for what a source does not give. Rows add up: none is part
        of another.
    places
        One row a place that ought to answer, columns `PLACE_COLUMNS`; `list_size` NaN where unknown [Person], `answered` whether a
        source says anything of its staff.
    period
        Latest reference date.
    margins
        Totals and age bands that sources give beside the rows, columns `MARGIN_COLUMNS`: for checks and age shares, never to be added
        to `frame`.
    lists
        Registered patients by age, columns place, age, patients, period [Person]; empty where no file gives them.
    notes
        What is said of the files though it stops nothing.
    """

    frame: pd.DataFrame
    places: pd.DataFrame
    period: datetime.date
    margins: pd.DataFrame = field(default_factory=lambda: _empty(MARGIN_COLUMNS))
    lists: pd.DataFrame = field(default_factory=lambda: _empty(("place", "age", "patients", "period")))
    notes: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        for name, frame, columns in (
            ("holdings", self.frame, COLUMNS), ("places", self.places, PLACE_COLUMNS), ("margins", self.margins, MARGIN_COLUMNS),
        ):  # fmt: skip
            if tuple(frame.columns) != columns:
                raise InputError(f"{name} have the columns {', '.join(map(str, frame.columns))}, not {', '.join(columns)}.")
        twice = self.places["place"][self.places["place"].duplicated()]
        if len(twice):
            raise InputError(f'the place "{twice.iloc[0]}" is there twice.')
        for column, known in (("level", LEVELS), ("group", GROUPS), ("kind", KINDS), ("status", STATUSES), ("method", METHODS)):
            odd = self.frame[column][~self.frame[column].isin(known)]
            if len(odd):
                raise InputError(f'column {column}: "{odd.iloc[0]}" is not one of {", ".join(known)}.')
        for column in NUMBERS:
            bad = self.frame[column].notna() & ~self.frame[column].between(0, 1e9)
            if bad.any():
                raise InputError(f"column {column}: {self.frame[column][bad].iloc[0]:g} is below zero or no count.")
        silent = self.frame[list(QUANTITIES)].isna().all(axis=1)
        if (silent != (self.frame["missing"] != "")).any():
            raise InputError("a row without any quantity must say why, and a row with one must not.")


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({column: [] for column in columns})


def frame_of(holdings: Iterable[Holding]) -> pd.DataFrame:
    """Return holdings as the frame of `Staffing`, numbers as floats."""
    import pandas as pd

    rows = [asdict(h) for h in holdings]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype(dict.fromkeys(NUMBERS, float)) if rows else checked_types(frame)


def checked_types(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of holdings with its columns in order: numbers as floats, what is lacking as in `Holding`."""
    defaults = {f.name: f.default for f in fields(Holding)}
    for column in COLUMNS:
        if column not in frame.columns:
            frame = frame.assign(**{column: math.nan if column in NUMBERS else defaults[column]})
    return frame[list(COLUMNS)].astype(dict.fromkeys(NUMBERS, float)).reset_index(drop=True)


def current(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest period of each kind of place; earlier ones serve to carry forward and to compare."""
    return frame[frame["period"] == frame.groupby("kind")["period"].transform("max")] if len(frame) else frame


def asked(staffing: Staffing) -> pd.DataFrame:
    """Return the places that ought to have answered: those of kinds of which any file tells staff."""
    return staffing.places[staffing.places["kind"].isin(set(staffing.frame["kind"]))]


def joined(parts: Sequence[Staffing]) -> Staffing:
    """Return several staffings as one.

    Parameters
    ----------
    parts
        Of one file each. Of a place the latest that says something is kept, and it has answered where a file of the latest period of
        its kind says anything of its staff.

    Raises
    ------
    InputError
        When there is none, or two say something of the same place, kind and period.
    """
    import pandas as pd

    if not parts:
        raise InputError("there is no file of staff.", mend="Name one.")

    def stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
        full = [f for f in frames if len(f)]
        return pd.concat(full, ignore_index=True) if full else frames[0]

    frame = stacked([p.frame for p in parts])
    told: dict[tuple[object, ...], str] = {}
    for part in parts:
        for key, file in part.frame.groupby(["kind", "place", "period"])["file"].first().items():
            if key in told:
                kind, place, day = key
                raise InputError(
                    f'{told[key]} and {file} both tell of the {kind} "{place}" at {day}.', mend="Import one of them."
                )
            told[key] = str(file)
    staffed = [p for p in parts if len(p.frame)]
    every = _joined_places(stacked([p.places for p in parts]), frame)
    places = _of_the_area(every, [p.places for p in staffed])
    lists = stacked([p.lists for p in parts])
    notes = [note for p in parts for note in p.notes]
    if less := len(every) - len(places):
        what = f"{less:,} place{'s' if less > 1 else ''} of other areas, of which no file tells staff, {'are' if less > 1 else 'is'} left out."
        notes.append(Fault("", "", 0, "", what))
    return Staffing(
        frame,
        places,
        max(p.period for p in staffed or parts),
        stacked([p.margins for p in parts]),
        lists[lists["place"].isin(places["place"])].reset_index(drop=True),
        tuple(notes),
    )


def _of_the_area(places: pd.DataFrame, staffed: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return places without those that only lists name and that lie in no area of which staff is told: lists cover all of England."""
    if not staffed:
        return places
    areas, networks, names = ({str(t) for p in staffed for t in p[column] if t} for column in ("area", "network", "place"))
    ours = places["place"].isin(names) | places["area"].isin({"", *areas}) | places["network"].isin(networks)
    return places[ours].reset_index(drop=True) if areas else places


def _joined_places(places: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    if not len(places):
        return places
    places = places.sort_values("period", ascending=False, kind="stable")
    now = places["period"] == places["kind"].map(frame.groupby("kind")["period"].max().to_dict())
    answered = (places["answered"] & now).groupby(places["place"]).max()
    text = [c for c in PLACE_COLUMNS if c not in ("place", "list_size", "answered", "period")]
    merged = places.replace({column: {"": None} for column in text}).groupby("place", sort=True).first()
    merged[text] = merged[text].fillna("")
    merged = merged.assign(list_size=merged["list_size"].astype(float), answered=answered.astype(bool))
    return merged.reset_index()[list(PLACE_COLUMNS)]
