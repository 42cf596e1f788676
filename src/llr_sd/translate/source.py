"""What a reader hands over: the parts of a model file, parsed equation by equation but with its names still as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llr_sd.errors import NotSupported, TranslationError, shown


@dataclass(frozen=True, slots=True)
class Place:
    """Where a construct stands: the model file and the variable as its author wrote it."""

    file: Path
    variable: str = ""

    def refuse(self, what: str, mend: str = "") -> TranslationError:
        """Return the error that says `what` is wrong here and how to mend it."""
        return TranslationError(what, where=self._where(), mend=mend)

    def not_supported(self, what: str, mend: str = "") -> NotSupported:
        """Return the error about a construct without which the model may still do."""
        return NotSupported(what, where=self._where(), mend=mend)

    def _where(self) -> str:
        name = shown(self.variable.strip('"'))
        return f"{self.file.name}, {name}" if self.variable else self.file.name


@dataclass(frozen=True, slots=True)
class Part:
    """One equation of a variable.

    `subscripts` and each list of `excepts` are names as written, one for each dimension; `tree` is the syntax tree of the
    right-hand side; `keyword` is the data keyword, such as "interpolate".
    """

    subscripts: tuple[str, ...]
    excepts: tuple[tuple[str, ...], ...]
    tree: Any
    keyword: str = ""


@dataclass(frozen=True, slots=True)
class MacroCall:
    """A call of a macro that names variables for the macro's further outputs, as in M(a : b).

    `result` is the number of the output that the call stands for: 0 for the macro's own value, 1 for the first behind the colon.
    """

    function: Any
    arguments: tuple[Any, ...]
    outputs: tuple[str, ...]
    result: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A right-hand side, or a part of one, that cannot be computed; `error` says why, and is raised when it is translated."""

    error: NotSupported


@dataclass(frozen=True, slots=True)
class Neutral:
    """A number of the reader's own, which fits any unit."""

    value: float


@dataclass(slots=True)
class RawVariable:
    """A variable as the file writes it; its parts stand in the order of the file.

    `dimensions` names its axes where the file declares them for the variable (XMILE). `text` is each equation as it stands there.
    """

    name: str
    parts: list[Part] = field(default_factory=list)
    unit: str = ""
    comment: str = ""
    limits: tuple[float | None, float | None] = (None, None)
    group: str = ""
    dimensions: tuple[str, ...] = ()
    step: float | None = None
    text: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RawRange:
    """A subscript range: `definition` lists elements and ranges, or names the range it copies, or tells a spreadsheet.

    `mappings` holds the ranges it maps to, each with the names that its elements pair with in turn (none when all pair in order).
    """

    name: str
    definition: tuple[str, ...] | str | Mapping[str, str]
    mappings: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class RawMacro:
    """A macro: its parameters, the outputs that it has besides its own value, and its equations."""

    name: str
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    variables: tuple[RawVariable, ...]
    ranges: tuple[RawRange, ...] = ()

    @property
    def head(self) -> str:
        """Its name with parameters and outputs, as a call writes them."""
        outputs = f" : {', '.join(self.outputs)}" if self.outputs else ""
        return f"{self.name}({', '.join(self.parameters)}{outputs})"


@dataclass(frozen=True, slots=True)
class RawModel:
    """A whole model file, with names still as text.

    `loose` says that subscripts may be left out where they are those of the left-hand side (XMILE). `notes` are sentences about what
    was read in a way that its author may not expect.
    """

    file: Path
    variables: tuple[RawVariable, ...]
    ranges: tuple[RawRange, ...]
    macros: tuple[RawMacro, ...] = ()
    reality_checks: tuple[str, ...] = ()
    method: str = "euler"
    comment: str = ""
    loose: bool = False
    notes: tuple[str, ...] = ()
