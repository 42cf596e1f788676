"""What the page writes in JavaScript, read by Python: TOML of any text and number, and archives."""

from __future__ import annotations

import base64
import io
import math
import tomllib
import zipfile
from typing import Any

import numpy as np
from node_code import node
from pydantic import TypeAdapter

from llr_sd.values import Name, folded

TEXTS = (
    '"',
    "\\",
    "a\nb\r\tc",
    "'''",
    '"""',
    "# [x]",
    "\x00\x1f\x7f\x85",
    "\u2028\u202e",
    "\U0001f3e5 é",
    "",
    " = ",
    "</script>",
    "\\u0041",
)
WRITE = """
import { toToml } from "@/session/toml.mjs";
import { zip } from "@/session/zip.mjs";
const result = Buffer.from(zip(data.map((table, i) => [`Ä ${i}/study.toml`, toToml(table)]))).toString("base64");
"""


def written(tables: list[dict[str, Any]]) -> bytes:
    """The archive that the page makes of these tables."""
    return base64.b64decode(node(WRITE, tables))


def tables() -> list[dict[str, Any]]:
    """Studies with every text as key and as value, and numbers of every size."""
    rng = np.random.default_rng(1)
    bits = rng.integers(0, 2**63, 400, dtype=np.uint64).view(np.float64)
    numbers = [float(x) for x in bits if math.isfinite(x)] + [
        0.0,
        -0.0,
        1.0,
        1e21,
        1e-7,
        5e-324,
        1.7976931348623157e308,
        0.1,
        1 / 3,
    ]
    numbers += [-x for x in numbers]
    some = {text: text for text in TEXTS}
    return [
        {"title": "plain", "numbers": numbers, "flags": [True, False], "set": dict(zip(TEXTS, numbers, strict=False))},
        {"scenario": [{"name": t, "set": {t: 0.5}, "tags": [{"a": t}, {"b": [t]}]} for t in TEXTS], **some},
        {
            "uncertain": {"groups": ["x"], "override": {t: {"low": 0.1, "values": [1, 2]} for t in TEXTS}},
            "outputs": {},
            "late": 1,
        },
    ]


def test_python_reads_from_toml_and_archive_what_was_written() -> None:
    given = tables()
    archive = zipfile.ZipFile(io.BytesIO(written(given)))
    assert archive.testzip() is None
    assert archive.namelist() == [f"Ä {i}/study.toml" for i in range(len(given))]
    for name, table in zip(archive.namelist(), given, strict=True):
        read = tomllib.loads(archive.read(name).decode())
        assert read == table
        signs = [math.copysign(1, x) for x in table.get("numbers", [])]
        assert [math.copysign(1, x) for x in read.get("numbers", [])] == signs


def test_what_can_be_the_name_of_a_setting_can_be_that_of_a_scenario() -> None:
    """Every sign alone, at an end and inside: a name that the page takes is one that a study takes, and two that differ there differ here."""
    signs = [chr(c) for c in (*range(0xD800), *range(0xE000, 0x10000), *range(0x10000, 0x110000, 97))]
    names = [n for s in signs for n in (s, f"{s}x", f"x{s}x")] + ["x" * 120, "x" * 121, "\U0001f3e5" * 120, " ", "", "a\tb"]
    script = """
import { checkName, folded } from "@/session/checks.mjs";
const taken = (name) => { try { return checkName(name) === name; } catch { return false; } };
const result = data.map((name) => (taken(name) ? folded(name) : null));
"""
    forms = node(script, names)
    ours: dict[str, str] = {}
    of_a_scenario = TypeAdapter(Name)
    for name, form in zip(names, forms, strict=True):
        if form is not None:
            of_a_scenario.validate_python(name)
            assert ours.setdefault(folded(name), form) == form, name
    # The page refuses some that a study takes, such as those with a space of another language at an end; hardly any.
    assert sum(form is not None for form in forms) > 0.9 * len(names)


def test_the_same_files_give_the_same_archive() -> None:
    first, second = written(tables()), written(tables())
    assert first == second
    assert {i.date_time for i in zipfile.ZipFile(io.BytesIO(first)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
