"""Dimensional analysis: units as exponent maps, and a finding for every equation whose two sides differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from llr_sd.check.dimensions import parse_unit
from llr_sd.check.units import check_units
from llr_sd.errors import InputError
from llr_sd.functions import FUNCTIONS, WRITTEN_OUT
from llr_sd.translate import translate

CLOCK = """
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 4 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
SAVEPER = 0.25 ~ Year ~ |
"""
GIVEN = """{UTF-8}
Skill: senior, junior ~~|
heads = 10 ~ Head ~ |
wte = 8 ~ WTE ~ |
hire = 2 ~ Head/Year ~ |
rate = 0.1 ~ 1/Year ~ |
delay = 2 ~ Year ~ |
months = 6 ~ Month ~ |
share = 0.5 ~ Dmnl ~ |
split[Skill] = 0.4, 0.6 ~ Dmnl ~ |
posts by heads((0,0),(10,5)) ~ WTE ~ |
"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1/Year", "1 / years"),
        ("WTE/Head/Year", "WTE/(Head*Year)"),
        ("Head*Year/WTE", "years * Heads / WTE"),
        ("Dmnl", ""),
        ("dimensionless", "WTE/WTE"),
        ("Year*Year", "Year^2"),
        ("Year**-1", "1/yr"),
        ("People", "Person"),
        ("Full_Time Staff", "full time staff"),
        ("GBP/(WTE*Year)", "£/WTE/year"),
    ],
)
def test_spellings_of_one_unit(one: str, other: str) -> None:
    assert parse_unit(one) == parse_unit(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Month", "Year"), ("Head", "WTE"), ("Head", "Person"), ("Year", "1/Year"), ("Hour", "WTE")]
)
def test_nothing_is_converted(one: str, other: str) -> None:
    assert parse_unit(one) != parse_unit(other)


@pytest.mark.parametrize("text", ["WTE/", "(WTE", "WTE)", "1000 Head", "WTE^x", "*Year"])
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        parse_unit(text)


def test_a_unit_is_shown_as_written() -> None:
    assert str(parse_unit("wte/(head*year)")) == "WTE/(Head*Year)"
    assert str(parse_unit("1/year^2")) == "1/Year^2"


def findings(tmp_path: Path, equation: str) -> tuple[str, ...]:
    file = tmp_path / "small.mdl"
    file.write_text(GIVEN + equation + CLOCK, encoding="utf-8")
    return check_units(translate(file)).findings


@pytest.mark.parametrize(
    "equation",
    [
        "x = heads * rate ~ Head/Year ~ |",
        "x = INTEG(hire - x * rate, heads) ~ Head ~ |",
        "x = INTEG(hire, 0) ~ Head ~ |",
        "x = INTEG(hire, 12) ~ Head ~ |",
        "x = MAX(0, heads - 0) ~ Head ~ |",
        "x = IF THEN ELSE(heads > 0 :AND: Time >= delay, hire, 0) ~ Head/Year ~ |",
        "x = IF THEN ELSE(share = 1, 1, share) ~ Dmnl ~ |",
        "x = ZIDZ(wte, heads) ~ WTE/Head ~ |",
        "x = XIDZ(wte, heads, 0) ~ WTE/Head ~ |",
        "x = EXP(-rate * delay) * heads ~ Head ~ |",
        "x = (1 + rate * delay) ^ (Time / delay) ~ Dmnl ~ |",
        "x = heads ^ 2 ~ Head*Head ~ |",
        "x = SQRT(heads * heads) ~ Head ~ |",
        "x = SMOOTHI(wte, delay, wte) ~ WTE ~ |",
        "x = DELAY3(hire, delay) ~ Head/Year ~ |",
        "x = DELAY FIXED(hire, delay, 0) ~ Head/Year ~ |",
        "x = STEP(heads, delay) ~ Head ~ |",
        "x = RAMP(hire, delay, delay) ~ Head ~ |",
        "x = PULSE(delay, delay) ~ Dmnl ~ |",
        "x = posts by heads(heads) ~ WTE ~ |",
        "x = WITH LOOKUP(heads, ((0,0),(10,5))) ~ WTE/Year ~ |",
        "x = SUM(split[Skill!]) * heads ~ Head ~ |",
        "x = PROD(split[Skill!]) ~ Dmnl ~ |",
        "x = INITIAL(heads) ~ Head ~ |",
        "x = 1 / 3 ~ 1/Year ~ |",
        "x = INTEGER(heads) ~ Head ~ |",
        "x = TREND(heads, delay, 0) ~ 1/Year ~ |",
    ],
)
def test_a_sound_equation_has_no_finding(tmp_path: Path, equation: str) -> None:
    assert findings(tmp_path, equation) == ()


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("x = heads + wte ~ Head ~ |", "adds different units: heads is in Head, wte is in WTE"),
        ("x = heads * rate ~ Head ~ |", "is stated in Head, but heads * rate is in Head/Year"),
        ("x = INTEG(hire * delay, heads) ~ Head ~ |", "its flow must be in Head/Year, but hire * delay is in Head"),
        ("x = INTEG(hire, wte) ~ Head ~ |", "the stock is in Head, its initial value wte in WTE"),
        ("x = MIN(1, rate) ~ 1/Year ~ |", "a and b of MIN in different units: 1 is in Dmnl, rate is in 1/Year"),
        ("x = IF THEN ELSE(heads > 5, 1, 0) ~ Dmnl ~ |", "compares (>) different units: heads is in Head, 5 is in Dmnl"),
        ("x = IF THEN ELSE(heads, 1, 0) ~ Dmnl ~ |", "the condition of IF THEN ELSE must be in Dmnl"),
        ("x = IF THEN ELSE(share = 1, heads, wte) ~ Head ~ |", "then and else of IF THEN ELSE in different units"),
        ("x = EXP(rate) ~ Dmnl ~ |", "what EXP takes must be in Dmnl"),
        (
            "x = XIDZ(wte, heads, wte) ~ WTE/Head ~ |",
            "numerator / denominator and x of XIDZ in different units: wte / heads is in",
        ),
        (
            "x = PULSE TRAIN(delay, heads, delay, delay) ~ Dmnl ~ |",
            "the width of PULSE TRAIN must be in Year, but heads is in Head",
        ),
        ("x = FORECAST(heads, delay, months) ~ Head ~ |", "the horizon of FORECAST must be in Year, but months is in Month"),
        ("x = QUANTUM(heads, wte) ~ Head ~ |", "x and quantum of QUANTUM in different units: heads is in Head, wte is in WTE"),
        ("x = share ^ rate ~ Dmnl ~ |", "an exponent must be in Dmnl"),
        ("x = heads ^ share ~ Head ~ |", "to a power that is not a written number"),
        ("x = SMOOTHI(wte, months, wte) ~ WTE ~ |", "the time of SMOOTH must be in Year, but months is in Month"),
        ("x = SMOOTHI(wte, delay, heads) ~ WTE ~ |", "input and initial of SMOOTH in different units"),
        ("x = hire * months ~ Head ~ |", "is stated in Head, but hire * months is in Head*Month/Year"),
        ("x = STEP(heads, 2017) ~ Head ~ |", "the start of STEP must be in Year"),
        ("x = posts by heads(heads) ~ Head ~ |", "is stated in Head, but posts by heads(heads) is in WTE"),
        ("x = heads ~ Head per ^ Year ~ |", 'the unit "Head per ^ Year" cannot be read'),
        ("x = SUM(split[Skill!]) + heads ~ Head ~ |", "SUM(split[Skill!]) is in Dmnl, heads is in Head"),
    ],
)
def test_a_fault_is_named_once_with_both_units(tmp_path: Path, equation: str, said: str) -> None:
    found = findings(tmp_path, equation)
    assert len(found) == 1
    assert found[0].startswith('"x": ')
    assert said in found[0]


def test_a_time_step_without_unit_is_said(tmp_path: Path) -> None:
    file = tmp_path / "small.mdl"
    file.write_text(GIVEN + CLOCK.replace("TIME STEP = 0.25 ~ Year", "TIME STEP = 0.25 ~"), encoding="utf-8")
    assert check_units(translate(file)).findings == ('"TIME STEP" has no unit, so flows cannot be held against their stocks.',)


def test_every_function_of_the_engine_has_a_unit_for_each_argument() -> None:
    for function in FUNCTIONS.values():
        if function.kind != WRITTEN_OUT and function.key not in ("SQRT", "POWER"):
            takes, _, gives = function.units.partition(" -> ")
            assert len(takes.split()) == len(function.arguments), function.key
            assert gives, function.key
