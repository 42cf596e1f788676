"""The body of a page of ratings: the log beside the model, what is open, and what stands behind each rating, in the order of reading."""

from __future__ import annotations

import math

from llr_sd.equations import canonical
from llr_sd.rating import NOT_TESTABLE, VERDICTS
from llr_sd.report.outcome.tables import range_words
from llr_sd.report.ratings import pictures
from llr_sd.report.ratings.read import Log, Move, Variation, boxes, log, moves, outside, rows_of, thresholds, variations
from llr_sd.report.ratings.words import (
    MEANINGS,
    band_words,
    both_scores,
    box_words,
    counts_sentence,
    dated,
    interval_words,
    ladder_words,
    outside_words,
    product,
    quoted,
    rating_words,
    rule_sentences,
    settling,
    variation_words,
)
from llr_sd.report.shared.parts import NumberTable, Section
from llr_sd.report.shared.reading import labels
from llr_sd.report.shared.units import unit_words
from llr_sd.report.shared.wording import NONE, amount, count_of, date_words, listing, percent
from llr_sd.result import StudyResult

KINDS = {
    "bands": "Other likelihood bands",
    "step": "Likelihood one step up or down",
    "ladder": "Another scale",
    "range": "Judgement with its range doubled",
    "reading": "Other ways to measure it",
}


def rating_sections(result: StudyResult) -> tuple[Section, ...]:
    """Return the sections that these ratings can carry, in the order of the page."""
    makers = (_overview, _open, _movement, _drivers, _stability, _clouds, _exceedance, _rule, _register)
    return tuple(section for make in makers if (section := make(result)) is not None)


def beside_the_log(result: StudyResult) -> NumberTable:
    """Return each published rating with the model's rating and the verdict on every scale."""
    found, rows = log(result), []
    for risk in found.register.risk:
        cells = [_whole(product((risk.likelihood, risk.consequence, found.of_risk(risk.id)[0].published)))]
        for name in found.ladders:
            r = found.on(name).get(risk.id)
            cells.append(f"{_whole(rating_words(r))}, {_whole(r.verdict)}" if r else NONE)
        rows.append((found.called(risk), *cells))
    caption = "Likelihood × consequence = score in the log and by the model, with the verdict on the log"
    heads = ("Risk", "The log", *(k.label for k in found.ladders.values()))
    return NumberTable(caption, heads, tuple(rows), tuple(range(1, len(heads))))


def _whole(words: str) -> str:
    """Words that no line break parts."""
    return words.replace(" ", "\u00a0")


def _overview(result: StudyResult) -> Section:
    found = log(result)
    used = {r.verdict for r in found.held}
    told = tuple((v, f"{MEANINGS[v][:1].upper()}{MEANINGS[v][1:]}.") for v in VERDICTS if v in used)
    table = NumberTable("What the verdicts mean", ("Verdict", "Meaning"), told, (1,))
    counts = tuple(counts_sentence(found, name) for name in found.ladders)
    sentences = (*counts, *ladder_words(found))
    return Section("overview", "The log beside the model", sentences, (pictures.overview(result),), (table,))


def _open(result: StudyResult) -> Section | None:
    """Ratings that chance decides, and ratings that cannot be tested."""
    found = log(result)
    edge, judged = [r for r in found.held if r.place.straddles], [r for r in found.held if r.verdict == NOT_TESTABLE]
    sentences, tables = [], []
    if edge:
        sentences.append(
            f"{count_of(len(edge), 'rating')} {'is' if len(edge) == 1 else 'are'} not settled: the 95% interval holds more than one cell "
            "of the matrix. Both ends are given, with the number of runs after which one would be left, if the chance stays where it is."
        )
        rows = tuple((r.risk, found.label(r), both_scores(found.matrix, r), settling(r), r.verdict) for r in edge)
        heads = ("Risk", "Scale", "Score", "What would settle it", "Verdict")
        tables.append(NumberTable("Ratings that are not settled", heads, rows, (1, 2, 3, 4)))
    if judged:
        sentences.append(
            f"{count_of(len(judged), 'rating')} cannot be tested: the model gives a score, but most of what the risk’s own inputs explain is "
            "judgement. The table gives the verdict at face value, and the judgement that carries most: measure that first."
        )
        rows = tuple((r.risk, found.label(r), percent(r.judged), r.face, r.measure or NONE) for r in judged)
        heads = ("Risk", "Scale", "Share on judgement", "Verdict at face value", "What to measure first")
        tables.append(NumberTable("Ratings that cannot be tested yet", heads, rows, (1, 3, 4)))
    if not tables:
        return None
    return Section("open", "What is open, and what would close it", tuple(sentences), (), tuple(tables))


# --- what stands behind the ratings -------------------------------------------------------------------------------------------


def _drivers(result: StudyResult) -> Section:
    found = log(result)
    sentences = [
        "Which inputs make the difference between a small loss and a large one? “Everything else” is all the inputs of the models that "
        "are not the risk’s own, taken together. Where it carries more than they do, the rating tells less of the risk’s own inputs than of the others."
    ]
    tables = []
    told = tuple((b.risk, box_words(found.matrix, b)) for b in boxes(result))
    if told:
        tables.append(NumberTable("Where in its inputs each risk is at its worst", ("Risk", "What was found"), told, (1,)))
    rows = tuple(
        (b.risk, limit.name, limit.where, interval_words(b.density), interval_words(b.coverage))
        for b in boxes(result)
        for limit in b.limits
    )
    if rows:
        heads = ("Risk", "Input", "Where", "Of the runs there, this consequence", "Of the runs with it, there")
        tables.append(NumberTable("The same in numbers", heads, rows, (1, 2)))
    others = tuple((o.risk, found.register.ladder[o.ladder].label, outside_words(o)) for o in outside(result))
    if others:
        tables.append(NumberTable("Risks that other inputs move more", ("Risk", "Scale", "What was found"), others, (1, 2)))
    return Section("drivers", "What each rating hangs on", tuple(sentences), (pictures.driver_picture(result),), tuple(tables))


def _stability(result: StudyResult) -> Section:
    found, tried = log(result), variations(result)
    kinds = [k for k in KINDS if any(v.kind == k for own in tried.values() for v in own)]
    rows, firm = [], []
    for r in found.held:
        own = tried[r.risk, r.ladder]
        rows.append(
            (r.risk, found.label(r), rating_words(r), *(_changes(result, [v for v in own if v.kind == k]) for k in kinds))
        )
        firm += [] if any(v.changed for v in own) else [f"{r.risk} ({found.label(r)})"]
    total, changed = sum(map(len, tried.values())), sum(v.changed for own in tried.values() for v in own)
    sentences = (
        f"Each rating was made again in other ways: {count_of(total, 'time')} in all. {changed:,} of them give another level or another "
        "verdict; these are named, and every one is in the workbook. The verdicts here leave the grade of the evidence aside.",
        f"Nothing that was tried changes {listing(firm)}."
        if firm
        else "No rating keeps both level and verdict under all that was tried.",
    )
    heads = ("Risk", "Scale", "Rating", *(KINDS[k] for k in kinds))
    table = NumberTable("Does the rating stay?", heads, tuple(rows), tuple(range(1, len(heads))))
    return Section("stability", "Would the rating be different if it were made differently?", sentences, (), (table,))


def _changes(result: StudyResult, tried: list[Variation]) -> str:
    """What changed among variations of one kind: what, and what it gives."""
    moved = [f"{variation_words(result, v)}: {v.cell[2]} {v.level}, {v.verdict}" for v in tried if v.changed]
    return f"changed: {'; '.join(moved)}" if moved else "stays" if tried else NONE


def _movement(result: StudyResult) -> Section | None:
    picture, found = pictures.movement(result), log(result)
    if picture is None:
        return None
    rows = [
        _log_row(found, risk.id, risk.title, m)
        for risk in found.register.risk
        for m in moves(result)[risk.id]
        if m.kind == "log" or m.ladder == found.register.ladders(risk)[0]
    ]
    heads = (
        "Risk", "Cause", "Read from", "Original likelihood", "Original impact", "Original rating", "Level", "Mitigation",
        "Reviewed likelihood", "Reviewed impact", "Reviewed rating", "Reviewed level", "Movement",
    )  # fmt: skip
    sentence = (
        "The columns of the table are those of the log. A row of the log is as published. In a row of the model, “original” is its rating "
        "at the date of the log, and “reviewed” its rating at the end of the month named, as things go on, or with a mitigation of the log "
        "at work. Impact is the log’s word for consequence. The other scales are in the workbook."
    )
    tables = [NumberTable("Original, reviewed and movement, as the log has them", heads, tuple(rows), (1, 2, 6, 7, 11, 12))]
    measures = rows_of(result, "measures", "risk", "mitigation", "sets", "note")
    if len(measures):
        told = tuple(
            tuple(quoted(str(cell)) or NONE for cell in row)
            for row in measures[["risk", "mitigation", "sets", "note"]].itertuples(index=False)
        )
        tables.append(
            NumberTable("What each mitigation sets in the models", ("Risk", "Mitigation", "Sets", "As"), told, (1, 2, 3))
        )
    return Section("movement", "How the ratings move", (sentence,), (picture,), tuple(tables))


def _log_row(found: Log, risk: str, cause: str, m: Move) -> tuple[str, ...]:
    date = m.date if math.isfinite(m.date) else found.of_risk(risk)[0].date
    where = "the log" if m.kind == "log" else _whole(date_words(date, closing=True).removeprefix("end of "))
    ends = [(*map(str, cell), found.matrix.level_of(cell[2])) for cell in (m.original, m.reviewed)]
    return (risk, quoted(cause), where, *ends[0], quoted(m.mitigation) or NONE, *ends[1], m.movement)


def _clouds(result: StudyResult) -> Section:
    sentence = (
        "A rating is one cell, but the runs are spread over several. Each panel shows all of them on the matrix, with the cell where the "
        "log puts the risk and the cell that the model gives it."
    )
    return Section("clouds", "The risks on the matrix", (sentence,), pictures.clouds(result))


def _exceedance(result: StudyResult) -> Section:
    found = log(result)
    sentence = (
        "The chance of a consequence is the share of runs whose loss reaches its threshold, at the "
        f"{dated(found)}. The chances of later dates are in the workbook."
    )
    heads = tuple(f"{j} {label} or worse" for j, label in enumerate(found.matrix.consequence, 1))
    rows = tuple((r.risk, found.label(r), *(_threshold(*t) for t in thresholds(result, r))) for r in found.held)
    table = NumberTable("Loss from which each consequence counts", ("Risk", "Scale", *heads), rows, (1,))
    return Section("exceedance", "How often each consequence is reached", (sentence,), (pictures.exceedance(result),), (table,))


def _threshold(share: float, level: float, unit: str) -> str:
    said = f"{100 * share:.4g}%"
    return f"{said}: {amount(level)} {unit}" if math.isfinite(level) else f"{said} ({unit})"


# --- the rule and the register ------------------------------------------------------------------------------------------------


def _rule(result: StudyResult) -> Section:
    found = log(result)
    matrix = found.matrix
    rows = tuple(
        (f"{i} {matrix.rows[i - 1].label}", band_words(matrix, i), *(f"{s} {matrix.level_of(s)}" for s in matrix.scores[i - 1]))
        for i in range(len(matrix.rows), 0, -1)
    )
    heads = ("Likelihood", "Chance", *(f"{j} {label}" for j, label in enumerate(matrix.consequence, 1)))
    table = NumberTable("The matrix: score and level of each likelihood (down) and consequence (across)", heads, rows)
    return Section("rule", "How a rating is made", rule_sentences(found), (), (table,))


def _register(result: StudyResult) -> Section:
    found, called = log(result), labels(result)
    rows, technical = [], []
    for r in found.register.risk:
        score = found.of_risk(r.id)[0].published
        published = f"{_whole(product((r.likelihood, r.consequence, score)))} {found.matrix.level_of(score)}"
        rows.append((found.called(r), quoted(r.wording), published, quoted(r.note) or NONE))
        technical.append((r.id, "; ".join(called.get(canonical(name), name) for name in r.group), " ".join(r.metric.split())))
    sentence = f"{quoted(found.register.title)}. The words are ours; likelihood and consequence are the log’s."
    tables = (
        NumberTable("The risk register", ("Risk", "In words", "The log", "How it is measured"), tuple(rows), (1, 2, 3)),
        NumberTable(
            "Inputs and metric of each risk", ("Risk", "Its own inputs", "Metric (expression)"), tuple(technical), (1, 2)
        ),
    )
    return Section("register", "The risks, and how each is measured", (sentence,), (), tables)


def inputs_table(result: StudyResult) -> NumberTable | None:
    """Return every uncertain input with its model, range, source and grade; None when there are none."""
    columns = ("name", "label", "unit", "low", "mode", "high", "values", "grade", "source", "note", "model")
    rows = []
    for r in rows_of(result, "parameters", *columns).to_dict("records"):
        unit = unit_words(r["unit"])
        between = range_words(r, f" {unit}" if unit else "")
        texts = (quoted(str(r[k])) or NONE for k in ("grade", "source", "note"))
        rows.append((quoted(r["label"]) or r["name"], r["name"], r["model"], between, *texts))
    heads = ("Input", "Name in scripts", "Model", "Low to high (central)", "Grade", "Source", "Note")
    return NumberTable("Inputs that vary between runs", heads, tuple(rows)) if rows else None
