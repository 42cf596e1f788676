"""The summary on the terminal: a table of at most 100 columns, failures, and where the report lies."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from llr_sd.report.calibration.words import doubts
from llr_sd.report.outcome.facts import Level, Standing
from llr_sd.report.outcome.read import answering, level, sureness
from llr_sd.report.outcome.sure import sure_line
from llr_sd.report.outcome.tables import verdict
from llr_sd.report.outcome.words import answer, between, told
from llr_sd.report.ratings import words as rating_words
from llr_sd.report.ratings.read import log, rated
from llr_sd.report.sections import findings
from llr_sd.report.sensitivity.words import unsettled
from llr_sd.report.shared.reading import (
    chance,
    failed_runs,
    headline,
    level_of,
    other_failures,
    quantity,
)
from llr_sd.report.shared.told import disagreement, verified_sentences, warned
from llr_sd.report.shared.wording import (
    BOUNDS_NOTE,
    FEW,
    NONE,
    chance_short,
    count_of,
    date_words,
    full_name,
    goal,
    other_failures_words,
    short_names,
)
from llr_sd.result import StudyResult
from llr_sd.studyparts import Target

WIDTH = 100


def terminal_summary(result: StudyResult) -> str:
    """Return the question and its answer for a terminal, the headline number by scenario below; the last line is `report: <path>`.

    Parameters
    ----------
    result
        Of a study of a model or of a register.
    """
    if rated(result):
        return _ratings_summary(result)
    study, head = result.study, headline(result)
    fact = level(result, head, answering(result))
    lines = [*textwrap.wrap(disagreement(result), WIDTH), *textwrap.wrap(study.title, WIDTH)]
    if study.illustrative:
        lines.append("Illustrative data: the numbers describe no real service.")
    for sentence in (*warned(result), *doubts(result), unsettled(result), study.question):
        lines += textwrap.wrap(sentence, WIDTH)
    said = answer(result)
    for sentence in (*said, sure_line(sureness(result))):
        lines += ["", *textwrap.wrap(sentence, WIDTH)]
    lines += ["", *textwrap.wrap(full_name(head), WIDTH)]
    for number, target in enumerate(study.target, start=1):
        shown = quantity(result, target.output)
        when = f", {date_words(shown.time, closing=True)}" if math.isfinite(shown.time) else ""
        of = "" if target.output == head.output else f"{shown.label}, "
        text = f"[{number}] {target.name}: {of}{goal(target, shown.unit)}{when}"
        lines += textwrap.wrap(text, WIDTH, subsequent_indent="    ")
    lines.append("")
    lines += _table(result, fact)
    if any(c.lost for t in study.target for n in answering(result) if (c := chance(result, n, t))):
        lines += ["", *textwrap.wrap(f"In square brackets: {BOUNDS_NOTE[0].lower()}{BOUNDS_NOTE[1:]}", WIDTH)]
    for sentence in (s for s in findings(result) if s not in said):
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
    """The question, the counts of verdicts, then each risk with its published score, its rating and verdict on the first two ladders."""
    study, found = result.study, log(result)
    shown = list(found.ladders)[:2]
    lines = [*textwrap.wrap(disagreement(result), WIDTH), *textwrap.wrap(study.title, WIDTH)]
    if study.illustrative:
        lines.append("Illustrative data: the numbers describe no real service.")
    for sentence in (*warned(result), study.question):
        lines += textwrap.wrap(sentence, WIDTH)
    for sentence in (*rating_words.answer(result), sure_line(rating_words.sureness(result))):
        lines += ["", *textwrap.wrap(sentence, WIDTH)]
    head = ["", "", "the log", *(cell for k in shown for cell in (found.ladders[k].label, "verdict"))]
    rows = []
    for risk in found.register.risk:
        published = found.of_risk(risk.id)[0].published
        cells = [risk.id, found.called(risk).removeprefix(f"{risk.id} "), f"{risk.likelihood}x{risk.consequence}={published}"]
        for ladder in shown:
            r = found.on(ladder).get(risk.id)
            cells += (
                [rating_words.rating_words(r).replace(" × ", "x").replace(" = ", "="), r.verdict] if r else [NONE, "not rated"]
            )
        rows.append(cells)
    others = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head)) if i != 1]
    room = max(12, WIDTH - sum(others) - 2 * len(others))
    for row in rows:
        row[1] = textwrap.shorten(row[1], room, placeholder="…")
    lines += ["", *(line[:WIDTH] for line in _aligned(head, rows, left=(0, 1, 2, 3, 4, 5, 6)))]
    for sentence in (*rating_words.findings(result), *verified_sentences(result)):
        lines += ["", *textwrap.wrap(sentence, WIDTH)]
    failed = sum(failed_runs(result).values())
    if failed:
        lines += ["", f"{count_of(failed, 'run')} failed and left out. See failures.csv."]
    return "\n".join([*lines, "", f"report: {result.path / 'report.html'}"])


def _table(result: StudyResult, fact: Level) -> list[str]:
    """The scenarios with as many targets beside them as fit; the rest of the targets follow below."""
    names = short_names([s.name for s in fact.standings], 32)
    varied = any(s.ranged for s in fact.standings)
    head = ["scenario", "central", *(["median", "90% range"] if varied else [])]
    rows = [[names[s.name], *_numbers(fact, s, varied)] for s in fact.standings]
    marks = [(f"[{i}] " + ("chance" if varied else "met"), _marks(result, t)) for i, t in enumerate(result.study.target, 1)]
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


def _numbers(fact: Level, standing: Standing, varied: bool) -> list[str]:
    level_ = level_of(fact.targets[0]) if fact.targets else math.nan
    own = standing.spread
    central = told(own.central, fact, unit=False, apart_from=level_)
    if not varied:
        return [central]
    if own.fixed:
        return [central, NONE, "same in all" if standing.varied and not standing.published else "fixed"]
    return [central, told(own.median, fact, unit=False, apart_from=level_), FEW if own.few else between(own.p05, own.p95, fact)]


def _marks(result: StudyResult, target: Target) -> list[str]:
    """Whether each scenario meets a target, or its chance of it."""
    fact = level(result, quantity(result, target.output), answering(result), (target,))
    return [chance_short(s.chances[0]) if not s.spread.fixed else verdict(s, target, 0) for s in fact.standings]


def _aligned(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> list[str]:
    """Columns of text under their heads; those in `left` begin together, the others end together."""
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
    lines = []
    for line in [head, ["-" * w for w in widths], *rows]:
        cells = [c.ljust(w) if i in left else c.rjust(w) for i, (c, w) in enumerate(zip(line, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines
