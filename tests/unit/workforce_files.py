"""Published workforce files made up for tests: the shape of the real ones, with numbers that can be added by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

NETWORK = (
    "Data_source", "CENSUS_YEAR", "CENSUS_MONTH", "PCN_CODE", "PCN_NAME", "SUB_ICB_CODE", "SUB_ICB_NAME", "ICB_CODE", "ICB_NAME",
    "COMM_REGION_CODE", "COMM_REGION_NAME", "STAFF_GROUP", "STAFF_ROLE", "DETAILED_STAFF_ROLE", "FTE", "UNIQUE_IDENTIFIER",
)  # fmt: skip


def post(**changes: str) -> dict[str, str]:
    """One row of a network file: a pharmacist of one FTE, unless changed."""
    row = dict.fromkeys(NETWORK, "x") | {
        "Data_source": "NWRS Staff", "CENSUS_YEAR": "2022", "CENSUS_MONTH": "9", "PCN_CODE": "U1", "PCN_NAME": "One PCN",
        "SUB_ICB_CODE": "03W", "SUB_ICB_NAME": "East", "STAFF_GROUP": "Other Direct Patient Care staff",
        "STAFF_ROLE": "Pharmacists", "DETAILED_STAFF_ROLE": "Pharmacist", "FTE": "1.0", "UNIQUE_IDENTIFIER": "1",
    }  # fmt: skip
    return row | changes


def practice(code: str = "C1", name: str = "One", **changes: str) -> dict[str, str]:
    """One row of a practice-level file: two partners, one salaried GP, a nurse, a healthcare assistant, two receptionists."""
    row = {"PRAC_CODE": code, "PRAC_NAME": name, "CCG_CODE": "03W", "TOTAL_PATIENTS": "8000"}
    counts = {
        "GP": ("3", "2.5"), "GP_EXTGL": ("3", "2.5"), "GP_SEN_PTNR": ("1", "1"), "GP_PTNR_PROV": ("1", "0.9"),
        "GP_SAL_BY_PRAC": ("1", "0.6"), "GP_REG_ST3_4": ("0", "0"), "NURSES": ("1", "0.8"), "N_PRAC_NURSE": ("1", "0.8"),
        "DPC": ("1", "0.5"), "DPC_HCA": ("1", "0.5"), "ADMIN": ("2", "1.2"), "ADMIN_RECEPT": ("2", "1.2"),
    }  # fmt: skip
    for stub, (heads, fte) in counts.items():
        row |= {f"TOTAL_{stub}_HC": heads, f"TOTAL_{stub}_FTE": fte}
    return row | changes


def text(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as CSV; columns in the order in which they first appear."""
    columns = list(dict.fromkeys(c for row in rows for c in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def write(path: Path, rows: Sequence[Mapping[str, str]], encoding: str = "utf-8") -> Path:
    """Write rows as a CSV file and return its path."""
    path.write_bytes(text(rows).encode(encoding))
    return path
