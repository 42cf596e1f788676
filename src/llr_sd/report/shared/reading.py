"""Look things up in a `StudyResult`, whatever it lacks: the one place that knows the shape of its tables and runs."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from llr_sd.answers import Answer, BarsAnswer, names_used
from llr_sd.equations import canonical
from llr_sd.report.shared.memory import remembered
from llr_sd.result import StudyResult
from llr_sd.rounding import reaches
from llr_sd.study import Study
from llr_sd.studyparts import OutputSpec, Target

TABLE_COLUMNS = {
    "summary": ("scenario", "output", "time", "element", "statistic", "value", "low", "high", "runs"),
    "targets": (
        "scenario", "target", "output", "level", "direction", "probability", "low", "high", "met", "runs", "lost", "source",
    ),
    "failures": ("scenario", "run", "time", "variable", "reason"),
    "parameters": (
        "name", "variable", "unit", "distribution", "low", "mode", "high", "group", "source", "grade", "note", "label", "whole",
    ),
}  # fmt: skip
MAIN = ("monte_carlo", "")
"""The sample that the spread and the chances rest on, as failures.csv calls it."""
SAMPLES = {
    "central": "central",
    "sobol": "Sobol",
    "sobol_groups": "Sobol (groups)",
    "morris": "Morris screening",
    "shapley": "Shapley",
}
"""What people call the other samples; those of attributions keep their names."""
# Spread below this share of the value is rounding in the solver, not uncertainty.
SAME = 1e-9


@dataclass(frozen=True)
class Quantity:
    """An output as a reader meets it.

    Attributes
    ----------
    output, element
        Key in the tables; `element` is empty for an output without subscripts.
    label, unit
        Words and unit; the unit is empty where none is known.
    time
        Date in years of a scalar; NaN for an expression or a number over time.
    over_time
        Whether it has a value at every saved time.
    """

    output: str
    element: str
    label: str
    unit: str
    time: float
    over_time: bool


@dataclass(frozen=True)
class Spread:
    """One scenario's numbers for one quantity at one time, in its unit; NaN where the result has none.

    `fixed` says that every run gives the same value; `median_low` and `median_high` are the 95 % interval of the median.
    """

    scenario: str
    central: float
    median: float
    p05: float
    p95: float
    median_low: float
    median_high: float
    runs: int
    fixed: bool

    @property
    def void(self) -> bool:
        """Whether its runs vary but none of them is good."""
        return not self.fixed and not self.runs

    @property
    def few(self) -> bool:
        """Whether its good runs are too few for a range, and perhaps for a median."""
        return not self.fixed and self.runs > 0 and not math.isfinite(self.p95 - self.p05)

    @property
    def best(self) -> float:
        """The central value, or the median where there is no central run."""
        return self.central if math.isfinite(self.central) else self.median


@dataclass(frozen=True)
class Chance:
    """Share of the runs with a result that meet a target, with its 95 % interval; `lost` counts the runs without a result."""

    probability: float
    low: float
    high: float
    runs: int
    lost: int = 0

    @property
    def least(self) -> float:
        """The share if every run without a result missed."""
        return self.met / (self.runs + self.lost)

    @property
    def most(self) -> float:
        """The share if every run without a result met."""
        return (self.met + self.lost) / (self.runs + self.lost)

    @property
    def met(self) -> int:
        """How many runs meet it."""
        return round(self.probability * self.runs) if math.isfinite(self.probability) else 0


@remembered
def table(result: StudyResult, name: str) -> pd.DataFrame:
    """Return a table of the result with every column that the contract names; empty where the result lacks it."""
    return _whole(result.tables.get(name), name)


def _whole(frame: pd.DataFrame | None, name: str) -> pd.DataFrame:
    """A table with every column of the contract and text in `element`."""
    columns = TABLE_COLUMNS[name]
    if frame is None:
        return pd.DataFrame(columns=list(columns))
    missing = {c: math.nan if c in ("value", "low", "high", "time", "probability") else "" for c in columns if c not in frame}
    frame = frame.assign(**missing) if missing else frame
    if "element" in columns:
        frame = frame.assign(element=frame["element"].fillna("").astype(str))
    return frame


@remembered
def labels(result: StudyResult) -> dict[str, str]:
    """Return what people call the parameters that have a label, by name and by variable, both in the form of `canonical`.

    Those that vary are in the table "parameters"; the others in the model's own table, of which the results folder holds a copy.
    """
    rows = _model_rows(result.path / "model" / "parameters.csv")
    rows += [{str(k): v for k, v in row.items()} for row in table(result, "parameters").to_dict("records")]
    found: dict[str, str] = {}
    for row in rows:
        label = row.get("label")
        if isinstance(label, str) and label.strip():
            found |= {canonical(str(row.get(key))): " ".join(label.split()) for key in ("variable", "name")}
    return found


def fits(result: StudyResult) -> tuple[tuple[str, str], ...]:
    """Return the parameters whose row in the model's table says what their value was fitted to, or chosen knowing: label and figures."""
    rows = _model_rows(result.path / "model" / "parameters.csv")
    said = [(str(r.get("label") or r.get("name") or ""), " ".join(str(r.get("fitted_to") or "").split())) for r in rows]
    return tuple((name, figures) for name, figures in said if figures)


def _model_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of the copied table; none where there is no such file or it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def scenario_names(result: StudyResult) -> list[str]:
    """Return the scenarios in the order of the study."""
    return [s.name for s in result.study.scenario]


@remembered
def quantity(result: StudyResult, output: str) -> Quantity:
    """Describe an output: its first element where it has subscripts, its label, unit and date."""
    spec = result.study.outputs.get(output)
    attrs: dict[str, Any] = dict(result.runs[output].attrs) if output in result.runs else {}
    label = (spec.label if spec else "") or str(attrs.get("label") or "") or (spec.variable if spec else None) or output
    rows = _rows(result, output)
    elements = list(dict.fromkeys(rows["element"]))
    element = "" if "" in elements or not elements else str(elements[0])
    at = math.nan if spec is None or spec.at is None else float(spec.at)
    over_time = spec is not None and spec.variable is not None and spec.at is None
    shown = f"{label} [{element_words(result, output, element)}]" if element else label
    return Quantity(output, element, shown, str(attrs.get("units") or (spec.unit if spec else None) or ""), at, over_time)


def element_words(result: StudyResult, output: str, element: str) -> str:
    """Return what people call an element of an output: its subscripts in words, where the study has words for them."""
    spec = result.study.outputs.get(output)
    words = {canonical(name): label for name, label in spec.elements.items()} if spec else {}
    return ", ".join(words.get(canonical(part), part.strip()) for part in element.split(","))


@remembered
def headline(result: StudyResult) -> Quantity:
    """Return the number that answers the question: that of the first answer with one number, the first target's, or the first output."""
    study = result.study
    declared = [output for answer in study.answer for output in _numbers_of(study, answer)]
    if declared or study.target:
        return quantity(result, (*declared, *(t.output for t in study.target))[0])
    scalars = [name for name, spec in study.outputs.items() if spec.at is not None]
    scalars += [name for name, spec in study.outputs.items() if spec.expression is not None]
    found = quantity(result, (scalars or list(study.outputs))[0])
    times = times_of(result, found.output)
    if found.over_time and times.size:
        return Quantity(found.output, found.element, found.label, found.unit, float(times[-1]), True)
    return found


def _numbers_of(study: Study, answer: Answer) -> list[str]:
    """The outputs of one number that a declared answer is about."""
    if isinstance(answer, BarsAnswer):
        return []
    outputs, _, targets = names_used(answer)
    return [name for _, name in outputs] + [t.output for _, name in targets for t in study.target if t.name == name]


def target_of(result: StudyResult, shown: Quantity) -> Target | None:
    """Return the first target on a number; None where the study has none."""
    return next((t for t in result.study.target if t.output == shown.output), None)


def names_in(spec: OutputSpec) -> tuple[str, ...]:
    """Return the words of an output's expression, among them the outputs that it is worked out of."""
    return tuple(re.findall(r"\w+", spec.expression or ""))


@remembered
def course(result: StudyResult) -> Quantity | None:
    """Return the output over time to draw: the headline's own variable where the study saves it, else the first; None if none."""
    outputs = result.study.outputs
    over_time = [name for name, spec in outputs.items() if spec.variable is not None and spec.at is None]
    over_time = [name for name in over_time if times_of(result, name).size]
    spec = outputs[headline(result).output]
    wanted = [outputs[w].variable for w in names_in(spec) if w in outputs] or [spec.variable]
    same = [name for name in over_time if outputs[name].variable in wanted]
    names = same or over_time
    return quantity(result, names[0]) if names else None


@remembered
def horizon(result: StudyResult) -> float:
    """Return the date that the study asks about, in years; NaN when it names none."""
    head = headline(result)
    if math.isfinite(head.time):
        return head.time
    dates = [spec.at for spec in result.study.outputs.values() if spec.at is not None]
    return max(dates) if dates else math.nan


def targets_on(result: StudyResult, shown: Quantity) -> list[Target]:
    """Return the targets whose output reads the same variable as `shown`."""
    outputs = result.study.outputs
    spec = outputs.get(shown.output)
    if spec is None or spec.variable is None:
        return [t for t in result.study.target if t.output == shown.output]
    return [t for t in result.study.target if outputs[t.output].variable == spec.variable]


def level_of(target: Target) -> float:
    """Return the level of a target, whichever side it bounds."""
    level = target.at_least if target.at_least is not None else target.at_most
    return math.nan if level is None else level


def meets(value: float, target: Target) -> bool:
    """Whether a value is on the right side of a target."""
    return bool(reaches(value, target.at_least, target.at_most))


@remembered
def times_of(result: StudyResult, output: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the saved times of an output over time, in years, rising; empty for a scalar."""
    for name in (f"central: {output}", output):
        if name in result.runs and "time" in result.runs[name].dims:
            return np.asarray(result.runs["time"].values, dtype=float)
    times = pd.to_numeric(_rows(result, output)["time"]).dropna().unique()
    spec = result.study.outputs.get(output)
    if spec is None or spec.variable is None or spec.at is not None:
        return np.empty(0)
    return np.sort(np.asarray(times, dtype=float))


@remembered
def central_course(result: StudyResult, scenario: str, shown: Quantity) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the central run of a scenario at `times_of`, shape (time,); NaN where the result has none."""
    times = times_of(result, shown.output)
    values = _cell(result, f"central: {shown.output}", scenario, shown.element)
    return values if values is not None and values.shape == times.shape else np.full(times.shape, np.nan)


@remembered
def band(result: StudyResult, scenario: str, shown: Quantity, statistic: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a statistic of an output over time at `times_of`, shape (time,); NaN where the table has no row."""
    rows = _rows_of(result, shown.output).get((scenario, shown.element), _rows(result, "")[:0])
    rows = rows[rows["statistic"] == statistic]
    times = times_of(result, shown.output)
    found = dict(zip(np.round(rows["time"].astype(float), 9), rows["value"].astype(float), strict=True))
    return np.array([found.get(t, math.nan) for t in np.round(times, 9)], dtype=float)


@remembered
def draws(result: StudyResult, scenario: str, shown: Quantity, *, whole: bool = False) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the good runs' values of a scalar, shape (good runs,); empty when the result holds none.

    `whole` keeps the place of every run, with NaN for a run without a number, so that scenarios can be held run against run.
    """
    values = _cell(result, shown.output, scenario, shown.element)
    if values is None or values.size == 0:
        return np.empty(0)
    if values.ndim == 2:
        times = times_of(result, shown.output)
        values = values[:, int(np.argmin(np.abs(times - shown.time)))] if math.isfinite(shown.time) else values[:, -1]
    return np.asarray(values[whole | np.isfinite(values)], dtype=float) if values.ndim == 1 else np.empty(0)


def element_values(result: StudyResult, scenario: str, output: str) -> dict[str, float]:
    """Return the central value of each element of an output with one subscript, at its time; the median where there is no central run."""
    return {words: own.best for words, own in element_spreads(result, scenario, output).items()}


def element_spreads(result: StudyResult, scenario: str, output: str) -> dict[str, Spread]:
    """Return the numbers of each element of an output with one subscript, at its time."""
    shown = quantity(result, output)
    elements = dict.fromkeys(str(e) for e in _rows(result, output)["element"])
    return {element_words(result, output, e): spread(result, scenario, replace(shown, element=e)) for e in elements}


@remembered
def spread(result: StudyResult, scenario: str, shown: Quantity) -> Spread:
    """Return a scenario's central value, median and 90 % range of a quantity at its time."""
    rows = _rows_of(result, shown.output).get((scenario, shown.element), _rows(result, "")[:0])
    if math.isfinite(shown.time) and rows["time"].notna().any():
        rows = rows[np.isclose(rows["time"].astype(float), shown.time, rtol=0, atol=1e-6)]
    found = {str(row.statistic): row for row in rows.itertuples()}

    def value(statistic: str, column: str = "value") -> float:
        return float(getattr(found[statistic], column)) if statistic in found else math.nan

    central = _central_value(result, scenario, shown)
    runs = int(value("p50", "runs")) if "p50" in found else 0
    low, high = value("p05"), value("p95")
    sample = draws(result, scenario, shown)
    if sample.size == 1 and inputs_vary(result, scenario):
        fixed = False
    elif sample.size:
        fixed = bool(np.ptp(sample) <= SAME * max(1.0, abs(float(sample[0]))))
    elif math.isfinite(low):
        fixed = high - low <= SAME * max(1.0, abs(low))
    else:
        fixed = scenario not in failed_runs(result)
    return Spread(scenario, central, value("p50"), low, high, value("p50", "low"), value("p50", "high"), runs, fixed)


@remembered
def inputs_vary(result: StudyResult, scenario: str) -> bool:
    """Whether any input is drawn anew in every run of a scenario: one that neither it nor the whole study sets."""
    own = next((s.set for s in result.study.scenario if s.name == scenario), {})
    held = {canonical(name) for name in (*result.study.set, *own)}
    rows = table(result, "parameters")
    return any(not {canonical(str(n)), canonical(str(v))} & held for n, v in zip(rows["name"], rows["variable"], strict=True))


@remembered
def chance(result: StudyResult, scenario: str, target: Target) -> Chance | None:
    """Return the probability of a target in a scenario; None when the result does not say."""
    rows = table(result, "targets")
    rows = rows[(rows["scenario"] == scenario) & (rows["target"] == target.name)]
    if rows.empty or not math.isfinite(float(rows.iloc[0]["probability"])):
        return None
    row = rows.iloc[0]
    return Chance(float(row["probability"]), float(row["low"]), float(row["high"]), int(row["runs"]), int(row["lost"] or 0))


@remembered
def companion(result: StudyResult, shown: Quantity) -> Quantity | None:
    """Return the output that counts equivalents beside `shown`, at the same time; None when the study has none."""
    own = result.study.outputs.get(shown.output)
    if own is None or own.expression is not None:
        return None
    for name, spec in result.study.outputs.items():
        if not spec.equivalents:
            continue
        found = quantity(result, name)
        if found.over_time:
            return Quantity(name, found.element, found.label, found.unit, shown.time, True)
        if spec.expression is not None or math.isclose(found.time, shown.time, abs_tol=1e-6):
            return found
    return None


@remembered
def failed_runs(result: StudyResult) -> dict[str, int]:
    """Return how many runs of the main sample failed in each scenario that had failures."""
    rows = table(result, "failures")
    rows = rows[rows["sample"].isin(MAIN)] if "sample" in rows else rows
    counts = rows.drop_duplicates(["scenario", "run"])["scenario"].value_counts(sort=False)
    return {str(name): int(count) for name, count in counts.items()}


@remembered
def other_failures(result: StudyResult) -> dict[str, int]:
    """Return how many runs failed in each sample beside the main one, by what people call it."""
    rows = table(result, "failures")
    counts = rows["sample"].value_counts(sort=False) if "sample" in rows else {}
    return {SAMPLES.get(str(name), str(name)): int(count) for name, count in counts.items() if name not in MAIN}


@remembered
def _rows(result: StudyResult, output: str) -> pd.DataFrame:
    frame = result.tables.get("summary")
    if frame is None or "output" not in frame:
        return _whole(None, "summary")
    return _whole(frame[frame["output"] == output], "summary")


@remembered
def _rows_of(result: StudyResult, output: str) -> dict[tuple[str, str], pd.DataFrame]:
    """The summary rows of an output by scenario and element."""
    groups = _rows(result, output).groupby(["scenario", "element"], sort=False)
    return {(str(scenario), str(element)): rows for (scenario, element), rows in groups}


def _central_value(result: StudyResult, scenario: str, shown: Quantity) -> float:
    values = _cell(result, f"central: {shown.output}", scenario, shown.element)
    if values is None or values.size == 0:
        return math.nan
    if values.ndim == 0:
        return float(values)
    times = times_of(result, shown.output)
    if values.shape != times.shape:
        return math.nan
    if not math.isfinite(shown.time):
        return float(values[-1])
    nearest = int(np.argmin(np.abs(times - shown.time)))
    return float(values[nearest]) if abs(times[nearest] - shown.time) < 1e-6 else math.nan


def _cell(result: StudyResult, name: str, scenario: str, element: str) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """Values of one scenario and one element, dims (run, time) where the variable has them; None when they are not there."""
    if name not in result.runs:
        return None
    array = result.runs[name]
    if "scenario" in array.dims:
        names = [str(s) for s in array["scenario"].values] if "scenario" in array.coords else scenario_names(result)
        if scenario not in names:
            return None
        array = array.isel(scenario=names.index(scenario))
    own = [d for d in array.dims if d not in ("run", "time")]
    parts = [p.strip() for p in element.split(",")] if element else []
    for position, dim in enumerate(own):
        labels = [str(v) for v in array[dim].values]
        label = parts[position] if position < len(parts) else labels[0]
        if label not in labels:
            return None
        array = array.isel({dim: labels.index(label)})
    return np.asarray(array.values, dtype=float)
