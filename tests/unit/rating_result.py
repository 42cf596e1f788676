"""Small made-up ratings of risks, with every table, for the tests of the report."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from report_result import MANIFEST, PARAMETERS, wilson

from llr_sd.result import StudyResult
from llr_sd.study import Study

RUNS = 1000
NOW, LATER = 2020.75, (2025.75, 2030.75)
MIDDLES = (0.02, 0.12, 0.35, 0.65, 0.9)


@dataclass(frozen=True)
class Scale:
    """A matrix to rate on: labels with bands, consequences, scores and levels as (name, greatest score)."""

    likelihoods: tuple[tuple[str, float], ...]
    consequences: tuple[str, ...]
    scores: tuple[tuple[int, ...], ...]
    levels: tuple[tuple[str, int], ...]

    def level(self, score: int) -> tuple[int, str]:
        """Rank and name of a score's level."""
        return next((rank, name) for rank, (name, most) in enumerate(self.levels) if score <= most)

    def likelihood(self, probability: float) -> int:
        """The likelihood of a probability."""
        return sum(probability >= low for _, low in self.likelihoods)

    def rate(self, chances: Sequence[float]) -> tuple[int, int, int]:
        """Likelihood, consequence and score of the worst consequence that is likely enough."""
        found = [(self.scores[self.likelihood(p) - 1][c], c) for c, p in enumerate(chances) if p >= 0.05]
        score, c = max(found, default=(self.scores[0][0], 0))
        return self.likelihood(chances[c]), c + 1, score


PRODUCTS = tuple(tuple(i * j for j in range(1, 6)) for i in range(1, 6))
PLAN = Scale(
    (("rare", 0.0), ("unlikely", 0.05), ("possible", 0.2), ("likely", 0.5), ("almost certain", 0.8)),
    ("insignificant", "minor", "moderate", "major", "catastrophic"),
    PRODUCTS,
    (("low", 3), ("moderate", 7), ("high", 14), ("significant", 25)),
)
TRUST = Scale(
    (("exceptional", 0.0), ("remote", 0.001), ("may happen", 0.01), ("will probably happen", 0.1), ("expected", 0.5)),
    ("negligible", "slight", "noticeable", "severe", "extreme"),
    tuple(tuple(10 * i + 4 * j for j in range(1, 6)) for i in range(1, 6)),
    (("green", 24), ("amber", 44), ("amber-red", 58), ("red", 100)),
)
# risk, title, published, p_c on capacity, on delivery
RISKS = (
    ("R001", "Too few training posts", (4, 4), (1.0, 0.98, 0.9, 0.62, 0.1), (1.0, 0.7, 0.3, 0.02, 0.0)),
    ("R002", "Trainees become locums or part-timers", (5, 5), (1.0, 1.0, 1.0, 0.97, 0.42), (1.0, 1.0, 0.96, 0.58, 0.0)),
    ("R003", "Few nurses come to work in practices", (4, 3), (0.93, 0.55, 0.06, 0.0, 0.0), (0.99, 0.97, 0.28, 0.0, 0.0)),
    ("R004", "GPs leave or work less", (4, 4), (1.0, 0.99, 0.95, 0.79, 0.02), (1.0, 0.99, 0.94, 0.66, 0.25)),
    ("R005", "Age of the workforce", (5, 3), (1.0, 1.0, 1.0, 0.0, 0.0), (1.0, 1.0, 1.0, 0.16, 0.0)),
    ("R006", "Staff are not trained up", (4, 4), (0.97, 0.94, 0.51, 0.0, 0.0), (0.97, 0.96, 0.92, 0.66, 0.24)),
    ("R007", "Practices do not take up new models", (3, 3), (1.0, 1.0, 0.95, 0.0, 0.0), (1.0, 1.0, 1.0, 0.98, 0.31)),
    ("R008", "International recruitment falls short", (4, 4), (1.0, 1.0, 0.98, 0.0, 0.0), (1.0, 1.0, 1.0, 0.99, 0.49)),
    ("R009", "Workload schemes do not deliver", (3, 4), (1.0, 1.0, 0.99, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0, 0.999)),
    ("R010", "Commissioning does not release funds", (5, 4), (1.0, 1.0, 1.0, 1.0, 1.0), (0.4, 0.3, 0.2, 0.1, 0.06)),
)  # fmt: skip
LADDERS = {
    "capacity": ("Capacity", "what is lost as a share of 646 WTE: 1, 2.5, 5 and 10 %", "WTE"),
    "delivery": ("Delivery", "the share of the workstream's planned benefit that is lost", "share of the plan"),
    "local": ("Local measure", "what the workstream itself counts", "share"),
}
SETTLES, NEVER, JUDGED, NO_VARIANCE, NO_BOX = "R004", "R006", "R010", "R005", "R007"
"""Risks with an odd case on the main ladder: a score that runs would settle, one that none would, judgement alone, nothing to share out."""


def rating_study(**changes: Any) -> Study:
    """A study of a register."""
    return Study.model_validate(
        {
            "title": "Do the ratings of the log hold?",
            "question": "Does each rating hold when it is read off model runs?",
            "register": "llr_2017",
            "notes": ["Bands of probability are judgement."],
        }
        | changes
    )


def rating_result(
    path: Path,
    *,
    scale: Scale = PLAN,
    risks: int = len(RISKS),
    study: Study | None = None,
    failed: int = 0,
    apart: str = "",
    **manifest: Any,
) -> StudyResult:
    """Return ratings of the first `risks` risks, with the register beside them; the one `apart` is not read on the main ladder."""
    chances = {
        (risk, ladder): p
        for risk, _, _, capacity, delivery in RISKS[:risks]
        for ladder, p in [("capacity", capacity), ("delivery", delivery)] + [("local", delivery)] * (risk == "R003")
        if (risk, ladder) != (apart, "capacity")
    }
    places = [(r, k, d) for r, k in chances for d in (NOW, *LATER)]
    found = {(r, k, d): tuple(_aged(chances[r, k], d)) for r, k, d in places}
    published = {r: (*p, scale.scores[p[0] - 1][p[1] - 1]) for r, _, p, *_ in RISKS[:risks]}
    ratings = [_rating(scale, place, p, published[place[0]][2]) for place, p in found.items()]
    main = {(r["risk"], r["ladder"]): r for r in ratings if r["horizon"] == NOW}
    tables: dict[str, list[dict[str, Any]]] = {
        "risks": [_risk(scale, r, title, published[r]) for r, title, *_ in RISKS[:risks]],
        "ladders": [
            {"ladder": k, "label": v[0], "text": v[1], "unit": v[2]} for k, v in LADDERS.items() if any(k == b for _, b in main)
        ],
        "measures": [{"risk": r, "mitigation": "a scheme", "sets": "gp_quit = 0.02", "note": "As believed."} for r in published],
        "matrix": _matrix(scale),
        "ratings": ratings,
        "exceedance": [row for place, p in found.items() for row in _exceedance(scale, place, p)],
        "curves": [row for place, p in found.items() for row in _curve(place, p)],
        "stability": [row for r in main.values() for row in _stability(scale, r)],
        "movement": [row for risk, title, *_ in RISKS[:risks] for row in _movement(scale, risk, title, published[risk], ratings)],
        "drivers": [row for r in main.values() for row in _drivers(r)],
        "boxes": [_box(risk) for risk in published],
        "outside": [
            {
                "risk": "R001",
                "ladder": "delivery",
                "carried": 0.98,
                "input": "stay",
                "label": "share of nurses who stay",
                "grade": "C",
                "rank_correlation": -0.62,
            }
        ],
        "parameters": [
            {**p, "label": f"the {p['name'].replace('_', ' ')}", "model": "gp_supply", "values": ""} for p in PARAMETERS
        ],
        "failures": [
            {"scenario": "as it is", "run": n, "time": 2019.5, "variable": "GP heads", "reason": "negative stock"}
            for n in range(failed)
        ],
    }
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    if not failed:
        frames["failures"] = pd.DataFrame(columns=["scenario", "run", "time", "variable", "reason"])
    said = {**MANIFEST, "register": "Risk log of a plan", "runs": RUNS, "findings": [], **manifest}
    own = study or rating_study()
    _write_register(path / "register", scale, {risk: [k for r, k in chances if r == risk] for risk in published}, published)
    return StudyResult(path, own, said, xr.Dataset(), frames)


def _write_register(
    folder: Path, scale: Scale, ladders: Mapping[str, Sequence[str]], published: Mapping[str, tuple[int, int, int]]
) -> None:
    """Write the copies of the register and of its matrix that lie among results."""
    shares = {"capacity": [0.01, 0.025, 0.05, 0.1], "delivery": [0.1, 0.25, 0.5, 0.75], "local": [0.1, 0.25, 0.5, 0.75]}
    edges = [low for _, low in scale.likelihoods] + [1.0]
    bands = [{"label": name, "from": low, "to": high} for (name, low), high in zip(scale.likelihoods, edges[1:], strict=True)]
    starts = [scale.scores[0][0], *(most + 1 for _, most in scale.levels)]
    ends = [most for _, most in scale.levels[:-1]] + [scale.scores[-1][-1]]
    levels = [{"name": n, "from": a, "to": z} for (n, _), a, z in zip(scale.levels, starts, ends, strict=False)]
    agreement = [{"from": starts[0], "to": 19}, {"from": 20, "to": ends[-1]}]
    matrix = {"title": "A matrix", "bands": "own", "likelihood": {"own": bands}, "consequence": scale.consequences}
    risks = [
        {
            "id": risk, "title": title, "wording": f"{title}, and that's a risk.", "likelihood": published[risk][0],
            "consequence": published[risk][1], "group": ["gp_quit_u55", "nq_join_prob"], "metric": "planned_gp - gp",
            "note": "Against the plan's number.", "ladder": {k: {} for k in ladders[risk]},
            "mitigation": [{"name": "a scheme", "set": {"gp_quit": 0.02}, "note": "As believed."}],
        }
        for risk, title, *_ in RISKS if risk in ladders
    ]  # fmt: skip
    kinds = {k: {"label": v[0], "text": v[1], "unit": v[2], "of": 646.0, "shares": shares[k]} for k, v in LADDERS.items()}
    register = {"title": "Risk log of a plan", "matrix": "matrix.toml", "horizons": [NOW, *LATER], "ladder": kinds}
    register |= {"model": {"gp_supply": {}}, "output": {"gp": {"model": "gp_supply", "variable": "GP WTE"}}, "risk": risks}
    folder.mkdir(parents=True, exist_ok=True)
    whole = matrix | {"scores": scale.scores, "level": levels, "agreement": agreement}
    for name, about in (("matrix", whole), ("llr_2017", register)):
        (folder / f"{name}.toml").write_text("".join(f"{k} = {_toml(v)}\n" for k, v in about.items()), encoding="utf-8")


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{json.dumps(k)} = {_toml(v)}' for k, v in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _aged(chances: Sequence[float], date: float) -> list[float]:
    """Chances that rise a little with time."""
    return [round(min(1.0, p + (0.3 * p * (1 - p) + 0.02) * (date - NOW) / 10), 3) if p < 1 else p for p in chances]


def _rating(scale: Scale, place: tuple[str, str, float], chances: Sequence[float], published: int) -> dict[str, Any]:
    risk, ladder, date = place
    likelihood, consequence, score = scale.rate(chances)
    held = date == NOW
    odd = held and ladder == "capacity"
    higher = min(5, likelihood + 1)
    top = scale.scores[higher - 1][consequence - 1] if odd and risk in (SETTLES, NEVER) else score
    judged = (1.0 if risk in (JUDGED, "R003") else 0.12) if held else math.nan
    same = scale.level(score) == scale.level(published)
    face = "supported" if same else "understated" if score > published else "overstated"
    face = "borderline" if scale.level(top) != scale.level(score) or top != score else face
    verdict = "not testable" if judged > 0.7 else face
    row: dict[str, Any] = {"risk": risk, "ladder": ladder, "horizon": date}
    row |= {"likelihood": likelihood, "likelihood_low": likelihood, "likelihood_high": higher if top != score else likelihood}
    row |= {"consequence": consequence, "consequence_low": consequence, "consequence_high": consequence}
    row |= {"score": score, "score_low": score, "score_high": top, "level": scale.level(score)[1], "published_score": published}
    row |= {"level_low": scale.level(score)[1], "level_high": scale.level(top)[1], "runs": RUNS}
    row |= {"verdict": verdict if held else "", "at_face_value": face if held else "", "grade_c_share": judged}
    row |= {"measure_first": "how many nurses stay" if held and judged > 0.7 else "", "central_share": 0.05}
    settle = math.nan if top == score else math.inf if risk == NEVER else 11_874.0
    return row | {"settle_runs": settle, "illustrative": False}


def _risk(scale: Scale, risk: str, title: str, published: tuple[int, int, int]) -> dict[str, Any]:
    row = {"risk": risk, "title": title, "wording": f"{title}, and that's a risk.", "group": "gp_quit_u55, nq_join_prob"}
    row |= {"models": "gp_supply", "metric": "planned - found", "note": "Against the plan's number."}
    named = zip(("published_likelihood", "published_consequence", "published_score"), published, strict=True)
    return row | dict(named) | {"published_level": scale.level(published[2])[1]}


def _matrix(scale: Scale) -> list[dict[str, Any]]:
    highs = [low for _, low in scale.likelihoods[1:]] + [1.0]
    return [
        {
            "likelihood": i, "likelihood_label": label, "likelihood_from": low, "likelihood_to": high, "consequence": j,
            "consequence_label": consequence, "score": scale.scores[i - 1][j - 1],
            "level": scale.level(scale.scores[i - 1][j - 1])[1], "level_rank": scale.level(scale.scores[i - 1][j - 1])[0],
        }
        for i, ((label, low), high) in enumerate(zip(scale.likelihoods, highs, strict=True), 1)
        for j, consequence in enumerate(scale.consequences, 1)
    ]  # fmt: skip


def _exceedance(scale: Scale, place: tuple[str, str, float], chances: Sequence[float]) -> list[dict[str, Any]]:
    risk, ladder, date = place
    shares = (0.0, 0.01, 0.025, 0.05, 0.1) if ladder == "capacity" else (0.0, 0.1, 0.25, 0.5, 0.75)
    rows = []
    for c, (p, share) in enumerate(zip(chances, shares, strict=True), 1):
        _, low, high = wilson(round(p * RUNS), RUNS)
        levels = {f"likelihood{end}": scale.likelihood(v) for end, v in (("", p), ("_low", low), ("_high", high))}
        row = {"risk": risk, "ladder": ladder, "horizon": date, "consequence": c, "threshold_share": share, "runs": RUNS}
        row |= {"threshold": 646 * share if ladder == "capacity" else math.nan, "unit": LADDERS[ladder][2]}
        rows.append(row | levels | {"probability": p, "low": low, "high": high})
    return rows


def _curve(place: tuple[str, str, float], chances: Sequence[float]) -> list[dict[str, Any]]:
    risk, ladder, date = place
    where = np.linspace(1, 6, 26)
    p = np.interp(where, np.arange(1, 7), [*chances, chances[-1] * 0.3])
    named = {"risk": risk, "ladder": ladder, "horizon": date}
    return [
        named | {"position": x, "share": 0.02 * x, "probability": v, "low": max(0.0, v - 0.02), "high": min(1.0, v + 0.02)}
        for x, v in zip(where, p, strict=True)
    ]


def _stability(scale: Scale, r: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for kind, variation, step in (("bands", "other", 0), ("step", "down", -1), ("range", "gp_quit_u55", 0),
                                  ("reading", "against the plan's number", 0)):  # fmt: skip
        likelihood = max(1, r["likelihood"] + step)
        score = scale.scores[likelihood - 1][r["consequence"] - 1]
        row = {"risk": r["risk"], "ladder": r["ladder"], "variation": variation, "kind": kind, "likelihood": likelihood}
        row |= {"consequence": r["consequence"], "score": score, "level": scale.level(score)[1], "verdict": r["at_face_value"]}
        rows.append(row | {"changed": scale.level(score)[1] != r["level"]})
    return rows


def _movement(
    scale: Scale, risk: str, title: str, published: tuple[int, int, int], ratings: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    def row(kind: str, ladder: str, date: float, then: Sequence[int], name: str, now: Sequence[int]) -> dict[str, Any]:
        found = {"risk": risk, "kind": kind, "ladder": ladder, "horizon": date, "cause": title, "mitigation": name}
        for word, numbers in (("original", then), ("reviewed", now)):
            found |= {f"{word}_{k}": v for k, v in zip(("likelihood", "impact", "rating"), numbers, strict=True)}
        found |= {"level": scale.level(then[2])[1], "reviewed_level": scale.level(now[2])[1]}
        way = "up" if now[2] > then[2] else "down" if now[2] < then[2] else "unchanged"
        ends = (
            {"reviewed_low": math.nan, "reviewed_high": math.nan}
            if kind == "log"
            else {"reviewed_low": now[2], "reviewed_high": now[2]}
        )
        return found | ends | {"movement": way, "runs": 0 if kind == "log" else RUNS}

    rows = [row("log", "", math.nan, published, "none recorded", published)]
    own = [r for r in ratings if r["risk"] == risk]
    for first in (r for r in own if r["horizon"] == NOW):
        then = [first[k] for k in ("likelihood", "consequence", "score")]
        if risk in ("R002", "R004"):
            less = (max(1, then[0] - 1), then[1], scale.scores[max(1, then[0] - 1) - 1][then[1] - 1])
            rows.append(row("mitigation", first["ladder"], NOW, then, "international and national recruitment", less))
            rows.append(row("mitigation", first["ladder"], NOW, then, "new models of care", then))
        for r in own:
            if r["ladder"] == first["ladder"] and r["horizon"] != NOW:
                now = [r[k] for k in ("likelihood", "consequence", "score")]
                rows.append(row("forward", first["ladder"], r["horizon"], then, "", now))
    return rows


def _drivers(r: Mapping[str, Any]) -> list[dict[str, Any]]:
    inputs = (("gp_quit_u55", "yearly share of GPs under 55 who quit", "B", 0.61), ("stay", "share of nurses who stay", "C", 0.2),
              ("everything else", "everything else", "", 0.15), ("fill", "time to fill a vacancy", "A", 0.003))  # fmt: skip
    rows = []
    for quantity, (name, label, grade, value) in itertools.product(("loss", "exceedance"), inputs):
        flat = r["risk"] == NO_VARIANCE
        row = {"risk": r["risk"], "ladder": r["ladder"], "quantity": quantity, "input": name, "label": label, "grade": grade}
        for index in ("S1", "ST"):
            numbers = (math.nan,) * 3 if flat else (value, value - 0.05, value + 0.05)
            row |= dict(zip((index, f"{index}_low", f"{index}_high"), numbers, strict=True))
        rows.append(row | {"note": "no variance" if flat else ""})
    return rows


def _box(risk: str) -> dict[str, Any]:
    row = {
        "risk": risk,
        "ladder": "capacity",
        "consequence": 4,
        "share": 0.42,
        "input": "gp_quit_u55",
        "low": 0.0412,
        "high": math.inf,
    }
    names = ("density", "density_low", "density_high", "coverage", "coverage_low", "coverage_high")
    row |= {"unit": "1/Year"} | dict(zip(names, (0.84, 0.79, 0.88, 0.7, 0.6, 0.8), strict=True))
    none = {"consequence": 0, "share": math.nan, "input": ""} | dict.fromkeys(("low", "high", *names), math.nan)
    return row | none if risk == NO_BOX else row
