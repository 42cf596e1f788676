"""Say what a fit found: whether it can be trusted, what the figures tell and what not, and how it did on figures kept apart."""

from __future__ import annotations

from llr_sd.report.calibration.read import CONFLICT, Learnt, Point, calibrated, directions, pairs, parameters, points, told_rank
from llr_sd.report.shared.wording import count_of, date_words, listing, percent, the_close
from llr_sd.result import Calibrated, StudyResult

CONVERGED_AT = 50
"""Autocorrelation times that a chain has to be long, as sentences name them."""


def doubts(result: StudyResult) -> tuple[str, ...]:
    """Say what must be known before any number of a fit: that it is bad, or that its draws have not converged."""
    made = calibrated(result)
    if made is None:
        return ()
    said = []
    if made.conflict < CONFLICT:
        off = [p for p in points(result) if not p.held and p.stands != "inside"]
        which = f" Outside the band of the fit: {listing([_named(p) for p in off])}." if off else ""
        said.append(
            f"The calibration fits badly: with these priors and errors, figures would lie as far from the model as these in "
            f"{_rare(made.conflict)} of cases. Do not use its values before this is explained.{which}"
        )
    if not made.converged:
        said.append(
            f"The draws of the calibration have not converged: {made.steps:,} steps are {made.steps / made.slowest:.0f} of its autocorrelation "
            f"times, and {CONVERGED_AT} are needed. Its intervals can be wrong."
        )
    return tuple(said)


def _rare(chance: float) -> str:
    """Return a chance that is rounded to none as what it is below."""
    return "fewer than 0.1%" if chance < 0.001 else percent(chance)


def _named(point: Point) -> str:
    return f"{point.series}, {date_words(point.time, closing=True)}"


def asked_sentence(made: Calibrated) -> str:
    """Say what was fitted to what."""
    until = f" up to {the_close(made.until)}" if made.until is not None else ""
    held = f" {count_of(made.held, 'other uncertain input')} stood at {'its' if made.held == 1 else 'their'} central value{'' if made.held == 1 else 's'}."
    return (
        f"{count_of(made.parameters, 'parameter')} of “{made.scenario}” {'was' if made.parameters == 1 else 'were'} fitted to "
        f"{count_of(made.points, 'published figure')}{until}, with {'its prior' if made.parameters == 1 else 'their priors'}.{held if made.held else ''}"
    )


def error_sentence(made: Calibrated) -> str:
    """Say what is assumed of errors."""
    own = (
        f"An error of the model's own is fitted too, independent between figures, with a half-normal prior of scale {percent(made.discrepancy)} of a figure."
        if made.discrepancy
        else "The model itself is taken to be exact, so intervals are too narrow as far as it is not."
    )
    return f"Errors of figures are taken as normal, of their stated size, and independent but for that of a common base. {own}"


def good_sentence(made: Calibrated) -> str:
    """Say that the fit stands, and how near it comes."""
    return (
        f"With these priors and errors, figures would lie as far from the model as these in {percent(made.conflict)} of cases, so "
        f"{'they contradict each other' if made.conflict < CONFLICT else 'they do not contradict each other'}."
    )


def learnt_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say what the figures tell of each parameter, and of which they say no more than the priors."""
    own = [p for p in parameters(result) if not p.own_error]
    told, rest = [p for p in own if not p.as_before], [p for p in own if p.as_before]
    said = [_learnt(p) for p in told]
    if rest:
        names = listing([p.said for p in rest])
        said.append(f"The figures say no more than {'its prior' if len(rest) == 1 else 'the priors'} of {names}.")
    return tuple(said)


def _learnt(p: Learnt) -> str:
    first = p.said[:1].upper() + p.said[1:]
    width = f"{percent(p.narrower)} narrower" if p.narrower >= 0 else f"{percent(-p.narrower)} wider"
    return (
        f"{first} is {p.told(p.p50)} after the fit ({p.range(p.p05, p.p95)} in nine draws of ten); before it was {p.told(p.prior_p50)} "
        f"({p.range(p.prior_p05, p.prior_p95)}). The range is {width}."
    )


def apart_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say how many combinations of parameters the figures fix, and which parameters they do not tell apart."""
    made, found = calibrated(result), directions(result)
    if made is None or not found:
        return ()
    known = sum(d.known for d in found)
    most = min(made.points, made.parameters)
    # Far out in the priors the slopes at the best fit no longer say what was learnt on the way there.
    fixed = "" if made.conflict < CONFLICT else f"; of {known if known else 'none'} the figures say more than the priors"
    said = [
        f"{count_of(made.points, 'figure')} can fix at most {most} of {count_of(made.parameters, 'combination')} of the parameters{fixed}."
    ]
    tied = [p for p in pairs(result) if p.tied]
    said += [
        f"The figures do not tell {p.one} and {p.other} apart: among the draws their rank correlation is {told_rank(p.rank)}."
        for p in tied
    ]
    return tuple(said)


def held_sentence(result: StudyResult) -> str:
    """Say how many of the figures kept apart lie in the predicted band; empty where none was kept apart."""
    own = [p for p in points(result) if p.held]
    if not own:
        return ""
    off, good = [p for p in own if p.stands != "inside"], len([p for p in own if p.stands == "inside"])
    band = "the band that the fit predicts for nine figures of ten"
    if len(own) == 1:
        head = f"The one later figure that was kept apart lies {'outside' if off else 'in'} {band}"
    else:
        head = f"Of {len(own)} later figures that were kept apart, {good or 'none'} {'lies' if good <= 1 else 'lie'} in {band}"
    if not off:
        parts = [f"{_named(p)}: {p.scale.told(p.figure)} in {p.scale.range(p.low, p.high)}" for p in own]
        return f"{head} ({'; '.join(parts)})."
    parts = [f"{_named(p)}: {p.scale.told(p.figure)} is {p.stands} {p.scale.range(p.low, p.high)}" for p in off]
    return f"{head}: {'; '.join(parts)}."


def draws_sentence(made: Calibrated) -> str:
    """Say how the search and the chain went."""
    lost = f", {made.failed} were lost to failed runs" if made.failed else ""
    other = f" {count_of(made.rivals, 'other fit')} {'is' if made.rivals == 1 else 'are'} nearly as good." if made.rivals else ""
    state = "converged" if made.converged else "not converged"
    return (
        f"{made.reached} of {made.starts} starts of the search ended in the best fit{lost}.{other} The draws come from {made.walkers} walkers of "
        f"{made.steps:,} steps, {percent(made.acceptance)} of them accepted; the longest autocorrelation time is {made.slowest:.0f} steps, so the "
        f"whole chain is worth about {made.effective:,.0f} independent draws ({state})."
    )


def use_sentence(made: Calibrated) -> str:
    """Say whether the runs of the scenarios use the fit."""
    if made.used:
        return (
            "The runs of this study draw the fitted parameters from the fit, so figures that were fitted to are no test of them."
        )
    return "The runs of this study draw them from their priors; with from_calibration = true under [uncertain] they draw them from the fit."


def finding_sentences(result: StudyResult) -> tuple[str, ...]:
    """Return what belongs among the findings of the whole study."""
    made = calibrated(result)
    if made is None:
        return ()
    # Where the runs are drawn from the fit, that stands before the figures that they are held against.
    more = (held_sentence(result), "" if made.used else use_sentence(made))
    return (asked_sentence(made), *learnt_sentences(result), *apart_sentences(result), *(s for s in more if s))


def section_sentences(result: StudyResult) -> tuple[str, ...]:
    """Return what the section says, doubts first."""
    made = calibrated(result)
    if made is None:
        return ()
    rest = (asked_sentence(made), error_sentence(made), *([] if made.conflict < CONFLICT else [good_sentence(made)]))
    held = held_sentence(result)
    told = (*learnt_sentences(result), *apart_sentences(result), *([held] if held else []))
    return (*doubts(result), *rest, *told, draws_sentence(made), use_sentence(made))
