"""What the Monte Carlo draws alone say of the inputs: which of them decide whether a target is met, and shares that keep correlations."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from llr_sd.report.sensitivity.read import Cell, main_cell, ranked, shares
from llr_sd.report.shared.asked import bars_asked
from llr_sd.report.shared.bars import DARK, MOST, PALE, Bars, bar_chart
from llr_sd.report.shared.inputs import (
    Share,
    between,
    frame_of,
    input_label,
    input_name,
    part_words,
    side_of,
    spoken,
    with_interval,
)
from llr_sd.report.shared.parts import NumberTable, Picture, Section
from llr_sd.report.shared.reading import scenario_names
from llr_sd.report.shared.wording import count_of, fixed, full_name, listing, percent
from llr_sd.result import StudyResult

DUMMY = "(dummy)"
LEVEL = 0.05
DIVIDES = ("scenario", "input", "distance", "p_adjusted", "at", "side", "share_above", "share_below", "marked", "runs")


@dataclass(frozen=True)
class Divide:
    """One input, and how far marked runs (those that meet a target, or have no result) lie from the others in it.

    `where` is a side of a value of the input in words; `here` and `elsewhere` are the shares of runs that are marked there, and beyond it.
    """

    share: Share
    said: str
    where: str
    here: float
    elsewhere: float
    p: float

    @property
    def told(self) -> bool:
        """Whether the two kinds of run are told apart by it, at 5 % over all inputs."""
        return self.p <= LEVEL


def divide(result: StudyResult, row: Mapping[Hashable, Any]) -> Divide:
    """Return a row of the tables that hold two kinds of run apart."""
    name, at, above = str(row["input"]), float(row["at"]), row["side"] == "above"
    shares_of = (float(row["share_above"]), float(row["share_below"]))
    here, elsewhere = shares_of if above else shares_of[::-1]
    where = side_of(result, name, *((at, math.inf) if above else (-math.inf, at)))
    share = Share(name, input_name(result, name), float(row["distance"]), math.nan, math.nan)
    return Divide(share, spoken(result, name), where, here, elsewhere, float(row["p_adjusted"]))


@dataclass(frozen=True)
class Divided:
    """What divides the runs of one scenario that meet a target from those that miss it; `note` says why nothing is given."""

    scenario: str
    target: str
    met: int
    runs: int
    note: str
    inputs: tuple[Divide, ...]


def divided(result: StudyResult) -> Divided | None:
    """Return the first scenario with numbers for the first target; where none has them, the first with its note; None without a table."""
    rows = frame_of(result, "regional", "target", "note", *DIVIDES)
    names = [t.name for t in result.study.target]
    rows = rows[rows["target"].isin(names[:1])]
    if rows.empty:
        return None
    kinds = {s.name: s.kind for s in result.study.scenario}
    there = [s for s in scenario_names(result) if s in set(rows["scenario"])]
    there = [s for s in there if kinds[s] == "scenario"] or there
    given = [s for s in there if rows.loc[rows["scenario"] == s, "distance"].notna().any()]
    rows = rows[rows["scenario"] == (given or there)[0]]
    facts = [divide(result, r) for r in rows[rows["distance"].notna()].to_dict("records")]
    first = rows.iloc[0]
    numbers = int(first["marked"]), int(first["runs"])
    return Divided(str(first["scenario"]), names[0], *numbers, str(first["note"]) if not given else "", tuple(facts))


def divided_sentences(d: Divided) -> tuple[str, ...]:
    """Say with which inputs a target is met, or that none is found, or why nothing is given."""
    what = f"the target “{d.target}” in “{d.scenario}”"
    if not d.inputs:
        return (f"What decides {what} is not given: {d.note}.",)
    told = [i for i in d.inputs if i.told]
    if not told:
        return (
            f"No single input is found that tells the {d.met:,} runs that meet {what} from the {count_of(d.runs - d.met, 'run')} that "
            f"{'misses' if d.runs - d.met == 1 else 'miss'} it (5% level over {count_of(len(d.inputs), 'input')}).",
        )
    parts = [f"with {i.said} {i.where}, {percent(i.here)} of runs meet it, otherwise {percent(i.elsewhere)}" for i in told[:3]]
    more = (
        f" {count_of(len(told) - 3, 'more input')} {'divides' if len(told) == 4 else 'divide'} them too." if len(told) > 3 else ""
    )
    return (f"What decides {what}, each input taken alone: {'; '.join(parts)}.{more}",)


def meeting_section(result: StudyResult) -> Section | None:
    """Return the section on what decides whether the first target is met; a sentence alone where the runs do not say."""
    d = divided(result)
    if d is None:
        return None
    heading, sentences = "What decides whether the target is met", divided_sentences(d)
    if not d.inputs:
        return Section("meeting", heading, sentences)
    drawn = d.inputs[:MOST]
    kinds = [
        Bars("told apart", DARK, "", tuple(i.share if i.told else None for i in drawn)),
        Bars("could be chance", PALE, "////", tuple(None if i.told else i.share for i in drawn)),
    ]
    kinds = [k for k in kinds if any(s is not None for s in k.values)]
    top = d.inputs[0]
    title = f"“{d.target}”: {top.said} divides the runs that meet it from those that miss it most"
    if not top.told:
        title = f"“{d.target}”: no single input is found that divides the runs that meet it from those that miss it"
    labels = [input_label(result, i.share.input) for i in drawn]
    axis = "Largest difference of the cumulative shares (0 none, 1 complete)"
    figure = bar_chart(title, labels, kinds, axis, lambda s: fixed(s.value, 2), stacked=True)
    asked = bars_asked(title, axis, labels, kinds, stacked=True, decimals=2)
    rows = [
        (
            input_label(result, i.share.input), fixed(i.share.value, 2), "yes" if i.told else "no", i.where,
            percent(i.here), percent(i.elsewhere),
        )
        for i in d.inputs
    ]  # fmt: skip
    head = ("Input", "Distance", "Told from chance", "Where", "Meet it there", "Meet it elsewhere")
    numbers = NumberTable(f"Runs that meet “{d.target}” against those that miss it, “{d.scenario}”", head, tuple(rows), (2, 3))
    caption = (
        f"In “{d.scenario}”: {d.met:,} runs meet the target and {d.runs - d.met:,} miss it. The bar is the Kolmogorov-Smirnov distance of the "
        f"two kinds of run in that input; dark where it is told from chance at the 5% level over {count_of(len(d.inputs), 'input')}. An input "
        "that is correlated with another is seen through it too."
    )
    text = f"Bar chart by input. {title}. {' '.join(sentences)}"
    return Section("meeting", heading, sentences, (Picture("meeting", heading, figure, caption, text, numbers, asked),))


@dataclass(frozen=True)
class Drawn:
    """First-order shares of a number from the draws: those told from no effect, the others, and the dummy, an input without any."""

    cell: Cell
    told: tuple[Share, ...]
    untold: tuple[Share, ...]
    dummy: Share
    correlated: bool


def drawn_shares(result: StudyResult) -> Drawn | None:
    """Return the shares of the headline number; None where there are none."""
    cell = main_cell(result, "given_data")
    found = shares(result, cell, "S1") if cell else ()
    dummy = next((s for s in found if s.input == DUMMY), None)
    order = ranked(tuple(s for s in found if s.input != DUMMY))
    if cell is None or dummy is None or not order:
        return None
    # The table's own rule, from the same numbers: the interval lies above 0 and above that of the dummy.
    floor = max(dummy.high, 0.0)
    told = tuple(s for s in order if s.low > floor)
    return Drawn(cell, told, tuple(s for s in order if s.low <= floor), dummy, bool(result.study.correlation))


def drawn_sentences(result: StudyResult, d: Drawn) -> tuple[str, ...]:
    """Say which inputs alone carry the spread of a number, and which are not told from an input without effect."""
    name, where = full_name(d.cell.shown), f"in “{d.cell.scenario}”"
    if not d.told:
        return (f"No input alone is told from one without effect on {name}, {where}.",)
    parts = [f"{spoken(result, s.input)} {part_words(s.value)} ({between(s)})" for s in d.told[:3]]
    kept = " as drawn, correlations included" if d.correlated else ""
    said = [f"Of the spread in {name}, {where}, each input alone carries{kept}: {listing(parts)}."]
    if d.correlated:
        said.append("Correlated inputs carry a part for each other, so these shares can come to more than 100%.")
    if d.cell.skewed:
        said.append(
            f"A long tail makes this spread: about {max(d.cell.carried, 1):.0f} of {d.cell.blocks:,} runs carry it, so the intervals may hold "
            "the truth in fewer than 95 of 100 cases."
        )
    if d.untold:
        verb = "is" if len(d.untold) == 1 else "are"
        said.append(
            f"{listing([s.name for s in d.untold])} {verb} not told from an input that nothing depends on (up to {part_words(d.dummy.high)})."
        )
    return tuple(said)


def given_section(result: StudyResult) -> Section | None:
    """Return the section on first-order shares from the draws already made; None without them."""
    d = drawn_shares(result)
    if d is None:
        return None
    heading, sentences = "What the runs already made say of the inputs", drawn_sentences(result, d)
    every = (*d.told, *d.untold)
    bars = (*every[: MOST - 1], Share(DUMMY, "an input that nothing depends on", d.dummy.value, d.dummy.low, d.dummy.high))
    labels = [s.name if s.input == DUMMY else input_label(result, s.input) for s in bars]
    name = full_name(d.cell.shown)
    title = f"No input alone is told from one without effect on {name}"
    if d.told:
        title = (
            f"{spoken(result, d.told[0].input, first=True)} alone carries {part_words(d.told[0].value)} of the spread in {name}"
        )
    kinds, measure = [Bars("", DARK, "", bars)], f"Share of the spread in {name}"
    figure = bar_chart(title, labels, kinds, measure, with_interval, lambda v, _: f"{v:.0%}")
    asked = bars_asked(title, measure, labels, kinds, shares=True)
    rows = [(label, part_words(s.value), between(s)) for label, s in zip(labels, bars, strict=True)]
    numbers = NumberTable(
        f"Shares of the spread (variance) of {name}, “{d.cell.scenario}”", ("Input", "Alone", "95% interval"), tuple(rows)
    )
    caption = (
        f"In “{d.cell.scenario}”. The part of the spread (variance) that would go, on average, if this one number were known, from the Monte "
        "Carlo runs themselves; what inputs do only together is not in it. The last bar is an input that nothing depends on: what it shows is "
        "noise."
    )
    text = f"Bar chart of shares of the spread by input. {title}. {' '.join(sentences)}"
    return Section("given-data", heading, sentences, (Picture("given-data", heading, figure, caption, text, numbers, asked),))
