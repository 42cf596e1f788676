"""Staff of a workshop: bar 1 is what was entered, LLR's own staff stay what they are, and the words of roles and tasks fit their sources."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tomli_w
from node_code import node
from test_baseline_folder import with_levels

from llr_sd.textfiles import read_table
from llr_sd.workforce.baseline import folder
from llr_sd.workforce.roles import read_roles
from llr_sd.workshop import made
from llr_sd.workshop.made import workshop_data
from llr_sd.workshop.site import site_of
from llr_sd.workshop.staff import staff_of

ROOT = Path(__file__).parents[2]
TABLE_3 = ROOT / "src" / "llr_sd" / "workforce" / "tables" / "plan" / "table03_staff_headcount_wte.csv"
GROUPS = {"gp": "gp", "nurse": "nurse", "other_clinical": "other_clinical", "admin_staff": "admin_non_clinical"}
STAFF = """
import { openingRows } from "@/first/staff_moves.mjs";
import { staffFacts } from "@/first/staff_facts.mjs";
import { sharesOf, moved, stepsOf } from "@/first/shares_facts.mjs";
import { WORKSHOP } from "@/workshop/moves.mjs";
import { Machine, compile } from "@/engine/engine.mjs";
import { mergeParts, simulate } from "@/engine/ensemble.mjs";
import { columnOf } from "@/workshop/kit.mjs";
const machine = new Machine(await compile(data.engine), data.engine);
const levels = Object.keys(data.workshop.words.levels);
const value = (name) => data.inputs.find((input) => input.name === name).value;
const start = WORKSHOP.begin(data);
const opened = openingRows(data, value);
const runs = (state) => {
  const ask = { held: state.held, ranges: state.ranges, runs: 40 };
  const found = mergeParts(data, ask, [simulate(machine, data, ask, 0, 40)], 0);
  const column = (name, level) => columnOf(found, name, level === undefined ? {} : { level });
  return Object.fromEntries(["bar_1", "bar_2", "staffing_level", "staffing_fault", "calibration_fault"].map((name) => [name, levels.map((level) => column(name, level))]));
};
const staffed = (rows, state = start) => WORKSHOP.apply(data, state, { kind: "staff", rows, screen: "staff" });
const told = (rows) => staffFacts(levels, rows).levels.map(({ wte }) => wte);
const result = {};
result.opened = { rows: opened, told: told(opened), ...runs(start) };
const entered = [...opened.slice(0, 3), { ...opened[3], wte: 3.3 }, { ...opened[3], level: "enhanced", wte: 3.2455 }, ...opened.slice(4), { role: "Porter", group: "admin_staff", level: "foundation", wte: 0.1, heads: 1, lent: false }];
const after = staffed(entered);
result.entered = { told: told(entered), ...runs(after), journal: after.room.journal };
const again = staffed(null, after);
result.back = [again.room.staff, again.held, start.held, runs(again).bar_1.map((column) => column[0])];
const many = staffed([...opened, { ...opened[3], level: "enhanced", wte: 4 }]);
result.many = runs(many);
"""
ROWS = """
import { openingRows } from "@/first/staff_moves.mjs";
const labels = (names) => Object.fromEntries(names.map((name) => [name, { label: name }]));
const words = { levels: labels(["autonomous", "enhanced", "core", "foundation"]), groups: labels(["gp", "nurse", "other_clinical", "admin_staff"]) };
const result = openingRows({ workshop: { site: { staff: data.staff }, words, roles: [] } }, (name) => data.table[name]);
"""


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llr_sd.exploring.made.first_look", lambda prepared, engine: [])
        patch.setattr(made, "ratings_of", lambda *of, **how: SimpleNamespace(to_data=lambda: None))
        return workshop_data(site_of("rutland"), None, lambda said: None)


@pytest.fixture(scope="module")
def found(data: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = node(STAFF, data)
    return result


def test_the_table_opens_with_the_staff_of_the_site(found: dict[str, Any]) -> None:
    opened = found["opened"]
    assert [round(wte, 2) for wte in opened["told"]] == [21.27, 3.27, 9.47, 62.29]
    for told, column in zip(opened["told"], opened["bar_1"], strict=True):
        assert column == pytest.approx([told] * 40, rel=1e-14)


def test_bar_1_equals_the_staff_entered_to_the_last_digit(found: dict[str, Any]) -> None:
    entered = found["entered"]
    assert entered["told"] == [21.274, 6.5125, 6.2275, 62.386]
    assert entered["bar_1"] == [[wte] * 40 for wte in entered["told"]]


def test_staff_change_in_one_entry_of_the_journal_and_go_back_whole(found: dict[str, Any]) -> None:
    [entry] = found["entered"]["journal"]
    names = {change["input"] for change in entry["changes"]}
    assert {"skill_return_enhanced", "return_wte_admin_staff"} <= names
    assert "return_wte_nurse" not in names, "nurses changed their level, not their number"
    assert entry["screen"] == "staff"
    staff, held, start, bar = found["back"]
    assert staff is None
    assert held == start
    assert bar == [column[0] for column in found["opened"]["bar_1"]]


def test_what_a_site_is_compared_with_does_not_follow_its_own_mapping(found: dict[str, Any]) -> None:
    """More enhanced staff of the site's own are more against LLR, whose staff are as they were; and are flagged past the limit."""
    opened, many = found["opened"], found["many"]
    assert many["calibration_fault"] == opened["calibration_fault"]
    [was], [now] = {round(x, 6) for x in opened["staffing_level"][1]}, {round(x, 6) for x in many["staffing_level"][1]}
    assert now / was == pytest.approx((3.267 + 4) / 3.267, rel=1e-6)
    assert {x for column in opened["staffing_fault"] for x in column} == {0}
    assert set(many["staffing_fault"][1]) == {1}


def test_roles_are_those_of_the_imports_with_the_same_group_and_level(data: dict[str, Any]) -> None:
    known = {role.name: role for role in read_roles().rows}
    for role in data["workshop"]["roles"]:
        table = known[role["name"]]
        assert (GROUPS[role["group"]], role["level"]) == (table.group, table.level), role["name"]
        if role["grade"] == "A":
            assert table.grade == "A", role["name"]


def test_the_table_of_the_imports_is_known_without_those_in_training(data: dict[str, Any]) -> None:
    table = {role["name"]: role for role in data["workshop"]["roleTable"]}
    assert table["Healthcare assistant"]["group"] == "other_clinical"
    assert "HCA" in table["Healthcare assistant"]["also"]
    assert not [name for name in table if "registrar" in name.casefold() or "director" in name.casefold()]
    assert {role["name"] for role in data["workshop"]["roles"]} <= set(table)


def test_wte_a_head_is_that_of_table_3(data: dict[str, Any]) -> None:
    rows = read_table(TABLE_3, ("ccg_code", "staff_group", "measure", "recommended_value"))
    llr = {(r["staff_group"], r["measure"]): r.number_in("recommended_value") for r in rows if r["ccg_code"] == "LLR"}
    for role in data["workshop"]["roles"]:
        group = GROUPS[role["group"]]
        of_group = llr[group, "wte"] / llr[group, "headcount"]
        assert role["wtePerHead"] == (pytest.approx(of_group, abs=0.0005) if role["existing"] else None), role["name"]


def test_every_function_has_tasks_of_the_levels_that_do_it(data: dict[str, Any]) -> None:
    """A task stands at a level that the wanted shares give something of the function to, so that a room can argue from it."""
    value = {row["name"]: row["value"] for row in data["inputs"]}
    for name, function in data["workshop"]["words"]["functions"].items():
        levels = {task["level"] for task in function["tasks"]}
        wanted = {level for level in data["workshop"]["words"]["levels"] if value[f"optimum_share_{name}_{level}"] > 0}
        assert levels == wanted, name


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an import writes of the plan's case, as far as a site's workshop reads it."""
    place = tmp_path_factory.mktemp("imported") / "staff"
    base = folder.baseline(with_levels())
    tables = folder.tables(base)
    for where, files in ((place, tables.public), (place / "local", tables.local)):
        where.mkdir()
        for name, table in files.items():
            table.to_csv(where / name, index=False)
    (place / "baseline.toml").write_text(tomli_w.dumps(folder.about(base, tables, {})), encoding="utf-8")
    return place


@pytest.mark.parametrize("name", ["site_elr_1.csv", "site_elr_0.csv", "local/site_lc_1.csv"])
def test_an_import_opens_with_its_own_staff(imported: Path, name: str) -> None:
    """Cells that the import tells are rows with their heads; with what its sums leave, the rows are its groups and its levels."""
    site = site_of(str(imported / name))
    cells = staff_of(site.subject)
    assert cells
    stocks = [
        r
        for r in read_table(imported / "stocks.csv", ("unit",))
        if r["unit"] == site.name.rpartition("site_")[2].upper().replace("_", "-")
    ]
    for cell in cells:
        group = GROUPS[cell["group"]]
        rows = [r for r in stocks if (r["group"], r["level"]) == (group, cell["level"])]
        assert {r["hidden"] for r in rows} == {"False"}
        assert cell["wte"] == pytest.approx(sum(r.number_in("opening") for r in rows), abs=1e-6)
        assert cell["heads"] == pytest.approx(sum(r.number_in("heads") for r in rows), abs=1e-6)
    table = {r["parameter"]: r.number_in("value") for r in read_table(imported / name, ("parameter", "value"))}
    data = {"table": table, "staff": cells}
    rows = node(ROWS, data)
    assert {(c["group"], c["level"]) for c in cells} <= {(r["group"], r["level"]) for r in rows}
    for key, names in (("group", "return_wte_"), ("level", "skill_return_")):
        for part in {r[key] for r in rows}:
            assert sum(r["wte"] for r in rows if r[key] == part) == pytest.approx(table[names + part], abs=5e-4)


def test_a_site_that_is_no_import_has_no_cells(data: dict[str, Any]) -> None:
    assert data["workshop"]["site"]["staff"] == []
