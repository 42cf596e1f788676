"""Small study results built from numpy, for the tests of the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from llr_sd.result import StudyResult
from llr_sd.study import Study

QUANTILES = {"p05": 0.05, "p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90, "p95": 0.95}
TIMES = np.arange(2017.75, 2030.76, 0.25)
# name, value in 2020.75, value in 2030.75, half width in 2020.75
DYNAMIC = (
    ("base, no schemes", 531, 494, 22),
    ("international + retention", 577, 556, 26),
    ("plan 2 beliefs, our model", 596, 590, 25),
    ("role substitution", 575, 548, 27),
    ("locum conversion", 548, 530, 22),
    ("everything works", 622, 640, 24),
    ("nothing works", 505, 430, 20),
)
PLAN = (("plan 1", 561, 0), ("plan 2", 630, 0), ("plan 3", 630, 28))


def plan_study(**changes: Any) -> Study:
    """Ten scenarios, two targets, history: the shape of the first study."""
    return Study.model_validate(
        {
            "title": "What would it take to reach 639 GPs?",
            "question": "Can Leicester, Leicestershire and Rutland reach its target of 639 GPs by September 2020?",
            "model": "gp_supply",
            "scenario": [
                {"name": n, "kind": "published", "set": {"plan_scenario": i}, "note": f"Table {11 + i} as printed"}
                for i, (n, _, _) in enumerate(PLAN, 1)
            ]
            + [
                {"name": n, "set": {"ir_target": 30, "retention_policy": 0.2}, "note": "model in dynamic mode"}
                for n, *_ in DYNAMIC
            ],
            "uncertain": {"groups": ["retention", "recruitment"]},
            "outputs": {
                "gp": {"variable": "GP WTE", "label": "GPs"},
                "equivalents": {"variable": "GP equivalents", "label": "GP-equivalents", "equivalents": True},
                "gp_2020": {"variable": "GP WTE", "at": 2020.75, "label": "GPs"},
                "density_2020": {"variable": "GP WTE per 1000", "at": 2020.75, "label": "GPs per 1,000 patients"},
                "shortfall": {"expression": "639 - gp_2020", "label": "Short of 639"},
            },
            "target": [
                {"name": "639 GPs", "output": "gp_2020", "at_least": 639, "source": "GP Workforce Plan 2017, chapter 2.2.4"},
                {
                    "name": "0.58 per 1,000",
                    "output": "density_2020",
                    "at_least": 0.58,
                    "source": "GP Workforce Plan 2017, chapter 4.1.1",
                },
            ],
            "history": {
                "gp": [
                    {"time": 2015.75, "value": 563, "source": "Sep-15 return"},
                    {"time": 2017.25, "value": 565, "source": "Mar-17 return"},
                    {"time": 2017.75, "value": 541, "source": "Oct-17 return"},
                ]
            },
            "notes": ["The March 2017 return may count locums in another way."],
        }
        | changes
    )


def plan_result(path: Path, *, runs: int = 500, study: Study | None = None, failed: int = 3, few: bool = False) -> StudyResult:
    """Return a result with values near the real ones; the first `failed` runs of "nothing works" are missing.

    `few` keeps three of the ten scenarios, which draw faster: plan 3, everything works, nothing works.
    """
    rng = np.random.default_rng(7)
    study = study or plan_study()
    names = [s.name for s in study.scenario]
    ramp = np.clip((TIMES - 2017.75) / 3, 0, None)
    gp = np.empty((len(names), runs, TIMES.size))
    central = np.empty((len(names), TIMES.size))
    equivalents = np.zeros_like(central)
    for i, (_, value, extra) in enumerate(PLAN):
        central[i] = 541 + (value - 541) * np.minimum(ramp, 1)
        equivalents[i] = extra * np.minimum(ramp, 1)
        gp[i] = central[i]
    for i, (_, near, far, half) in enumerate(DYNAMIC, len(PLAN)):
        central[i] = np.interp(TIMES, [2017.75, 2019, 2020.75, 2030.75], [541, 541 + (near - 541) * 0.3, near, far])
        gp[i] = central[i] + rng.normal(-4, half / 1.645, runs)[:, None] * np.sqrt(ramp)
    gp[len(names) - 1, :failed] = np.nan
    at = int(np.argmin(np.abs(TIMES - 2020.75)))
    scalar, middle = gp[:, :, at], central[:, at]
    over, one = ("scenario", "run", "time"), ("scenario", "run")
    data = {
        "gp": (over, gp, {"units": "WTE", "label": "GPs"}),
        "equivalents": (
            over,
            np.broadcast_to(equivalents[:, None], gp.shape).copy(),
            {"units": "WTE", "label": "GP-equivalents", "equivalents": True},
        ),
        "gp_2020": (one, scalar, {"units": "WTE", "label": "GPs"}),
        "density_2020": (one, scalar / 1114.316, {"units": "WTE/Person", "label": "GPs per 1,000 patients"}),
        "shortfall": (one, 639 - scalar, {"units": "", "label": "Short of 639"}),
        "central: gp": (("scenario", "time"), central, {"units": "WTE"}),
        "central: equivalents": (("scenario", "time"), equivalents, {"units": "WTE"}),
        "central: gp_2020": (("scenario",), middle, {"units": "WTE"}),
        "central: density_2020": (("scenario",), middle / 1114.316, {}),
        "central: shortfall": (("scenario",), 639 - middle, {}),
    }
    dataset = xr.Dataset(data, coords={"scenario": names, "run": np.arange(runs), "time": TIMES})
    if few:
        kept = [2, 8, 9]
        dataset = dataset.isel(scenario=kept)
        study = study.model_copy(update={"scenario": tuple(study.scenario[i] for i in kept)})
    return StudyResult(path, study, MANIFEST | {"runs": runs, "failed": failed}, dataset, tables_of(study, dataset, failed))


def tables_of(study: Study, dataset: xr.Dataset, failed: int) -> dict[str, pd.DataFrame]:
    """Return the tables that go with the runs."""
    names = [s.name for s in study.scenario]
    summary: list[dict[str, Any]] = []
    for output, spec in study.outputs.items():
        values = dataset[output].values
        for s, name in enumerate(names):
            slices = [(t, values[s, :, k]) for k, t in enumerate(TIMES)] if values.ndim == 3 else [(spec.at or np.nan, values[s])]
            for time, sample in slices:
                good = sample[np.isfinite(sample)]
                if not good.size:
                    continue
                row = {"scenario": name, "output": output, "time": time, "element": "", "runs": good.size}
                error = 1.25 * good.std() / np.sqrt(good.size)
                quantiles = zip(QUANTILES, np.quantile(good, list(QUANTILES.values())), strict=True)
                for statistic, value in [("mean", good.mean()), *quantiles]:
                    summary.append(
                        row | {"statistic": statistic, "value": value, "low": value - 1.96 * error, "high": value + 1.96 * error}
                    )
    targets = []
    for target in study.target:
        for s, name in enumerate(names):
            sample = dataset[target.output].values[s]
            good = sample[np.isfinite(sample)]
            if not good.size:
                continue
            level = target.at_least if target.at_least is not None else target.at_most
            assert level is not None
            met = int((good >= level).sum()) if target.at_least is not None else int((good <= level).sum())
            p, low, high = wilson(met, good.size)
            direction = "at_least" if target.at_least is not None else "at_most"
            targets.append(
                {"scenario": name, "target": target.name, "output": target.output, "level": level, "direction": direction,
                 "probability": p, "low": low, "high": high, "met": met, "runs": good.size, "source": target.source}
            )  # fmt: skip
    failures = [
        {
            "scenario": names[-1],
            "run": r,
            "time": 2019.5,
            "variable": "GP heads[late,sub]",
            "reason": "negative stock",
            "gp_quit_u55": 0.09,
        }
        for r in range(failed)
    ]
    return {
        "summary": pd.DataFrame(summary),
        "targets": pd.DataFrame(targets),
        "failures": pd.DataFrame(failures, columns=["scenario", "run", "time", "variable", "reason", "gp_quit_u55"]),
        "parameters": pd.DataFrame(PARAMETERS),
    }


def wilson(met: int, runs: int) -> tuple[float, float, float]:
    """Share and its Wilson 95 % interval."""
    p, z = met / runs, 1.959963984540054
    centre = (p + z * z / (2 * runs)) / (1 + z * z / runs)
    half = z / (1 + z * z / runs) * np.sqrt(p * (1 - p) / runs + z * z / (4 * runs * runs))
    return p, max(0.0, centre - half), min(1.0, centre + half)


MANIFEST: dict[str, Any] = {
    "model": "gp_supply",
    "engine": "pysd",
    "seed": 20171031,
    "command": "llr-sd run experiments/gp_plan",
    "versions": {"llr-sd": "0.1.0", "pysd": "3.14.3"},
    "hashes": {"gp_supply.mdl": "9f2c1a7be0", "study.toml": "11aa23bc90"},
    "verified": {
        "outcome": "agrees",
        "members": 4,
        "difference": 2.2e-16,
        "output": "gp",
        "scenario": "nothing works",
        "until": 2030.75,
        "final": 2030.75,
    },
}
PARAMETERS = [
    {"name": "gp_quit_u55", "variable": "gp_quit_u55", "unit": "1/Year", "distribution": "pert", "low": 0.015, "mode": 0.035, "high": 0.055,
     "group": "retention", "source": "Abel et al. 2018, table 2", "grade": "B", "note": "Leaving under 55."},
    {"name": "nq_join_prob", "variable": "nq_join_prob", "unit": "Dmnl", "distribution": "pert", "low": 0.5, "mode": 0.62, "high": 0.75,
     "group": "recruitment", "source": "see https://example.org/st3 for the series", "grade": "B", "note": ""},
]  # fmt: skip


BASE, BEST = "nothing works", "everything works"
INPUTS = {
    "gp_quit_u55": 0.40, "nq_join_prob": 0.25, **{f"small_{i:02d}": 0.03 - 0.002 * i for i in range(13)}, "fill_time": 0.0,
}  # fmt: skip


def analysed_study(**changes: Any) -> Study:
    """The plan's study, asking for every analysis."""
    study = plan_study(**changes)
    parts = {
        "correlation": [{"between": ["gp_quit_u55", "nq_join_prob"], "rank": 0.3}],
        "levers": {
            "scenario": BEST, "target": "639 GPs", "cost": "cost", "probability": 0.8,
            "set": {"ir_target": [0, 30], "retention_policy": [0, 0.2]},
        },
        "value_of_information": {"benefit": "gp_2020", "options": [BASE, BEST]},
    }  # fmt: skip
    raw = study.model_dump(exclude_none=True) | parts
    raw["outputs"] = raw["outputs"] | {"cost": {"expression": "gp_2020 * 2", "label": "Cost", "unit": "GBP"}}
    return Study.model_validate(raw)


def analysed_result(path: Path, **manifest: Any) -> StudyResult:
    """Return a small result with every analysis in it; `manifest` changes what it says of itself."""
    plain = plan_result(path, runs=40, few=True)
    study = analysed_study().model_copy(update={"scenario": plain.study.scenario})
    said = {
        "converged": True, "findings": ["The model file has a note."],
        "facts": [{"kind": "undefined", "output": "gp_2020", "scenario": "nothing works", "runs": 3, "good": 40}],
    }  # fmt: skip
    return StudyResult(path, study, {**plain.manifest, **said, **manifest}, plain.runs, plain.tables | analyses())


def analyses() -> dict[str, pd.DataFrame]:
    """The tables of every analysis, with the columns that they have."""
    cells = [("gp_2020", 2020.75), *(("gp", float(t)) for t in TIMES[::4])]
    sobol, morris, shapley, sums = [], [], [], []
    groups = {"retention": 0.7, "recruitment": 0.28}
    for output, time in cells:
        flat = output == "gp" and time == TIMES[0]
        cell = {"scenario": BEST, "output": output, "time": time, "other": "", "lost": 0, "note": "no variance" if flat else ""}
        for names in (INPUTS, groups):
            for index, more in (("S1", 0.0), ("ST", 0.01)):
                sobol += [cell | _index(n, index, v + more * (v > 0), 0.02, flat) | {"blocks": 512} for n, v in names.items()]
        sums += [cell | _index("", index, v, 0.02, flat) | {"blocks": 512} for index, v in (("S1 sum", 0.88), ("ST sum", 1.13))]
        for index, scale in (("mu_star", 80.0), ("mu", -80.0), ("sigma", 5.0)):
            morris += [cell | _index(n, index, v * scale, 1.0, flat) | {"blocks": 64} for n, v in INPUTS.items()]
        shapley += [
            cell | _index(n, "Shapley", v, 0.02, flat) | {"blocks": 256} for n, v in (("retention", 0.66), ("recruitment", 0.34))
        ]
    whole = {"scenario": BEST, "output": "gp", "time": np.nan, "other": "", "lost": 0, "note": "", "blocks": 512}
    over_time = [whole | _index(n, "ST", v, 0.02, False) for n, v in groups.items()]
    where = {"base": BASE, "scenario": BEST, "output": "gp_2020", "time": 2020.75, "runs": 40, "lost": 0}
    steps = {"ir_target": (90.0, 70.0, 110.0), "retention_policy": (-5.5, -9.0, -2.0), "difference": (84.5, 60.0, 108.0)}
    attribution = [
        where | {"lever": lever, "statistic": statistic, "value": value, "low": value - 1, "high": value + 1}
        for lever, values in steps.items()
        for statistic, value in zip(("mean", "p05", "p95"), values, strict=True)
    ]
    numbers = {"p05": 60.0, "p50": 85.0, "p95": 108.0, "probability_above_zero": 1.0}
    differences = [where | {"statistic": k, "value": v, "low": v - 1, "high": v + 1} for k, v in numbers.items()]
    differences[-1] |= {"low": 0.91, "high": 1.0}
    box = {
        "density": 0.9,
        "density_low": 0.85,
        "density_high": 0.94,
        "coverage": 0.6,
        "coverage_low": 0.55,
        "coverage_high": 0.65,
    }
    box |= {"scenario": BASE, "target": "639 GPs", "unit": "1/Year", "input": "gp_quit_u55", "low": 0.04, "high": np.inf}
    mixes = [(0, 0.0, 10.0, 0.1, True), (0, 0.2, 30.0, 0.5, True), (30, 0.0, 40.0, 0.4, False), (30, 0.2, 70.0, 0.9, True)]
    levers = [
        {"ir_target": a, "retention_policy": b, "cost": c, "cost_low": c - 1, "cost_high": c + 1, "probability": p,
         "probability_low": p - 0.04, "probability_high": p + 0.04, "runs": 40, "lost": 0, "pareto": front,
         **(fresh_runs(72.0, 0.95, 38) if c == 70 else fresh_runs())}
        for a, b, c, p, front in mixes
    ]  # fmt: skip
    worth = {"gp_quit_u55": 3.2, "nq_join_prob": 1.1, "fill_time": 0.0}
    information = [
        {"input": n, "value": v, "low": max(v - 0.2, 0), "high": v + 0.2, "told": v > 0, "share": v / 5, "runs": 40, "lost": 0}
        for n, v in worth.items()
    ]
    growth = [
        {
            "base": b,
            "runs": 46 * b,
            "widest": 40 / b,
            "scenario": BEST,
            "output": "gp",
            "time": 2018.75,
            "index": "S1",
            "input": "nq_join_prob",
            "swaps": 0,
            "missing": 0,
            "met": b == 1024,
        }
        for b in (512, 1024)
    ]
    found = {
        "sobol": sobol, "sobol_sums": sums, "sobol_over_time": over_time, "morris": morris, "shapley": shapley, "attribution": attribution, "differences": differences,
        "boxes": [box], "levers": levers, "information": information, "convergence": growth,
    }  # fmt: skip
    return {name: pd.DataFrame(rows) for name, rows in found.items()}


def fresh_runs(cost: float = np.nan, probability: float = np.nan, runs: int = 0, confirmed: bool | None = None) -> dict[str, Any]:
    """The columns of the lever table that say what fresh runs gave; without runs, that there were none."""
    return {
        "fresh_cost": cost, "fresh_cost_low": cost - 1, "fresh_cost_high": cost + 1, "fresh_probability": probability,
        "fresh_low": probability - 0.1, "fresh_high": probability + 0.04, "fresh_runs": runs, "fresh_lost": 0,
        "confirmed": runs > 0 if confirmed is None else confirmed,
    }  # fmt: skip


def _index(name: str, index: str, value: float, half: float, flat: bool) -> dict[str, Any]:
    value, half = (np.nan, np.nan) if flat else (value, half if value else 0.0)
    return {"input": name, "index": index, "value": value, "low": value - half, "high": value + half}
