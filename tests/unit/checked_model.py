"""A small model with its own checks, and how tests read a sheet of it."""

from __future__ import annotations

from pathlib import Path

from llr_sd.check import FAIL, Line, Sheet

MODEL = """{UTF-8}
Site: north, south ~~|
leaving rate = 0.1 ~ 1/Year ~ Share of staff who leave a year. |
hiring[Site] = 5, 5 ~ WTE/Year ~ Staff hired a year. |
opening staff[Site] = 40, 60 ~ WTE ~ Staff at the start. |
loop switch = 1 ~ Dmnl ~ 0 cuts crowding to leaving. |
crowding = 1 + loop switch * (all staff / reference staff - 1) ~ Dmnl ~ Effect of numbers on leaving. |
reference staff = 100 ~ WTE ~ Staff at which crowding is 1. |
leaving[Site] = staff[Site] * leaving rate * crowding ~ WTE/Year ~ Leavers. |
staff[Site] = INTEG(hiring[Site] - leaving[Site], opening staff[Site]) ~ WTE ~ Staff in post. |
all staff = SUM(staff[Site!]) ~ WTE ~ Staff of both sites. |
left so far = INTEG(SUM(leaving[Site!]), 0) ~ WTE ~ Leavers since the start. |
hired so far = INTEG(SUM(hiring[Site!]), 0) ~ WTE ~ Hires since the start. |
opening sum = INITIAL(all staff) ~ WTE ~ Staff of both sites at the start. |
balance error = all staff - opening sum - hired so far + left so far ~ WTE ~ Must be zero. |
share of work[Site] = 0.3, 0.7 ~ Dmnl ~ Share of the work at each site. |
INITIAL TIME = 2017.75 ~ Year ~ Start. |
FINAL TIME = 2020.75 ~ Year ~ End. |
TIME STEP = 0.015625 ~ Year ~ Step. |
SAVEPER = 0.25 ~ Year ~ Interval of saved values. |
"""
NAMES = [
    ("leaving_rate", "leaving rate", "1/Year", 0.05, 0.1, 0.3),
    ("hiring_north", "hiring[north]", "WTE/Year", 2, 5, 9),
    ("hiring_south", "hiring[south]", "WTE/Year", "", 5, ""),
    ("opening_north", "opening staff[north]", "WTE", "", 40, ""),
    ("opening_south", "opening staff[south]", "WTE", "", 60, ""),
    ("loop_switch", "loop switch", "Dmnl", "", 1, ""),
    ("reference_staff", "reference staff", "WTE", "", 100, ""),
    ("share_north", "share of work[north]", "Dmnl", "", 0.3, ""),
    ("share_south", "share of work[south]", "Dmnl", "", 0.7, ""),
]
TABLE = "name,variable,unit,low,mode,high,distribution,group,source,grade,note,min,max\n" + "".join(
    f"{n},{v},{u},{low},{mode},{high},{'pert' if low else 'fixed'},{'retention' if low else ''},made up,C,,0,400\n"
    for n, v, u, low, mode, high in NAMES
)
CHECKS = """
[draws]
runs = 64

[[conservation]]
name = "staff"
variable = "balance error"
tolerance = 1e-12
scale = "all staff"

[[extreme]]
name = "nobody comes or goes"
set = { "hiring[*]" = 0, leaving_rate = 0 }
expect = [{ output = "staff", is = "constant", tolerance = 1e-9 }]

[[extreme]]
name = "exodus"
set = { leaving_rate = 20, "hiring[*]" = 0 }
expect = [
  { output = "all staff", is = "falling" },
  { output = "staff", is = "at least", value = 0 },
  { output = "all staff", is = "below base", at = "end" },
]

[[loop]]
name = "crowding"
switch = "loop_switch"
set = { "hiring[*]" = 20 }
output = "all staff"
at = 2020.75
sign = "+"
least = 1

[[homogeneity]]
name = "twice the size"
double = ["hiring[*]", "opening staff[*]", "reference_staff"]
doubles = ["staff"]
same = ["crowding"]

[[symmetry]]
name = "sites alike"
range = "Site"
alike = { "opening staff[*]" = 50, "hiring[*]" = 5 }
outputs = ["staff"]

[[history]]
name = "opening"
output = "all staff"
points = [{ time = 2017.75, value = 100, tolerance = 0.001 }]

[[halving]]
outputs = ["all staff"]

[[sums_to_one]]
variable = "share of work"
over = "Site"

[[reality]]
name = "no hires, no growth"
when = "hiring[north] = 0 :AND: hiring_south = 0"
implies = "all staff <= opening sum"

[[reality]]
name = "full sites lose staff"
when = "all staff > 99"
implies = "crowding > 0.98 :AND: leaving[north] > 0"
"""


def folder(tmp_path: Path, model: str = MODEL, table: str | None = TABLE, checks: str | None = CHECKS) -> Path:
    home = tmp_path / "small"
    home.mkdir(exist_ok=True)
    (home / "small.mdl").write_text(model, encoding="utf-8")
    for name, text in (("parameters.csv", table), ("checks.toml", checks)):
        if text is not None:
            (home / name).write_text(text, encoding="utf-8")
    return home


def failed(sheet: Sheet) -> set[tuple[str, str]]:
    return {(line.section, line.name) for line in sheet.of(FAIL)}


def line(sheet: Sheet, section: str, name: str = "") -> Line:
    (found,) = [x for x in sheet if x.section == section and x.name.startswith(name)]
    return found
