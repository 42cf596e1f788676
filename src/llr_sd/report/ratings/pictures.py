"""The pictures of ratings, each with its caption, its text alternative and its table of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from llr_sd.rating import SUPPORTED
from llr_sd.register import REST
from llr_sd.report.ratings.charts import Path, movement_chart, overview_chart
from llr_sd.report.ratings.panels import cloud_chart, driver_chart, exceedance_chart
from llr_sd.report.ratings.read import Driver, Log, curve, drivers, log, moves
from llr_sd.report.ratings.words import (
    GRADES_NOTE,
    between,
    chances,
    dated,
    driver_words,
    interval_words,
    product,
    rating_words,
    share_words,
)
from llr_sd.report.shared.asked import Asked, Spec
from llr_sd.report.shared.asked import numbers as finite
from llr_sd.report.shared.parts import NumberTable, Picture
from llr_sd.report.shared.wording import NONE, count_of, date_words, listing, percent
from llr_sd.result import StudyResult

MOST = 4  # inputs drawn for a risk
SMALLEST = 0.01  # a share of the spread below this is not drawn


def overview(result: StudyResult) -> Picture:
    """Return the published scores beside the model's."""
    found = log(result)
    agreed: list[str] = []
    for name, ladder in found.ladders.items():
        own = list(found.on(name).values())
        of = "" if agreed else " rating" if len(own) == 1 else " ratings"
        agreed.append(f"{sum(r.verdict == SUPPORTED for r in own)} of {len(own)}{of} on {_mid(ladder.label)}")
    title = f"The model supports {listing(agreed)}"
    said, cells = [], []
    for risk in found.register.risk:
        own = found.of_risk(risk.id)
        scores = [f"{found.label(r)} {r.place.score[0]}{between(r)}, {r.verdict}" for r in own]
        said.append(f"{found.called(risk)}: log {own[0].published}; {'; '.join(scores)}")
        cells += [
            (found.called(risk), found.label(r), rating_words(r), found.matrix.level_of(r.place.score[0]), r.verdict) for r in own
        ]
    caption = (
        f"Each risk has a line for each scale, read at the {dated(found)}. The crossed square is the score in the log, the filled mark the "
        "model’s score, and the thick bar its 95% interval; a mark without a bar has the same score at both ends. Shading shows the levels "
        "of the log."
    )
    numbers = NumberTable(
        "Score by the model", ("Risk", "Scale", "Model (95% interval)", "Level by the model", "Verdict"), tuple(cells), (1, 3, 4)
    )
    alternative = f"Chart of scores. {title}. {'. '.join(said)}."
    return Picture(
        "risk_overview", "Score in the log and by the model", overview_chart(title, found), caption, alternative, numbers
    )


def _mid(label: str) -> str:
    """A label inside a sentence."""
    return label[:1].casefold() + label[1:] if label[1:2].islower() else label


def clouds(result: StudyResult) -> tuple[Picture, ...]:
    """Return the matrix of every scale, the main one first."""
    return tuple(_cloud(log(result), name) for name in log(result).ladders)


def _cloud(found: Log, ladder: str) -> Picture:
    label, own = found.ladders[ladder].label, found.on(ladder)
    heads = tuple(f"{j} {consequence}" for j, consequence in enumerate(found.matrix.consequence, 1))
    rows, said, same = [], [], 0
    for name, r in own.items():
        risk = found.register.risk_of(name)
        same += (risk.likelihood, risk.consequence) == (r.place.likelihood[0], r.place.consequence[0])
        published = product((risk.likelihood, risk.consequence, r.published))
        level = found.matrix.level_of(r.place.score[0])
        shares = [percent(max(0.0, float(s))) for s in r.place.exceedance.exactly]
        rows.append((found.called(risk), published, f"{rating_words(r)} {level}", *shares))
        parts = [
            f"{f'consequence {j}' if j else 'no loss'} {s}"
            for j, s in enumerate(shares)
            if s != "0%"
        ]  # fmt: skip
        model = f"model {rating_words(r)} {level}, {r.verdict}"
        said.append(f"{found.called(risk)}: log {published}, {model}; runs: {', '.join(parts)}")
    title = f"{label}: log and model put {same} of {count_of(len(own), 'risk')} in the same cell"
    caption = (
        f"Read at the {dated(found)}. Every run has one consequence, so it is a dot in that column; the row is the likelihood of that "
        "consequence or a graver one. The model’s rating is the cell with the highest score among those that are likely enough to count. "
        "Where both ratings are one cell, the square stands in the ring."
    )
    numbers = NumberTable(
        f"{label}: share of runs with each consequence", ("Risk", "Log", "Model", "No loss", *heads), tuple(rows)
    )
    suffix = "" if ladder == found.main else "_" + "".join(c if c.isalnum() else "_" for c in ladder)
    alternative = f"Matrices of likelihood and consequence, one for each risk, with the runs as dots. {title}. {'. '.join(said)}."
    return Picture(
        f"risk_matrix{suffix}", f"{label}: where the runs fall on the matrix", cloud_chart(title, found, ladder), caption, alternative, numbers
    )  # fmt: skip


def exceedance(result: StudyResult) -> Picture:
    """Return how often each consequence is reached."""
    found = log(result)
    said = [
        f"{r.risk} {found.label(r)}: {', '.join(f'{j}: {percent(c.probability)}' for j, c in enumerate(chances(r), 1))}"
        for r in found.held
    ]
    cells = tuple((r.risk, found.label(r), *(interval_words(c) for c in chances(r))) for r in found.held)
    heads = tuple(f"{j} {name} or worse" for j, name in enumerate(found.matrix.consequence, 1))
    numbers = NumberTable("Chance of each consequence or worse (95% interval)", ("Risk", "Scale", *heads), cells, (1,))
    caption = (
        f"Read at the {dated(found)}. A line falls from left to right: graver consequences are rarer. Where it crosses the mark of a "
        "consequence, the chance of that consequence or worse is read on the left and its likelihood on the right. Between marks the loss "
        "rises evenly from one threshold to the next; beyond the last mark it goes on by the last step."
    )
    chart = exceedance_chart(
        "How often does a loss reach each consequence, or a graver one?", found, {r.at: curve(result, r) for r in found.held}
    )
    alternative = f"Line charts, one for each risk. Chance of each consequence or worse. {'. '.join(said)}."
    return Picture("exceedance", "How often each consequence is reached", chart, caption, alternative, numbers)


def driver_picture(result: StudyResult) -> Picture:
    """Return what each risk's loss hangs on."""
    found, whole = log(result), drivers(result)
    drawn = {risk: _drawn(own) for risk, own in whole.items()}
    top = {risk: max(own, key=lambda d: d.value) for risk, own in drawn.items() if own}
    judged = [risk for risk, d in top.items() if d.grade == "C"]
    others = [risk for risk, d in top.items() if d.input == REST]
    parts = [f"judgement in {listing(judged)}"] if judged else []
    parts += [f"inputs outside the risk in {listing(others)}"] if others else []
    title = "What each risk hangs on" + (f": the largest share is {'; '.join(parts)}" if parts else "")
    said, cells = [], []
    for risk, own in whole.items():
        words = "; ".join(f"{driver_words(d)} {share_words(d)}" for d in drawn[risk]) or "the loss is the same in every run"
        said.append(f"{found.called(found.register.risk_of(risk))}: {words}")
        cells += [(risk, driver_words(d), share_words(d)) for d in own] or [(risk, "no input varies the loss", NONE)]
    numbers = NumberTable(
        "Share of the spread of the loss, by input", ("Risk", "Input (grade)", "Total share (95% interval)"), tuple(cells), (1,)
    )
    caption = (
        f"The scale is {main_scale(found)}, at the {dated(found)}. A share is a total Sobol index: how much of the spread (variance) of the "
        "loss would be gone if the input were known. Shares can add up to more than 100%. Inputs under "
        f"{percent(SMALLEST)} are in the numbers. {GRADES_NOTE}"
    )
    alternative = f"Bars, largest first, one panel for each risk. {'. '.join(said)}."
    figure, asked = driver_chart(title, found, drawn), _asked(title, found, drawn)
    return Picture("drivers", "What each risk hangs on", figure, caption, alternative, numbers, asked)


def _asked(title: str, found: Log, drawn: Mapping[str, Sequence[Driver]]) -> Asked:
    """The shares of all risks as bars under each other, in the words of the table."""
    bars: list[Spec] = []
    for risk, own in drawn.items():
        group = found.called(found.register.risk_of(risk))
        bars += [
            {
                "group": group,
                "name": driver_words(d),
                **dict(zip(("value", "low", "high"), finite(max(v, 0.0) for v in (d.value, d.low, d.high)), strict=True)),
                "words": share_words(d),
            }
            for d in own
        ] or [{"group": group, "name": "no input varies the loss", "value": None, "low": None, "high": None, "words": NONE}]
    measure = "Share of the spread of the loss, alone or together with others"
    return Asked("bars", (("", {"title": title, "measure": measure, "percent": True, "bars": bars}),))


def _drawn(own: Sequence[Driver]) -> list[Driver]:
    """The inputs to draw, those outside the risk last; none where nothing varies the loss."""
    kept = [d for d in own[:MOST] if d.value >= SMALLEST] or list(own[:1])
    return sorted(kept, key=lambda d: d.input == REST) if any(d.value > 0 for d in kept) else []


def main_scale(found: Log) -> str:
    """Name the scale that is shown where there is room for one."""
    label = found.ladders[found.main].label
    everywhere = len(found.on(found.main)) == len(found.register.risk)
    return f"“{label}”" if everywhere else f"“{label}”, or a risk’s first where it is not read on that"


def movement(result: StudyResult) -> Picture | None:
    """Return how the ratings move with time and with the log's mitigations; None where nothing is said of it."""
    found, paths = log(result), []
    for risk in found.register.risk:
        now = found.of_risk(risk.id)[0]
        own = [m for m in moves(result)[risk.id] if m.ladder == now.ladder]
        later, mitigated = (tuple(m for m in own if m.kind == kind) for kind in ("forward", "mitigation"))
        paths.append(Path(risk, now, later, mitigated))
    tried = [m for p in paths for m in p.mitigations]
    last = [p.later[-1].movement for p in paths if p.later]
    if not tried and not last:
        return None
    parts = []
    if last:
        parts.append(f"of {count_of(len(last), 'score')}, {last.count('up')} rise and {last.count('down')} fall by the last date")
    if tried:
        helped = sum(m.movement == "down" for m in tried)
        parts.append(f"{helped} of {count_of(len(tried), 'mitigation')} lower{'s' if helped == 1 else ''} the score")
    title = f"{found.ladders[found.main].label}: {'; '.join(parts)}"
    said, cells = [], []
    for p in paths:
        steps = [(date_words(m.date, closing=True), m) for m in p.later] + [(f"with {m.mitigation}", m) for m in p.mitigations]
        said.append(
            f"{found.called(p.risk)}: now {p.now.place.score[0]}"
            + "".join(f"; {what} {m.reviewed[2]}, {m.movement}" for what, m in steps)
        )
        _, low, high = p.now.place.score
        cells += [(p.risk.id, "the log", str(p.now.published), NONE, NONE)]
        cells += [(p.risk.id, f"{date_words(p.now.date, closing=True)} (now)", str(p.now.place.score[0]), _ends(low, high), NONE)]
        cells += [(p.risk.id, what, str(m.reviewed[2]), _ends(m.low, m.high), m.movement) for what, m in steps]
    heads = ("Risk", "When or with what", "Score", "95% interval", "Movement")
    numbers = NumberTable("Scores in time and with mitigations", heads, tuple(cells), (1, 4))
    caption = (
        "Each tile is a score, shaded by level. “Now” is the date that is held against the log; later dates keep everything as the models "
        f"run on; a mitigation is one that the log names, read at the date of the log. The scale is {main_scale(found)}."
    )
    alternative = f"Tiles of scores, one row for each risk. {title}. {'. '.join(said)}."
    return Picture("movement", "How the ratings move", movement_chart(title, paths, found), caption, alternative, numbers)


def _ends(low: float, high: float) -> str:
    """The ends of an interval, once where they are the same."""
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
