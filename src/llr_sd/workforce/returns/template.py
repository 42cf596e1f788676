"""The workbook that practices fill in: notes, drop-downs, checks in the cells, headings that stay; in Excel and in LibreOffice."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from llr_sd.workforce.returns.layout import (
    CHECK,
    CHOICES,
    MOST_HOURS,
    MOST_SESSIONS,
    NOTES,
    PATIENTS,
    POSTS,
    PRACTICE,
    SHEETS,
    STAFF,
    Column,
    Sheet,
)
from llr_sd.workforce.roles import Roles
from llr_sd.workforce.staffing import FTE_HOURS, WTE_SESSIONS

STAMP = datetime(2000, 1, 1)
"""Date of the workbook, so that the same version writes the same bytes."""
TITLE = "Quarterly workforce return"
KINDS = {
    "code": "code",
    "text": "text",
    "role": "one of sheet Choices",
    "choice": "one of a list",
    "whole": "whole number",
    "number": "number",
    "date": "date",
}
ABOUT = (
    "One workbook holds one practice or many. Fill in the sheets Practice, Staff, Posts and Patients; white cells are yours, headings stay.",
    "Leave empty what you do not know. Empty means not reported, and is never read as zero; 0 means that there is none.",
    "Never write a name or an address. The staff number is hashed on the machine that reads this workbook, with a key that stays there.",
    f"Work of GPs is counted in sessions ({WTE_SESSIONS:g} a week are 1 WTE), that of everybody in hours ({FTE_HOURS:g} a week are 1 FTE); "
    "neither is made of the other.",
    "A locum leaves the post vacant: count the locum on sheet Staff and the vacancy on sheet Posts.",
    f'Column "{CHECK}" says what is still wrong in a row, and stays empty where nothing is. All is checked again when the workbook is read.',
    "Do not merge cells, and do not put a password on the file. Formulas count as the values that they have when the file is saved.",
    "The same as CSV: one file a sheet, with the same headings, all in one folder.",
)
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "head": {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 1},
    "needed": {"bold": True, "bg_color": "#7F3F00", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 1},
    "text": {"locked": False, "num_format": "@"},
    "number": {"locked": False, "num_format": "General"},
    "date": {"locked": False, "num_format": "dd/mm/yyyy"},
    "check": {"font_color": "#B00020", "bg_color": "#F2F2F2"},
    "title": {"bold": True, "font_size": 16},
    "bold": {"bold": True, "valign": "top", "text_wrap": True},
    "wrapped": {"text_wrap": True, "valign": "top"},
}
_WIDTHS = {"text": 24, "role": 34, "choice": 22}
_FREE = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "insert_rows": True,
    "delete_rows": True,
    "sort": True,
    "autofilter": True,
}


def template(roles: Roles) -> bytes:
    """Return the empty workbook.

    Parameters
    ----------
    roles
        The role table; its roles are those of the drop-downs.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"title": TITLE, "author": "llr_sd", "created": STAMP})
    looks = {name: book.add_format(dict(look)) for name, look in LOOKS.items()}
    _notes(book, looks)
    for sheet in SHEETS:
        _entries(book, looks, sheet, len(roles.rows))
    _choices(book, looks, roles)
    book.close()
    return out.getvalue()


def _notes(book: Any, looks: Mapping[str, Any]) -> None:
    page = book.add_worksheet(NOTES)
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 78)
    page.set_column(2, 3, 24)
    page.write_string(0, 0, TITLE, looks["title"])
    row = 2
    for text in ABOUT:
        page.merge_range(row, 0, row, 3, text, looks["wrapped"])
        page.set_row(row, 15 * (1 + len(text) // 125))
        row += 1
    for sheet in SHEETS:
        row += 1
        page.write_string(row, 0, f"Sheet {sheet.name}", looks["bold"])
        about = f"{sheet.what} Room and checks for {sheet.rows:,} rows."
        page.write_string(row, 1, about, looks["wrapped"])
        page.set_row(row, 15 * (1 + len(about) // 74))
        row += 1
        for i, text in enumerate(("Column", "Meaning", "Entry", "Unit")):
            page.write_string(row, i, text, looks["head"])
        for column in sheet.columns:
            row += 1
            title = f"{column.title} (needed)" if column.needed else column.title
            kind = ", ".join(column.choices) if column.kind == "choice" else KINDS[column.kind]
            for i, text in enumerate((title, column.what, kind, column.unit)):
                page.write_string(row, i, text, looks["wrapped"])
            page.set_row(row, 15 * max(1 + len(column.what) // 74, 1 + len(kind) // 22))
        row += 1
    page.hide_gridlines(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.protect("", _FREE)


def _choices(book: Any, looks: Mapping[str, Any], roles: Roles) -> None:
    page = book.add_worksheet(CHOICES)
    page.set_column(0, 0, 44)
    page.set_column(1, 1, 22)
    page.set_column(2, 2, 16)
    for i, title in enumerate(("Role", "Group", "Skill level")):
        page.write_string(0, i, title, looks["head"])
    for row, role in enumerate(roles.rows, start=1):
        for i, text in enumerate((role.name, role.group.replace("_", " "), role.level)):
            page.write_string(row, i, text)
    page.freeze_panes(1, 0)
    page.protect("", _FREE)


def _entries(book: Any, looks: Mapping[str, Any], sheet: Sheet, roles: int) -> None:
    page = book.add_worksheet(sheet.name)
    page.set_row(0, 32)
    for i, column in enumerate(sheet.columns):
        number = column.kind in ("whole", "number")
        page.set_column(
            i, i, _WIDTHS.get(column.kind, 14), looks["number" if number else "date" if column.kind == "date" else "text"]
        )
        page.write_string(0, i, column.title, looks["needed" if column.needed else "head"])
        page.data_validation(1, i, sheet.rows, i, _validation(column, roles))
    last = len(sheet.columns)
    page.set_column(last, last, 46, looks["check"])
    page.write_string(0, last, CHECK, looks["head"])
    formula = _formula(sheet, roles)
    for row in range(1, sheet.rows + 1):
        page.write_formula(row, last, formula.replace("{r}", str(row + 1)), looks["check"], "")
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, sheet.rows, last)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.protect("", _FREE)


def _validation(column: Column, roles: int) -> dict[str, Any]:
    """Return what a cell takes; a number or date of another kind is refused, a practice code is only explained."""
    words = {
        "input_title": column.title[:32],
        "input_message": column.what if len(column.what) <= 255 else f"{column.what[:250].rsplit(' ', 1)[0]} ...",
        "error_title": "Not a possible entry",
        "error_message": f"{column.title}: {KINDS[column.kind]}{f', {column.unit}' if column.unit else ''}. Leave it empty if not known.",
    }
    if column.kind == "role":
        return {"validate": "list", "source": f"={CHOICES}!$A$2:$A${roles + 1}", **words}
    if column.kind == "choice":
        return {"validate": "list", "source": list(column.choices), **words}
    if column.kind in ("whole", "number"):
        kind = "integer" if column.kind == "whole" else "decimal"
        return {"validate": kind, "criteria": "between", "minimum": 0, "maximum": column.most, **words}
    if column.kind == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": datetime(2000, 1, 1),
            "maximum": datetime(2099, 12, 31),
            **words,
        }
    return {"validate": "any", **words}


def _formula(sheet: Sheet, roles: int) -> str:
    """Return the check of a row as nested conditions, the first that holds is said; `{r}` stands for the row."""
    at = {c.name: f"${chr(65 + i)}{{r}}" for i, c in enumerate(sheet.columns)}
    ends = f"$A{{r}}:${chr(64 + len(sheet.columns))}{{r}}"
    rules = [(f'{at[c.name]}=""', f"{c.title}: fill in") for c in sheet.columns if c.needed]
    if sheet is PRACTICE:
        rules.append((f"COUNTIF($A$2:$A${sheet.rows + 1},$A{{r}})>1", "This practice is there twice"))
    else:
        rules.append(
            (f"COUNTIF({PRACTICE.name}!$A$2:$A${PRACTICE.rows + 1},$A{{r}})=0", "This practice is not on sheet Practice")
        )
    rules += [
        (f"COUNTIF({CHOICES}!$A$2:$A${roles + 1},{at[c.name]})=0", "This role is not on sheet Choices")
        for c in sheet.columns
        if c.kind == "role"
    ]
    rules += [
        (f'AND({at[c.name]}<>"",NOT(ISNUMBER({at[c.name]})))', f"{c.title}: {'a date' if c.kind == 'date' else 'a number'}")
        for c in sheet.columns
        if c.kind in ("whole", "number", "date")
    ]
    rules += [(f"AND(ISNUMBER({at[c.name]}),{at[c.name]}<0)", f"{c.title}: not below zero") for c in sheet.columns if c.unit]
    rules += _own_rules(sheet, at)
    text = '""'
    for condition, said in reversed(rules):
        text = f'IF({condition},"{said}",{text})'
    return f'=IF(COUNTA({ends})=0,"",{text})'


def _own_rules(sheet: Sheet, at: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the rules that are a sheet's own."""
    if sheet is STAFF:
        person, heads, sessions, hours = (at[n] for n in ("person", "heads", "sessions", "hours"))
        people = f'IF({heads}="",1,{heads})'
        return [
            (f'AND({person}<>"",{heads}<>"",{heads}<>1)', "A staff number is one person: heads 1 or empty"),
            (f'AND({person}="",{heads}="")', "Heads are not reported"),
            (
                f"AND(ISNUMBER({sessions}),{sessions}>{MOST_SESSIONS:g}*{people})",
                f"More than {MOST_SESSIONS:g} sessions a person",
            ),
            (f"AND(ISNUMBER({hours}),{hours}>{MOST_HOURS:g}*{people})", f"More than {MOST_HOURS:g} hours a person"),
            (
                f'AND({at["reason"]}<>"",{at["contract"]}<>"",{at["contract"]}<>"locum")',
                "A reason for a locum, but another contract",
            ),
            (f'AND({sessions}="",{hours}="")', "Neither sessions nor hours are reported"),
        ]
    if sheet is POSTS:
        posts, vacant = at["posts"], at["vacant"]
        return [
            (f"AND(ISNUMBER({posts}),ISNUMBER({vacant}),{vacant}>{posts})", "More posts are vacant than there are"),
            (f'AND({posts}="",{vacant}="")', "Neither posts nor vacancies are reported"),
        ]
    if sheet is PATIENTS:
        return [(f"COUNTIFS($A$2:$A${sheet.rows + 1},$A{{r}},$B$2:$B${sheet.rows + 1},$B{{r}})>1", "This age is there twice")]
    return []
