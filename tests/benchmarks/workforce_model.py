"""A made-up workforce model of any size, to measure the engine with and to try it on.

`python tests/benchmarks/workforce_model.py` measures it at about 400 and at about 25,000 elements, the small one against PySD too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from llr_sd.bench import SECONDS, Measured, as_text, measure
from llr_sd.translate import translate

SMALL, LARGE = (4, 3, 2), (10, 46, 4)  # skills, settings, ages

_MODEL = """{{UTF-8}}
skill: {skills} ~~|
setting: {settings} ~~|
age: {ages} ~~|

staff[skill,setting,age]= INTEG(
    arrivals[skill,setting,age] + moves in[skill,setting,age] - moves out[skill,setting,age] - quits[skill,setting,age],
    initial staff[skill]*setting share[setting]*age share[age])
    ~ WTE ~ |
arrivals[skill,setting,age]= DELAY3(starts[skill,setting,age], training time[skill])
    ~ WTE/Month ~ |
starts[skill,setting,age]= MAX(0, gap[skill,setting]*age share[age]/hiring time)
    ~ WTE/Month ~ |
moves out[skill,setting,age]= staff[skill,setting,age]*move rate[age]*(1 - setting share[setting])
    ~ WTE/Month ~ |
moves in[skill,setting,age]= DELAY FIXED(moves out[skill,setting,age], move delay, 0)
    ~ WTE/Month ~ |
quits[skill,setting,age]= staff[skill,setting,age]*quit rate[age]*stress effect[skill,setting]
    ~ WTE/Month ~ |
sick[skill,setting,age]= SMOOTHI(
    staff[skill,setting,age]*absence*stress[skill,setting], sick time, staff[skill,setting,age]*absence)
    ~ WTE ~ |
hours[skill,setting,age]= (staff[skill,setting,age] - sick[skill,setting,age])*hours each[age]
    ~ Hours/Month ~ |
cost[skill,setting,age]= staff[skill,setting,age]*pay[skill]*(1 + IF THEN ELSE(staff[skill,setting,age] > limit, premium, 0))
    ~ Pounds/Month ~ |
fulfilled[skill,setting,age]= ZIDZ(hours[skill,setting,age], need[skill,setting]*age share[age])
    ~ Dmnl ~ |
spent[skill,setting,age]= INTEG(cost[skill,setting,age], 0)
    ~ Pounds ~ |
trained[skill,setting,age]= INTEG(arrivals[skill,setting,age] - trained[skill,setting,age]*fade, 0)
    ~ WTE ~ |
need[skill,setting]= demand[setting]*mix[skill]*(1 + RAMP(growth, 12, 108))
    ~ Hours/Month ~ |
supply[skill,setting]= SUM(hours[skill,setting,age!])
    ~ Hours/Month ~ |
stress[skill,setting]= MIN(3, XIDZ(need[skill,setting], supply[skill,setting], 3))
    ~ Dmnl ~ |
stress effect[skill,setting]= effect of stress(stress[skill,setting])
    ~ Dmnl ~ |
felt need[skill,setting]= SMOOTH3(need[skill,setting], planning time)
    ~ Hours/Month ~ |
gap[skill,setting]= felt need[skill,setting]/160 - SUM(staff[skill,setting,age!])
    ~ WTE ~ |
total staff[skill]= SUM(staff[skill,setting!,age!])
    ~ WTE ~ |
share[skill]= ZIDZ(total staff[skill], all staff)
    ~ Dmnl ~ |
all staff= SUM(staff[skill!,setting!,age!])
    ~ WTE ~ |
all cost= SUM(cost[skill!,setting!,age!])*(1 + STEP(inflation, 24))
    ~ Pounds/Month ~ |
effect of stress((0,0.6),(0.8,0.9),(1,1),(1.2,1.2),(1.6,1.7),(3,2.5))
    ~ Dmnl ~ |
initial staff[skill]= {initial} ~ WTE ~ |
setting share[setting]= {share} ~ Dmnl ~ |
age share[age]= {age_share} ~ Dmnl ~ |
training time[skill]= {training} ~ Month ~ |
mix[skill]= {mix} ~ Dmnl ~ |
demand[setting]= {demand} ~ Hours/Month ~ |
quit rate[age]= {quit} ~ 1/Month ~ |
move rate[age]= {move} ~ 1/Month ~ |
hours each[age]= {hours} ~ Hours/Month/WTE ~ |
pay[skill]= {pay} ~ Pounds/Month/WTE ~ |
hiring time= 6 ~ Month ~ |
move delay= 3 ~ Month ~ |
absence= 0.04 ~ Dmnl ~ |
sick time= 2 ~ Month ~ |
limit= 100 ~ WTE ~ |
premium= 0.1 ~ Dmnl ~ |
fade= 0.01 ~ 1/Month ~ |
growth= 0.002 ~ 1/Month ~ |
planning time= 12 ~ Month ~ |
inflation= 0.02 ~ Dmnl ~ |
INITIAL TIME= 0 ~ Month ~ |
FINAL TIME= {final:g} ~ Month ~ |
TIME STEP= {step:g} ~ Month ~ |
SAVEPER= {saveper:g} ~ Month ~ |
"""


def synthetic_model(
    skills: int = SMALL[0],
    settings: int = SMALL[1],
    ages: int = SMALL[2],
    months: float = 120,
    steps_a_month: int = 8,
    saveper: float = 1,
) -> str:
    """Return the .mdl text of a workforce model with 12 variables over skill x setting x age and 7 over skill x setting."""

    def names(prefix: str, n: int) -> str:
        return ", ".join(f"{prefix}{i + 1}" for i in range(n))

    def numbers(first: float, step: float, n: int, total: float | None = None) -> str:
        values = [first + step * (i % 7) for i in range(n)]
        scale = 1.0 if total is None else total / sum(values)
        return ", ".join(f"{v * scale:.12g}" for v in values)

    return _MODEL.format(
        skills=names("skill", skills),
        settings=names("setting", settings),
        ages=names("age", ages),
        initial=numbers(300, 150, skills),
        share=numbers(2, 1, settings, 1.0),
        age_share=numbers(3, -0.4, ages, 1.0),
        training=numbers(6, 6, skills),
        mix=numbers(1, 0.5, skills, 1.0),
        demand=numbers(80000, 20000, settings),
        quit=numbers(0.008, 0.004, ages),
        move=numbers(0.004, 0.001, ages),
        hours=numbers(150, -10, ages),
        pay=numbers(2500, 900, skills),
        final=months,
        step=1 / steps_a_month,
        saveper=saveper,
    )


def measured(pysd: bool = True, seconds: float = SECONDS) -> Iterator[Measured]:
    """Measure the small and the large one."""
    with tempfile.TemporaryDirectory() as folder:
        for name, sizes, with_pysd in (("small", SMALL, pysd), ("large", LARGE, False)):
            file = Path(folder) / f"{name}.mdl"
            file.write_text(synthetic_model(*sizes), encoding="utf-8")
            yield measure(translate(file), name, with_pysd, seconds)


if __name__ == "__main__":
    print(as_text(list(measured())))
