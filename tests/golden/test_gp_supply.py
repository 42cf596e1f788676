"""The GP supply model reproduces the published plan, balances its people and behaves at the extremes."""

from __future__ import annotations

from pathlib import Path

import model_text
import numpy as np
import pandas as pd
import pytest

import llr_sd

FOLDER = Path(__file__).resolve().parents[2] / "models" / "gp_supply"
LINES = {
    "retirement_of_over_55s": "plan loss 55",
    "sessions_reduced_or_early_leavers": "plan session loss",
    "newly_qualified_gps": "plan newly qualified",
    "international_recruits": "plan international",
    "role_substitution": "plan substitution",
    "position_2020": "plan position 2020",
}
BALANCES = [
    "heads balance error",
    "trainee balance error",
    "pool balance error",
    "international balance error",
    "WTE split error",
]
LOOPS = ["loop_workload_quit", "loop_workload_retire", "loop_workload_sessions", "loop_locum", "loop_supervision"]
NO_INFLOW = {"gpst_places": 0, "qualifiers_2017": 0, "gp_inmigration": 0, "ir_target": 0}
NO_SUBSTITUTES = {"anp_target": 0, "pharm_target": 0}
FROZEN = (
    NO_INFLOW
    | NO_SUBSTITUTES
    | {
        "gp_quit_u55": 0,
        "gp_retire_late": 0,
        "sub_to_locum": 0,
        "locum_to_sub": 0,
        "session_drift": 0,
        "session_workload_slope": 0,
    }
)
EXTENSIVE = [
    "opening_gp_wte", "sub_heads_2017", "sub_wte_2017", "loc_heads_2017", "loc_wte_2017", "late_wte_2017",
    "locum_other_wte_2017", "registered_pop_2017", "gpst_places", "qualifiers_2017", "gp_inmigration", "ir_target",
    "anp_target", "pharm_target", "vacancies_2017",
]  # fmt: skip


TABLE = model_text.parameter_table(FOLDER)
DEFAULTS = {row.variable: float(row.mode) for row in TABLE.itertuples()}
CASES: dict[str, dict[str, float]] = {
    "base": {},
    "frozen": FROZEN,
    "exodus": NO_INFLOW | {"gp_quit_u55": 5, "gp_retire_late": 5},
    "no demand": {"demand_scale": 0},
    "no trainees": {"gpst_places": 0, "qualifiers_2017": 0},
    "useless substitutes": {"sub_ratio": 0},
    "no substitutes": {"sub_ratio": 0} | NO_SUBSTITUTES,
    "no money": {"budget_binding": 1, "budget_scale": 0},
    "tight money": {"budget_binding": 1, "budget_scale": 0.97},
    "idle levers": {"gpst_extra_start": 2025, "other_sub_start": 2025, "locum_premium_cap": 0.45},
    "double": {name: 2 * DEFAULTS[name] for name in EXTENSIVE},
    "open loops": dict.fromkeys(LOOPS, 0),
    "open loops, no substitutes": dict.fromkeys(LOOPS, 0) | NO_SUBSTITUTES,
    "plan 3 shown": {"plan_scenario": 3},
    **{loop: {loop: 0} for loop in LOOPS},
}
OUTPUTS = [
    "GP WTE", "GP heads", "GP equivalents", "gap to target", "workload ratio", "effective capacity", "locum WTE",
    "late share", "demand index", "workload effect on quitting", "cumulative joining", "cumulative in migration",
    "cumulative international arrivals", "newly qualified pool", "GP trainees", *BALANCES,
]  # fmt: skip


class Cases:
    """All cases as one batch; `of(case, output)` is a series over the saved times."""

    def __init__(self, model: llr_sd.Model) -> None:
        names = sorted({name for case in CASES.values() for name in case})
        frame = pd.DataFrame([{name: case.get(name, DEFAULTS[name]) for name in names} for case in CASES.values()])
        self.ensemble = model.run(frame, outputs=OUTPUTS)
        self.row = {case: i for i, case in enumerate(CASES)}

    def of(self, case: str, output: str) -> np.ndarray:
        return np.asarray(self.ensemble.dataset[output].isel(run=self.row[case]).values, dtype=float)


@pytest.fixture(scope="module")
def model() -> llr_sd.Model:
    return llr_sd.load_model("gp_supply")


@pytest.fixture(scope="module")
def cases(model: llr_sd.Model) -> Cases:
    return Cases(model)


@pytest.fixture(scope="module")
def plan(model: llr_sd.Model) -> dict[str, np.ndarray]:
    """Plan outputs in September 2020 as [run, scenario]; run 0 cuts each line, run 1 does not."""
    outputs = [*LINES.values(), "plan GP only 2020", "plan GP stock", "plan position stock"]
    frame = pd.DataFrame({"plan_integer": [1, 0], "FINAL TIME": [2020.75, 2020.75]})
    ensemble = model.run(frame, outputs=outputs, times=[2020.75])
    return {name: np.asarray(ensemble.dataset[name].isel(time=0).values) for name in outputs}


def published_lines() -> list[tuple[str, int, float]]:
    table = pd.read_csv(FOLDER / "evidence" / "table12_14_scenarios.csv")
    rows = table[table["component"].isin(list(LINES))]
    return [(row.component, row.scenario, abs(row.published_change)) for row in rows.itertuples()]


@pytest.mark.parametrize(("component", "scenario", "published"), published_lines())
def test_plan_line_is_as_printed(plan: dict[str, np.ndarray], component: str, scenario: int, published: float) -> None:
    assert plan[LINES[component]][0, scenario - 1] == published


def test_plan_without_cutting(plan: dict[str, np.ndarray]) -> None:
    np.testing.assert_allclose(
        plan["plan position 2020"][1], [560.26, 629.62, 541 - 31.32 - 32.46 + 122.4 + 30 + 85 / 3], atol=1e-9, rtol=0
    )


def test_no_scenario_reaches_the_target_with_gps(plan: dict[str, np.ndarray]) -> None:
    np.testing.assert_array_equal(plan["plan GP only 2020"][0], [561, 630, 630])
    np.testing.assert_allclose(plan["plan GP stock"], plan["plan GP only 2020"], atol=1e-9)
    np.testing.assert_allclose(plan["plan position stock"], plan["plan position 2020"], atol=1e-9)
    assert plan["plan GP only 2020"].max() < DEFAULTS["gp_target_wte"]


def test_plan_scenario_chooses_the_headlines(cases: Cases) -> None:
    end = [cases.of("plan 3 shown", name)[-1] for name in ("GP WTE", "GP equivalents", "gap to target")]
    np.testing.assert_allclose(end, [630, 28, 9], atol=1e-9)


def test_every_constant_has_a_sourced_row() -> None:
    assert model_text.constants(FOLDER / "gp_supply.mdl") == DEFAULTS
    model_text.assert_sourced(TABLE)


def test_every_variable_has_a_unit_and_a_comment() -> None:
    described = model_text.described(FOLDER / "gp_supply.mdl")
    assert len(described) > 200
    assert [name for name, done in described.items() if not done] == []


def test_history_passes_the_returns(model: llr_sd.Model) -> None:
    run = model.run(
        {"INITIAL TIME": 2015.75, "opening_gp_wte": 563, "FINAL TIME": 2017.75},
        outputs=["GP WTE", "heads balance error"],
        times=[2015.75, 2017.25, 2017.75],
    )
    september_2015, march_2017, october_2017 = run.dataset["GP WTE"].isel(run=0).values
    assert september_2015 == pytest.approx(563, abs=1e-9)
    assert october_2017 == pytest.approx(541, rel=0.02)
    assert march_2017 == pytest.approx(565, rel=0.04)
    assert np.abs(run.dataset["heads balance error"].values).max() < 1e-6


@pytest.mark.parametrize("balance", BALANCES)
def test_people_and_wte_balance(cases: Cases, balance: str) -> None:
    for case in CASES:
        assert np.abs(cases.of(case, balance)).max() < 1e-6, case


def test_every_case_stays_finite_and_never_negative(cases: Cases) -> None:
    for case in CASES:
        assert all(np.isfinite(cases.of(case, output)).all() for output in OUTPUTS), case
        for stock in ("GP WTE", "GP heads", "newly qualified pool", "GP trainees", "effective capacity"):
            assert cases.of(case, stock).min() >= 0, (case, stock)


def test_without_flows_nothing_moves_but_demand(cases: Cases) -> None:
    for output in ("GP WTE", "GP heads"):
        assert np.ptp(cases.of("frozen", output)) < 1e-9
    np.testing.assert_allclose(cases.of("frozen", "workload ratio"), cases.of("frozen", "demand index"), rtol=1e-12)


def test_an_exodus_empties_the_stock(cases: Cases) -> None:
    heads = cases.of("exodus", "GP heads")
    assert (np.diff(heads) <= 0).all()
    assert heads[-1] < 1
    assert cases.of("exodus", "workload ratio").max() <= 2 / DEFAULTS["capacity_floor"]


def test_without_demand_workload_is_zero(cases: Cases) -> None:
    assert np.abs(cases.of("no demand", "workload ratio")).max() == 0
    assert cases.of("no demand", "workload effect on quitting")[-1] == pytest.approx(DEFAULTS["effect_floor"])


def test_without_trainees_only_outsiders_join(cases: Cases) -> None:
    assert np.abs(cases.of("no trainees", "GP trainees")).max() == 0
    assert np.abs(cases.of("no trainees", "cumulative joining")).max() == 0
    assert cases.of("no trainees", "cumulative in migration")[-1] > 0
    assert cases.of("no trainees", "cumulative international arrivals")[-1] > 0


def test_substitutes_which_save_nothing_cost_capacity(cases: Cases) -> None:
    assert cases.of("useless substitutes", "GP equivalents")[1:].max() < 0
    lost = cases.of("no substitutes", "effective capacity") - cases.of("useless substitutes", "effective capacity")
    assert (lost[1:] > 0).all()


def test_no_money_means_no_joiners(cases: Cases) -> None:
    for output in ("cumulative joining", "cumulative in migration", "cumulative international arrivals"):
        assert np.abs(cases.of("no money", output)).max() == 0


def test_idle_levers_change_nothing(cases: Cases) -> None:
    for output in OUTPUTS:
        np.testing.assert_array_equal(cases.of("idle levers", output), cases.of("base", output))


def test_twice_the_system_gives_twice_the_outputs(cases: Cases) -> None:
    for output in ("GP WTE", "GP heads", "GP equivalents", "effective capacity"):
        np.testing.assert_allclose(cases.of("double", output), 2 * cases.of("base", output), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(cases.of("double", "workload ratio"), cases.of("base", "workload ratio"), rtol=1e-9)


def test_equivalents_never_enter_gp_wte(cases: Cases) -> None:
    np.testing.assert_array_equal(cases.of("open loops", "GP WTE"), cases.of("open loops, no substitutes", "GP WTE"))
    assert cases.of("open loops", "GP equivalents")[-1] > 0


def test_cutting_a_vicious_loop_keeps_capacity(cases: Cases) -> None:
    for loop in LOOPS:
        output = (
            "effective capacity" if loop == "loop_locum" else "GP WTE"
        )  # a locum keeps the hours, and gives less work in them
        assert cases.of(loop, output)[-1] > cases.of("base", output)[-1], loop
    assert cases.of("loop_locum", "locum WTE")[-1] < cases.of("base", "locum WTE")[-1]


def test_the_plan_believed_keeps_as_many_over_55_as_it_counts_on(model: llr_sd.Model) -> None:
    """Tables 12 to 14 take retirement from the same 87 for three years: at the planned years in mid career as many pass 55 as retire."""
    run = model.run(model.table.planned, outputs=["ageing", "retirement"], times=[2017.75]).dataset
    passing, retiring = float(run["ageing"].sel(Under55="mid").sum()), float(run["retirement"].sum())
    assert passing == pytest.approx(retiring, rel=1e-3)


def test_a_change_of_employment_keeps_the_hours(model: llr_sd.Model) -> None:
    moves_alone = {k: v for k, v in FROZEN.items() if k not in ("sub_to_locum", "locum_to_sub")}
    run = model.run(moves_alone | {"locum_conversion_policy": 1}, outputs=["dynamic GP WTE", "locum WTE", "WTE per head"]).dataset
    assert np.ptp(run["dynamic GP WTE"].values) < 1e-9
    assert np.ptp(run["locum WTE"].values) > 1
    # Both means move towards each other, and neither passes the other.
    apart = run["WTE per head"].sel(Emp="sub").values - run["WTE per head"].sel(Emp="loc").values
    assert (np.diff(apart, axis=1) < 0).all()
    assert apart.min() > 0


def test_joiners_who_start_as_locums_have_their_own_hours(model: llr_sd.Model) -> None:
    """Work brought at joining has a closed form: heads, the share of each employment, its hours, and what a locum gives of them."""
    settings = {"nq_locum_share": 0.25, "nq_locum_wte": 0.5, "nq_participation": 0.8, "locum_prod": 0.9}
    run = model.run(settings, outputs=["cumulative joining", "cumulative newly qualified WTE"]).dataset
    each = 0.75 * 0.8 + 0.25 * 0.5 * 0.9
    np.testing.assert_allclose(run["cumulative newly qualified WTE"], each * run["cumulative joining"], rtol=1e-12)


def test_the_list_grows_by_its_own_rate_and_ages_by_the_others(model: llr_sd.Model) -> None:
    outputs = ["registered population", "population by age"]
    table = pd.DataFrame({"list_growth": [0.011, 0.018, 0.011], "ageing_scale": [1.0, 1.0, 0.0]})
    run = model.run(table, outputs=outputs, times=[2017.75, 2019.25, 2027.75]).dataset
    total, ages = run["registered population"].values, run["population by age"].values
    np.testing.assert_allclose(total, 1114316 * (1 + table["list_growth"].values[:, None]) ** np.array([0, 1.5, 10]), rtol=1e-12)
    np.testing.assert_allclose(ages.sum(axis=2), total, rtol=1e-12)
    share = ages / total[:, :, None]
    np.testing.assert_allclose(share[1], share[0], rtol=1e-12)
    np.testing.assert_allclose(share[2], share[2][:1].repeat(3, axis=0), rtol=1e-12)
    assert share[0, -1, -2:].sum() > share[0, 0, -2:].sum()
    assert total[0, 1] == pytest.approx(1133842, rel=0.002)  # April 2019, LLR System Operational Plan


def test_half_the_time_step_changes_little(model: llr_sd.Model, cases: Cases) -> None:
    outputs = ["GP WTE", "GP heads", "workload ratio", "effective capacity", "locum WTE", "late share"]
    fine = model.run({"TIME STEP": DEFAULTS["TIME STEP"] / 2}, outputs=outputs)
    for output in outputs:
        np.testing.assert_allclose(fine.dataset[output].isel(run=0).values, cases.of("base", output), rtol=1e-3)
