"""Numbers on a page that simulates itself are written as the report writes them: the same text for the same number."""

from __future__ import annotations

import json
import random
import subprocess
from typing import Any

from node_code import node_program

from llr_sd.dates import date_words
from llr_sd.page.bundle import FOLDER
from llr_sd.report.outcome.words import share_words
from llr_sd.report.shared import canvas, wording
from llr_sd.report.shared.reading import Chance
from llr_sd.report.shared.units import unit_words

UNITS = ["WTE", "", "Dmnl", "Year", "WTE/Year", "GBP/(WTE*Year)", "WTE*Year", "1/Year", "GBP", "million GBP/Year", "Contact/Hour",
         "widgets", "Head", "1", "kPerson", "Person/kPerson"]  # fmt: skip
TIES = [0.5, 1.5, 2.5, -2.5, 0.125, 0.375, 12.25, 12.75, 1234.5, 1235.5, 1.125e15, 100_000.5]
EDGES = [
    0.0,
    -0.004,
    1e-3,
    1e-4,
    1e-7,
    1e-14,
    0.0009999,
    9.96,
    9.9995,
    99.95,
    999.5,
    99_999.95,
    123_456.789,
    1e5,
    1e15,
    -3e17,
    2020.75,
]
SCRIPT = """
import { readFileSync } from "node:fs";
const numbers = await import(process.argv[1]);
for (const [name, given, wanted] of JSON.parse(readFileSync(0, "utf-8"))) {
  const got = numbers[name](...given);
  if (got !== wanted) console.log(JSON.stringify({ name, given, got, wanted }));
}
"""


def cases() -> list[tuple[str, list[Any], str]]:
    """Names of functions with arguments, and what the report writes of these."""
    draw = random.Random(20251127)
    values = [*TIES, *EDGES, *(draw.uniform(-1, 1) * 10 ** draw.randint(-9, 9) for _ in range(300))]
    values += [draw.randint(-100_000, 100_000) / 8 for _ in range(100)]
    found: list[tuple[str, list[Any], str]] = []
    for number, value in enumerate(values):
        unit, near = UNITS[number % len(UNITS)], value * (1 + draw.choice([0, 1e-3, 1e-4, 1e-6]))
        found += [
            ("amount", [value, unit], wording.amount(value, unit)),
            ("amount", [value, unit, near], wording.amount(value, unit, apart_from=near)),
            ("withUnit", [value, unit], wording.with_unit(value, unit)),
            ("levelWords", [value, unit], wording.level_words(value, unit)),
            ("shareWords", [value], share_words(value)),
            ("tick", [value], canvas.tick(value)),
            ("percent", [abs(value) % 1], wording.percent(abs(value) % 1)),
            *(("fixed", [value, decimals], wording.fixed(value, decimals)) for decimals in range(4)),
        ]
    found += [("percent", [s], wording.percent(s)) for s in (0, 1, 0.0995, 0.9905, 0.001, 0.999, 0.0005, 0.125, 0.00099999)]
    found += [("unitWords", [unit, one], unit_words(unit, one=one)) for unit in UNITS for one in (False, True)]
    times = (
        [draw.uniform(1790, 2310) for _ in range(100)] + [draw.randint(1800 * 24, 2300 * 24) / 24 for _ in range(100)] + [12, 3.5]
    )
    found += [("dateWords", [time, closing], date_words(time, closing=closing)) for time in times for closing in (False, True)]
    for _ in range(100):
        runs = draw.choice([10, 64, 500, 4096])
        met, lost = draw.choice([0, runs, draw.randint(0, runs)]), draw.choice([0, 1, 7])
        share = met / runs
        chance = Chance(share, share * draw.random(), share + (1 - share) * draw.random(), runs, lost)
        given = {"probability": share, "low": chance.low, "high": chance.high, "met": met, "runs": runs, "lost": lost}
        found += [("chanceWords", [given], wording.chance_words(chance)), ("chanceShort", [given], wording.chance_short(chance))]
    return found


def differing(asked: list[tuple[str, list[Any], str]]) -> list[str]:
    command = [node_program(), "--input-type=module", "--eval", SCRIPT, (FOLDER / "charts" / "numbers.mjs").as_uri()]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_numbers_are_written_as_the_report_writes_them() -> None:
    asked = cases()
    assert len(asked) > 4000
    assert differing(asked) == []


def test_a_number_written_otherwise_is_noticed() -> None:
    assert differing([("amount", [2.5, ""], "2.51"), ("amount", [2.5, ""], "2.50")]) == [
        '{"name":"amount","given":[2.5,""],"got":"2.50","wanted":"2.51"}'
    ]
