"""Numbers, names, tables and messages: one strict rule for every field of every file."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from llr_sd.errors import InputError, LlrSdError, clean, nearest
from llr_sd.study import load_study
from llr_sd.textfiles import read_text, read_toml, table_rows
from llr_sd.values import check_distinct, check_outputs, number


@pytest.mark.parametrize(
    ("text", "value"), [("0.05", 0.05), ("-3", -3.0), ("+1e3", 1000.0), (".5", 0.5), ("5.", 5.0), ("1E-2", 0.01)]
)
def test_plain_numbers(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("nan", "plain digits"),
        ("-inf", "plain digits"),
        ("Infinity", "plain digits"),
        ("1e999", "smaller"),
        ("5_0", "plain digits"),
        ("0x10", "plain digits"),
        ("1,200", "Write 1200"),
        ("1 200", "Write 1200"),
        ("0,05", "Write 0.05"),
        ("5%", "Write a share as 0.05"),
        ("−5", "Write -5"),
        ("٣", "plain digits"),
        ("true", "plain digits"),
        ("", "plain digits"),
        ("1.2.3", "plain digits"),
    ],
)
def test_what_is_no_plain_number_says_how_to_write_it(text: str, mend: str) -> None:
    with pytest.raises(InputError, match=r"not a (finite )?number") as found:
        number(text, "sites.csv, row 4")
    assert mend in str(found.value)
    assert "sites.csv, row 4" in str(found.value)


STUDY = """title = "t"
model = "m.mdl"
seed = 1
[uncertain.override.x]
distribution = "uniform"
low = 0.0
high = 1.0
[outputs]
y = { variable = "y", at = 1.0 }
[history]
y = [{ time = 1, value = 2 }]
[[target]]
name = "T"
output = "y"
at_least = 0.5
[[correlation]]
between = ["x", "z"]
rank = 0.5
[monte_carlo]
runs = 10
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("at_least = 0.5", "at_least = nan", ["target > 1 > at_least", "finite"]),
        ("at_least = 0.5", "at_least = inf", ["target > 1 > at_least", "finite"]),
        ("at_least = 0.5", 'at_least = "0.5"', ["target > 1 > at_least", "not a number"]),
        ("at_least = 0.5", "at_least = true", ["target > 1 > at_least", "true is not a number"]),
        ("at_least = 0.5", "at_least = 5_0.5", ["line 15", "5_0.5"]),
        ("at_least = 0.5", "at_least = 2020-01-01", ["target > 1 > at_least", "not a number"]),
        ("at = 1.0", "at = -inf", ["outputs > y > at", "finite"]),
        ("time = 1,", "time = nan,", ["history > y > 1 > time", "finite"]),
        ("value = 2", "value = inf", ["history > y > 1 > value", "finite"]),
        ("low = 0.0", "low = nan", ["uncertain > override > x > low", "finite"]),
        ("rank = 0.5", "rank = nan", ["correlation > 1 > rank", "finite"]),
        ("runs = 10", "runs = 1_0", ["line 20", "1_0"]),
        ("runs = 10", "runs = 0x10", ["line 20", "0x10"]),
        ("runs = 10", "runs = true", ["monte_carlo > runs", "true is not a number"]),
        ("runs = 10", "runs = 10.5", ["monte_carlo > runs", "whole number"]),
        ("runs = 10", 'runs = "10"', ["monte_carlo > runs", "not a number"]),
        ("seed = 1", f"seed = {10**30}", ["seed", "too large"]),
        ("seed = 1", f"seed = {10**400}", ["seed", "not a finite number"]),
        ("seed = 1", "seed = -1", ["seed", "0"]),
        ("seed = 1", "illustrative = 1", ["illustrative", "true or false"]),
        ('title = "t"', 'title = "a\\u001b[31m"', ["title", "control character"]),
        ('title = "t"', 'title = "a\u202eb"', ["title", "control character"]),
        ('title = "t"', "title = 3", ["title", "text, in quotes"]),
        ("[monte_carlo]\nruns = 10", "monte_carlo = 10", ["monte_carlo"]),
        ('title = "t"', 'title = "t', ["line 1", "does not end"]),
        ('title = "t"', 'title = "t"\ntitle = "u"', ["given twice"]),
        ("y = { var", '"" = { var', ["empty"]),
        ("y = { var", '"a/b" = { var', ["a/b", "/"]),
        ("y = { var", "run = { var", ["run", "already stands"]),
        ("y = { var", "Time = { var", ["Time", "already stands"]),
        ("y = { var", "ok = { var", ["ok", "already stands"]),
        ("y = { var", '"central: end" = { var', ["central"]),
        ("y = { var", "con = { var", ["con", "file"]),
        ("y = { var", f"{'y' * 130} = {{ var", ["130 characters"]),
        ("y = { var", 'Y = { variable = "y" }\ny = { var', ["differ only"]),
        ('name = "T"', 'name = " "', ["name"]),
    ],
)
def test_every_field_of_a_study_is_strict(tmp_path: Path, old: str, new: str, says: list[str]) -> None:
    file = tmp_path / "study.toml"
    assert old in STUDY
    file.write_text(STUDY.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as found:
        load_study(file)
    for words in ["study.toml", *says]:
        assert words in str(found.value)
    assert "Input should" not in str(found.value)


def test_a_plain_study_is_read(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(STUDY.replace('title = "t"', 'title = "5_0 and 0x10"  # 5_0'), encoding="utf-8-sig")
    assert load_study(file).monte_carlo.runs == 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a;b\n1;2\n", "not separated by commas"),
        ("a\tb\n1\t2\n", "not separated by commas"),
        ("a,b\n1,2,3\n", "row 2: has 3 entries"),
        ("a,b\n\n1\n", "row 3: has 1 entries"),
        ("a,b,a\n1,2,3\n", 'column "a" twice'),
        ("a,,b\n1,2,3\n", "column without a name"),
        ("a,c\n1,2\n", 'no column "b"'),
        ('a,b\n"1,2\n', "row 2: cannot be read"),
        ("", 'no column "a"'),
        ("a,b\n" + "x" * 200_000 + ",1\n", "row 2: cannot be read"),
    ],
)
def test_tables_name_the_row_that_does_not_fit(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        table_rows(text, "t.csv", ("a", "b"))


def test_tables_pass_over_blank_rows_and_marks_and_count_as_a_spreadsheet_does() -> None:
    rows = table_rows("\ufeffa,b,,\r\n\r\n , \r\n 1 ,x,,\r\n", "t.csv", ("a", "b"))
    assert [(r.number, r["a"], r["b"]) for r in rows] == [(4, "1", "x")]


def test_files_that_are_no_text(tmp_path: Path) -> None:
    for name, raw, says in (
        ("utf16.toml", "a = 1".encode("utf-16"), "UTF-8"),
        ("latin.toml", b"a = 1\n# caf\xe9\n", "line 2"),
        ("zeros.toml", b"a = 1\0", "zero bytes"),
    ):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(InputError, match=says):
            read_toml(tmp_path / name)
    with pytest.raises(InputError, match="is a folder"):
        read_text(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_text(tmp_path / "none")
    with pytest.raises(InputError, match=r"cannot be read|no such file|regular"):
        read_text(tmp_path / ("x" * 5000))
    with (tmp_path / "huge.toml").open("wb") as file:
        file.truncate(50 << 20)
    with pytest.raises(InputError, match="50 MB"):
        read_toml(tmp_path / "huge.toml")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match=r"nesting|bracket|valid"):
        read_toml(tmp_path / "deep.toml")


def test_messages_are_clean_short_and_survive_a_pickle() -> None:
    error = InputError("\x1b[31mred\x1b[0m \x07 \u202eevil\n" + "x" * 5000 + " end", where="a\r\nb", mend="m")
    assert str(error).isprintable()
    assert len(str(error)) < 700
    assert "[31m" not in str(error)
    assert str(error).startswith("a b: red")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (InputError, str(error))
    assert isinstance(error.at("elsewhere"), LlrSdError)
    assert clean("a\x1b]0;title\x07b\x9b1m") == "ab1m"
    assert nearest("x" * 10_000, ["xx"]) == ""


def test_names_that_differ_in_case_or_form_are_one() -> None:
    with pytest.raises(ValueError, match="differ only"):
        check_distinct(["ﬁn", "fin"], "outputs")
    with pytest.raises(ValueError, match="two scenarios"):
        check_distinct(["a", "a"], "scenarios")
    with pytest.raises(ValueError, match="already stands"):
        check_outputs(["Skill"], taken=["Skill"])
    check_outputs(["gp_2020", "GP WTE", "staff in post: all", "Größe"])
