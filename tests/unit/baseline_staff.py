"""Staff of practices for tests of baselines: the plan's own numbers, spread over 138 practices in proportion to their lists."""

from __future__ import annotations

import datetime

import pandas as pd

from llr_sd.workforce.baseline import plan
from llr_sd.workforce.staffing import PLACE_COLUMNS, Holding, Staffing, frame_of

OCTOBER, MARCH = datetime.date(2017, 10, 31), datetime.date(2017, 3, 31)
PRACTICES = {"ELR": 31, "LC": 59, "WL": 48}
LISTS = {"ELR": 329012, "LC": 398053, "WL": 387251}
ROLES = {
    "gp": ("GP", "autonomous"),
    "nurse": ("Practice nurse", "core"),
    "other_clinical": ("Healthcare assistant", "foundation"),
    "admin_non_clinical": ("Receptionist", "foundation"),
}


def table_3() -> dict[tuple[str, str, str], float]:
    """WTE and heads as Table 3 prints them, by CCG, group and measure."""
    return {(*cell, measure): v for measure in ("wte", "headcount") for cell, v in plan.table_3(measure).cells.items()}


def codes() -> list[tuple[str, str, float]]:
    """Practice, CCG and list size; lists of a CCG differ and add up to Table 2."""
    made = []
    for ccg, many in PRACTICES.items():
        weights = [1 + 0.5 * (i % 3) for i in range(many)]
        made += [(f"{ccg}{i:02}", ccg, LISTS[ccg] * w / sum(weights)) for i, w in enumerate(weights)]
    return made


def holdings(code: str, ccg: str, share: float, period: datetime.date) -> list[Holding]:
    """Staff of a practice with this share of its CCG."""
    table = table_3()
    return [
        Holding(
            code, f"Practice {code}", "practice", ccg, role, level, group, period, file="return.csv",
            heads=table[ccg, group, "headcount"] * share, fte=table[ccg, group, "wte"] * share if group != "gp" else None,
            wte=table[ccg, group, "wte"] * share if group == "gp" else None,
        )
        for group, (role, level) in ROLES.items()
    ]  # fmt: skip


def the_plans_case(answered: int = 119, carried: int = 18) -> Staffing:
    """119 practices answered for October 2017, 18 before that for March 2017, one never."""
    rows: list[Holding] = []
    places = []
    order = sorted(codes(), key=lambda c: c[0][::-1])  # those without an answer lie in all CCGs
    for i, (code, ccg, size) in enumerate(order):
        if i < answered + carried:
            rows += holdings(code, ccg, size / LISTS[ccg], OCTOBER if i < answered else MARCH)
        places.append([code, f"Practice {code}", "practice", ccg, ccg, "", "", f"{ccg}-{i % 3}", size, i < answered, OCTOBER])
    return Staffing(frame_of(rows), pd.DataFrame(places, columns=list(PLACE_COLUMNS)), OCTOBER)
