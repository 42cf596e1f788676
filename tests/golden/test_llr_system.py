"""The system model starts from the source tables, balances people, work and money, and behaves at the extremes."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import model_text
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import llr_sd
from llr_sd.workforce.localities import COLUMNS, SHARES, read_localities, relocalise

FOLDER = Path(__file__).resolve().parents[2] / "models" / "llr_system"
SKILL = ["autonomous", "enhanced", "core", "foundation"]
NURSES = (0.20, 0.15, 0.65, 0.0)  # share of practice nurses at each level
OTHERS = (4 / 285, 41.75 / 285, 71.25 / 285, 168 / 285)  # share of other clinical staff at each level
CCG_CODES = {"elr": "ELR", "city": "LC", "wl": "WL"}
BALANCES = {  # and what the tolerance is measured against
    "people balance error": "all people",
    "group balance error": "all people",
    "student balance error": "all students",
    "activity balance error": "acute baseline work",
    "money balance error": "budget",
    "posts balance error": "budget",
    "split balance error": "total staff WTE",
    "cover balance error": "acute baseline work",
}


def evidence(table: str, model: str = "llr_system") -> pd.DataFrame:
    return pd.read_csv(FOLDER.parent / model / "evidence" / f"{table}.csv", keep_default_na=False)


def by_ccg(table: pd.DataFrame, column: str, **where: str) -> dict[str, float]:
    """Values of an evidence table by CCG, as the model names them."""
    for name, value in where.items():
        table = table[table[name] == value]
    found = dict(zip(table["ccg_code"], table[column].astype(float), strict=True))
    return {ccg: found[code] for ccg, code in CCG_CODES.items()}


STAFF = {
    group: by_ccg(evidence("table03_staff_headcount_wte", "gp_supply"), "recommended_value", measure="wte", staff_group=group)
    for group in ("gp", "nurse", "other_clinical", "admin_non_clinical")
}
LISTS = by_ccg(evidence("table02_population_practices"), "recommended_value", measure="registered_population")
PRACTICES = by_ccg(evidence("table02_population_practices"), "recommended_value", measure="practices")
TABLE = model_text.parameter_table(FOLDER)
DEFAULTS = {row.variable: float(row.mode) for row in TABLE.itertuples()}
CHECKS = tomllib.loads((FOLDER / "checks.toml").read_text(encoding="utf-8"))


def every(name: str, value: float) -> dict[str, float]:
    """All elements of a subscripted constant at one value."""
    return {variable: value for variable in DEFAULTS if variable.startswith(name + "[")}


def constants(given: dict[str, float]) -> dict[str, float]:
    """Spell out "name[*]"."""
    out: dict[str, float] = {}
    for name, value in given.items():
        out |= every(name[:-3], value) if name.endswith("[*]") else {name: value}
    return out


def doubled(names: list[str]) -> dict[str, float]:
    return {v: 2 * DEFAULTS[v] for name in names for v in constants({name: 0.0})}


def swapped(first: str, last: str) -> dict[str, float]:
    """The data of two localities, exchanged."""
    out = {}
    for variable, value in DEFAULTS.items():
        for a, b in ((first, last), (last, first)):
            for closing in (",", "]"):
                if f"[{a}{closing}" in variable:
                    out[variable.replace(f"[{a}{closing}", f"[{b}{closing}")] = value
    return out


def random_cases(number: int, seed: int) -> dict[str, dict[str, float]]:
    """Uniform draws between low and high of every uncertain constant, with left shift and double running on."""
    rng = np.random.default_rng(seed)
    rows = TABLE[TABLE["distribution"] != "fixed"]
    low, high = rows["low"].astype(float).to_numpy(), rows["high"].astype(float).to_numpy()
    cases = {}
    for i in range(number):
        values = dict(zip(rows["variable"], low + (high - low) * rng.random(len(rows)), strict=True))
        cases[f"random {i}"] = values | {
            "ls_target": rng.random(),
            "double_running": rng.random(),
            "extra_posts[enhanced_staff]": 85.0,
        }
    return cases


SHIFT = {"ls_target": 0.2}
NO_GROWTH = every("allocation_growth", 0)
NO_INFLOW = (
    every("in_migration", 0)
    | every("nurse_students_2017", 0)
    | every("home_grown_share", 0)
    | {"gpst_places": 0, "qualifiers_2017": 0, "nurse_places": 0, "pa_places": 0, "gp_inmigration": 0}
)
NO_EXIT = dict.fromkeys(
    (
        *("gp_quit_u55", "gpn_quit_u55", "foundation_quit", "acute_quit", "social_quit", "gp_retire_late", "nurse_retire_late"),
        *("pool_outmig", "session_drift", "session_workload_slope"),
    ),
    0.0,
)
NO_NOVICES = {"novice_prod": 1.0, "sup_novice": 0.0, "sup_new_enhanced": 0.0}
CASES: dict[str, dict[str, float]] = {
    "base": {},
    "frozen": NO_INFLOW
    | NO_EXIT
    | NO_GROWTH
    | {"mobility": 0, "workload_release": 0, "unplanned_drift": 0, "loop_cover": 0}
    | NO_NOVICES,
    "shift": SHIFT,
    "shift, all arrives": SHIFT | {"kappa": 1, "unplanned_drift": 0},
    "shift, double running": SHIFT | {"double_running": 1},
    "shift, double running, all money follows": SHIFT | {"double_running": 1, "fund_follow": 1},
    "shift, no money": SHIFT | {"fund_follow": 0},
    "permuted": swapped("L1", "L7"),
    "pressure": {"loop_pressure": 1},
    "turnover": {"loop_turnover": 1},
    **{f"extreme: {c['name']}": constants(c["set"]) for c in CHECKS["extreme"]},
    **{f"loop closed: {c['name']}": constants(c.get("set", {})) for c in CHECKS["loop"]},
    **{f"loop cut: {c['name']}": constants(c.get("set", {})) | {c["switch"]: 0} for c in CHECKS["loop"]},
    **{c["name"]: doubled(c["double"]) for c in CHECKS["homogeneity"]},
    **{c["name"]: constants(c["alike"]) for c in CHECKS["symmetry"]},
    **{f"step {i}": constants(c.get("set", {})) for i, c in enumerate(CHECKS["halving"])},
    **random_cases(24, seed=20171031),
}


def bare(name: str) -> str:
    return name.partition("[")[0]


OUTPUTS = sorted(
    {bare(e["output"]) for c in CHECKS["extreme"] for e in c["expect"]}
    | {bare(c["output"]) for c in CHECKS["loop"]}
    | {name for c in CHECKS["homogeneity"] for name in (*c["doubles"], *c["same"])}
    | {name for c in (*CHECKS["symmetry"], *CHECKS["halving"], *CHECKS["not_negative"]) for name in c["outputs"]}
    | {*BALANCES, *BALANCES.values(), "work moved", "work drifted", "work avoided", "baseline work", "agency WTE by setting"}
    | {"effective capacity", "staff WTE by CCG", "GP WTE", "opening people", "opening budget", "workload by level"}
)


@pytest.fixture(scope="module")
def model() -> llr_sd.Model:
    return llr_sd.load_model(FOLDER)


def run_all(model: llr_sd.Model, cases: dict[str, dict[str, float]], fixed: dict[str, float] | None = None) -> xr.Dataset:
    """One batch over a "case" axis."""
    names = sorted({n for case in cases.values() for n in case})
    spelled = {n: model.table.find(n).variable for n in names}
    rows = [
        {spelled[n]: DEFAULTS[spelled[n]] for n in names} | {spelled[n]: x for n, x in case.items()} for case in cases.values()
    ]
    frame = pd.DataFrame(rows).assign(**(fixed or {}))
    ensemble = model.run(frame, outputs=OUTPUTS)
    assert set(ensemble.status) == {"ok"}
    return ensemble.dataset.assign_coords(run=list(cases)).rename(run="case")


@pytest.fixture(scope="module")
def runs(model: llr_sd.Model) -> xr.Dataset:
    return run_all(model, CASES)


def series(runs: xr.Dataset, case: str, output: str) -> np.ndarray:
    """An output of one case, shape (time, ...), or (time,) for "name[element,...]"."""
    name, _, rest = output.partition("[")
    found = runs[name].sel(case=case)
    elements = [e.strip() for e in rest.removesuffix("]").split(",")] if rest else []
    for element in elements:
        axis = next(d for d in found.dims if d != "time" and element in found[d].values)
        found = found.sel({axis: element})
    return np.asarray(found.values, dtype=float)


def at(runs: xr.Dataset, values: np.ndarray, when: object) -> np.ndarray:
    if when in (None, "all"):
        return values
    if when in ("start", "end"):
        return values[0 if when == "start" else -1]
    return values[int(np.argmin(np.abs(runs["time"].values - float(when))))]


def test_practice_staff_start_from_table_3(runs: xr.Dataset) -> None:
    start = runs["staff WTE"].sel(case="base").isel(time=0)
    np.testing.assert_allclose(start.sel(Setting="gp"), [597, 80, 237, 1760], rtol=1e-12)
    np.testing.assert_allclose(start.sum("Skill"), [2674, 2000, 0, 18000, 170, 22400], rtol=1e-12)
    found = runs["staff WTE by CCG"].sel(case="base", PSetting="gp").isel(time=0)
    for ccg in CCG_CODES:
        wanted = [STAFF["nurse"][ccg] * n + STAFF["other_clinical"][ccg] * o for n, o in zip(NURSES, OTHERS, strict=True)]
        wanted[0] += STAFF["gp"][ccg]
        wanted[3] += STAFF["admin_non_clinical"][ccg]
        np.testing.assert_allclose(found.sel(CCG=ccg), wanted, rtol=1e-6)
        assert found.sel(CCG=ccg).sum().item() == pytest.approx(sum(group[ccg] for group in STAFF.values()), rel=1e-7)


def test_541_gps_are_within_the_autonomous_staff(runs: xr.Dataset) -> None:
    assert runs["GP WTE"].sel(case="base", Setting="gp").values[0] == pytest.approx(541)
    printed = sum(STAFF["gp"].values())  # 542: the stock of 541 and one WTE of rounding between CCGs
    assert printed + 0.20 * sum(STAFF["nurse"].values()) + 4 == pytest.approx(597)


def test_students_and_money_are_those_of_tables_6_and_17() -> None:
    students = evidence("table06_nursing_students")
    students = students[students["programme"] == "all_programmes"].set_index("course_end_year")["students"]
    assert DEFAULTS["nurse_students_2017[y3]"] == int(students["2018"])
    assert DEFAULTS["nurse_students_2017[y2]"] == DEFAULTS["nurse_places"] == int(students["2019"])
    money = evidence("table17_gp_funding_trajectories")
    for measure, setting in (("total_primary_care", "gp"), ("ccg_allocation", "acute")):
        first, last = (
            sum(by_ccg(money, "value", measure=measure, financial_year=year).values()) for year in ("2017/18", "2020/21")
        )
        real = (last / first) ** (1 / 3) - 1 - 0.022
        assert DEFAULTS[f"allocation_growth[{setting}]"] == pytest.approx(real, abs=5e-4)


def test_localities_file_is_what_the_model_holds() -> None:
    rows = read_localities(FOLDER / "localities.csv")
    assert len(rows) == 11
    for ccg, registered in LISTS.items():
        assert sum(r.list_size for r in rows if r.ccg == ccg) == registered
    for row in rows:
        assert DEFAULTS[f"list_size[{row.name}]"] == row.list_size
        assert [DEFAULTS[f"practice_share[{row.name},{k}]"] for k in SKILL] == list(row.shares)
    text = (FOLDER / "llr_system.mdl").read_text(encoding="utf-8")
    assert squeezed(relocalise(text, rows)) == squeezed(text)


def squeezed(text: str) -> str:
    return "".join(text.replace("\\\n", "").split())


@pytest.mark.parametrize("balance", BALANCES)
def test_balances_hold_at_every_saved_time_of_every_run(runs: xr.Dataset, balance: str) -> None:
    size = np.abs(runs[BALANCES[balance]])
    scale = size.max([d for d in size.dims if d != "case"])  # per case, so that a full one does not hide an empty one
    error = np.abs(runs[balance]).max("time")
    worst = (error / np.maximum(scale, 1.0)).max().item()
    assert worst < 1e-12


def test_nothing_is_negative_or_unbounded(runs: xr.Dataset) -> None:
    for name in OUTPUTS:
        assert np.isfinite(runs[name].values).all(), name
    for check in CHECKS["not_negative"]:
        for name in check["outputs"]:
            assert runs[name].min().item() >= 0, name


def test_counters_of_practices_are_the_sums_of_their_flows(model: llr_sd.Model) -> None:
    step, start = DEFAULTS["TIME STEP"], DEFAULTS["INITIAL TIME"]
    arriving = ("recruitment", "lateral arrivals", "redeployment arrivals", "graduate nurses hired", "experienced nurses hired")
    leaving = ("lateral departures", "session loss", "international leaving")
    flows = ["quitting", "retirement", "qualifying", *leaving, *arriving]
    counters = ["cumulative practice exits", "cumulative practice retirement", "cumulative practice training completions"]
    cases = pd.DataFrame([dict.fromkeys(SHIFT, 0.0) | {"double_running": 0.0}, SHIFT | {"double_running": 1.0}])
    found = model.run(
        cases,
        outputs=[*counters, *flows, "cumulative retirement", "staff WTE"],
        times=[start + i * step for i in range(round(5 / step) + 1)],
    ).dataset
    flowing = found[flows].sel(PSetting="gp").sum("Loc")
    flowing["session loss"] = flowing["session loss"].sum("Stage")
    levels = {"general_practitioner": SKILL[0], "other_autonomous": SKILL[0]}
    levels |= {f"{skill}_staff": skill for skill in SKILL[1:]}

    def by_level(flow: xr.DataArray) -> xr.DataArray:
        """Groups added up to skill levels."""
        if "Group" not in flow.dims:
            return flow
        named = flow.assign_coords(Skill=("Group", [levels[g] for g in flow["Group"].values]))
        return named.groupby("Skill").sum("Group").sel(Skill=SKILL)

    flowing = xr.Dataset({name: by_level(flow) for name, flow in flowing.items()})
    exits, retired, completed = (found[name] for name in counters)

    def so_far(flow: xr.DataArray) -> xr.DataArray:
        """Sum of a flow over the steps before each time."""
        return flow.cumsum("time").shift(time=1, fill_value=0.0) * step

    def same(first: xr.DataArray, second: xr.DataArray) -> None:
        np.testing.assert_allclose(first, second.transpose(*first.dims), rtol=1e-9, atol=1e-8)

    same(retired, so_far(flowing["retirement"]))
    same(exits - retired, so_far(flowing["quitting"].sum("Working")))
    same(completed, so_far(flowing["qualifying"]))
    assert (completed.isel(time=-1) > [[0.5, 0.5, 0.1]]).all()  # practices have few autonomous posts other than those of GPs
    assert (retired.sum("Skill") <= found["cumulative retirement"]).all()

    joined = sum(so_far(flowing[name]) for name in arriving) - sum(so_far(flowing[name]) for name in leaving)
    f2c, c2e, e2a = (completed.sel(Path=path, drop=True) for path in ("f2c", "c2e", "e2a"))
    moved_up = xr.concat([e2a, c2e - e2a, f2c - c2e, -f2c], pd.Index(SKILL, name="Skill"))
    staff = found["staff WTE"].sel(Setting="gp", drop=True)
    same(staff - staff.isel(time=0), joined - exits + moved_up)


def test_agency_staff_come_from_the_pool(runs: xr.Dataset) -> None:
    share = runs["agency WTE"] / np.maximum(runs["labour pool"].sum("Group"), 1e-9)
    own = [CASES[case].get("agency_pool_share", DEFAULTS["agency_pool_share"]) for case in runs["case"].values]
    assert (share.max("time").values <= np.array(own) + 1e-9).all()


def test_moved_work_arrives_once_less_the_avoided_share(runs: xr.Dataset) -> None:
    for case in ("shift", "shift, all arrives", "shift, double running", "random 3"):
        kappa, arriving = (CASES[case].get(n, DEFAULTS[n]) for n in ("kappa", "drift_arriving"))
        part = runs.sel(case=case)
        moved, drifted = part["work moved"], part["work drifted"]
        left = moved + drifted
        came = (part["work needed"] - part["baseline work"]).sum(["Skill", "Care", "Loc"])
        assert left.values[-1] > 100
        np.testing.assert_allclose(came, kappa * moved + arriving * drifted, rtol=1e-9, atol=1e-7)
        np.testing.assert_allclose(part["work avoided"], left - came, rtol=1e-9, atol=1e-7)
        np.testing.assert_allclose(part["acute baseline work"] - part["acute work needed"], left, rtol=1e-9, atol=1e-7)
    part = runs.sel(case="shift, all arrives")
    phi = DEFAULTS["phi_gp"]
    came = (part["work needed"] - part["baseline work"]).sum("Loc")
    for setting, share in (("gp", phi), ("ilt", 1 - phi)):
        mix = np.array([DEFAULTS[f"moved_work_mix[{k},{setting}]"] for k in SKILL])
        wanted = share * part["work moved"].values[:, None] * mix / mix.sum()
        np.testing.assert_allclose(came.sel(Care=setting).transpose("time", "Skill"), wanted, rtol=1e-9, atol=1e-7)


def test_money_that_follows_never_exceeds_the_value_released(runs: xr.Dataset) -> None:
    assert (runs["value released"] - runs["money followed"]).min().item() >= -1e-6
    assert runs["money followed"].sel(case="shift, no money").max().item() == 0
    assert runs["funding gap"].sel(case="shift, no money").values[-1] > runs["funding gap"].sel(case="shift").values[-1] > 0


def test_double_running_lets_more_work_move_at_a_cost(runs: xr.Dataset) -> None:
    plain, double = runs.sel(case="shift"), runs.sel(case="shift, double running")
    assert double["left shift achieved"].values[-1] > plain["left shift achieved"].values[-1]
    assert plain["cumulative double running"].values[-1] == 0
    years = double["double running WTE"].integrate("time").item()
    assert double["cumulative double running"].values[-1] == pytest.approx(years, rel=0.01)
    with_money = runs.sel(case="shift, double running, all money follows")
    assert 0 < with_money["cumulative double running"].values[-1] < double["cumulative double running"].values[-1]


def test_without_flows_workload_is_the_demand_index(runs: xr.Dataset) -> None:
    assert np.ptp(series(runs, "frozen", "staff WTE"), axis=0).max() < 1e-9
    found, wanted = (series(runs, "frozen", name) for name in ("workload by level", "demand index"))
    anybody = found[0] > 0  # social care has no staff at two of the levels
    assert anybody.sum() == found[0].size - 2
    np.testing.assert_allclose(found[:, anybody], wanted[:, anybody], rtol=1e-12)


def holds(kind: str, values: np.ndarray, base: np.ndarray, bound: float, tolerance: float) -> bool:
    """Whether values over time (first axis) are as one expectation of checks.toml says."""
    if kind == "constant":
        return bool(np.abs(values - values[:1]).max() <= tolerance * max(1.0, np.abs(values).max()))
    if kind == "falling":
        return bool(np.diff(values, axis=0).max() <= 1e-9)
    return {
        "equal": bool(np.abs(values - bound).max() <= tolerance),
        "at most": bool(values.max() <= bound),
        "at least": bool(values.min() >= bound),
        "as base": bool(np.abs(values - base).max() <= tolerance),
        "above base": bool((values > base).all()),
        "below base": bool((values < base).all()),
    }[kind]


@pytest.mark.parametrize("check", CHECKS["extreme"], ids=lambda c: c["name"])
def test_extreme(runs: xr.Dataset, check: dict[str, object]) -> None:
    for expect in check["expect"]:
        values, base = (
            at(runs, series(runs, case, expect["output"]), expect.get("at")) for case in (f"extreme: {check['name']}", "base")
        )
        assert holds(expect["is"], values, base, expect.get("value", np.nan), expect.get("tolerance", 0.0)), expect


@pytest.mark.parametrize("check", CHECKS["loop"], ids=lambda c: c["name"])
def test_cutting_a_loop(runs: xr.Dataset, check: dict[str, object]) -> None:
    closed, cut = (
        at(runs, series(runs, f"loop {how}: {check['name']}", check["output"]), check["at"]).item() for how in ("closed", "cut")
    )
    change = cut - closed if check["sign"] == "+" else closed - cut
    assert change >= check["least"]


def test_every_loop_switch_is_checked() -> None:
    switches = {v for v in DEFAULTS if v.startswith("loop_")}
    assert switches == {c["switch"] for c in CHECKS["loop"]} | {"loop_pressure", "loop_turnover"}


def test_optional_loops_act_when_switched_on(runs: xr.Dataset) -> None:
    assert series(runs, "pressure", "workload ratio[gp]")[-1] < series(runs, "base", "workload ratio[gp]")[-1] - 0.01
    assert series(runs, "turnover", "workload ratio[acute]")[-1] > series(runs, "base", "workload ratio[acute]")[-1] + 0.001


def test_twice_the_system_has_twice_the_staff(runs: xr.Dataset) -> None:
    for check in CHECKS["homogeneity"]:
        for name in check["doubles"]:
            wanted = 2 * series(runs, "base", name)
            np.testing.assert_allclose(
                series(runs, check["name"], name), wanted, rtol=check["tolerance"], atol=1e-9, err_msg=name
            )
        for name in check["same"]:
            np.testing.assert_allclose(
                series(runs, check["name"], name), series(runs, "base", name), rtol=check["tolerance"], atol=1e-12, err_msg=name
            )


def test_localities_that_are_alike_develop_alike(runs: xr.Dataset) -> None:
    for check in CHECKS["symmetry"]:
        for name in check["outputs"]:
            found = runs[name].sel(case=check["name"])
            first = found.isel({check["range"]: 0})
            assert (np.abs(found - first) / np.maximum(np.abs(first), 1e-9)).max().item() < check["tolerance"], name


def test_exchanging_two_localities_exchanges_their_outputs(runs: xr.Dataset) -> None:
    for name in ("staff WTE by locality", "workload ratio by locality"):
        base, permuted = runs[name].sel(case="base"), runs[name].sel(case="permuted")
        for a, b in (("L1", "L7"), ("L7", "L1"), ("L2", "L2")):
            np.testing.assert_allclose(permuted.sel(Loc=a), base.sel(Loc=b), rtol=1e-9)


def test_half_the_time_step_changes_little(model: llr_sd.Model, runs: xr.Dataset) -> None:
    cases = {f"step {i}": CASES[f"step {i}"] for i in range(len(CHECKS["halving"]))}
    fine = run_all(model, cases | {"base": {}, "shift": SHIFT}, {"TIME STEP": DEFAULTS["TIME STEP"] / 2})
    for i, check in enumerate(CHECKS["halving"]):
        for name in check["outputs"]:
            a, b = series(runs, f"step {i}", name), series(fine, f"step {i}", name)
            share = np.abs(a - b).max(axis=0) / np.maximum(np.abs(b).max(axis=0), 1e-9)
            assert share.max() < check["tolerance"], (i, name)


def test_every_constant_has_a_sourced_row(model: llr_sd.Model, tmp_path: Path) -> None:
    alone = tmp_path / "alone.mdl"
    alone.write_text((FOLDER / "llr_system.mdl").read_text(encoding="utf-8"), encoding="utf-8")
    everything = llr_sd.load_model(alone).parameters
    assert dict(zip(everything["variable"], everything["value"], strict=True)) == DEFAULTS
    model_text.assert_sourced(TABLE)


def test_every_variable_has_a_unit_and_a_comment(model: llr_sd.Model) -> None:
    variables = model.equations.variables.values()
    assert len(variables) > 300
    named = [v for v in variables if not v.name.startswith("_")]  # the translator names unnamed lookups itself
    assert [v.name for v in named if not (v.unit and v.comment)] == []


def test_base_run_is_the_golden_one(model: llr_sd.Model) -> None:
    with (FOLDER / "golden.csv").open(encoding="utf-8", newline="") as file:
        golden = [row for row in csv.DictReader(file) if not row.get("scenario")]
    outputs = sorted({bare(row["variable"]) for row in golden})
    times = sorted({float(row["time"]) for row in golden})
    found = model.run({}, outputs=outputs, times=times).dataset.assign_coords(run=["base"]).rename(run="case")
    for row in golden:
        value = series(found, "base", row["variable"])[times.index(float(row["time"]))]
        assert value == pytest.approx(float(row["value"]), rel=1e-7, abs=1e-5), row


def practices() -> list[dict[str, object]]:
    """138 practices, alike within their CCG: made up pro rata, for illustration only."""
    own = read_localities(FOLDER / "localities.csv")
    rows: list[dict[str, object]] = []
    for ccg, number in PRACTICES.items():
        parts = [r for r in own if r.ccg == ccg]
        shares = {s: sum(r.shares[i] for r in parts) / number for i, s in enumerate(SHARES)}
        for _ in range(int(number)):
            same = {"ccg": ccg, "list_size": LISTS[ccg] / number, "deprivation": parts[0].deprivation}
            rows.append({"locality": f"P{len(rows) + 1:03d}"} | same | shares)
    return rows


def test_138_practices_run_from_the_same_equations(model: llr_sd.Model, tmp_path: Path) -> None:
    file = tmp_path / "practices.mdl"
    file.write_text(relocalise((FOLDER / "llr_system.mdl").read_text(encoding="utf-8"), practices()), encoding="utf-8")
    small = llr_sd.load_model(file)
    assert len(small.equations.ranges["Loc"]) == 138
    ask = {"outputs": ["staff WTE", "workload ratio", "people balance error"], "times": [2017.75, 2020.75, 2030.75]}
    many, few = small.run(SHIFT, **ask).dataset, model.run(SHIFT, **ask).dataset
    np.testing.assert_allclose(many["staff WTE"], few["staff WTE"], rtol=1e-6)
    np.testing.assert_allclose(many["workload ratio"], few["workload ratio"], rtol=1e-6)
    assert np.abs(many["people balance error"].values).max() < 1e-7


def spoiled(**change: object) -> list[dict[str, object]]:
    rows = [dict(zip(COLUMNS, ("A", "elr", 100, 0.1, 0.5, 0.5, 0.5, 0.5), strict=True)) for _ in range(2)]
    rows[1]["locality"] = "B"
    rows[1] |= {k: v for k, v in change.items() if v is not None}
    for name, value in change.items():
        if value is None:
            for row in rows:
                del row[name]
    return rows


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"enhanced_share": None}, r'row 1: has no column "enhanced_share"'),
        ({"list_size": -5}, r"row 3: column list_size: -5 is negative"),
        ({"list_size": "many"}, r'row 3: column list_size: "many" is not a number'),
        ({"core_share": 0.4}, r"rows 2 to 3: column core_share: shares add to 0.9, not to 1"),
        ({"deprivation": 2}, r"row 3: column deprivation: 2 is above 1"),
        ({"ccg": "west"}, r'row 3: column ccg: "west" is not one of elr, city, wl'),
        ({"locality": "a"}, r'row 3: column locality: "a" is already in row 2'),
        ({"locality": "2nd"}, r'row 3: column locality: "2nd" is not a name'),
        ({"locality": "novice"}, r'row 3: column locality: "novice" already names something'),
    ],
    ids=lambda x: "-".join(x) if isinstance(x, dict) else "",
)
def test_a_wrong_localities_table_is_refused(change: dict[str, object], message: str) -> None:
    text = (FOLDER / "llr_system.mdl").read_text(encoding="utf-8")
    with pytest.raises(llr_sd.LlrSdError, match=message):
        relocalise(text, spoiled(**change))
