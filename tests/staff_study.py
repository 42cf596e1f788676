"""A small model and study, as texts: what `staff` of conftest.py puts into a folder."""

from __future__ import annotations

STAFF = """{UTF-8}
Skill: senior, junior ~~|
leaving rate[Skill] = 0.1, 0.2 ~ 1/Year ~ Share of staff who leave a year. |
hiring = 12 ~ WTE/Year ~ Staff hired a year, half at each level. |
level share = 0.5 ~ Dmnl ~ Share of hires at each level. |
staff[Skill] = INTEG(hiring * level share - staff[Skill] * leaving rate[Skill], 100) ~ WTE ~ Staff in post. |
all staff = SUM(staff[Skill!]) ~ WTE ~ Staff at both levels. |
INITIAL TIME = 2017.75 ~ Year ~ Start. |
FINAL TIME = 2020.75 ~ Year ~ End. |
TIME STEP = 0.25 ~ Year ~ Step. |
SAVEPER = 0.25 ~ Year ~ Interval of saved values. |
"""

PARAMETERS = """name,variable,unit,low,mode,high,distribution,group,source,grade,note,min,max
leave_senior,leaving rate[senior],1/Year,0.05,0.1,0.2,pert,retention,made up,C,,0,4
leave_junior,leaving rate[junior],1/Year,,0.2,,fixed,retention,made up,C,,0,4
hiring,hiring,WTE/Year,6,12,18,triangular,recruitment,made up,C,,0,100
level_share,level share,Dmnl,,0.5,,fixed,,made up,C,,0,1
"""

STUDY = """title = "A small study"
model = "staff"
seed = 0
illustrative = true

[[scenario]]
name = "as now"

[[scenario]]
name = "no hiring"
set = { hiring = 0 }

[uncertain]
groups = ["retention", "recruitment"]

[outputs]
staff = { variable = "all staff" }
staff_2020 = { variable = "all staff", at = 2020.75, unit = "WTE" }
seniors_2020 = { variable = "staff[senior]", at = 2020.75 }
lost = { expression = "200 - staff_2020", unit = "WTE" }

[[target]]
name = "150 staff"
output = "staff_2020"
at_least = 150

[monte_carlo]
runs = 12
"""
