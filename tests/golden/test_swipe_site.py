"""The SWiPe site model: bars against hand calculation, balances, site tables, extremes and loops."""

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

FOLDER = Path(__file__).resolve().parents[2] / "models" / "swipe_site"
AGE = ["a0_4", "a5_14", "a15_44", "a45_64", "a65_74", "a75_84", "a85p"]
FUN = ["urgent", "planned_ltc", "coordination", "prevention", "admin"]
SKILL = ["autonomous", "enhanced", "core", "foundation"]
LOWER = SKILL[1:]
GROUP = ["gp", "nurse", "other_clinical", "admin_staff"]
PATH = ["f2c", "c2e", "e2a"]
SEG = ["well", "episodic", "ltc", "complex", "frail"]
SITES = {"rutland": 36_000, "city": 13_500, "nw_leicestershire": 105_000}
LOOPS = ["loop_training", "loop_hiring", "loop_supervision", "loop_workload_quit", "loop_workload_retire"]
NEVER = 2031.75


TABLE = model_text.parameter_table(FOLDER)
DEFAULTS = {row.variable: float(row.mode) for row in TABLE.itertuples()}


def every(name: str, value: float) -> dict[str, float]:
    """All elements of a subscripted constant at one value."""
    return {variable: value for variable in DEFAULTS if variable.startswith(name + "[")}


def default(name: str, *elements: list[str]) -> np.ndarray:
    """A subscripted constant of parameters.csv as an array."""
    index = pd.MultiIndex.from_product(elements)
    return np.array([DEFAULTS[f"{name}[{','.join(e)}]"] for e in index]).reshape([len(e) for e in elements])


def site(name: str) -> dict[str, float]:
    with (FOLDER / "sites" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["parameter"]: float(row["value"]) for row in csv.DictReader(file)}


HAND = (
    every("function_weight", 0)
    | {f"function_weight[{a},urgent]": 1 for a in AGE}
    | every("contact_rate", 5)
    | every("pop_growth", 0.1)
    | {"list_size": 60_000, "return_wte[admin_staff]": 10, "fixed_admin_share": 0.8, "sub_ratio": 0.25}
    | {"skill_return[autonomous]": 30, "skill_return[enhanced]": 4, "skill_return[core]": 10, "skill_return[foundation]": 20}
    | {"minutes[urgent]": 12, "transferable": 0.2}
    | {f"current_share[urgent,{k}]": x for k, x in zip(SKILL, (0.5, 0.1, 0.2, 0.2), strict=True)}
    | {f"optimum_share[urgent,{k}]": x for k, x in zip(SKILL, (0.4, 0.2, 0.2, 0.2), strict=True)}
)
LLR = {f"site_population[{a}]": DEFAULTS[f"llr_population[{a}]"] for a in AGE}
OLDER = LLR | {f"site_population[{a}]": 1.5 * LLR[f"site_population[{a}]"] for a in AGE[4:]}
CASES: dict[str, dict[str, float]] = {
    "base": {},
    "hand": HAND,
    "half way": HAND | {"transferable": 0.1},
    "optimum is present": {f"optimum_share[{f},{k}]": DEFAULTS[f"current_share[{f},{k}]"] for f in FUN for k in SKILL},
    "no cap": {"transferable": 1},
    "frail need thrice": {"segment_need[frail]": 9},
    "nobody frail over 85": {"segment_weight[a85p,frail]": 0, "segment_weight[a85p,well]": 0.38},
    "older": OLDER,
    "LLR": LLR,
    "LLR, odd functions": LLR | {"segment_function_weight[frail,coordination]": 1, "segment_function_weight[well,urgent]": 0},
    "LLR's staffing": {"staffing_standard": 1},
    "LLR's staffing, other staff": {"staffing_standard": 1, "return_wte[gp]": 30, "return_wte[admin_staff]": 40},
    "nothing transferable": {"transferable": 0},
    "shares not adding to one": {"current_share[urgent,core]": 0.5, "optimum_share[admin,core]": 0.4},
    "no contacts": every("contact_rate", 0),
    "frozen": every("quit_u55", 0) | every("retire_late", 0) | {"hiring_scale": 0, "training_scale": 0},
    "equilibrium": LLR | every("pop_growth", 0) | every("external_supply", 5) | {"mix_change": 0, "training_scale": 0},
    "exodus": every("quit_u55", 2) | every("retire_late", 2) | {"hiring_scale": 0, "training_scale": 0},
    "no training": {"training_scale": 0},
    "no supervision": {"sup_cap": 0},
    "little supervision": {"sup_cap": 0.01},
    "little supervision, open loop": {"sup_cap": 0.01, "loop_supervision": 0},
    "endless courses": every("duration", 100),
    "short courses": every("duration", 0.0625),
    "more frail people": {"segment_growth[frail]": 0.05},
    "target follows": {"target_follows_need": 1},
    "double": {
        name: 2 * DEFAULTS[name]
        for name in DEFAULTS
        if name == "list_size" or name.startswith(("site_population", "return_wte", "skill_return", "opening_trainees"))
    },
    **{loop: {loop: 0} for loop in LOOPS},
    **{name: site(name) for name in SITES},
}
OUTPUTS = [
    "bar 1", "bar 2", "bar 3", "bar total", "present need", "need against staff", "need against LLR", "present mix after horizon",
    "practice return", "required now", "cal", "staffing level", "WTE for work handed down", "WTE for contacts", "contacts by segment",
    "contacts by age", "time for work handed down", "substitute supervision",
    "calibration out of range", "skill share", "contacts", "contacts given", "total contacts", "cap factor",
    "autonomous minutes released share", "staff", "trainees", "people in training", "total staff", "target WTE",
    "training starts", "training places needed a year", "hiring", "supervision in use", "supervision room", "training supervision",
    "workload ratio", "gap closure year", "cumulative hires", "cumulative quits", "cumulative retirements", "cumulative completions",
    "people in segment", "staff balance error", "training balance error", "share sum error", "entered share error",
    "contacts balance error",
]  # fmt: skip


@pytest.fixture(scope="module")
def model() -> llr_sd.Model:
    return llr_sd.load_model("swipe_site")


@pytest.fixture(scope="module")
def cases(model: llr_sd.Model) -> dict[str, xr.Dataset]:
    """All cases, run as one batch."""
    names = sorted({model.table.get(n, "test").variable for case in CASES.values() for n in case})
    rows = []
    for case in CASES.values():
        values = {model.table.get(n, "test").variable: x for n, x in case.items()}
        rows.append({n: values.get(n, DEFAULTS[n]) for n in names})
    ensemble = model.run(pd.DataFrame(rows), outputs=OUTPUTS)
    return {name: ensemble.dataset.isel(run=i) for i, name in enumerate(CASES)}


def start(dataset: xr.Dataset, output: str) -> np.ndarray:
    return np.asarray(dataset[output].isel(time=0).values, dtype=float)


def end(dataset: xr.Dataset, output: str) -> np.ndarray:
    return np.asarray(dataset[output].isel(time=-1).values, dtype=float)


def test_working_times_are_those_of_table_3() -> None:
    """WTE over heads of GPs, nurses, other clinical and other staff, by the model's own mapping: LLR, and the range of the three CCGs."""
    wte = np.array([[541, 256, 284, 1592], [176, 92, 107, 505], [174, 75, 78, 480], [192, 88, 100, 607]])
    heads = np.array([[756, 377, 432, 2186], [255, 135, 154, 690], [240, 112, 124, 621], [261, 130, 154, 875]])
    levels = default("group_skill_weight", GROUP, SKILL)
    llr, *parts = (wte @ levels) / (heads @ levels)
    ours = TABLE.set_index("variable").loc[[f"wte_per_head[{k}]" for k in SKILL]]
    for column, found in (("mode", llr), ("low", np.min(parts, axis=0)), ("high", np.max(parts, axis=0))):
        np.testing.assert_allclose(ours[column].astype(float), found, rtol=0, atol=6e-4)


def test_nothing_new_moves_a_site_that_does_not_ask_for_it() -> None:
    """Left shift, lent staff and a locality team are off: moving what they would take, and every price, leaves bars and dates alone."""
    model = llr_sd.load_model("swipe_site")
    new = (
        "unit_cost",
        "training_place_cost",
        "wte_per_head",
        "shift_start",
        "shift_years",
        "shift_funded",
        "team_caseload",
        "found_share",
    )
    moved = {p.variable: p.value * 0.7 for p in model.table if p.variable.split("[")[0] in new}
    outputs = [*OUTPUTS, "quitting", "retiring", "hiring wanted", "starts wanted", "need", "gap to bar 3"]
    found = model.run(pd.DataFrame([{}, moved]).fillna({p.variable: p.value for p in model.table}), outputs=outputs).dataset
    assert len(moved) == 16
    for name in outputs:
        assert np.array_equal(found[name].isel(run=0), found[name].isel(run=1)), name


def test_bars_by_hand(cases: dict[str, xr.Dataset]) -> None:
    """One function, 300,000 contacts of 12 minutes.

    Autonomous work falls from 50 to 40 percent: 5.86 of 29.3 WTE, which take 4 enhanced staff each, 23.44 more than the 4 in post.
    Supervision of the return: .05 x 4 + .03 x 10 + .01 x 20 = 0.7; of bar 2: .05 x 27.44 + .03 x 10 + .01 x 20 = 1.872. All bands
    grow by a tenth a year. LLR has 1,114,316 patients with 5 contacts each.
    """
    hand = cases["hand"]
    np.testing.assert_allclose(start(hand, "bar 1"), [30, 4, 10, 20], rtol=1e-12)
    np.testing.assert_allclose(start(hand, "bar 2"), [29.3 * 0.4 / 0.5 + 1.872, 27.44, 10, 20], rtol=1e-12)
    np.testing.assert_allclose(start(hand, "bar 3"), np.array([25.312, 27.44, 10, 20]) * 1.1**5, rtol=1e-12)
    llr = 592.2 - 0.05 * 81 - 0.03 * 237.4 - 0.01 * 1762.4
    np.testing.assert_allclose(start(hand, "cal")[0], llr / (5 * 1_114_316 * 12 / 60 * 0.5 / 1350), rtol=1e-12)
    np.testing.assert_allclose(start(hand, "staffing level")[0], 29.3 / 60_000 / (llr / 1_114_316), rtol=1e-12)
    np.testing.assert_allclose(start(cases["half way"], "bar 2"), [29.3 * 0.45 / 0.5 + 1.286, 15.72, 10, 20], rtol=1e-12)


@pytest.mark.parametrize("name", SITES)
def test_bar_1_is_the_practice_return(cases: dict[str, xr.Dataset], name: str) -> None:
    values = site(name)
    gp, nurse, other, admin = (values[f"return_wte_{g}"] for g in GROUP)
    by_hand = [gp + 0.2 * nurse, 0.15 * nurse + 0.15 * other, 0.65 * nurse + 0.25 * other, 0.6 * other + admin]
    np.testing.assert_allclose(start(cases[name], "bar 1"), by_hand, rtol=1e-12)
    np.testing.assert_allclose(start(cases[name], "staff"), by_hand, rtol=1e-12)
    assert sum(by_hand) == pytest.approx(gp + nurse + other + admin)


@pytest.mark.parametrize("name", SITES)
def test_contacts_grow_with_the_population_only(cases: dict[str, xr.Dataset], name: str) -> None:
    values = site(name)
    people = np.array([values[f"site_population_{a}"] for a in AGE])
    rate, growth = default("contact_rate", AGE), default("pop_growth", AGE)
    now, later = people @ rate, (people * (1 + growth) ** 5) @ rate
    given = start(cases[name], "contacts given")
    np.testing.assert_allclose(start(cases[name], "contacts by age")[0], people * rate, rtol=1e-10)
    np.testing.assert_allclose(given[:3], [now, now, later], rtol=1e-10)
    assert given[2] / given[1] == pytest.approx(1.04966, abs=1e-5)


def test_bars_from_the_tables_of_the_parameter_file(cases: dict[str, xr.Dataset]) -> None:
    """Bars 2 and 3 worked out as ratios to the return: neither hours nor calibration enter. Segments are those of LLR at every age.

    What a level does already goes with its work; what it takes over goes with the WTE of the autonomous level that it frees, three for
    one. The standard is a list of LLR's ages.
    """
    rate, growth = (default(n, AGE) for n in ("contact_rate", "pop_growth"))
    split, minutes = default("function_weight", AGE, FUN), default("minutes", FUN)
    present, optimum = default("current_share", FUN, SKILL), default("optimum_share", FUN, SKILL)
    sup = default("supervision_of_staff", LOWER)
    staff = start(cases["base"], "practice return")
    fixed = 0.8 * DEFAULTS["return_wte[admin_staff]"]
    for_contacts = staff - np.array([sup @ staff[1:], 0, 0, fixed])
    llr = default("llr_population", AGE)
    standard = (llr / llr.sum() * 36_000 * rate) @ split * minutes

    def bar(heads: np.ndarray, listed: float, share: np.ndarray) -> np.ndarray:
        work = (heads * rate) @ split * minutes
        per_minute = for_contacts / (standard @ present)
        need = per_minute * (work @ np.minimum(share, present))
        need[1:] += work @ np.maximum(share - present, 0)[:, 1:] * per_minute[0] / 0.333
        need[3] += fixed * heads.sum() / listed
        need[0] += sup @ need[1:]
        return need

    for name, people in (
        ("base", default("site_population", AGE)),
        ("older", np.array([OLDER[f"site_population[{a}]"] for a in AGE])),
    ):
        heads = people / people.sum() * 36_000
        released = [((heads * rate) @ split * minutes) @ share[:, 0] for share in (present, optimum)]
        wanted = 1 - released[1] / released[0]
        assert wanted == pytest.approx(0.29, abs=0.01)
        capped = present + (optimum - present) * 0.2 / wanted
        np.testing.assert_allclose(start(cases[name], "present need"), bar(heads, 36_000, present), rtol=1e-9)
        np.testing.assert_allclose(start(cases[name], "bar 2"), bar(heads, 36_000, capped), rtol=1e-9)
        np.testing.assert_allclose(start(cases[name], "bar 3"), bar(heads * (1 + growth) ** 5, 36_000, capped), rtol=1e-9)
    heads = default("site_population", AGE)
    np.testing.assert_allclose(start(cases["no cap"], "bar 2"), bar(heads, 36_000, optimum), rtol=1e-9)


def test_llr_keeps_the_contacts_of_the_evidence_at_every_age_and_function(model: llr_sd.Model) -> None:
    """The crude rate lies between the published 5.16 and 5.41, those over 85 have 13.5, and each age band the functions of its row."""
    run = model.run(LLR, outputs=["contacts", "contacts by age", "llr contacts"], times=[2017.75]).dataset.isel(run=0, time=0)
    heads = 36_000 * default("llr_population", AGE) / default("llr_population", AGE).sum()
    by_function = (heads * default("contact_rate", AGE)) @ default("function_weight", AGE, FUN)
    np.testing.assert_allclose(run["contacts by age"].sel(Bar="b1"), heads * default("contact_rate", AGE), rtol=1e-12)
    np.testing.assert_allclose(run["contacts"].sel(Bar="b1"), by_function, rtol=1e-12)
    np.testing.assert_allclose(run["llr contacts"], by_function, rtol=1e-12)
    assert 5.16 < by_function.sum() / 36_000 < 5.41


def test_a_site_with_llrs_people_is_as_it_was(cases: dict[str, xr.Dataset]) -> None:
    for name in ("LLR", "LLR, odd functions"):
        np.testing.assert_allclose(start(cases[name], "need against LLR"), 1, rtol=1e-12)
        np.testing.assert_allclose(start(cases[name], "present need"), start(cases[name], "bar 1"), rtol=1e-12)
        assert start(cases[name], "workload ratio") == pytest.approx(1, rel=1e-12)
    for output in ("bar 2", "bar 3"):
        np.testing.assert_allclose(start(cases["LLR, odd functions"], output), start(cases["LLR"], output), rtol=1e-12)


def test_contacts_of_a_segment_are_people_by_need_by_function(cases: dict[str, xr.Dataset]) -> None:
    """Two of one age, one frail and one well: contacts by function are as need x function mix, whatever the level."""
    need, mix = default("segment_need", SEG), default("segment_function_weight", SEG, FUN)
    weight, llr = default("segment_weight", AGE, SEG), default("llr_segment_weight", AGE, SEG)
    split, rate = default("function_weight", AGE, FUN), default("contact_rate", AGE)
    heads = default("site_population", AGE)
    level = rate[:, None] * split / (llr @ (need[:, None] * mix))
    new = np.where(np.arange(5) == 4, 9.0, need)
    by_hand = np.einsum("a,as,s,sf,af->sf", heads, weight, new, mix, level)
    np.testing.assert_allclose(start(cases["frail need thrice"], "contacts by segment")[0], by_hand, rtol=1e-9)


def test_frailty_and_age_move_the_bars_but_not_the_staff_in_post(cases: dict[str, xr.Dataset]) -> None:
    base = cases["base"]
    for name, sign in (("frail need thrice", 1), ("nobody frail over 85", -1), ("older", 1)):
        case = cases[name]
        np.testing.assert_array_equal(start(case, "bar 1"), start(base, "bar 1"))
        for output in ("bar 2", "bar 3", "present need"):
            assert (sign * (start(case, output) - start(base, output)) > 0).all(), (name, output)
        mix = start(case, "contacts")[0] / start(base, "contacts")[0]
        assert sign * (mix[FUN.index("coordination")] - mix[FUN.index("prevention")]) > 0, name
        assert sign * (start(case, "need against staff")[1] - start(case, "need against staff")[3]) > 0, name
        assert sign * (start(case, "workload ratio") - 1) > 0
    changed = start(cases["frail need thrice"], "bar 3") - start(base, "bar 3")
    np.testing.assert_allclose(changed, [5.4335, 3.8378, 2.6234, 3.1664], atol=1e-3)


def test_one_substitute_is_worth_what_it_is_in_gp_supply(model: llr_sd.Model, cases: dict[str, xr.Dataset]) -> None:
    """0.333 of an autonomous worker, less the 0.05 that supervise: 0.283. The rows of both tables are the same."""
    base = cases["base"]
    freed = start(base, "WTE for contacts")[[0, 1], 0]
    taken = start(base, "WTE for work handed down")[1]
    assert (freed[0] - freed[1]) / taken.sum() == pytest.approx(0.333, rel=1e-9)
    only = {f"optimum_share[{f},{k}]": DEFAULTS[f"current_share[{f},{k}]"] for f in FUN for k in SKILL}
    only |= {"optimum_share[urgent,autonomous]": 0.62, "optimum_share[urgent,enhanced]": 0.14}
    run = model.run({**LLR, **only}, outputs=["bar 1", "bar 2"], times=[2017.75]).dataset.isel(run=0, time=0)
    change = (run["bar 2"] - run["bar 1"]).values
    assert change[1] > 1
    assert -change[0] / change[1] == pytest.approx(0.333 - 0.05, rel=1e-9)
    np.testing.assert_allclose(change[2:], 0, atol=1e-9)
    gps = llr_sd.load_model("gp_supply")
    rows = [t.set_index("name")[["low", "value", "high", "distribution"]] for t in (model.parameters, gps.parameters)]
    for ours, theirs in (("sub_ratio", "sub_ratio"), ("supervision_of_staff_enhanced", "sup_sub")):
        assert rows[0].loc[ours].tolist() == rows[1].loc[theirs].tolist()
    run = gps.run(
        pd.DataFrame({"other_sub_target": [0.0, 30.0]}), outputs=["GP equivalents", "substitute WTE"], times=[2025.75]
    ).dataset.diff("run")
    assert float((run["GP equivalents"] / run["substitute WTE"]).squeeze()) == pytest.approx(-change[0] / change[1], rel=1e-6)


def test_held_against_llrs_staff_the_bars_leave_the_sites_own_out(cases: dict[str, xr.Dataset]) -> None:
    """36,000 of LLR's 1,114,316 patients need that share of LLR's staff."""
    one, other = (cases[n] for n in ("LLR's staffing", "LLR's staffing, other staff"))
    np.testing.assert_allclose(start(one, "bar 2"), start(other, "bar 2"), rtol=1e-12)
    by_hand = np.array([592.2, 81, 237.4, 1762.4]) * 36_000 / 1_114_316
    np.testing.assert_allclose(start(one, "present need"), by_hand, rtol=1e-3)
    np.testing.assert_allclose(start(other, "bar 1")[0], 30 + 0.2 * 10.07, rtol=1e-12)


def test_optimum_equal_to_the_present_changes_nothing(cases: dict[str, xr.Dataset]) -> None:
    for case in ("optimum is present", "nothing transferable"):
        np.testing.assert_allclose(start(cases[case], "bar 2"), start(cases[case], "present need"), rtol=1e-12)
        assert start(cases[case], "autonomous minutes released share") == pytest.approx(0, abs=1e-12)


def test_the_cap_holds(model: llr_sd.Model, cases: dict[str, xr.Dataset]) -> None:
    assert start(cases["base"], "autonomous minutes released share") == pytest.approx(0.2)
    caps = np.linspace(0, 0.5, 26)
    run = model.run(pd.DataFrame({"transferable": caps}), outputs=["autonomous minutes released share"], times=[2017.75])
    released = run.dataset["autonomous minutes released share"].values[:, 0]
    wanted = start(cases["no cap"], "autonomous minutes released share")
    np.testing.assert_allclose(released, np.minimum(caps, wanted), atol=1e-12)


def test_shares_add_to_one(cases: dict[str, xr.Dataset]) -> None:
    for name, case in cases.items():
        np.testing.assert_allclose(case["skill share"].sum("Skill").values, 1, rtol=1e-12, err_msg=name)
    assert start(cases["base"], "entered share error") == pytest.approx(0, abs=1e-12)
    assert start(cases["shares not adding to one"], "entered share error") == pytest.approx(0.41 + 0.38)


def test_balances(cases: dict[str, xr.Dataset]) -> None:
    for name, case in cases.items():
        scale = float(case["total staff"].max())
        for balance in ("staff balance error", "training balance error"):
            assert np.abs(case[balance].values).max() < 1e-9 * scale, (name, balance)
        assert np.abs(case["share sum error"].values).max() < 1e-12, name
        assert np.abs(case["contacts balance error"].values).max() < 1e-12, name


def test_people_add_up_from_the_counters(cases: dict[str, xr.Dataset]) -> None:
    base = cases["base"]
    people = base["staff"].sum("Skill") + base["trainees"].sum(["Path", "TYear"])
    change = base["cumulative hires"] - base["cumulative quits"] - base["cumulative retirements"]
    np.testing.assert_allclose(people - people.isel(time=0), change, atol=1e-9)


def test_every_case_is_finite_and_not_negative(cases: dict[str, xr.Dataset]) -> None:
    for name, case in cases.items():
        assert all(np.isfinite(case[output].values).all() for output in OUTPUTS), name
        for output in ("staff", "trainees", "bar 1", "bar 2", "bar 3", "hiring", "training starts"):
            assert case[output].min() >= 0, (name, output)


def test_wide_draws_stay_balanced(model: llr_sd.Model) -> None:
    rng = np.random.default_rng(5)
    table = TABLE[TABLE["distribution"] != "fixed"]
    names, low, high = table["name"], table["low"].astype(float), table["high"].astype(float)
    frame = pd.DataFrame(rng.uniform(low, high, (200, len(names))), columns=list(names))
    run = model.run(
        frame,
        outputs=[
            "staff",
            "trainees",
            "present need",
            "practice return",
            "staff balance error",
            "share sum error",
            "contacts balance error",
            "autonomous minutes released share",
        ],
    )
    data = run.dataset
    assert data["staff"].min() >= 0
    assert data["trainees"].min() >= 0
    np.testing.assert_allclose(data["present need"], data["practice return"], rtol=1e-3)
    assert np.abs(data["staff balance error"]).max() < 1e-6
    assert np.abs(data["share sum error"]).max() < 1e-12
    assert np.abs(data["contacts balance error"]).max() < 1e-12
    cap = xr.DataArray(frame["transferable"].to_numpy(), dims="run")
    assert (data["autonomous minutes released share"] <= cap + 1e-12).all()


def test_llr_and_every_site_calibrate(cases: dict[str, xr.Dataset]) -> None:
    """LLR's own staff give the care of LLR within a tenth at every level, by hand; and no bundled site is flagged."""
    work = 1_114_316 * start(cases["LLR"], "contacts")[0] / 36_000 * default("minutes", FUN) / 60
    hours = work @ default("current_share", FUN, SKILL) * default("time_factor", SKILL) / default("productive_hours", SKILL)
    staff = np.array([592.2 - 0.05 * 81 - 0.03 * 237.4 - 0.01 * 1762.4, 81, 237.4, 1762.4 - 0.8 * 1592])
    for name in SITES:
        np.testing.assert_allclose(start(cases[name], "cal"), staff / hours, rtol=1e-9)
        assert np.abs(staff / hours - 1).max() < 0.1
        level = start(cases[name], "staffing level")
        assert ((level > 0.7) & (level < 1.4)).all()
        assert start(cases[name], "calibration out of range") == 0


def test_the_table_of_the_readme_is_that_of_the_sites(model: llr_sd.Model, cases: dict[str, xr.Dataset]) -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith(("| Rutland,", "| City,", "| North West"))]
    for line, name in zip(lines, SITES, strict=True):
        case = cases[name]
        at_llrs = model.run(site(name) | {"staffing_standard": 1}, outputs=["bar 3"], times=[2017.75]).dataset.isel(run=0)
        shown = [start(case, bar) for bar in ("bar 1", "bar 2", "bar 3")] + [start(at_llrs, "bar 3")]
        cells = [", ".join(f"{x:.1f}" for x in bar) for bar in shown]
        cells += [", ".join(f"{x:.2f}" for x in start(case, "staffing level")), f"{end(case, 'gap closure year'):.1f}"]
        cells += [", ".join(f"{x:.1f}" for x in start(case, "training places needed a year"))]
        assert [c.strip() for c in line.strip("| ").split("|")][1:] == cells
    assert ", ".join(f"{x:.2f}" for x in start(cases["base"], "cal")) + ".\n" in text


def test_calibration_is_flagged(model: llr_sd.Model, cases: dict[str, xr.Dataset]) -> None:
    for name, case in cases.items():
        factors = np.concatenate([start(case, "cal"), start(case, "staffing level")])
        if name != "no contacts":
            assert start(case, "calibration out of range") == float((factors < 0.7).any() or (factors > 1.4).any()), name
    assert start(cases["no contacts"], "calibration out of range") == 1
    for settings in ({"return_wte[gp]": 9}, {"minutes[urgent]": 40}, {"return_wte[admin_staff]": 0}):
        run = model.run(settings, outputs=["calibration out of range"], times=[2017.75])
        assert float(run.dataset["calibration out of range"].values.item()) == 1


def test_without_contacts_there_is_no_workload(cases: dict[str, xr.Dataset]) -> None:
    assert np.abs(cases["no contacts"]["workload ratio"].values).max() == 0


def test_need_now_meets_bar_3_at_the_horizon(cases: dict[str, xr.Dataset]) -> None:
    for name in ("base", "more frail people", *SITES):
        at_horizon = cases[name]["required now"].sel(time=2022.75).values
        np.testing.assert_allclose(at_horizon, start(cases[name], "bar 3"), rtol=1e-12)


def test_segments_share_out_the_same_people(cases: dict[str, xr.Dataset]) -> None:
    for case in ("base", "more frail people"):
        by_segment = cases[case]["people in segment"].isel(time=0).sum("Seg").sel(Bar="b1")
        assert float(by_segment) == pytest.approx(36_000)
    assert start(cases["more frail people"], "bar 3").sum() > start(cases["base"], "bar 3").sum()
    np.testing.assert_allclose(start(cases["more frail people"], "bar 2"), start(cases["base"], "bar 2"), rtol=1e-12)
    for case in cases.values():
        np.testing.assert_allclose(case["contacts by segment"].sum("Seg"), case["contacts"], rtol=1e-12)


def test_without_flows_nothing_moves(cases: dict[str, xr.Dataset]) -> None:
    assert np.ptp(cases["frozen"]["staff"].values, axis=0).max() < 1e-9


def test_equilibrium_start(cases: dict[str, xr.Dataset]) -> None:
    case = cases["equilibrium"]
    assert np.ptp(case["staff"].values, axis=0).max() < 1e-9
    np.testing.assert_allclose(case["workload ratio"], 1, rtol=1e-9)
    np.testing.assert_array_equal(case["gap closure year"], 2017.75)


def test_an_exodus_empties_the_site(cases: dict[str, xr.Dataset]) -> None:
    case = cases["exodus"]
    assert (np.diff(case["staff"].values, axis=0) <= 0).all()
    assert end(case, "total staff") < 1e-3
    assert end(case, "gap closure year") == NEVER


def test_without_training_the_gap_stays_open(cases: dict[str, xr.Dataset]) -> None:
    for case in ("no training", "no supervision"):
        assert end(cases[case], "gap closure year") == NEVER
        assert np.abs(cases[case]["training starts"].values).max() == 0
        assert end(cases[case], "staff")[1] < end(cases["base"], "staff")[1]
    assert end(cases["endless courses"], "cumulative completions").max() < 0.2
    assert cases["short courses"]["people in training"].max() < 0.2


def test_gap_closure_year_is_the_first_time_all_levels_are_on_target(model: llr_sd.Model) -> None:
    """Read from the staff of a run which saves every step."""
    step = DEFAULTS["TIME STEP"]
    data = model.run({"SAVEPER": step}, outputs=["staff", "bar 3", "gap closure year"]).dataset.isel(run=0)
    on_target = (np.abs(data["staff"] - data["bar 3"]) <= 0.05 * data["bar 3"]).all("Skill").values
    first = float(data.time.values[on_target.argmax()])
    assert on_target.any()
    assert float(data["gap closure year"][-1]) == pytest.approx(first, abs=1e-9)
    before = data["gap closure year"].values[data.time.values < first]
    np.testing.assert_array_equal(before, NEVER)
    early = model.run({"FINAL TIME": 2020.75}, outputs=["gap closure year"], times=[2020.75])
    assert float(early.dataset["gap closure year"].values.item()) == 2021.75


def test_training_places_by_hand(cases: dict[str, xr.Dataset]) -> None:
    """Places a year = completers needed / completion / five years, from the top level down."""
    base = cases["base"]
    bar_1, bar_3 = start(base, "bar 1"), start(base, "bar 3")
    late = default("late_share", SKILL)
    leave = (1 - late) * default("quit_u55", SKILL) + late * default("retire_late", SKILL)
    open_posts = bar_3 - bar_1 + leave * 5 * (bar_1 + bar_3) / 2
    e2a = 0.3 * open_posts[0]
    c2e = 0.8 * (open_posts[1] + e2a)
    f2c = 0.4 * (open_posts[2] + c2e)
    expected = np.array([f2c / 0.84, c2e / 0.85, e2a / 0.85]) / 5
    np.testing.assert_allclose(start(base, "training places needed a year"), expected, rtol=1e-12)


def test_supervision_of_trainees_stays_within_its_limit(cases: dict[str, xr.Dataset]) -> None:
    for case in ("base", "little supervision"):
        cap = CASES[case].get("sup_cap", DEFAULTS["sup_cap"])
        used, limit = cases[case]["training supervision"], cap * cases[case]["staff"].sel(Skill="autonomous")
        assert (used <= limit * 1.02).all()
    assert cases["little supervision"]["supervision room"].max() < cases["base"]["supervision room"].max()


def test_loops_cut(cases: dict[str, xr.Dataset]) -> None:
    base = cases["base"]
    assert end(cases["loop_workload_quit"], "cumulative quits") < end(base, "cumulative quits") - 0.5
    assert end(cases["loop_workload_retire"], "cumulative retirements") < end(base, "cumulative retirements") - 0.2
    assert end(cases["loop_training"], "staff")[1] < end(base, "staff")[1] - 0.5
    assert end(cases["loop_hiring"], "total staff") < end(base, "total staff") - 1
    busy = [float(cases[c]["workload ratio"].sel(time=2020.75)) for c in ("loop_supervision", "base")]
    assert busy[0] < busy[1] - 0.001
    held_back, free = (
        float(cases[c]["staff"].sel(time=2025.75, Skill="enhanced"))
        for c in ("little supervision", "little supervision, open loop")
    )
    assert free > held_back + 0.2


def test_a_site_of_twice_the_size(cases: dict[str, xr.Dataset]) -> None:
    for output in ("bar 1", "bar 2", "bar 3", "staff", "people in training", "training places needed a year", "total contacts"):
        np.testing.assert_allclose(cases["double"][output], 2 * cases["base"][output], rtol=1e-9, atol=1e-9)
    for output in ("workload ratio", "cal", "gap closure year"):
        np.testing.assert_allclose(cases["double"][output], cases["base"][output], rtol=1e-9)


@pytest.mark.parametrize("name", SITES)
def test_site_table(model: llr_sd.Model, cases: dict[str, xr.Dataset], name: str) -> None:
    table = pd.read_csv(FOLDER / "sites" / f"{name}.csv")
    assert list(table.columns) == ["parameter", "value", "unit", "source", "note"]
    assert table["note"].str.startswith("illustrative").all()
    assert table["parameter"].is_unique
    for row in table.itertuples():
        assert model.table.get(row.parameter, name).unit == row.unit
    people = table[table["parameter"].str.startswith("site_population_")]
    assert len(people) == len(AGE)
    assert people["value"].sum() == SITES[name]
    assert end(cases[name], "staff").min() > 0


def test_defaults_are_the_rutland_site(cases: dict[str, xr.Dataset]) -> None:
    for output in OUTPUTS:
        np.testing.assert_array_equal(cases["rutland"][output], cases["base"][output])


def test_every_constant_has_a_sourced_row() -> None:
    assert model_text.constants(FOLDER / "swipe_site.mdl") == DEFAULTS
    model_text.assert_sourced(TABLE)


def test_every_variable_has_a_unit_and_a_comment() -> None:
    described = model_text.described(FOLDER / "swipe_site.mdl")
    assert len(described) > 180
    assert [name for name, done in described.items() if not done] == []


def test_checks_name_what_the_model_has(model: llr_sd.Model) -> None:
    checks = tomllib.loads((FOLDER / "checks.toml").read_text(encoding="utf-8"))
    outputs = [law["variable"] for law in checks["conservation"]]
    outputs += [expect["output"] for extreme in checks["extreme"] for expect in extreme["expect"]]
    outputs += [loop["output"] for loop in checks["loop"]]
    for output in outputs:
        assert model.equations.find(output.partition("[")[0]) is not None, output
    names = [loop["switch"] for loop in checks["loop"]]
    names += [name for extreme in checks["extreme"] for name in extreme["set"]]
    for name in names:
        assert any(v == name or v.startswith(name.replace("[*]", "[")) for v in DEFAULTS), name


def test_half_the_time_step_changes_little(model: llr_sd.Model, cases: dict[str, xr.Dataset]) -> None:
    outputs = ["staff", "total staff", "people in training", "workload ratio", "supervision in use", "gap closure year", "bar 3"]
    fine = model.run({"TIME STEP": DEFAULTS["TIME STEP"] / 2}, outputs=outputs).dataset.isel(run=0)
    for output in outputs:
        coarse = cases["base"][output].values
        assert (np.abs(fine[output].values - coarse).max(axis=0) < 1e-3 * np.abs(coarse).max(axis=0)).all(), output


def test_base_run_is_as_recorded(model: llr_sd.Model) -> None:
    golden = pd.read_csv(FOLDER / "golden.csv", keep_default_na=False)
    if "scenario" in golden:
        golden = golden[golden["scenario"] == ""]
    table = golden.pivot(index="time", columns="variable", values="value")
    run = model.run({}, outputs=list(table.columns), times=[float(t) for t in table.index])
    for name in table.columns:
        np.testing.assert_allclose(run.dataset[name].values[0], table[name].to_numpy(), rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.slow
def test_pysd_gives_the_same(model: llr_sd.Model) -> None:
    settings = {"FINAL TIME": 2018.0, "TIME STEP": 0.0625}
    outputs = ["staff", "people in training", "bar 3", "required now", "workload ratio", "gap closure year"]
    ours, theirs = (model.run(settings, outputs=outputs, engine=e).dataset for e in ("compiled", "pysd"))
    for output in outputs:
        np.testing.assert_allclose(ours[output], theirs[output], rtol=1e-9, atol=1e-9)
