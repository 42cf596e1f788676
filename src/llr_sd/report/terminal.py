"""The summary on the terminal: a table of at most 100 columns, failures, and where the report lies."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from llr_sd.report.outcome.words import spreads
from llr_sd.report.ratings import words as rating_words
from llr_sd.report.ratings.read import held, ladders, rated, risks
from llr_sd.report.ratings.words import answer
from llr_sd.report.sensitivity.read import main_cell
from llr_sd.report.sensitivity.words import sobol_sentences, unsettled
from llr_sd.report.shared.reading import (
    Spread,
    chance,
    failed_runs,
    headline,
    inputs_vary,
    level_of,
    meets,
    other_failures,
    quantity,
    spread,
)
from llr_sd.report.shared.told import disagreement, findings, verified_sentences, warned
from llr_sd.report.shared.wording import (
    NONE,
    amount,
    chance_short,
    count_of,
    date_words,
    extent,
    full_name,
    goal,
    other_failures_words,
    short_names,
)
from llr_sd.result import StudyResult
from llr_sd.study import Target

WIDTH = 100


def terminal_summary(result: StudyResult) -> str:
    """Return the study's answer for a terminal; the last line is `report: <path>`.

    Parameters
    ----------
    result
        Of a study of a model or of a register.
    """
    if rated(result):
        return _ratings_summary(result)
    study, head = result.study, headline(result)
    facts = spreads(result)
    lines = [*textwrap.wrap(disagreement(result), WIDTH), *textwrap.wrap(study.title, WIDTH)]
    if study.illustrative:
        lines.append("Illustrative data: the numbers describe no real service.")
    for sentence in (*warned(result), unsettled(result)):
        lines += textwrap.wrap(sentence, WIDTH)
    lines += textwrap.wrap(f"{full_name(head)}{_runs(result, facts)}", WIDTH)
    for number, target in enumerate(study.target, start=1):
        shown = quantity(result, target.output)
        when = f", {date_words(shown.time, closing=True)}" if math.isfinite(shown.time) else ""
        text = f"[{number}] {target.name}: {goal(target, shown.unit)}{when}"
        lines += textwrap.wrap(text, WIDTH, subsequent_indent="    ")
    lines.append("")
    lines += _table(result, facts)
    for sentence in (*_moves(result), *findings(result)):
        lines += ["", *textwrap.wrap(sentence, WIDTH)]
    for sentence in verified_sentences(result):
        lines += ["", *textwrap.wrap(sentence, WIDTH)]
    failed = failed_runs(result)
    if failed:
        lines.append("")
        total = sum(failed.values())
        where = ", ".join(f"{n:,} in {name}" for name, n in failed.items())
        lines += textwrap.wrap(f"{count_of(total, 'run')} failed and left out: {where}. See failures.csv.", WIDTH)
    if other_failures(result):
        lines += ["", *textwrap.wrap(f"{other_failures_words(other_failures(result))} See failures.csv.", WIDTH)]
    file = result.manifest.get("model file")
    lines += ["", *([f"model: {file}"] if file else []), f"report: {result.path / 'report.html'}"]
    return "\n".join(lines)


def _ratings_summary(result: StudyResult) -> str:
    """Each risk with its published score, its rating and verdict on the first two ladders, then the counts of verdicts."""
    study, shown = result.study, ladders(result)[:2]
    lines = [*textwrap.wrap(disagreement(result), WIDTH), *textwrap.wrap(study.title, WIDTH)]
    if study.illustrative:
        lines.append("Illustrative data: the numbers describe no real service.")
    for sentence in warned(result):
        lines += textwrap.wrap(sentence, WIDTH)
    head = ["", "", "the log", *(cell for k in shown for cell in (k.label, "verdict"))]
    rows = []
    for risk in risks(result):
        cells = [risk.id, risk.title, f"{risk.likelihood}x{risk.consequence}={risk.score}"]
        for ladder in shown:
            r = held(result, ladder.name).get(risk.id)
            between = f" ({r.score[1]}-{r.score[2]})" if r and r.open else ""
            cells += [f"{r.likelihood[0]}x{r.consequence[0]}={r.score[0]}{between}", r.verdict] if r else [NONE, "not rated"]
        rows.append(cells)
    others = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head)) if i != 1]
    room = max(12, WIDTH - sum(others) - 2 * len(others))
    for row in rows:
        row[1] = textwrap.shorten(row[1], room, placeholder="…")
    lines += ["", *(line[:WIDTH] for line in _aligned(head, rows, left=(0, 1, 2, 3, 4, 5, 6)))]
    for sentence in (*answer(result), *rating_words.findings(result), *verified_sentences(result)):
        lines += ["", *textwrap.wrap(sentence, WIDTH)]
    failed = sum(failed_runs(result).values())
    if failed:
        lines += ["", f"{count_of(failed, 'run')} failed and left out. See failures.csv."]
    return "\n".join([*lines, "", f"report: {result.path / 'report.html'}"])


def _moves(result: StudyResult) -> tuple[str, ...]:
    """The first sentence on what moves the headline number."""
    cell = main_cell(result, "sobol")
    return sobol_sentences(result, cell)[:1] if cell else ()


def _table(result: StudyResult, facts: Sequence[Spread]) -> list[str]:
    """The scenarios with as many targets beside them as fit; the rest of the targets follow below."""
    names = short_names([f.scenario for f in facts], 32)
    varied = any(not f.fixed for f in facts)
    head = ["scenario", "central", *(["median", "90% range"] if varied else [])]
    rows = [[names[f.scenario], *_numbers(result, f, varied)] for f in facts]
    marks = [
        (f"[{i}] " + ("chance" if varied else "met"), _marks(result, facts, t)) for i, t in enumerate(result.study.target, 1)
    ]
    blocks: list[tuple[list[str], list[list[str]]]] = [(head, rows)]
    for title, cells in marks:
        wide = [*blocks[-1][0], title], [[*row, cell] for row, cell in zip(blocks[-1][1], cells, strict=True)]
        if max(map(len, _aligned(*wide))) <= WIDTH or len(blocks[-1][0]) == 1:
            blocks[-1] = wide
        else:
            blocks.append((["scenario", title], [[row[0], cell] for row, cell in zip(rows, cells, strict=True)]))
    lines: list[str] = []
    for block in blocks:
        lines += [*([""] if lines else []), *_aligned(*block)]
    return lines


def _numbers(result: StudyResult, facts: Spread, varied: bool) -> list[str]:
    head = headline(result)
    level = level_of(result.study.target[0]) if result.study.target else math.nan
    central = amount(facts.central, head.unit, apart_from=level)
    if not varied:
        return [central]
    if facts.fixed:
        return [central, NONE, "fixed"]
    middle = amount(facts.median, head.unit, apart_from=level)
    return [central, middle, extent(facts.p05, facts.p95, head.unit)]


def _marks(result: StudyResult, facts: Sequence[Spread], target: Target) -> list[str]:
    cells = []
    for f in facts:
        own = spread(result, f.scenario, quantity(result, target.output))
        if own.fixed:
            cells.append(NONE if not math.isfinite(own.best) else "met" if meets(own.best, target) else "not met")
        else:
            cells.append(chance_short(chance(result, f.scenario, target)))
    return cells


def _aligned(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> list[str]:
    """Columns of text under their heads; those in `left` begin together, the others end together."""
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
    lines = []
    for line in [head, ["-" * w for w in widths], *rows]:
        cells = [c.ljust(w) if i in left else c.rjust(w) for i, (c, w) in enumerate(zip(line, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines


def _runs(result: StudyResult, facts: Sequence[Spread]) -> str:
    runs = sorted({f.runs for f in facts if not f.fixed and f.runs})
    if not runs:
        same = max((f.runs for f in facts if inputs_vary(result, f.scenario)), default=0)
        return f"; the same in all {same:,} runs" if same else "; nothing uncertain"
    return f"; {runs[0]:,} good runs a scenario" if len(runs) == 1 else f"; {runs[0]:,} to {runs[-1]:,} good runs a scenario"
