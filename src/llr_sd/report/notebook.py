"""What a notebook shows of a result: ten lines, the same as a small table, and the report's charts one by one."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from llr_sd.errors import InputError, clean, nearest, shown
from llr_sd.report.outcome import tables as contents
from llr_sd.report.outcome.read import answering, level
from llr_sd.report.outcome.sections import pictures
from llr_sd.report.outcome.tables import verdict
from llr_sd.report.outcome.words import answer, standing_words
from llr_sd.report.page import environment
from llr_sd.report.ratings import words as rating_words
from llr_sd.report.ratings.read import log, rated
from llr_sd.report.ratings.sections import beside_the_log
from llr_sd.report.sensitivity.sections import screening_section, shares_section
from llr_sd.report.sensitivity.words import unsettled
from llr_sd.report.shared import canvas
from llr_sd.report.shared.parts import Section
from llr_sd.report.shared.reading import failed_runs, headline, other_failures, quantity
from llr_sd.report.shared.told import disagreement, warned
from llr_sd.report.shared.wording import count_of, full_name, other_failures_words
from llr_sd.result import StudyResult
from llr_sd.studyparts import OutputSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 110
LINES = 10


def brief(result: StudyResult) -> str:
    """Return a result in about ten lines: title, runs, what is to be known first, the answer, failures, and where the report is."""
    head = _wrapped([result.study.title, *_counts(result), *_first(result)])
    end = [*_wrapped(_end(result)[:-1]), clean(_end(result)[-1])]
    body: list[str] = []
    for said in _answer(result) or _numbers(result, LINES - len(head) - len(end)):
        lines = _wrapped([said])
        if body and len(head) + len(body) + len(lines) + len(end) > LINES:
            break
        body += lines
    return "\n".join([*head, *body, *end])


def _wrapped(lines: Sequence[str]) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(clean(line), WIDTH, subsequent_indent="    ")]


def brief_html(result: StudyResult) -> str:
    """Return the same for a notebook, with every scenario or risk as a row of a table."""
    table = beside_the_log(result) if rated(result) else contents.numbers_table(result)
    return (
        environment()
        .get_template("notebook.html")
        .render(
            title=result.study.title,
            first=[*_counts(result), *_first(result), *_answer(result)],
            answer=table,
            end=_end(result)[:-1],
            report=(result.path / "report.html").as_posix(),
        )
    )


def _answer(result: StudyResult) -> list[str]:
    """The answer in sentences, where the study says what its question is about; else the numbers speak for themselves."""
    if rated(result):
        return list(rating_words.answer(result))
    return answer(result) if result.study.answer or (result.study.observed and not result.study.target) else []


def _counts(result: StudyResult) -> list[str]:
    """How much was run, in a line."""
    facts = result.manifest
    of = count_of(len(log(result).register.risk), "risk") if rated(result) else count_of(len(result.study.scenario), "scenario")
    runs = f"{count_of(int(facts['runs']), 'run')} of each" if "runs" in facts else ""
    every = f"{int(facts['runs in all']):,} in all" if "runs in all" in facts else ""
    return [", ".join(part for part in (of, runs, every, f"seed {result.study.seed}") if part)]


def _first(result: StudyResult) -> list[str]:
    """What must be known before the numbers are read."""
    data = "Illustrative data: the numbers describe no real service." if result.study.illustrative else ""
    said = [s for s in (disagreement(result), unsettled(result), *warned(result), data) if s]
    return [" ".join(said)] if said else []


def _numbers(result: StudyResult, room: int) -> list[str]:
    """The headline number of each scenario in at most `room` lines; a published scenario comes after those of the study."""
    fact = level(result, headline(result), answering(result))
    facts = sorted(fact.standings, key=lambda s: s.published)
    target = f"; chance of {fact.targets[0].name}" if fact.targets else ""
    lines = [f"{full_name(fact.shown)}: central value (nine runs in ten){target}"]
    shown = facts if len(facts) < room else facts[: max(1, room - 2)]
    for s in shown:
        met = f"; {verdict(s, fact.targets[0], 0)}" if fact.targets else ""
        lines.append(f"  {s.name}: {standing_words(s, fact)}{met}")
    rest = len(facts) - len(shown)
    return [*lines, *([f"  and {count_of(rest, 'scenario')} more"] if rest else [])]


def _end(result: StudyResult) -> list[str]:
    failed, others = failed_runs(result), other_failures(result)
    where = ", ".join(f"{n:,} in {name}" for name, n in failed.items())
    said = f"{count_of(sum(failed.values()), 'run')} failed and left out: {where}." if failed else "No run failed."
    more = f" {other_failures_words(others)}" if others else ""
    return [f"{said}{more}{' See failures.' if failed or others else ''}", f"report: {result.path / 'report.html'}"]


class Plots:
    """The charts of a result, one by one, as its report draws them: `result.plot.fan()`.

    Each returns a matplotlib Figure, which a notebook shows and `savefig` writes.

    Parameters
    ----------
    result
        The result of a study of a model; a study of a register has its charts in its report.
    """

    def __init__(self, result: StudyResult) -> None:
        self._result = result

    def __repr__(self) -> str:
        """Return what can be drawn."""
        asked = [name for name, table in (("sobol", "sobol"), ("tornado", "morris")) if table in self._result.tables]
        can = [] if rated(self._result) else ["fan", *asked]
        return f"Plots of {shown(self._result.study.title)}: {', '.join(f'.{n}()' for n in can) or 'none'}"

    def fan(self, output: str | None = None) -> Figure:
        """Draw, a panel a scenario, the middle half and the middle nine tenths of the runs over time.

        Parameters
        ----------
        output
            Name or label of an output over time, or of one that is read from it at one time, with its element where it has
            subscripts: "staff[senior]"; None for the report's own.

        Returns
        -------
        Figure
            In the output's unit, over the model's time.

        Raises
        ------
        InputError
            When there is no such output, or the study saves none over time.
        """
        outputs = self._outputs()
        over_time = [n for n, o in outputs.items() if o.variable is not None and o.at is None]
        if not over_time:
            raise InputError(
                "the study saves no output over time.", where="plot.fan", mend='Give it one: outputs = {"x": {"variable": ...}}.'
            )
        result = self._result
        if output is not None:
            name, element = self._named(output, "plot.fan", over_time)
            same = [
                n for n in over_time if n == name or (name not in over_time and outputs[n].variable == outputs[name].variable)
            ]
            if not same or outputs[name].variable is None:
                raise InputError(
                    f"{shown(name)} is not saved over time.", where="plot.fan", mend=f"Saved over time: {', '.join(over_time)}."
                )
            beside = [n for n, o in outputs.items() if o.variable == outputs[name].variable and n not in over_time]
            result = _about(result, [same[0], *beside], element)
        return _shown(next(p.figure for p in pictures(result) if p.name == "fans"))

    def sobol(self, output: str | None = None, scenario: str | None = None) -> Figure:
        """Draw each input's share of the spread of an output: alone, and with what it does together with others.

        Parameters
        ----------
        output
            Name or label of an output, as in `fan`; None for the one that answers the question.
        scenario
            Name of a scenario; None for the first in which the output varies.

        Returns
        -------
        Figure
            Bars with 95 % intervals, the largest on top; shares of the variance.

        Raises
        ------
        InputError
            When the study has no Sobol indices, or none of this output and scenario.
        """
        return self._bars("sobol", "shares", shares_section, output, scenario)

    def tornado(self, output: str | None = None, scenario: str | None = None) -> Figure:
        """Draw how far each input moves an output on average, taken from one end of its range to the other (Morris screening).

        Parameters
        ----------
        output, scenario
            As in `sobol`.

        Returns
        -------
        Figure
            Bars with 95 % intervals in the output's unit, the largest on top.

        Raises
        ------
        InputError
            When the study has no screening, or none of this output and scenario.
        """
        return self._bars("morris", "screening", screening_section, output, scenario)

    def _bars(
        self, table: str, picture: str, make: Callable[[StudyResult], Section | None], output: str | None, scenario: str | None
    ) -> Figure:
        """Draw one picture of a table of indices, of one output and scenario where they are named."""
        where = f"plot.{'tornado' if table == 'morris' else table}"
        outputs, result = self._outputs(), self._result
        if table not in result.tables:
            raise InputError(f"the study asks for no {table} analysis.", where=where, mend=f"Give it one: {table} = {{}}.")
        rows = result.tables[table]
        if output is not None:
            name, element = self._named(output, where, [n for n, o in outputs.items() if o.variable is None or o.at is not None])
            known = list(dict.fromkeys(str(o).partition("[")[0] for o in rows["output"]))
            if name not in known:
                raise InputError(f"there are no indices of {shown(name)}.", where=where, mend=f"There are of {', '.join(known)}.")
            result = _about(result, [name], element)
        if scenario is not None:
            known = list(dict.fromkeys(str(s) for s in rows["scenario"]))
            if scenario not in known:
                raise InputError(
                    f"there are no indices of the scenario {shown(scenario)}.",
                    where=where,
                    mend=nearest(scenario, known) or f"There are of {', '.join(known)}.",
                )
            chosen = tuple(s for s in result.study.scenario if s.name == scenario)
            result = replace(result, study=result.study.model_copy(update={"scenario": chosen}))
        section = make(result)
        drawn = next((p.figure for p in section.pictures if p.name == picture), None) if section else None
        if drawn is None:
            why = " ".join(section.sentences) if section else "the table has no rows of it."
            raise InputError(f"there is nothing to draw: {why}", where=where)
        return _shown(drawn)

    def _outputs(self) -> Mapping[str, OutputSpec]:
        """The outputs of the study; refuse a study of a register, which has none."""
        if rated(self._result):
            raise InputError(
                "a study of a register has no outputs.", where="plot", mend="Its charts are in report.html and figures/."
            )
        return self._result.study.outputs

    def _named(self, wanted: str, where: str, first: Sequence[str]) -> tuple[str, str]:
        """Return output and element of a name or a label; where a label is that of several outputs, the only one among `first`."""
        outputs = self._outputs()
        name, _, element = str(wanted).removesuffix("]").partition("[")
        labels = {n: quantity(self._result, n).label.partition(" [")[0] for n in outputs}
        found = [name] if name in outputs else [n for n, label in labels.items() if label.casefold() == name.strip().casefold()]
        found = [n for n in found if n in first] or found
        if len(found) > 1:
            raise InputError(f"{shown(name)} is the label of {' and '.join(found)}.", where=where, mend="Give the name.")
        if not found:
            mend = nearest(name, [*outputs, *labels.values()]) or f"Known are {', '.join(outputs)}."
            raise InputError(f"there is no output {shown(name)}.", where=where, mend=mend)
        rows = self._result.summary
        elements = list(dict.fromkeys(str(e) for e in rows.loc[rows["output"] == found[0], "element"]))
        if element and element not in elements:
            mend = nearest(element, elements) or f"Its elements are {', '.join(elements) or 'none'}."
            raise InputError(f"{found[0]} has no element {shown(element)}.", where=where, mend=mend)
        return found[0], element


def _about(result: StudyResult, names: Sequence[str], element: str) -> StudyResult:
    """Return a result that is about these outputs alone, the first (and its element) the headline number, and about targets on them."""
    study = result.study
    outputs = {n: study.outputs[n] for n in names}
    targets = tuple(t for t in study.target if t.output in outputs)
    history = {n: points for n, points in study.history.items() if n in outputs}
    about = {"outputs": outputs, "target": targets, "history": history, "observed": (), "answer": ()}
    tables = dict(result.tables)
    for name, frame in tables.items() if element else ():  # the first element of a table is the one that is drawn
        if "output" in frame:
            whole = frame["output"].astype(str)
            own = (whole == f"{names[0]}[{element}]") | (
                (whole == names[0]) & (frame.get("element", whole).astype(str) == element)
            )
            tables[name] = frame.loc[[*frame.index[own], *frame.index[~own]]]
    return replace(result, study=study.model_copy(update=about), tables=tables)


def _shown(figure: Figure) -> Figure:
    """Let a notebook show a figure that was drawn without pyplot."""
    setattr(figure, "_repr_png_", partial(canvas.png_bytes, figure, 96))  # noqa: B010 - a method that only notebooks look for
    return figure
