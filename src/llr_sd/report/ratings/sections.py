"""The body of a page of ratings: the log beside the model, what is open, and what stands behind each rating, in the order of reading."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from llr_sd.equations import canonical
from llr_sd.rating import VERDICTS
from llr_sd.report.ratings import pictures as rating_pictures
from llr_sd.report.ratings.read import (
    Rating,
    boxes,
    first_dates,
    frame,
    held,
    ladders,
    matrix,
    number,
    of_risk,
    outside,
    reached,
    risks,
    text,
)
from llr_sd.report.ratings.words import (
    MEANINGS,
    band_words,
    both_scores,
    box_words,
    dated,
    interval_words,
    ladder_words,
    outside_words,
    product,
    quoted,
    rating_words,
    rule_sentences,
    side_words,
    unsettled,
    untested,
    variation_words,
)
from llr_sd.report.shared.parts import NumberTable, Section
from llr_sd.report.shared.reading import labels
from llr_sd.report.shared.wording import NONE, amount, count_of, date_words, level_words, listing, percent
from llr_sd.result import StudyResult

MARK = "changed"
KINDS = {
    "bands": "Other likelihood bands",
    "step": "Likelihood one step up or down",
    "ladder": "Another ladder",
    "range": "Judgement with its range doubled",
    "reading": "Other ways to measure it",
}


@dataclass(frozen=True)
class Folded(Section):
    """A section whose longest tables are folded away until they are asked for."""

    folded: tuple[NumberTable, ...] = ()


def rating_sections(result: StudyResult) -> tuple[Section, ...]:
    """Return the sections that these ratings can carry, in the order of the page."""
    makers = (_overview, _open, _clouds, _exceedance, _drivers, _stability, _movement, _rule, _register)
    return tuple(section for make in makers if (section := make(result)) is not None)


def beside_the_log(result: StudyResult) -> NumberTable:
    """Return each published rating with the model's rating and the verdict on every ladder."""
    rows = []
    for risk in risks(result):
        row = [risk.id, risk.title, f"{_whole(product(risk.likelihood, risk.consequence, risk.score))} {risk.level}"]
        for ladder in ladders(result):
            found = held(result, ladder.name).get(risk.id)
            row += (
                [f"{_whole(rating_words(found, level=False))} {found.levels[0]}", found.verdict] if found else [NONE, "not rated"]
            )
        rows.append(tuple(row))
    heads = [h for k in ladders(result) for h in (k.label, f"{k.label}: verdict")]
    caption = "Ratings beside the log: likelihood × consequence = score (95% interval of the score) and level"
    return NumberTable(caption, ("Risk", "Title", "The log", *heads), tuple(rows), tuple(range(1, 3 + len(heads))))


def _whole(words: str) -> str:
    """Words that no line break parts."""
    return words.replace(" ", "\u00a0")


def _overview(result: StudyResult) -> Section:
    used = {rating.verdict for rating, _ in _rated(result)}
    told = tuple((v, f"{MEANINGS[v][:1].upper()}{MEANINGS[v][1:]}.") for v in VERDICTS if v in used)
    table = NumberTable("What the verdicts mean", ("Verdict", "Meaning"), told, (1,))
    measures = "Ladders say how a loss becomes a consequence." if len(ladders(result)) > 1 else ""
    sentences = tuple(s for s in (measures, *ladder_words(ladders(result))) if s)
    return Section("overview", "The log beside the model", sentences, (rating_pictures.overview(result),), (table,))


def _open(result: StudyResult) -> Section | None:
    """Ratings that chance decides, and ratings that nothing tests."""
    edge, judged = unsettled(result), untested(result)
    if not edge and not judged:
        return None
    label = {k.name: k.label for k in ladders(result)}
    sentences, tables = [], []
    if edge:
        sentences.append(
            f"{count_of(len(edge), 'rating')} {'is' if len(edge) == 1 else 'are'} not settled: the 95% interval holds more than one cell of the matrix. "
            "Both ends are given, with the number of runs after which one would be left, if the chance stays where it is."
        )
        rows = tuple((r.risk, label[r.ladder], both_scores(result, r), settle, r.verdict) for r, settle in edge)
        tables.append(
            NumberTable(
                "Ratings that are not settled", ("Risk", "Ladder", "Score", "What would settle it", "Verdict"), rows, (1, 2, 3, 4)
            )
        )
    if judged:
        sentences.append(
            f"{count_of(len(judged), 'rating')} cannot be tested: the model gives a score, but it rests mostly on judgement. The table says what the verdict "
            "would be at face value, and what to measure first, because it carries most."
        )
        rows = tuple((r.risk, label[r.ladder], percent(r.judged), r.face or NONE, measure) for r, measure in judged)
        heads = ("Risk", "Ladder", "Share on judgement", "Verdict at face value", "What to measure first")
        tables.append(NumberTable("Ratings that cannot be tested yet", heads, rows, (1, 3, 4)))
    return Section("open", "What is open, and what would close it", tuple(sentences), (), tuple(tables))


def _clouds(result: StudyResult) -> Section:
    sentence = (
        "A rating is one cell, but the runs are spread over several. Each panel shows all of them on the matrix, with the cell where the log puts "
        "the risk and the cell that the model gives it."
    )
    return Section("clouds", "The risks on the matrix", (sentence,), rating_pictures.clouds(result))


def _exceedance(result: StudyResult) -> Section | None:
    if frame(result, "exceedance").empty:
        return None
    picture = rating_pictures.exceedance(result)
    scale = matrix(result)
    sentence = (
        f"The chance of a consequence is the share of runs whose loss reaches its threshold, at the {dated(result)}; the figures in brackets are its 95% "
        "interval. The chances of later dates are among the numbers behind the figure."
    )
    heads = tuple(f"{j} {label} or worse" for j, label in enumerate(scale.consequences, 1))
    chances, levels = [], []
    for rating, label in _rated(result):
        found = reached(result, rating)
        chances.append((rating.risk, label, *([interval_words(c) for c in found] or [NONE] * len(heads))))
        levels.append((rating.risk, label, *(_thresholds(result, rating) or [NONE] * len(heads))))
    tables = (
        NumberTable("Chance of each consequence or worse (95% interval)", ("Risk", "Ladder", *heads), tuple(chances), (1,)),
    )
    folded = (NumberTable("Loss from which each consequence counts", ("Risk", "Ladder", *heads), tuple(levels), (1,)),)
    return Folded(
        "exceedance", "How often each consequence is reached", (sentence,), (picture,) if picture else (), tables, folded
    )


def _rated(result: StudyResult) -> list[tuple[Rating, str]]:
    """The ratings that are held against the log with the label of their ladder, risk by risk."""
    label = {k.name: k.label for k in ladders(result)}
    return [(rating, label[rating.ladder]) for risk in risks(result) for rating in of_risk(result, risk.id)]


def _thresholds(result: StudyResult, rating: Rating) -> list[str]:
    rows = frame(result, "exceedance", "risk", "ladder", "horizon", "consequence", "threshold_share", "threshold", "unit")
    rows = rows[(rows["risk"] == rating.risk) & (rows["ladder"] == rating.ladder) & (rows["horizon"] == rating.date)]
    found = []
    for r in rows.sort_values("consequence").to_dict("records"):
        share, level = f"{100 * number(r['threshold_share']):.4g}%", number(r["threshold"])
        found.append(f"{share}: {amount(level)} {text(r['unit'])}" if math.isfinite(level) else f"{share} ({text(r['unit'])})")
    return found


def _drivers(result: StudyResult) -> Section | None:
    picture = rating_pictures.drivers(result)
    told = [(b.risk, box_words(result, b)) for b in boxes(result)]
    label = {k.name: k.label for k in ladders(result)}
    others = [(o.risk, label.get(o.ladder, o.ladder), outside_words(o)) for o in outside(result)]
    if picture is None and not told and not others:
        return None
    sentences = [
        "Which inputs make the difference between a small loss and a large one? “Everything else” is all the inputs of the models that are not the "
        "risk’s own, taken together. Where it carries most, the risk’s own inputs say little about its rating."
    ]
    tables = []
    if told:
        sentences.append(
            "A box is a range of one or more inputs in which the runs with a grave consequence gather: if the truth lies in the box, expect the "
            "worse rating."
        )
        tables.append(NumberTable("Where each risk is at its worst", ("Risk", "The box in words"), tuple(told), (1,)))
    if others:
        tables.append(NumberTable("More about each risk", ("Risk", "Ladder", "What was found"), tuple(others), (1, 2)))
    box = _boxes(result)
    return Folded(
        "drivers",
        "What each rating hangs on",
        tuple(sentences),
        (picture,) if picture else (),
        tuple(tables),
        (box,) if box else (),
    )


def _boxes(result: StudyResult) -> NumberTable | None:
    rows = [
        (b.risk, limit.name, side_words(limit), interval_words(b.density), interval_words(b.coverage))
        for b in boxes(result)
        for limit in b.limits
    ]
    heads = ("Risk", "Input", "Where", "Of the runs in the box, this consequence", "Of the runs with it, in the box")
    return NumberTable("The boxes in numbers", heads, tuple(rows), (1, 2)) if rows else None


def _stability(result: StudyResult) -> Section | None:
    rows = frame(
        result,
        "stability",
        "risk",
        "ladder",
        "variation",
        "kind",
        "likelihood",
        "consequence",
        "score",
        "level",
        "verdict",
        "changed",
    )
    if rows.empty:
        return None
    kinds = [k for k in KINDS if k in set(rows["kind"])] + sorted(set(rows["kind"]) - set(KINDS))
    short, full, firm = [], [], []
    for rating, label in _rated(result):
        own = rows[(rows["risk"] == rating.risk) & (rows["ladder"] == rating.ladder)]
        cells = [_told(result, own[own["kind"] == kind].to_dict("records")) for kind in kinds]
        short.append((rating.risk, label, rating_words(rating), *cells))
        firm += [f"{rating.risk} ({label})"] if len(own) and not own["changed"].any() else []
        for r in own.to_dict("records"):
            said = product(int(r["likelihood"]), int(r["consequence"]), int(r["score"]))
            full.append(
                (
                    rating.risk,
                    label,
                    variation_words(result, text(r["kind"]), text(r["variation"])),
                    f"{said} {text(r['level'])}",
                    text(r["verdict"]),
                    MARK if r["changed"] else NONE,
                )
            )
    moved = int(rows["changed"].sum())
    sentences = (
        f"Each rating was made again in other ways: {count_of(len(rows), 'time')} in all. {moved:,} of them give another level or another verdict; these are marked. "
        "The verdicts here leave the grade of the evidence aside.",
        f"Nothing that was tried changes {listing(firm)}."
        if firm
        else "No rating keeps both level and verdict under all that was tried.",
    )
    heads = ("Risk", "Ladder", "Rating", *(KINDS.get(k, k.capitalize()) for k in kinds))
    tables = (NumberTable("Does the rating stay?", heads, tuple(short), tuple(range(1, len(heads)))),)
    folded = (
        NumberTable(
            "Every variation",
            ("Risk", "Ladder", "What was changed", "Rating", "Verdict", "Changed"),
            tuple(full),
            (1, 2, 3, 4, 5),
        ),
    )
    return Folded("stability", "Would the rating be another if it were made differently?", sentences, (), tables, folded)


def _told(result: StudyResult, rows: list[dict[Any, Any]]) -> str:
    """What changed among variations of one kind: what, and what it gives."""
    if not rows:
        return NONE
    moved = [
        f"{variation_words(result, text(r['kind']), text(r['variation']))}: {r['score']} {text(r['level'])}, {text(r['verdict'])}"
        for r in rows
        if r["changed"]
    ]
    return f"{MARK}: {'; '.join(moved)}" if moved else "stays"


def _movement(result: StudyResult) -> Section | None:
    columns = ("risk", "kind", "ladder", "horizon", "cause", "level", "mitigation", "reviewed_level", "movement")
    rows = frame(
        result, "movement", *columns, *(f"{a}_{b}" for a in ("original", "reviewed") for b in ("likelihood", "impact", "rating"))
    )
    if rows.empty:
        return None
    main: list[tuple[str, ...]] = []
    others: list[tuple[str, ...]] = []
    for risk in risks(result):
        own = of_risk(result, risk.id)
        first = own[0].ladder if own else ""
        for r in rows[rows["risk"] == risk.id].to_dict("records"):
            apart = r["kind"] != "log" and r["ladder"] != first
            (others if apart else main).append(_log_row(result, r, named=apart))
    heads = (
        "Risk", "Cause", "Read from", "Original likelihood", "Original impact", "Original rating", "Level", "Mitigation",
        "Reviewed likelihood", "Reviewed impact", "Reviewed rating", "Reviewed level", "Movement",
    )  # fmt: skip
    words = (1, 2, 6, 7, 11, 12)
    sentence = (
        "The columns are those of the log. A row of the log is as published. In a row of the model, “original” is its rating at the date of the log, and "
        "“reviewed” its rating at the end of the month named, as things go on, or with a measure of the log at work. Impact is the log’s word for "
        f"consequence. The ladder is {_main(result)}; the others are folded below the table."
    )
    tables: tuple[NumberTable, ...] = (
        NumberTable("Original, reviewed and movement, as the log has them", heads, tuple(main), words),
    )
    measures = frame(result, "measures", "risk", "mitigation", "sets", "note").to_dict("records")
    if measures:
        told = tuple(tuple(quoted(text(r[k])) or NONE for k in ("risk", "mitigation", "sets", "note")) for r in measures)
        tables += (NumberTable("What each measure sets in the models", ("Risk", "Measure", "Sets", "As"), told, (1, 2, 3)),)
    folded = (NumberTable("The same on the other ladders", heads, tuple(others), words),) if others else ()
    picture = rating_pictures.movement(result)
    return Folded("movement", "How the ratings move", (sentence,), (picture,) if picture else (), tables, folded)


def _main(result: StudyResult) -> str:
    """The ladder that is shown where there is room for one."""
    label = ladders(result)[0].label
    everywhere = len(held(result, ladders(result)[0].name)) == len(risks(result))
    return f"“{label}”" if everywhere else f"“{label}”, or a risk’s first where it is not read on that"


def _log_row(result: StudyResult, r: dict[Any, Any], *, named: bool) -> tuple[str, ...]:
    label = {k.name: k.label for k in ladders(result)}.get(text(r["ladder"]), "")
    date = date_words(number(r["horizon"]), closing=True) or date_words(
        first_dates(result).get(text(r["risk"]), math.nan), closing=True
    )
    date = _whole(date.removeprefix("end of "))
    where = "the log" if r["kind"] == "log" else f"{label}, {date}" if named else date
    original, reviewed = (
        [str(int(number(r[f"{a}_{b}"]))) for b in ("likelihood", "impact", "rating")] for a in ("original", "reviewed")
    )
    mitigation = text(r["mitigation"]) or NONE
    return (
        text(r["risk"]),
        text(r["cause"]),
        where,
        *original,
        text(r["level"]),
        quoted(mitigation),
        *reviewed,
        text(r["reviewed_level"]),
        text(r["movement"]),
    )


def _rule(result: StudyResult) -> Section:
    scale = matrix(result)
    rows = tuple(
        (f"{i} {scale.likelihoods[i - 1]}", band_words(scale, i), *(f"{s} {scale.level(s)}" for s in scale.scores[i - 1]))
        for i in range(len(scale.likelihoods), 0, -1)
    )
    heads = ("Likelihood", "Chance", *(f"{j} {label}" for j, label in enumerate(scale.consequences, 1)))
    table = NumberTable("The matrix: score and level of each likelihood (down) and consequence (across)", heads, rows)
    return Section("rule", "How a rating is made", rule_sentences(result), (), (table,))


def _register(result: StudyResult) -> Section:
    called = labels(result)
    rows, technical = [], []
    for r in risks(result):
        inputs = [called.get(canonical(name.strip()), name.strip()) for name in r.group.split(",") if name.strip()]
        published = f"{_whole(product(r.likelihood, r.consequence, r.score))} {r.level}"
        rows.append((r.id, r.title, quoted(r.wording), published, quoted(r.note) or NONE))
        technical.append((r.id, "; ".join(inputs) or NONE, r.models or NONE, r.metric or NONE))
    name = text(result.manifest.get("register"))
    sentence = (
        f"{name}. The words are ours; likelihood and consequence are the log’s."
        if name
        else "Likelihood and consequence are the log’s."
    )
    table = NumberTable(
        "The risk register", ("Risk", "Title", "In words", "The log", "How it is measured"), tuple(rows), (1, 2, 3, 4)
    )
    folded = NumberTable(
        "Inputs and metric of each risk", ("Risk", "Its own inputs", "Models", "Metric (expression)"), tuple(technical), (1, 2, 3)
    )
    return Folded("register", "The risks, and how each is measured", (sentence,), (), (table,), (folded,))


def inputs_table(result: StudyResult) -> NumberTable | None:
    """Return every uncertain input with its model, range, source and grade; None when there are none."""
    rows = []
    for r in frame(result, "parameters", "name", "unit", "low", "mode", "high", "grade", "source").to_dict("records"):
        unit = text(r["unit"])
        shown = "" if unit in ("Dmnl", "") else f" {unit}"
        low, mode, high = (level_words(number(r[k])) if math.isfinite(number(r[k])) else NONE for k in ("low", "mode", "high"))
        between = f"{low} to {high}{shown}" + ("" if mode == NONE else f" ({mode})")
        rows.append(
            (
                text(r.get("label")) or text(r["name"]),
                text(r["name"]),
                text(r.get("model")),
                between,
                text(r["grade"]),
                text(r["source"]) or NONE,
                text(r.get("note")) or NONE,
            )
        )
    heads = ("Input", "Name in scripts", "Model", "Low to high (central)", "Grade", "Source", "Note")
    return NumberTable("Inputs that vary between runs", heads, tuple(rows)) if rows else None
