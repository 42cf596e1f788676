"""A quarter held against the forecast made before it: inside or outside its band, how far off the middle, and what moved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis
from llr_sd.equations import canonical
from llr_sd.errors import InputError, nearest, shown
from llr_sd.observed import at
from llr_sd.quantiles import FEWEST_RUNS
from llr_sd.result import StudyResult
from llr_sd.rolling.measured import Figure, Quarter, check_time, quarter_of
from llr_sd.rounding import difference

if TYPE_CHECKING:
    import xarray as xr

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Held:
    """A figure beside the forecast of it.

    Attributes
    ----------
    output, label
        Of the study, and what people call it.
    figure
        What the returns say.
    start
        What the forecast started from, in the figure's unit.
    band
        5th, 25th, 50th, 75th and 95th percentile of what the forecast would have had returned, the error of returns included.
    rank
        Share of it below the figure.
    """

    output: str
    label: str
    figure: Figure
    start: float
    band: tuple[float, float, float, float, float]
    rank: float

    @property
    def stands(self) -> str:
        """Where the figure stands: "below", "inside" or "above" the band of nine in ten."""
        value = self.figure.value
        below, above = float(difference(value, self.band[0])) < 0, float(difference(value, self.band[-1])) > 0
        return "below" if below else "above" if above else "inside"

    @property
    def beyond(self) -> float:
        """How far the figure lies above the band, below it where negative, in its unit; 0 inside."""
        end = self.band[0] if self.stands == "below" else self.band[-1] if self.stands == "above" else self.figure.value
        return float(difference(self.figure.value, end))

    @property
    def bias(self) -> float:
        """How far the figure lies above the middle of the forecast, in its unit."""
        return float(difference(self.figure.value, self.band[2]))

    @property
    def moved(self) -> float:
        """How far it has moved since the forecast started, in its unit."""
        return float(difference(self.figure.value, self.start))

    @property
    def foretold(self) -> float:
        """How far the middle of the forecast has, in its unit."""
        return float(difference(self.band[2], self.start))


@dataclass(frozen=True)
class Comparison:
    """A quarter held against one scenario of a forecast.

    Attributes
    ----------
    quarter
        What the returns say.
    scenario
        Of the forecast.
    held
        One a figure.
    values
        What each good run gives for each, shape (run, figure).
    runs
        Numbers of the good runs, shape (run,).
    lost
        Failed runs.
    expected, chance
        How many figures a run taken for the truth would have outside the band on average, and the chance of as many as there are.
    unheld
        Figures of the returns that the forecast saved no output of.
    """

    quarter: Quarter
    scenario: str
    held: tuple[Held, ...]
    values: Values
    runs: NDArray[np.int64]
    lost: int
    expected: float
    chance: float
    unheld: tuple[Figure, ...]

    @property
    def outside(self) -> tuple[Held, ...]:
        """Figures outside their band."""
        return tuple(h for h in self.held if h.stands != "inside")


def compare(baseline: str | Path, result: StudyResult, scenario: str = "") -> Comparison:
    """Hold a baseline against the forecast made before it.

    Parameters
    ----------
    baseline
        A folder that `llr-sd import` wrote, or one table of it that a model starts from.
    result
        The forecast, opened by `open_result`.
    scenario
        Which scenario came about; may be left out where the study has one that is neither published arithmetic nor a check.

    Raises
    ------
    InputError
        As `quarter_of`; where the forecast does not reach the quarter, saved no output that it speaks of, or has too few good runs.
    """
    chosen = _scenario(result, scenario)
    quarter = quarter_of(Path(baseline), result)
    times = np.asarray(result.runs["time"].values, dtype=np.float64)
    own = result.runs.sel(scenario=chosen)
    found = [(f, o) for f in quarter.figures for o in [_output(result, own, f)] if o is not None]
    if not found:
        names = " and ".join(f'"{f.variable}"' for f in quarter.figures)
        mend = "Add one to its [outputs], over time, and run it again from what was known then."
        raise InputError(f"saved none of {names} over time.", where=str(result.path), mend=mend)
    courses = [_course(own, output, elements) for _, (output, elements) in found]
    saved = times[np.isfinite(np.vstack(courses)).any(axis=0)]
    if not len(saved):
        raise InputError(f'has no good run in "{chosen}".', where=str(result.path), mend="See its failures.csv.")
    check_time(quarter.time, float(saved[0]), float(saved[-1]), str(quarter.table))
    values = np.column_stack([at(times, c, np.array([quarter.time]))[:, 0] for c in courses])
    good = np.asarray(own["ok"].values, dtype=bool) & np.isfinite(values).all(axis=1)
    if good.sum() < FEWEST_RUNS["p95"]:
        what = f'has {good.sum()} good runs in "{chosen}"; the ends of a band need {FEWEST_RUNS["p95"]}.'
        raise InputError(what, where=str(result.path), mend="Let its study run more, with something uncertain.")
    error = np.array([f.error for f, _ in found])
    figures = np.array([f.value for f, _ in found])
    measured = analysis.Measured(values[good], figures, error, np.zeros(len(found)))
    band, ranks = analysis.band(measured), analysis.ranks(measured)
    held = []
    for i, (figure, (output, elements)) in enumerate(found):
        label = str(own[output].attrs.get("label", "")) or output
        start = float(np.median(at(times, courses[i][good], saved[:1])[:, 0]))
        ends = tuple(float(b) for b in band[:, i])
        called = f"{label}, {', '.join(elements)}" if elements else label
        held.append(Held(output, called, figure, start, (ends[0], ends[1], ends[2], ends[3], ends[4]), float(ranks[i])))
    missed = sum(h.stands != "inside" for h in held)
    expected, chance = analysis.as_many([analysis.miss_counts(measured, band[[0, -1]])], missed)
    unheld = tuple(f for f in quarter.figures if f not in [g for g, _ in found])
    runs = np.asarray(own["run"].values, dtype=np.int64)[good]
    return Comparison(quarter, chosen, tuple(held), values[good], runs, int((~good).sum()), expected, chance, unheld)


def _scenario(result: StudyResult, name: str) -> str:
    names = [s.name for s in result.study.scenario if s.kind == "scenario"]
    listed = ", ".join(f'"{n}"' for n in names) or "none"
    if name:
        if name not in names:
            mend = nearest(name, names) or f"Known are {listed}."
            raise InputError(f"there is no scenario {shown(name)} that foretells.", where="--scenario", mend=mend)
        return name
    if len(names) != 1:
        what = f"has {len(names)} scenarios that foretell: {listed}."
        raise InputError(what, where=str(result.path), mend="Say with --scenario which came about.")
    return names[0]


def _parts(variable: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of a variable and its elements, in the form in which they are compared."""
    found = re.fullmatch(r"([^\[\]]*)(?:\[(.*)\])?", variable)
    head, inner = (found[1], found[2]) if found else (variable, None)
    return canonical(head), tuple(canonical(e) for e in inner.split(",")) if inner else ()


def _output(result: StudyResult, own: xr.Dataset, figure: Figure) -> tuple[str, tuple[str, ...]] | None:
    """Return the output of a variable over time and the elements to take of it; None where the study saved none.

    Raises InputError where it is in another unit.
    """
    head, elements = _parts(figure.variable)
    for name, spec in result.study.outputs.items():
        if spec.variable is None or spec.at is not None:
            continue
        other, own_elements = _parts(spec.variable)
        if other != head or own_elements not in ((), elements):
            continue
        unit = str(own[name].attrs.get("units", ""))
        if unit != figure.unit:
            raise InputError(
                f'the forecast of "{name}" is in "{unit}", and the returns count {figure.parameter} in "{figure.unit}".',
                where=str(result.path),
                mend="Hold counts of one kind against each other: WTE is nine sessions, FTE 37.5 hours.",
            )
        return name, () if own_elements else elements
    return None


def _course(own: xr.Dataset, output: str, elements: tuple[str, ...]) -> Values:
    """Return one cell of an output over time, shape (run, time), in the order of its subscripts; NaN where a run failed."""
    array = own[output]
    for dim, element in zip([d for d in array.dims if d not in ("run", "time")], elements, strict=True):
        names = [canonical(str(v)) for v in array[dim].values]
        array = array.isel({dim: names.index(element)})
    values = np.array(array.transpose("run", "time").values, dtype=np.float64)
    values[~np.asarray(own["ok"].values, dtype=bool)] = np.nan
    return values
