"""The change note of a quarter: what came, where it stands, what moved and where the model goes on from."""

from __future__ import annotations

from llr_sd.dates import date_words
from llr_sd.rolling.compare import Comparison, Held
from llr_sd.rolling.state import LEAST, Collapsed, State

SHOWN = 5
"""Inputs that a note names."""


def verdict(comparison: Comparison) -> str:
    """Say in a sentence whether the quarter lies in the band of its forecast.

    Parameters
    ----------
    comparison
        From `compare`.
    """
    many, missed = len(comparison.held), len(comparison.outside)
    noun = "figure" if many == 1 else "figures"
    if not missed:
        return f"{'It lies' if many == 1 else f'All {many} lie'} inside the band of nine runs in ten."
    names = "; ".join(f"{h.label}, {_number(abs(h.beyond))} {h.figure.unit} {h.stands} it" for h in comparison.outside)
    chance = f"Where a forecast holds the truth, as many or more do so with a chance of {_chance(comparison.chance)}."
    return f"{missed} of {many} {noun} {'lies' if missed == 1 else 'lie'} outside the band of nine runs in ten: {names}. {chance}"


def bias(comparison: Comparison) -> str:
    """Say in a sentence how the figures lie about the middle of the forecast.

    Parameters
    ----------
    comparison
        From `compare`.
    """
    held = comparison.held
    above, below = sum(h.bias > 0 for h in held), sum(h.bias < 0 for h in held)
    # Of next to nobody, a share says nothing.
    shares = [h.bias / h.band[2] for h in held if h.band[2] > h.figure.error]
    counts = f"Bias: {above} of {len(held)} above the middle of the forecast, {below} below"
    if not shares:
        return f"{counts}."
    mean = sum(shares) / len(shares)
    way = "at" if mean == 0 else "above" if mean > 0 else "below"
    return f"{counts}; on average {'' if mean == 0 else f'{100 * abs(mean):.2g} % '}{way} it."


def note(comparison: Comparison, state: State | Collapsed, title: str, start: str = "") -> str:
    """Return the note as Markdown.

    Parameters
    ----------
    comparison, state
        From `compare` and `corrected`.
    title
        Of the study that foretold.
    start
        What follows of the start from the new state, in a paragraph; empty where none was written.
    """
    quarter = comparison.quarter
    lines = [
        f"# {date_words(quarter.time, closing=True)} against the forecast", "",
        f"Forecast: {title}, scenario {comparison.scenario}, {len(comparison.values):,} runs"
        f"{f' ({comparison.lost:,} failed and left out)' if comparison.lost else ''}. Returns: {quarter.table.name}.", "",
        verdict(comparison), "", bias(comparison), "",
        "| Figure | Unit | Returned | Error | Forecast, middle | Band of nine in ten | Stands | Above the middle | Moved since the start | Foretold |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *[_row(h) for h in comparison.held], "",
        "The band is that of what the runs would have had returned, with the standard error of a count in it.", "",
    ]  # fmt: skip
    if quarter.unsure:
        lines += [
            f"The interval of {', '.join(quarter.unsure)} is hidden or not given: the error is that of a full count alone.",
            "",
        ]
    if comparison.unheld:
        names = ", ".join(f.variable for f in comparison.unheld)
        lines += [f"Not held, because the forecast saved no output of them over time: {names}.", ""]
    if quarter.private:
        lines += [
            "The table is of the local part of the baseline: this note and the files beside it must stay on this machine.",
            "",
        ]
    return "\n".join([*lines, "## The state after it", "", *_state(state), *([start, ""] if start else [])])


def _row(held: Held) -> str:
    middle, low, high = held.band[2], held.band[0], held.band[-1]
    cells = [
        held.label.replace("|", "/"), held.figure.unit, _number(held.figure.value), _number(held.figure.error), _number(middle),
        f"{_number(low)} to {_number(high)}", held.stands, _signed(held.bias), _signed(held.moved), _signed(held.foretold),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _state(state: State | Collapsed) -> list[str]:
    if isinstance(state, Collapsed):
        return [
            f"Not corrected: the {state.runs:,} runs weighted by the returns are worth {state.effective:.1f}, and {LEAST:.0f} are needed. "
            "The forecast does not hold what was returned. Look for what it lacks, widen its inputs, or start from the returns alone "
            "(the table above as `site` of a study).",
            "",
        ]
    lines = [
        f"Each run is weighted by the chance of the returns if it were the truth; the {state.runs:,} runs are then worth "
        f"{state.effective:,.0f}. This assumes that errors of returns are normal and independent between figures, and that the model "
        "holds the truth in its runs.",
        "",
        *[f"- {s.figure.variable}: {_number(s.mean)} {s.figure.unit}, standard deviation {_number(s.sd)}" for s in state.stocks],
        "",
    ]
    if not state.shifts:
        return [*lines, "The returns move no uncertain input by more than chance would.", ""]
    named = state.shifts[:SHOWN]
    more = len(state.shifts) - len(named)
    moved = [f"- {s.name}: mean {s.before:.4g} before, {s.after:.4g} after ({s.shift:+.2f} standard deviations)" for s in named]
    head = f"Inputs that the returns move by more than chance would{f' (the {SHOWN} that move most of {len(state.shifts)})' if more else ''}:"
    return [*lines, head, "", *moved, ""]


def _number(value: float) -> str:
    return f"{value:,.2f}"


def _signed(value: float) -> str:
    return f"{value:+,.2f}" if round(value, 2) else "0.00"


def _chance(share: float) -> str:
    return "less than 0.1 %" if share < 0.001 else f"{100 * share:.2g} %"
