"""What leaves a workshop: a workbook that is read as it was written, a site table that opens the next workshop, study folders that run."""

from __future__ import annotations

import base64
import io
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from node_code import node
from workshop_room import RUNS, in_room, site_data

from llr_sd.workshop.site import site_of
from llr_sd.workshop.table import table_of

HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "<b>&amp;</b>", "a_x0041_b", "  two\nlines", "é 🏥 工作")
FRAIL = {"segment_weight_a85p_frail": 0.45, "segment_weight_a85p_complex": 0.2}
MOVES: list[dict[str, Any]] = [
    {"kind": "hold", "values": FRAIL, "screen": "people"},
    {"kind": "because", "n": 1, "reason": '=our "register", not illustrative', "who": "GP"},
    {"kind": "hold", "input": "site_population_a85p", "value": 900, "screen": "people"},
    {"kind": "hold", "input": "transferable", "value": 0.3, "screen": "challenge"},
]
BOOK = 'import { workbookOf } from "@/away/workbook.mjs";'
SEEN: list[dict[str, Any]] = [
    {"kind": "view", "shift": {"scenario": "A tenth", "money": "none", "double": True}},
    {"kind": "card", "card": "supervisors_leave", "verdict": "holds", "who": "GP", "reason": ""},
    {"kind": "card", "card": "shift_unfunded", "verdict": "we disagree", "who": "manager", "reason": ""},
]
FOLDERS = """
import { foldersArchive, foldersOf } from "@/away/folders.mjs";
import { readmeOf } from "@/away/readme.mjs";
import { seenOf } from "@/second/beyond/beyond.mjs";
import { settingOf } from "@/second/cards.mjs";
"""
ARCHIVE = """
const stateOf = (model) => (setting) => new Behind(model, null, page.data).state(setting, page.state);
const behindOf = ([key, model]) => ({ key, data: model, seen: seenOf(page)[key], stateOf: stateOf(model) });
const behind = Object.entries(page.data.workshop.behind).map(behindOf);
const result = base64(foldersArchive(foldersOf(page.data, page.state, behind, readmeOf(page), (card) => settingOf(page, card))));
"""
TABLE = 'import { siteTable } from "@/away/sitetable.mjs";'


def book_of(text: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(base64.b64decode(text)))


def sheet_of(tables: list[dict[str, Any]], name: str = "One", **more: Any) -> Any:
    """A book of one sheet, as a spreadsheet reads it."""
    book = {"title": "T", "said": "A & B", "watch": "", "sheets": [{"name": name, "title": "Title", "tables": tables, **more}]}
    script = 'import { workbook } from "@/away/xlsx.mjs";\nconst result = Buffer.from(workbook(data)).toString("base64");'
    return book_of(node(script, book))[name]


def test_a_text_in_a_workbook_stays_a_text_whatever_it_begins_with() -> None:
    sheet = sheet_of([{"caption": "c", "head": ["text"], "rows": [[text] for text in HOSTILE]}])
    cells = [row[0] for row in sheet.iter_rows(min_row=6, max_row=5 + len(HOSTILE))]
    assert all(cell.data_type == "s" for cell in cells)
    read = [cell.value.replace("_x005F_", "_") for cell in cells]  # how the format writes an underscore that would be a code
    assert read == list(HOSTILE)
    assert [cell.quotePrefix for cell in cells] == [text.lstrip()[0] in "=+-@" for text in HOSTILE]


def test_characters_that_the_format_has_no_form_for_are_left_out() -> None:
    sheet = sheet_of([{"caption": "c\u0007", "head": ["h"], "rows": [["a\u0000b\u000bc"]]}])
    assert (sheet["A4"].value, sheet["A6"].value) == ("c", "abc")


def test_numbers_are_numbers_with_a_format_and_what_is_none_is_empty() -> None:
    rows = [
        ["a", {"value": 1.25, "as": "one"}, {"value": 0.5, "as": "share"}],
        ["b", {"value": None, "as": "one"}, {"value": 1200, "as": "money"}],
    ]
    sheet = sheet_of([{"caption": "c", "head": ["x", "y", "z"], "rows": rows}])
    assert [(c.value, c.data_type, c.number_format) for c in sheet[6][1:]] == [(1.25, "n", "#,##0.0"), (0.5, "n", "0%")]
    assert (sheet["B7"].value, sheet["C7"].value, sheet["C7"].number_format) == (None, 1200, '"£"#,##0')


def test_a_sheet_is_laid_out_for_reading_and_for_paper() -> None:
    table = {"caption": "c", "head": ["x"], "rows": [["a"]]}
    sheet = sheet_of([table])
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet["A5"].font.bold) == ("A6", "$1:$5", True)
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == ("9", 1, 0)
    assert sheet_of([table, table]).freeze_panes == "A3"
    assert sheet.oddFooter.left.text == "A && B"


def test_the_workbook_has_a_sheet_for_each_topic_and_says_that_its_data_are_illustrative() -> None:
    made = in_room(BOOK, "const result = [base64(workbookOf(page)), base64(workbookOf(page))];", MOVES)
    assert made[0] == made[1]
    book = book_of(made[0])
    names = [
        "Summary",
        "People",
        "Care",
        "Shares",
        "Staff",
        "Bars",
        "Path",
        "Roles",
        "Beyond",
        "Assumptions",
        "Cards",
        "Risks",
        "About",
    ]
    assert book.sheetnames == names
    assert all("Illustrative" in sheet["A2"].value and "Rutland" in sheet["A2"].value for sheet in book)
    bars = {row[0].value: [c.value for c in row] for row in book["Bars"].iter_rows(max_row=14)}
    assert [round(bars[level][1], 2) for level in ("Autonomous", "Enhanced", "Core", "Foundation")] == [21.27, 3.27, 9.47, 62.29]
    assert bars["All"][1] == pytest.approx(sum(bars[level][1] for level in ("Autonomous", "Enhanced", "Core", "Foundation")))
    changes = [[c.value for c in row] for row in book["Assumptions"].iter_rows(min_row=6)]
    assert any(row[5] == '=our "register", not illustrative' and row[6] == "GP" for row in changes)
    words = " ".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if isinstance(c.value, str))
    for name in ("a85p", "segment_weight", "f2c", "bar_1", "ltc"):
        assert name not in words


def test_risks_stand_with_log_and_model_once_they_were_shown() -> None:
    placed = {"kind": "place", "likelihood": 2, "consequence": 5, "who": "Nurse", "screen": "risks"}
    moves = [{**placed, "risk": "R001"}, {**placed, "risk": "R002"}, {"kind": "reveal", "risk": "R001", "screen": "risks"}]
    moves += [{"kind": "talk", "risk": "R001", "text": "-we saw it", "screen": "risks"}]
    book = book_of(in_room(BOOK, "const result = base64(workbookOf(page));", moves))
    rows = {row[0].value: [c.value or "" for c in row[1:6]] for row in book["Risks"].iter_rows(min_row=5, max_row=8)}
    shown, hidden = rows["1. GPs leave"], rows["2. Nobody trains"]
    assert (shown[0], shown[1], shown[2], shown[4]) == ("Nurse 2 × 5 = 10", "4 × 4 = 16", "4 × 3 = 12 (9 to 15)", "-we saw it")
    assert hidden == ["Nurse 2 × 5 = 10", "not shown", "not shown", "", ""]


def test_a_card_that_was_talked_about_is_kept_with_its_verdict_and_is_a_scenario() -> None:
    name = next(card["name"] for card in site_data()["workshop"]["cards"] if card["set"])
    card = next(card for card in site_data()["workshop"]["cards"] if card["name"] == name)
    moves = [
        {"kind": "card", "card": name, "verdict": "does not hold", "who": "GP", "reason": "we cannot", "screen": "challenge"}
    ]
    book = book_of(in_room(BOOK, "const result = base64(workbookOf(page));", moves))
    rows = {row[0].value: [c.value for c in row] for row in book["Cards"].iter_rows(min_row=5)}
    assert rows[card["title"]][2:] == ["does not hold", "we cannot", "GP"]
    (scenario,) = (s for s in studies_after(moves, {})[0]["swipe_site"]["scenario"] if s["name"] == card["title"])
    assert card["set"].items() <= scenario["set"].items()


def studies_after(moves: list[dict[str, Any]], behind: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], zipfile.ZipFile]:
    """The studies by their model, and the archive in which they are."""
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(in_room(FOLDERS, ARCHIVE, moves, behind))))
    texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith("study.toml")]
    return {study["model"]: study for study in map(tomllib.loads, texts)}, archive


def table_after(moves: list[dict[str, Any]]) -> dict[str, Any]:
    return in_room(TABLE, "const result = siteTable(page.data, page.state, page.value);", moves)


def test_a_site_table_opens_the_next_workshop_with_what_the_room_entered(tmp_path: Path) -> None:
    told = table_after(MOVES)
    (tmp_path / "ours.csv").write_text(told["text"], encoding="utf-8", newline="")
    site = site_of(str(tmp_path / "ours.csv"))
    (held,) = site.subject.settings.values()
    assert {name: held[name] for name in FRAIL} == FRAIL
    assert held["site_population_a85p"] == 900
    assert "transferable" not in held  # an assumption of the second workshop is none of the site's numbers
    assert site.illustrative, "other rows are nobody's own yet"
    rows = table_of(site.subject)["rows"]
    said = {row["parameter"]: row["source"] for row in rows}
    assert said["segment_weight_a85p_frail"] == 'workshop, entered by GP: =our "register", not illustrative'
    assert said["site_population_a0_4"].startswith("ONS")
    assert (told["own"], told["illustrative"]) == (3, 11)


def test_staff_that_were_entered_by_role_are_bar_1_of_the_next_workshop(tmp_path: Path) -> None:
    row = {"heads": None, "lent": False}
    rows = [
        {"role": "GP", "group": "gp", "level": "autonomous", "wte": 17.5, **row},
        {"role": "Pharmacist", "group": "other_clinical", "level": "enhanced", "wte": 4.25, **row},
        {"role": "Practice nurse", "group": "nurse", "level": "core", "wte": 9.1, **row},
        {"role": "Receptionist", "group": "admin_staff", "level": "foundation", "wte": 60.3, **row},
        {"role": "Physiotherapist", "group": "other_clinical", "level": "enhanced", "wte": 1.5, **row, "lent": True},
    ]
    told = table_after([{"kind": "staff", "rows": rows, "screen": "staff"}])
    (tmp_path / "ours.csv").write_text(told["text"], encoding="utf-8", newline="")
    (held,) = site_of(str(tmp_path / "ours.csv")).subject.settings.values()
    levels = ("autonomous", "enhanced", "core", "foundation")
    assert [held[f"skill_return_{level}"] for level in levels] == [17.5, 4.25, 9.1, 60.3]
    assert held["lent_wte_enhanced"] == 1.5
    assert held["return_wte_gp"] == 17.5


def test_a_table_of_which_the_room_entered_every_number_is_no_longer_illustrative(tmp_path: Path) -> None:
    rows = site_data()["workshop"]["table"]["rows"]
    values = {row["parameter"]: row["value"] * 1.01 for row in rows}
    told = table_after([{"kind": "hold", "values": values, "screen": "people"}])
    (tmp_path / "ours.csv").write_text(told["text"], encoding="utf-8", newline="")
    assert (told["own"], told["illustrative"], told["faults"]) == (len(rows), 0, [])
    assert not site_of(str(tmp_path / "ours.csv")).illustrative


def test_a_table_that_would_be_refused_says_why_before_it_is_saved() -> None:
    (fault,) = table_after([{"kind": "hold", "input": "site_population_a85p", "value": 9000, "screen": "people"}])["faults"]
    assert (
        fault == "The people by age add up to 44,148, but the list is 36,000: correct one of them, or the table cannot be opened."
    )


def test_study_folders_have_the_room_its_start_and_its_journal() -> None:
    studies, archive = studies_after([*MOVES, *SEEN], site_data()["workshop"]["behind"])
    room, start, leave, unfunded = studies["swipe_site"]["scenario"]
    assert leave["set"]["quit_u55_autonomous"] == 0.07
    assert unfunded["set"]["shift_funded"] == 0
    assert unfunded["set"]["shifted_hours_urgent"] > 0
    assert (room["name"], start["name"]) == ("As the room has it", "As entered")
    assert room["set"]["transferable"] == 0.3
    assert "transferable" not in start["set"]
    assert studies.keys() == {"swipe_site", "llr_system", "gp_supply"}
    settings = {one["name"]: one["set"] for one in studies["llr_system"]["scenario"]}
    assert settings["As on the screen: work from hospital"] == settings["A tenth"] | {"double_running": 1, "fund_follow": 0}
    assert settings["Those who supervise leave"]["gp_quit_u55"] == 0.07
    assert "As on the screen: GPs in LLR" not in str(studies)  # it is the first scenario of the study
    for folder in {name.split("/")[0] for name in archive.namelist()}:
        said = archive.read(f"{folder}/README.md").decode()
        assert 'before: 35 in 100; now: 45 in 100; reason: =our "register", not illustrative; who: GP' in said
        assert "Illustrative data" in said


@pytest.mark.parametrize("text", ["# title", "[x](http://y)", "<img src=x>", "a|b", "`code`"])
def test_what_a_person_wrote_is_no_markup_in_the_journal(text: str) -> None:
    moves = [*MOVES[:1], {"kind": "because", "n": 1, "reason": text, "who": ""}]
    said = in_room('import { readmeOf } from "@/away/readme.mjs";', "const result = readmeOf(page);", moves)
    assert f"reason: {text}" not in said
    assert text in said.replace("\\", "")


def test_a_horizon_of_ones_own_is_told_and_a_screen_of_a_hand_edited_session_is_no_name_of_the_language() -> None:
    moves = [{"kind": "hold", "screen": "constructor", "values": {"horizon_years": 10}}]
    told = in_room(
        'import { assumptions } from "@/away/talk.mjs";\nimport { beyond } from "@/away/way.mjs";',
        "const result = { heads: beyond(page).tables[0].head, screens: assumptions(page).tables[0].rows.map((row) => row[1]) };",
        moves,
    )
    assert told == {
        "heads": ["Skill level", "Bar 1: staff now", "Bar 2: best mix now", "Bar 3: best mix in ten years"],
        "screens": [""],
    }


def test_bar_1_is_told_as_the_staff_entered_only_where_the_table_is_sure_of_them() -> None:
    def told(moves: list[dict[str, Any]]) -> Any:
        script = "const { notes, tables } = bars(page);\nconst result = { note: notes[0], ...tables[0] };"
        return in_room('import { bars } from "@/away/facts.mjs";', script, moves)

    sure = told([])
    assert sure["note"].startswith("Bar 1 is the staff entered. ")
    assert sure["head"][1:3] == ["Bar 1: staff now", "Bar 2: best mix now"]
    law = {"kind": "uniform", "low": 15, "high": 23}
    unsure = told([{"kind": "release", "input": "return_wte_gp"}, {"kind": "range", "input": "return_wte_gp", "law": law}])
    assert unsure["note"].startswith("Bar 1 is the middle of the runs, which draw how unsure the site's table is of its staff. ")
    assert unsure["head"][1:4] == ["Bar 1: staff now", "nine in ten from", "to"]
    middle, low, high = (cell["value"] for cell in unsure["rows"][0][1:4])
    assert low < middle < high
    assert {len(row) for row in unsure["rows"]} == {len(unsure["head"])}


def test_a_gap_that_does_not_close_in_the_run_is_not_closed_within_a_horizon_beyond_it() -> None:
    script = "const { seen, all } = pathFacts(page);\nconst result = { seen, soon: all.soon.met, ever: all.ever.met, said: closureSentence(pathFacts(page)) };"
    told = in_room(
        'import { closureSentence, pathFacts } from "@/second/path_facts.mjs";',
        script,
        [{"kind": "hold", "input": "horizon_years", "value": 20}],
    )
    assert 0 < told["soon"] == told["ever"] < RUNS
    assert told["seen"] == 13
    assert "within 13 years" in told["said"]
    assert "every run" not in told["said"]


def test_the_workbook_tells_the_limit_as_the_screen_does() -> None:
    """The limit varies between runs, and shares that ask for more of the most trained level's time free none of it."""
    script = "const result = shares(page).notes[0];"
    functions = ("urgent", "planned_ltc", "coordination", "prevention", "admin")
    levels = ("autonomous", "enhanced", "core", "foundation")
    upwards = {f"optimum_share_{f}_{k}": float(k == levels[0]) for f in functions for k in levels}
    opening, more = (
        in_room('import { shares } from "@/away/facts.mjs";', script, moves)
        for moves in ([], [{"kind": "hold", "values": upwards, "screen": "shares"}])
    )
    assert "The limit lets" in opening
    assert "At most" not in opening
    assert "free no time of the autonomous level: they ask" in more
