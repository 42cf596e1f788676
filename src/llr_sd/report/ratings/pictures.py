"""The pictures of ratings, each with its caption, its text alternative and its table of numbers."""

from __future__ import annotations

import math

import numpy as np

from llr_sd.rating import SUPPORTED
from llr_sd.register import REST
from llr_sd.report.ratings.clouds import Cloud, cloud_chart
from llr_sd.report.ratings.curves import Driver, Line, driver_chart, exceedance_chart, share_words
from llr_sd.report.ratings.read import (
    Ladder,
    Rating,
    Risk,
    first_dates,
    frame,
    held,
    ladders,
    likelihood_of,
    matrix,
    number,
    of_risk,
    ratings,
    reached,
    risks,
    text,
)
from llr_sd.report.ratings.scores import Move, Path, movement_chart, overview_chart
from llr_sd.report.ratings.words import GRADES_NOTE, counted, dated, interval_words, product, rating_words
from llr_sd.report.shared.inputs import Floats
from llr_sd.report.shared.parts import NumberTable, Picture
from llr_sd.report.shared.wording import NONE, count_of, date_words, listing, percent
from llr_sd.result import StudyResult

MOST = 4  # inputs drawn for a risk
SMALLEST = 0.01  # a share of the spread below this is not drawn


def overview(result: StudyResult) -> Picture:
    """Return the published scores beside the model's."""
    rows = [(r, of_risk(result, r.id)) for r in risks(result)]
    rows = [(r, own) for r, own in rows if own]
    agreed = [
        (len(counted(result, k.name).get(SUPPORTED, [])), len(held(result, k.name)), _mid(k.label)) for k in ladders(result)
    ]
    said = [
        f"{n} of {total}{'' if i else ' rating' if total == 1 else ' ratings'} on {label}"
        for i, (n, total, label) in enumerate(agreed)
    ]
    title = f"The model supports {listing(said)}"
    figure = overview_chart(title, rows, matrix(result), ladders(result))
    label = {k.name: k.label for k in ladders(result)}
    said = [
        f"{r.called}: log {r.score}; " + "; ".join(f"{label[k.ladder]} {k.score[0]}{_between(k)}, {k.verdict}" for k in own)
        for r, own in rows
    ]
    caption = (
        f"A row for each risk and a line for each ladder, at the {dated(result)}. The crossed square is the score in the log, the filled mark "
        "the model’s score, and the thick bar its 95% interval; a mark without a bar has the same score at both ends. Shading shows the "
        "levels of the log."
    )
    cells = [
        (r.called, label[k.ladder], product(r.likelihood, r.consequence, r.score), rating_words(k, level=False), k.levels[0], k.verdict)
        for r, own in rows for k in own
    ]  # fmt: skip
    numbers = NumberTable(
        "Score in the log and by the model", ("Risk", "Ladder", "Log", "Model (95% interval)", "Level by the model", "Verdict"),
        tuple(cells), (1, 4, 5),
    )  # fmt: skip
    return Picture(
        "risk_overview",
        "Score in the log and by the model",
        figure,
        caption,
        f"Chart of scores. {title}. {'. '.join(said)}.",
        numbers,
    )


def _mid(label: str) -> str:
    """A label inside a sentence."""
    return label[:1].casefold() + label[1:] if label[1:2].islower() else label


def _between(r: Rating) -> str:
    return f" ({r.score[1]} to {r.score[2]})" if r.open else ""


def clouds(result: StudyResult) -> tuple[Picture, ...]:
    """Return the matrix of every ladder, the main one first."""
    return tuple(_cloud(result, ladder, main=n == 0) for n, ladder in enumerate(ladders(result)))


def _cloud(result: StudyResult, ladder: Ladder, *, main: bool) -> Picture:
    scale, own = matrix(result), held(result, ladder.name)
    found = [Cloud(r, own[r.id], reached(result, own[r.id])) for r in risks(result) if r.id in own]
    same = [c for c in found if (c.risk.likelihood, c.risk.consequence) == (c.rating.likelihood[0], c.rating.consequence[0])]
    title = f"{ladder.label}: log and model put {len(same)} of {count_of(len(found), 'risk')} in the same cell"
    caption = (
        f"Read at the {dated(result)}. Every run has one consequence, so it is a dot in that column; the row is the likelihood of that consequence or a "
        "graver one. The model’s rating is the cell with the highest score among those that are likely enough to count. Where both ratings "
        "are one cell, the square stands in the ring."
    )
    heads = tuple(f"{j} {label}" for j, label in enumerate(scale.consequences, 1))
    rows, said = [], []
    for c in found:
        shares = [percent(s) for s in c.exactly] if c.chances else []
        rows.append(
            (
                c.risk.called,
                product(c.risk.likelihood, c.risk.consequence, c.risk.score),
                rating_words(c.rating),
                *(shares or [NONE] * (len(heads) + 1)),
            )
        )
        split = ", ".join(f"consequence {j} {s}" for j, s in enumerate(shares) if j and c.exactly[j] > 0)
        none = f"; no loss {shares[0]}" if shares and c.exactly[0] > 0 else ""
        said.append(
            f"{c.risk.called}: log {product(c.risk.likelihood, c.risk.consequence, c.risk.score)}, model {rating_words(c.rating)}, {c.rating.verdict}; runs: {split or NONE}{none}"
        )
    numbers = NumberTable(
        f"{ladder.label}: share of runs with each consequence", ("Risk", "Log", "Model", "No loss", *heads), tuple(rows)
    )
    name = "risk_matrix" if main else f"risk_matrix_{_file(ladder.name)}"
    alternative = f"Matrices of likelihood and consequence, one a risk, with the runs as dots. {title}. {'. '.join(said)}."
    return Picture(
        name,
        f"{ladder.label}: where the runs fall on the matrix",
        cloud_chart(title, found, scale),
        caption,
        alternative,
        numbers,
    )


def _file(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name)


def curve(result: StudyResult, rating: Rating) -> Floats:
    """Return the exceedance curve of a rating, shape (point, 4): position, probability, low, high."""
    rows = frame(result, "curves", "risk", "ladder", "horizon", "position", "probability", "low", "high")
    rows = rows[(rows["risk"] == rating.risk) & (rows["ladder"] == rating.ladder) & (rows["horizon"] == rating.date)]
    return np.asarray(rows.sort_values("position")[["position", "probability", "low", "high"]], dtype=float)


def exceedance(result: StudyResult) -> Picture | None:
    """Return how often each consequence is reached; None where the result has no curves."""
    scale = matrix(result)
    rows = [
        (r, [Line(k, c) for k in of_risk(result, r.id) if len(c := curve(result, k))])
        for r in risks(result)
        if of_risk(result, r.id)
    ]
    if not any(lines for _, lines in rows):
        return None
    label = {k.name: k.label for k in ladders(result)}
    title = "How often does a loss reach each consequence, or a graver one?"
    cells = []
    for r in (r for risk in risks(result) for r in ratings(result) if r.risk == risk.id):
        chances = reached(result, r)
        marks = [f"{interval_words(c)}: {likelihood_of(scale, c.probability)}" for c in chances] or [NONE] * len(
            scale.consequences
        )
        cells.append((r.risk, label[r.ladder], date_words(r.date, closing=True), *marks))
    said = []
    for risk, _ in rows:
        for k in of_risk(result, risk.id):
            steps = ", ".join(f"{j}: {percent(c.probability)}" for j, c in enumerate(reached(result, k), 1))
            said.append(f"{risk.id} {label[k.ladder]}: {steps}")
    heads = tuple(f"{j} {name} or worse" for j, name in enumerate(scale.consequences, 1))
    numbers = NumberTable(
        "Chance of each consequence or worse (95% interval): likelihood", ("Risk", "Ladder", "Date", *heads), tuple(cells), (1, 2)
    )
    caption = (
        f"Read at the {dated(result)}. A line falls from left to right: graver consequences are rarer. Where it crosses the mark of a consequence, the chance "
        "of that consequence or worse is read on the left and its likelihood on the right. Between marks the loss rises evenly from one threshold "
        "to the next; beyond the last mark it goes on by the last step."
    )
    alternative = f"Line charts, one a risk. Chance of each consequence or worse. {'. '.join(said)}."
    return Picture(
        "exceedance",
        "How often each consequence is reached",
        exceedance_chart(title, rows, scale, ladders(result)),
        caption,
        alternative,
        numbers,
    )


def drivers_of(result: StudyResult, risk: Risk) -> list[Driver]:
    """Return what the spread of a risk's loss hangs on, the largest share first, on the first ladder that it is read on; empty without variance."""
    own = of_risk(result, risk.id)
    rows = frame(result, "drivers", "risk", "ladder", "quantity", "input", "label", "grade", "ST", "ST_low", "ST_high")
    rows = rows[(rows["risk"] == risk.id) & (rows["quantity"] == "loss") & (rows["ladder"] == (own[0].ladder if own else ""))]
    found = [
        Driver(
            text(r["input"]),
            text(r["label"]) or text(r["input"]),
            text(r["grade"]),
            *(number(r[k]) for k in ("ST", "ST_low", "ST_high")),
        )
        for r in rows.to_dict("records")
    ]
    return sorted((d for d in found if math.isfinite(d.value)), key=lambda d: -d.value)


def drivers(result: StudyResult) -> Picture | None:
    """Return what each risk's loss hangs on; None where the result does not say."""
    whole = [(r, drivers_of(result, r)) for r in risks(result) if of_risk(result, r.id)]
    if frame(result, "drivers", "ST").empty:
        return None
    drawn = []
    for risk, own in whole:
        kept = [d for d in own[:MOST] if d.value >= SMALLEST] or own[:1]
        kept = kept if any(d.value > 0 for d in kept) else []
        drawn.append((risk, [*(d for d in kept if d.input != REST), *(d for d in kept if d.input == REST)]))
    judged = [r.id for r, own in drawn if own and max(own, key=lambda d: d.value).grade == "C"]
    others = [r.id for r, own in drawn if own and max(own, key=lambda d: d.value).input == REST]
    title = "What each risk hangs on"
    parts = ([f"judgement in {listing(judged)}"] if judged else []) + (
        [f"inputs outside the risk in {listing(others)}"] if others else []
    )
    title += f": the largest share is {'; '.join(parts)}" if parts else ""
    said = [
        f"{r.called}: " + ("; ".join(f"{_called(d)} {share_words(d)}" for d in own) or "the loss is the same in every run")
        for r, own in drawn
    ]
    cells = [(risk.id, _called(d), share_words(d)) for risk, own in whole for d in own]
    cells += [(risk.id, "no input varies the loss", NONE) for risk, own in whole if not own]
    numbers = NumberTable(
        "Share of the spread of the loss, by input", ("Risk", "Input (grade)", "Total share (95% interval)"), tuple(cells), (1,)
    )
    main = ladders(result)[0].label
    caption = (
        f"Ladder “{main}”, at the {dated(result)}; for a risk that is not read on it, its first ladder. A share is a total Sobol index: how much of the "
        f"spread (variance) of the loss would be gone if the input were known. Shares can add up to more than 100%. Inputs under {percent(SMALLEST)} are in the "
        f"numbers. {GRADES_NOTE}"
    )
    return Picture(
        "drivers",
        "What each risk hangs on",
        driver_chart(title, drawn),
        caption,
        f"Bars, largest first, one panel a risk. {'. '.join(said)}.",
        numbers,
    )


def _called(d: Driver) -> str:
    return f"{d.name} ({d.grade})" if d.grade else d.name


def paths(result: StudyResult) -> list[Path]:
    """Return how the rating of each risk moves, on the first ladder that it is read on."""
    rows = frame(
        result,
        "movement",
        "risk",
        "kind",
        "ladder",
        "horizon",
        "mitigation",
        "reviewed_rating",
        "reviewed_low",
        "reviewed_high",
        "movement",
    )
    found = []
    for risk in risks(result):
        own = of_risk(result, risk.id)
        if not own:
            continue
        here = rows[(rows["risk"] == risk.id) & (rows["ladder"] == own[0].ladder)].to_dict("records")
        moves = [
            (
                text(r["kind"]),
                number(r["horizon"]),
                Move(
                    text(r["mitigation"]),
                    int(r["reviewed_rating"]),
                    number(r["reviewed_low"]),
                    number(r["reviewed_high"]),
                    text(r["movement"]),
                ),
            )
            for r in here
        ]
        later = tuple((date, m) for kind, date, m in moves if kind == "forward")
        found.append(Path(risk, own[0], later, tuple(m for kind, _, m in moves if kind == "mitigation")))
    return found


def movement(result: StudyResult) -> Picture | None:
    """Return how the ratings move with time and with the log's measures; None where nothing is said of it."""
    found = paths(result)
    if not any(p.later or p.measures for p in found):
        return None
    last = {p.risk.id: p.later[-1][1] for p in found if p.later}
    ways = {way: [risk for risk, m in last.items() if m.movement == way] for way in ("up", "down")}
    helped = [f"{p.risk.id} with “{m.what}”" for p in found for m in p.measures if m.movement == "down"]
    told = (
        f"of {count_of(len(last), 'score')}, {len(ways['up'])} rise and {len(ways['down'])} fall by the last date" if last else ""
    )
    title = f"{ladders(result)[0].label}: {told}" if told else ladders(result)[0].label
    measures = sum(len(p.measures) for p in found)
    if measures:
        title += f"; {len(helped)} of {count_of(measures, 'measure')} lower{'s' if len(helped) == 1 else ''} a score"
    said, cells = [], []
    for p in found:
        moves = [(date_words(d, closing=True), m) for d, m in p.later] + [(f"with {m.what}", m) for m in p.measures]
        said.append(f"{p.risk.called}: now {p.now.score[0]}" + "".join(f"; {what} {m.score}, {m.movement}" for what, m in moves))
        now = f"{date_words(first_dates(result)[p.risk.id], closing=True)} (now)"
        cells += [
            (p.risk.id, "the log", str(p.risk.score), NONE, NONE),
            (p.risk.id, now, str(p.now.score[0]), _ends(p.now.score[1], p.now.score[2]), NONE),
        ]
        cells += [(p.risk.id, what, str(m.score), _ends(m.low, m.high), m.movement) for what, m in moves]
    numbers = NumberTable(
        "Scores in time and with measures",
        ("Risk", "When or with what", "Score", "95% interval", "Movement"),
        tuple(cells),
        (1, 4),
    )
    caption = (
        "Each tile is a score, shaded by level. “Now” is the date that is held against the log; later dates keep everything as the models run on; a "
        "measure is one that the log names, read at the date of the log."
    )
    return Picture(
        "movement",
        "How the ratings move",
        movement_chart(title, found, matrix(result)),
        caption,
        f"Tiles of scores, a row a risk. {title}. {'. '.join(said)}.",
        numbers,
    )


def _ends(low: float, high: float) -> str:
    """The ends of an interval, once where they are the same."""
    if not math.isfinite(high - low):
        return NONE
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
