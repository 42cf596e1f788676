"""Two thousand damaged inputs, the same ones every time: each is refused by name in a line or two, or gives a whole result.

Every kind of file that a user may hand in is damaged in every way that files are: bytes, lines and fields lost, doubled, swapped or
replaced by what does not belong there. Drawing is left out for most, since it takes longer than everything else together.
"""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

import llr_sd
from llr_sd import report
from llr_sd.cli import main
from llr_sd.register import registers_folder
from staff_study import PARAMETERS, STAFF

SECONDS = 20
DRAWN = 40  # one in so many of the accepted inputs is drawn too

STUDY = """title = "All that a study can ask"
question = "Does it hold?"
model = "staff"
site = "site.csv"
seed = 3
set = { level_share = 0.4 }
compare_with = "as now"

[[scenario]]
name = "as now"

[[scenario]]
name = "no hiring"
set = { hiring = 0, "leaving rate[junior]" = 0.3 }
note = "nobody comes"

[uncertain]
groups = ["retention"]
names = ["hiring"]

[uncertain.override.level_share]
distribution = "uniform"
low = 0.4
high = 0.6

[[correlation]]
between = ["hiring", "leave_senior"]
rank = -0.3

[outputs]
staff = { variable = "all staff" }
staff_2020 = { variable = "all staff", at = 2020.75, unit = "WTE", label = "Staff in 2020" }
seniors_2020 = { variable = "staff[senior]", at = 2020.75 }
lost = { expression = "200 - staff_2020", unit = "WTE" }

[[target]]
name = "150 staff"
output = "staff_2020"
at_least = 150
source = "made up"

[history]
staff = [{ time = 2018.75, value = 190, source = "a count" }]

[[observed]]
name = "a count by others"
output = "staff"
values = { "Sep 2018" = 190, "2019.75" = 180 }
relative_to = "Sep 2018"
error = 0.02
unit = "FTE"
grade = "B"

[monte_carlo]
runs = 100
design = "latin_hypercube"

[sobol]
base = 4
scenarios = ["as now"]

[convergence]
tolerance = 0.5
budget = 200

[morris]
trajectories = 4

[shapley]
base = 4

[[attribution]]
base = "as now"
scenario = "no hiring"

[[discovery]]
target = "150 staff"
density = 0.7

[levers]
scenario = "no hiring"
target = "150 staff"
cost = "lost"
probability = 0.5
most = 8
set = { hiring = [0, 10, 20] }

[value_of_information]
benefit = "staff_2020"
options = ["as now", "no hiring"]
"""
PLAIN = """title = "t"
model = "{model}"
[outputs]
y = {{ variable = "{output}" }}
[monte_carlo]
runs = 2
"""
SITE = "parameter,value,unit,source,note\nhiring,11,WTE/Year,a count,\nleave_senior,0.4,1/Year,a count,illustrative\nleave_junior,0.6,1/Year,,\n"
MODEL = """{UTF-8}
Skill: senior, junior ~~|
Place: north, south -> Skill ~~|
table((0,0),(50,0.5),(100,1)) ~ Dmnl ~ A graph. |
rate[Skill] = 0.1, 0.2 ~ 1/Year [0,1] ~ Leavers. |
share = 0.25 ~ Dmnl [0,1] ~ |
staff[Skill] = INTEG(hired[Skill] - rate[Skill]*staff[Skill], 100) ~ WTE ~ Staff. |
hired[Skill] = IF THEN ELSE(Time >= 1 :AND: Time < 3, 10*share, 5) ~ WTE/Year ~ |
known = SMOOTH(SUM(staff[Skill!]), 2) + DELAY3(share, 1.5) ~ WTE ~ |
fixed = DELAY FIXED(known, 1, 200) ~ WTE ~ |
graph = table(known/4) + PULSE(2, 1) + MAX(share, 0.1)^2 ~ Dmnl ~ |
y = known + graph*fixed + VMIN(staff[Skill!]) ~ WTE ~ |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 5 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
SAVEPER = 0.5 ~ Year ~ |
\\\\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*View 1
"""
XMILE = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>v</vendor><product version="1">p</product></header>
<sim_specs method="Euler" time_units="Year"><start>0</start><stop>5</stop><dt reciprocal="true">4</dt></sim_specs>
<dimensions><dim name="Skill"><elem name="senior"/><elem name="junior"/></dim></dimensions>
<model><variables>
<stock name="staff"><dimensions><dim name="Skill"/></dimensions><eqn>100</eqn><inflow>hired</inflow><outflow>left</outflow><units>WTE</units></stock>
<flow name="hired"><dimensions><dim name="Skill"/></dimensions><eqn>10 * share</eqn></flow>
<flow name="left"><dimensions><dim name="Skill"/></dimensions><eqn>staff * 0.1</eqn><non_negative/></flow>
<aux name="share"><eqn>0.25</eqn><doc>A share.</doc></aux>
<aux name="y"><eqn>SUM(staff[*]) + SMTH1(share, 2) + IF TIME &gt; 2 THEN 1 ELSE g</eqn></aux>
<aux name="g"><eqn>TIME</eqn><gf><xscale min="0" max="5"/><ypts>0,1,2,3,4,5</ypts></gf></aux>
</variables></model></xmile>
"""
CHECKS = """[draws]
runs = 20
[[conservation]]
name = "nobody is lost"
variable = "all staff"
tolerance = 1000
[[extreme]]
name = "nobody leaves"
set = { "leaving rate[*]" = 0, hiring = 0 }
expect = [{ output = "staff", is = "constant", tolerance = 1e-9 }, { output = "all staff", is = "at least", value = 1, at = "end" }]
[[loop]]
name = "hiring"
switch = "hiring"
output = "all staff"
at = 2020.75
sign = "-"
least = 1
[[halving]]
outputs = ["all staff"]
tolerance = 0.1
why = "a small model"
[[sums_to_one]]
variable = "leaving rate"
over = "Skill"
[[reality]]
name = "none"
when = "hiring = 0"
implies = "all staff <= 200"
[[tables]]
files = "*.csv"
"""
REGISTER = """title = "A small register"
matrix = "matrix.toml"
horizons = [2020.75]
[ladder.capacity]
label = "Capacity"
unit = "WTE"
of = 200
shares = [0.01, 0.025, 0.05, 0.10]
[model.staff]
[output.staff]
model = "staff"
variable = "all staff"
[[risk]]
id = "R1"
title = "Seniors leave"
wording = "Seniors leave faster than planned."
likelihood = 4
consequence = 4
group = ["leave_senior"]
metric = "planned_staff - staff"
[risk.run.planned]
leave_senior = 0.05
[risk.ladder.capacity]
[risk.reading]
"against 150" = "150 - staff"
[[risk.mitigation]]
name = "more hiring"
set = { hiring = 18 }
"""
RATED = 'title = "t"\nregister = "register.toml"\nseed = 5\n[monte_carlo]\nruns = 200\n[sobol]\nbase = 16\n'

POISON = (
    "nan", "inf", "-inf", "1e999", "-1", "0", "1e-300", "1e300", "5_0", "0x10", "true", '"text"', '""', "''", "é", "👩‍⚕️", "\0", "\x1b[31m",
    "a" * 10_000, "9" * 400, "[", "]", "{", "}", "(" * 400, "1,2", "TIME STEP", "Time", "run", "__import__('os')", "../../etc/passwd",
    "*", "=", "~", "|", "\\", "&lt;", "<", "<!ENTITY a 'b'>", "\u202e", "\ufeff", "#", "\n\n", "\t", ";", "1e", ".", "hiring", "2020-01-01",
)  # fmt: skip


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """Return a file's bytes with one to three damages."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        raw = chance.choice((_bytes, _lines, _fields, _fields, _fields))(raw, chance)
    return raw


def _bytes(raw: bytes, chance: random.Random) -> bytes:
    at, size = chance.randrange(len(raw) + 1), chance.choice((1, 1, 4, 40))
    return chance.choice(
        (
            raw[:at] + raw[at + size :],
            raw[:at] + raw[at : at + size] + raw[at:],
            raw[:at],
            raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :],
            raw[:at] + raw[at + size : at + 2 * size] + raw[at : at + size] + raw[at + 2 * size :],
            raw.decode("utf-8", "replace").encode("utf-16"),
            raw.replace(b"\n", b"\r\n"),
            b"\xef\xbb\xbf" + raw,
        )
    )


def _lines(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.splitlines(keepends=True) or [b""]
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    change = chance.randrange(4)
    if change == 0:
        del lines[one]
    elif change == 1:
        lines.insert(two, lines[one])
    elif change == 2:
        lines[one], lines[two] = lines[two], lines[one]
    else:
        lines = lines[min(one, two) :] if chance.random() < 0.5 else lines[: max(one, two)]
    return b"".join(lines)


def _fields(raw: bytes, chance: random.Random) -> bytes:
    """Replace, double or swap a word, a number or a quoted text."""
    text, fields = raw.decode("utf-8", "surrogateescape"), []
    start = 0
    for at, letter in enumerate(text + "\n"):
        if letter in ' ,=[]{}()<>"\n~|:;*/':
            if at > start:
                fields.append((start, at))
            start = at + 1
    if not fields:
        return raw
    (a, b), (c, d) = chance.choice(fields), chance.choice(fields)
    change = chance.randrange(5)
    if change < 3:
        text = text[:a] + chance.choice(POISON) + text[b:]
    elif change == 3:
        text = text[:a] + text[c:d] + text[b:]
    else:
        text = text[:b] + text[a:b] + text[b:]
    return text.encode("utf-8", "surrogateescape")


Kind = tuple[str, int, Callable[[Path], None], str, tuple[str, ...]]


def _of_study(folder: Path) -> None:
    model = folder / "staff"
    model.mkdir()
    (model / "staff.mdl").write_text(STAFF, encoding="utf-8")
    (model / "parameters.csv").write_text(PARAMETERS, encoding="utf-8")
    (model / "checks.toml").write_text(CHECKS, encoding="utf-8")
    (folder / "site.csv").write_text(SITE, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")


def _plain(folder: Path) -> None:
    """A study of many keys whose runs are few."""
    _of_study(folder)
    parts = STUDY.split("\n\n")
    kept = [p for p in parts if not p.startswith(("[sobol]", "[conv", "[morris]", "[shapley]", "[levers]", "[[disc", "[[attr"))]
    (folder / "study.toml").write_text("\n\n".join(kept), encoding="utf-8")


def _quick(folder: Path) -> None:
    """The staff model with a study that asks little."""
    _of_study(folder)
    text = 'site = "site.csv"\n' + PLAIN.format(model="staff", output="all staff")
    (folder / "study.toml").write_text(text + '[uncertain]\ngroups = ["retention"]\n', encoding="utf-8")


def _of_model(name: str, text: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / name).write_text(text, encoding="utf-8")
        (folder / "study.toml").write_text(PLAIN.format(model=name, output="y"), encoding="utf-8")

    return make


def _of_register(folder: Path) -> None:
    _of_study(folder)
    (folder / "study.toml").write_text(RATED, encoding="utf-8")
    (folder / "register.toml").write_text(REGISTER, encoding="utf-8")
    shutil.copyfile(registers_folder() / "llr_2017_matrix.toml", folder / "matrix.toml")


RUN = ("run", "{folder}", "--out", "{folder}/results", "--verify", "0")
KINDS: tuple[Kind, ...] = (
    ("study", 200, _of_study, "study.toml", RUN),
    ("study_plain", 430, _plain, "study.toml", RUN),
    ("vensim", 400, _of_model("m.mdl", MODEL), "m.mdl", RUN),
    ("xmile", 280, _of_model("m.xmile", XMILE), "m.xmile", RUN),
    ("parameters", 190, _quick, "staff/parameters.csv", RUN),
    ("site", 140, _quick, "site.csv", RUN),
    ("checks_with_site", 60, _quick, "staff/checks.toml", RUN),
    ("checks_alone", 60, _quick, "staff/checks.toml", ("check", "{folder}/staff")),
    ("register", 80, _of_register, "register.toml", RUN),
    ("matrix", 50, _of_register, "matrix.toml", ("list", "{folder}")),
)


def _damage_results(folder: Path, chance: random.Random) -> bytes:
    """Damage one file of a results folder, or take it away."""
    files = sorted(p for p in (folder / "results").rglob("*") if p.is_file())
    chosen = chance.choice(files)
    raw = damaged(chosen.read_bytes() or b" ", chance)
    if chance.random() < 0.2:
        chosen.unlink()
        return f"{chosen} taken away".encode()
    chosen.write_bytes(raw)
    return f"{chosen}: ".encode() + raw


@contextmanager
def limit(seconds: int) -> Iterator[None]:
    """Fail where something takes longer, on systems that can tell."""

    def late(_: int, __: FrameType | None) -> None:
        raise SystemExit(f"no answer after {seconds} s")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def judge(code: object, out: str, err: str, folder: Path, writes: bool) -> str:
    """Return what is wrong with an answer, or an empty text."""
    results = folder / "results"
    if code not in (0, 1, 2):
        return f"exit {code}"
    if "Traceback" in out + err or "unforeseen" in out + err or "--debug" in err:
        return "an error that has no name"
    if code == 2:
        if (
            not err.startswith("llr-sd: ")
            or len(err.strip().splitlines()) > 2
            or (not err.strip().isprintable() and "\n" not in err.strip())
        ):
            return "not a line or two"
        if len(err) > 1500:
            return "a long message"
        if writes and list(folder.glob(".results*")):
            return "refused only after runs were made"
        return "something left in place of results" if writes and results.exists() else ""
    if err.strip():
        return "words on the error stream"
    if writes:
        result = llr_sd.open_result(results)
        if all(frame.empty for name, frame in result.tables.items() if name in ("summary", "ratings", "failures")):
            return "an empty result"
    return ""


@pytest.fixture
def answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[str], bool], tuple[object, str, str]]:
    """Run a command within `SECONDS` and return exit code and what it printed; pictures are drawn where that is asked for."""
    draw = {name: getattr(report, name) for name in ("write_report", "write_workbook")}
    monkeypatch.setattr("llr_sd.check.run._Checker._start", lambda self: (None, ""))

    def given(command: list[str], drawn: bool) -> tuple[object, str, str]:
        for name, made in draw.items():
            monkeypatch.setattr(report, name, made if drawn else lambda result: None)
        with limit(SECONDS):
            try:
                code: object = main(command)
            except SystemExit as error:
                code = error.code
        return (code, *capsys.readouterr())

    return given


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=[k[0] for k in KINDS])
def test_damaged_inputs_are_refused_by_name_or_give_a_whole_result(
    kind: Kind, tmp_path: Path, answer: Callable[[list[str], bool], tuple[object, str, str]]
) -> None:
    name, number, make, file, command = kind
    chance = random.Random(f"damaged {name}")
    faults, accepted = [], 0
    make(tmp_path)
    whole = (tmp_path / file).read_bytes()
    given = [part.format(folder=tmp_path) for part in command]
    sound, _, err = answer(given, False)
    assert sound in (0, 1), err
    for i in range(number):
        for left in {*tmp_path.glob("*results*"), *tmp_path.glob(".*results*")}:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        (tmp_path / file).write_bytes(raw := damaged(whole, chance))
        code, out, err = answer(given, accepted % DRAWN == 1)
        fault = judge(code, out, err, tmp_path, command[0] == "run")
        accepted += code in (0, 1)
        if fault:
            faults.append(f"{name} {i}: {fault}\n{err[:400]}\n{raw!r}")
    assert not faults, f"{len(faults)} of {number}:\n" + "\n---\n".join(faults[:5])
    assert 0 < accepted < number


@pytest.mark.slow
def test_damaged_results_are_refused_by_name_or_shown_whole(
    tmp_path: Path, answer: Callable[[list[str], bool], tuple[object, str, str]]
) -> None:
    _quick(tmp_path)
    results, spare = tmp_path / "results", tmp_path / "spare"
    assert answer(["run", str(tmp_path), "--out", str(results), "--verify", "0"], True)[0] == 0
    shutil.copytree(results, spare)
    chance, faults, refused = random.Random("damaged results"), [], 0
    for i in range(120):
        shutil.rmtree(results)
        shutil.copytree(spare, results)
        raw = _damage_results(tmp_path, chance)
        code, out, err = answer(["report", str(results)], False)
        refused += code == 2
        fault = judge(code, out, err, tmp_path, False)
        if fault:
            faults.append(f"{i}: {fault}\n{err[:400]}\n{raw!r}")
    assert not faults, f"{len(faults)}:\n" + "\n---\n".join(faults[:5])
    assert refused
