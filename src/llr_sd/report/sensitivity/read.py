"""Look up which inputs move a result, and say it: shares of the spread (Sobol, Shapley), screening (Morris), and whether they settled."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from llr_sd.equations import canonical
from llr_sd.parameters import plain_unit
from llr_sd.report.shared.memory import remembered
from llr_sd.report.shared.reading import Quantity, course, headline, horizon, labels, quantity, scenario_names, table, times_of
from llr_sd.report.shared.wording import NONE, count_of, full_name, listing, percent, with_unit
from llr_sd.result import StudyResult

MOST = 12  # inputs drawn in one chart
NOTHING = 1e-4  # a total share below this is told as no effect
KEPT = 0.05  # a screened input is kept when its interval reaches this share of the largest effect
Floats = np.ndarray[Any, np.dtype[np.float64]]
UNSETTLED = "The sensitivity indices have not settled"


@dataclass(frozen=True)
class Share:
    """What one input has: a share of the spread, or an effect in the output's unit, with its 95 % interval."""

    input: str
    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Cell:
    """One output of one scenario at one time, as a sensitivity table names it; `note` is what the table says of it."""

    table: str
    scenario: str
    output: str
    shown: Quantity
    note: str
    lost: int
    blocks: int


def frame_of(result: StudyResult, name: str, *columns: str) -> pd.DataFrame:
    """Return a table of the result, empty where it is missing or lacks one of the columns."""
    frame = result.tables.get(name)
    if frame is None or frame.empty or not set(columns) <= set(frame.columns):
        return pd.DataFrame(columns=list(columns))
    return frame


@remembered
def input_facts(result: StudyResult) -> dict[str, tuple[str, str, str]]:
    """Return name in words, unit and grade of every uncertain parameter, by its name and by the variable that it sets."""
    facts: dict[str, tuple[str, str, str]] = {}
    for row in table(result, "parameters").to_dict("records"):
        unit, grade = (str(row[k]) if row[k] == row[k] else "" for k in ("unit", "grade"))
        name = str(row["name"])
        words = labels(result).get(canonical(name), name.replace("_", " "))
        fact = (words, plain_unit(words, unit), grade)
        facts |= {str(row["variable"]): fact, str(row["name"]): fact}
    return facts


def input_name(result: StudyResult, name: str) -> str:
    """Return an input, a group or a lever in words: its label, or its name where it has none."""
    return labels(result).get(canonical(name), name.replace("_", " "))


def spoken(result: StudyResult, name: str, *, first: bool = False) -> str:
    """Return an input as a sentence says it, at its start where it is `first`: "the share of ..."; one without a label has no article."""
    words = input_name(result, name)
    if canonical(name) not in labels(result):
        return words
    return f"{'The' if first else 'the'} {words}"


def in_words(result: StudyResult, text: str) -> str:
    """Return a sentence that an analysis wrote with the inputs in words instead of their technical names."""
    names = {n: words for n, (words, _, _) in input_facts(result).items()}
    names |= {g: g.replace("_", " ") for g in group_names(result) if g not in names}
    ordered = sorted(names, key=len, reverse=True)
    # A name that could be a word of the sentence is one only where an index stands before it.
    marked = [rf"(?<!\w){re.escape(n)}(?!\w)" for n in ordered if "_" in n]
    plain = [rf"(?<=S[12T] of ){re.escape(n)}(?= on )" for n in ordered if "_" not in n]
    return re.sub("|".join([*marked, *plain]), lambda found: names[found[0]], text) if ordered else text


def input_label(result: StudyResult, name: str) -> str:
    """Return an input in words with its unit and the grade of its evidence: "time from vacancy to start in post (Year, B)"."""
    words, unit, grade = input_facts(result).get(name, (input_name(result, name), "", ""))
    more = ", ".join(part for part in (unit, grade) if part)
    return f"{words} ({more})" if more else words


@remembered
def group_names(result: StudyResult) -> tuple[str, ...]:
    """Return the groups of the uncertain parameters; one without a group stands for itself."""
    rows = table(result, "parameters")
    pairs = zip(rows["group"], rows["name"], strict=True)
    return tuple(dict.fromkeys(str(g) if g == g and g else str(n) for g, n in pairs))


def described(result: StudyResult, output: str, time: float) -> Quantity:
    """Describe an output as a table names it (its element in brackets) at a time of the table."""
    base, _, rest = output.partition("[")
    found = quantity(result, base if base in result.study.outputs else output)
    label = found.label.removesuffix(f" [{found.element}]")
    element = rest.removesuffix("]")
    return Quantity(found.output, element, f"{label} [{element}]" if element else label, found.unit, time, found.over_time)


@remembered
def main_cell(result: StudyResult, name: str) -> Cell | None:
    """Return the cell of a sensitivity table to show: the headline number, else the first scalar, else the last time of the first output.

    The scenario is the first in which that number varies; None when the table is not there.
    """
    rows = frame_of(result, name, "scenario", "output", "time", "input", "index", "value", "low", "high", "note")
    if rows.empty:
        return None
    specs = result.study.outputs
    scalars = [n for n, spec in specs.items() if spec.expression is not None or spec.at is not None]
    wanted = [headline(result).output, *scalars, *specs]
    there = [str(o) for o in rows["output"].unique()]
    output = next((o for w in wanted for o in there if o == w or o.startswith(f"{w}[")), there[0])
    rows = rows[rows["output"] == output]
    shown = described(result, output, math.nan)
    if shown.over_time:
        asked = horizon(result)
        times = rows["time"].to_numpy(dtype=float)
        rows = rows[times == times[np.argmin(np.abs(times - asked))] if math.isfinite(asked) else times == times.max()]
    ordered = [s for s in scenario_names(result) if s in set(rows["scenario"])] or [str(rows.iloc[0]["scenario"])]
    varied = [s for s in ordered if rows.loc[rows["scenario"] == s, "value"].notna().any()]
    varied = [s for s in varied if "no variance" not in str(rows.loc[rows["scenario"] == s, "note"].iloc[0])]
    scenario = (varied or ordered)[0]
    first = rows[rows["scenario"] == scenario].iloc[0]
    lost, blocks = (int(first[k]) if k in rows and first[k] == first[k] else 0 for k in ("lost", "blocks"))
    note = "" if first["note"] != first["note"] else str(first["note"])
    return Cell(name, scenario, output, described(result, output, float(first["time"])), note, lost, blocks)


@remembered
def shares(result: StudyResult, cell: Cell, index: str, scenario: str = "", *, grouped: bool = False) -> tuple[Share, ...]:
    """Return an index of every input of a cell, in the order of the table: parameters, or their groups."""
    rows = frame_of(result, cell.table, "scenario", "output", "time", "input", "index", "value", "low", "high")
    rows = rows[(rows["index"] == index) & (rows["output"] == cell.output) & (rows["scenario"] == (scenario or cell.scenario))]
    time = cell.shown.time
    rows = rows[np.isclose(rows["time"].astype(float), time) if math.isfinite(time) else rows["time"].isna()]
    groups, known = set(group_names(result)), input_facts(result)
    if cell.table == "sobol":
        rows = rows[rows["input"].isin(groups)] if grouped else rows[~rows["input"].isin(groups - set(known))]
        rows = rows.drop_duplicates("input", keep="last" if grouped else "first")
        if grouped and rows["input"].isin(set(known)).all():  # inputs that stand for themselves are no grouping
            rows = rows.iloc[:0]
    return tuple(
        Share(str(r["input"]), input_name(result, str(r["input"])), float(r["value"]), float(r["low"]), float(r["high"]))
        for r in rows.to_dict("records")
    )


def ranked(found: tuple[Share, ...]) -> list[Share]:
    """Return the inputs that have a number, the largest first."""
    return sorted((s for s in found if math.isfinite(s.value)), key=lambda s: -s.value)


def split(found: tuple[Share, ...]) -> tuple[list[Share], list[Share], list[Share]]:
    """Return the inputs to draw, those that come after them, and those without effect; each the largest first."""
    order = ranked(found)
    alive = [s for s in order if s.value >= NOTHING]
    return alive[:MOST], alive[MOST:], [s for s in order if s.value < NOTHING]


def part_words(value: float) -> str:
    """Return a share of the spread as a percentage; estimates outside 0 to 100 % are cut."""
    return NONE if not math.isfinite(value) else percent(round(min(max(value, 0.0), 1.0), 6))


def between(share: Share, joined: str = "to") -> str:
    """Return a share's 95 % interval: "27 to 30%"."""
    low, high = part_words(share.low), part_words(share.high)
    if NONE in (low, high):
        return NONE
    return f"{low.removesuffix('%') if low[0].isdigit() else low} {joined} {high}"


def sobol_title(result: StudyResult, cell: Cell) -> str:
    """Say which input moves the number most."""
    order = ranked(shares(result, cell, "ST"))
    if not order:
        return f"What moves {full_name(cell.shown)}"
    first = spoken(result, order[0].input, first=True)
    return f"{first} moves {full_name(cell.shown)} most: {part_words(order[0].value)} of its spread"


def sobol_sentences(result: StudyResult, cell: Cell) -> tuple[str, ...]:
    """Say where the spread of a number comes from: the first three inputs, the rest, those without effect, and the groups."""
    name, where = full_name(cell.shown), f"in “{cell.scenario}”"
    if "no variance" in cell.note:
        return (f"{name} is the same in every run {where}: there is no spread to explain.",)
    alone, whole = {s.input: s for s in shares(result, cell, "S1")}, shares(result, cell, "ST")
    drawn, rest, none = split(whole)
    if not drawn:
        note = cell.note.removeprefix("refused: ") or "the table has no number"
        return (f"The indices of {name} {where} are not given: {note}.",)
    top = [alone.get(s.input, s) for s in drawn[:3]]
    words = [spoken(result, s.input) for s in top]
    said = [f"{part_words(top[0].value)} of the spread in {name} comes from {words[0]} (between {between(top[0], 'and')})"]
    said += [f"{part_words(s.value)} from {w} ({between(s)})" for s, w in zip(top[1:], words[1:], strict=True)]
    sentences = [f"{listing(said)}, {where}."]
    own = sum(max(s.value, 0.0) for s in alone.values() if math.isfinite(s.value))
    if alone:
        much = "hardly act" if own > 0.95 else "also act"
        sentences.append(f"Each input alone, the shares add up to {part_words(own)}: the inputs {much} together.")
    if rest:
        total = part_words(sum(s.value for s in rest))
        sentences.append(f"The next {count_of(len(rest), 'input')} come to {total} in all: {listing([s.name for s in rest])}.")
    if none:
        verb = "has" if len(none) == 1 else "have"
        said = [spoken(result, s.input, first=i == 0) for i, s in enumerate(none)]
        sentences.append(f"{listing(said)} {verb} no effect on it (under 0.01% of the spread).")
    groups = ranked(shares(result, cell, "S1", grouped=True))
    if groups:
        parts = [f"{s.name} {part_words(s.value)} ({between(s)})" for s in groups]
        sentences.append(f"By group: {listing(parts)}.")
    if cell.lost:
        sentences.append(
            f"{cell.lost:,} of {cell.lost + cell.blocks:,} blocks of runs were lost to failed runs and are left out."
        )
    return (*sentences, *_other_scenarios(result, cell))


def _other_scenarios(result: StudyResult, cell: Cell) -> list[str]:
    """The leading inputs of the scenarios that are not drawn."""
    sentences = []
    for scenario in scenario_names(result):
        top = [] if scenario == cell.scenario else ranked(shares(result, cell, "ST", scenario))[:3]
        if top and top[0].value >= NOTHING:
            parts = listing([f"{spoken(result, s.input)} ({part_words(s.value)})" for s in top])
            sentences.append(f"In “{scenario}” the most comes from {parts}.")
    return sentences


def sobol_course(result: StudyResult) -> Cell | None:
    """Return the over-time output whose indices are drawn over time; its time is the horizon."""
    rows = frame_of(result, "sobol", "scenario", "output", "time", "input", "index", "value", "low", "high")
    cell = main_cell(result, "sobol")
    if rows.empty or cell is None:
        return None
    shown = course(result)
    there = [str(o) for o in rows["output"].unique()]
    named = [shown.output] if shown else []
    named += [n for n, spec in result.study.outputs.items() if spec.variable is not None and spec.at is None]
    for output in (o for n in named for o in there if o == n or o.startswith(f"{n}[")):
        own = rows[(rows["output"] == output) & (rows["scenario"] == cell.scenario) & rows["value"].notna()]
        if own["time"].nunique() > 1:
            return Cell("sobol", cell.scenario, output, described(result, output, horizon(result)), "", 0, 0)
    return None


def courses(result: StudyResult, cell: Cell, most: int = 5) -> dict[str, Floats]:
    """Return total shares over time by group (else of the `most` strongest inputs), shape (time, 3): value, low, high."""
    rows = frame_of(result, "sobol", "scenario", "output", "time", "input", "index", "value", "low", "high")
    rows = rows[(rows["output"] == cell.output) & (rows["scenario"] == cell.scenario) & (rows["index"] == "ST")]
    known = set(input_facts(result))
    names = [g for g in group_names(result) if g in set(rows["input"]) and g not in known]
    if not names:
        strength = rows.groupby("input", sort=False)["value"].mean().sort_values(ascending=False, kind="stable")
        names = [str(n) for n in strength.index[:most]]
    times = times_of(result, cell.shown.output)
    found: dict[str, Floats] = {}
    for name in names:
        own = rows[rows["input"] == name].drop_duplicates("time").set_index("time")[["value", "low", "high"]]
        found[name] = own.reindex(times, method="nearest", tolerance=1e-6).to_numpy(dtype=float)
    return found


def kept_inputs(result: StudyResult) -> tuple[str, ...]:
    """Return the screened inputs that deserve a Sobol analysis: those that may reach 5 % of the largest effect on any output anywhere."""
    rows = frame_of(result, "morris", "scenario", "output", "time", "input", "index", "value", "low", "high")
    stars = rows[(rows["index"] == "mu_star") & rows["value"].notna()]
    if stars.empty:
        return ()
    largest = stars.groupby(["scenario", "output", "time"], dropna=False)["value"].transform("max")
    stars = stars.assign(reach=stars["high"] / largest.where(largest > 0), strength=stars["value"] / largest.where(largest > 0))
    best = stars.groupby("input", sort=False)[["reach", "strength"]].max()
    return tuple(str(n) for n in best[best["reach"] >= KEPT].sort_values("strength", ascending=False, kind="stable").index)


def morris_sentences(result: StudyResult, cell: Cell) -> tuple[str, ...]:
    """Say which screened input has the largest effect, and which deserve a Sobol analysis."""
    found = shares(result, cell, "mu_star")
    order = ranked(found)
    if not order and "refused" in cell.note:
        return (
            f"The screening of {full_name(cell.shown)} in “{cell.scenario}” is not given: {cell.note.removeprefix('refused: ')}.",
        )
    hidden = [s.name for s in found if not math.isfinite(s.value)]
    judged = f"Not judged, since a rare value lies outside the levels of the screening: {listing(hidden)}." if hidden else ""
    if not order or order[0].value <= 0:
        none = f"No input {'that is judged ' if hidden else ''}moves {full_name(cell.shown)} in “{cell.scenario}”."
        return (none, judged) if hidden else (none,)
    top, unit = order[0], cell.shown.unit
    sentences = [
        f"Taken from one end of its range to the other, {spoken(result, top.input)} moves {full_name(cell.shown)} by "
        f"{with_unit(top.value, unit)} "
        f"on average, the most of {len(order)} inputs (“{cell.scenario}”, {cell.blocks:,} trajectories)."
    ]
    kept = kept_inputs(result)
    rest = [s for s in order if s.input not in kept]
    shown = [input_name(result, n) for n in kept[:8]]
    names = listing([*shown, f"{len(kept) - 8} more"] if len(kept) > 8 else shown)
    sentences.append(f"{count_of(len(kept), 'input')} of {len(order)} may matter for some output at some time: {names}.")
    if rest:
        sentences.append(f"The others could be held at their central values: {listing([s.name for s in rest])}.")
    if hidden:
        sentences.append(judged)
    return tuple(sentences)


def unsettled(result: StudyResult) -> str:
    """Return the warning that the indices have not settled; empty where they have, or nothing is known of it."""
    if result.manifest.get("converged") is not False:
        return ""
    reason = str(result.manifest.get("convergence") or "").strip().removeprefix("not converged").strip(" :.")
    return f"{UNSETTLED}: {in_words(result, reason)}." if reason else f"{UNSETTLED}."


def settled(result: StudyResult) -> str:
    """Return the sentence that the indices have settled; empty where they have not."""
    if result.manifest.get("converged") is not True:
        return ""
    reason = str(result.manifest.get("convergence") or "").strip().removeprefix("converged").strip(" :.")
    return f"The sensitivity indices have settled: {reason}." if reason else "The sensitivity indices have settled."
