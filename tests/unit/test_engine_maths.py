"""The engine's own mathematical functions: how far from the true value, exact where they can be, the same bits everywhere."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
from maths_code import ALONE, UNARY, Compiled, Reals, run_in_node
from node_code import node_program

import llr_sd
from llr_sd.engine.llvm.target import host

SSE = ("x86-64", "+64bit,+sse,+sse2")
AVX = ("sandybridge", "+64bit,+avx,+sse2,+sse4.1,+sse4.2")
AVX2 = ("haswell", "+64bit,+avx,+avx2,+fma,+sse2,+sse4.1,+sse4.2,+bmi,+bmi2,+f16c,+popcnt")
# Greatest error seen, in units in the last place, rounded up; 0.5 is a correctly rounded result.
MOST_ULP = {
    "exp": 0.54, "log": 0.501, "sinh": 0.54, "cosh": 0.54, "tanh": 0.52, "sin": 0.60, "cos": 0.60, "tan": 0.63,
    "asin": 0.501, "acos": 0.501, "atan": 0.501, "pow": 0.54, "log_base": 0.501,
}  # fmt: skip
EDGES = np.array(
    [0.0, 1, 2, 3, 0.5, 1.5, 0.1, 10, 15, 5e-324, 1e-310, 2.0**-1022, math.inf, 1e300, 1e-300, 2.0**51 + 0.5, 2.0**52 + 1,
     2.0**53, 2.0**53 + 2, 1 - 2.0**-53, 1 + 2.0**-52, 709.78, 709.79, 745.13, 745.14, 1e22, np.finfo(float).max]
)  # fmt: skip
EDGES = np.concatenate([EDGES, -EDGES, [math.nan]])
mpmath.mp.prec = 200


@pytest.fixture(scope="module")
def functions() -> Compiled:
    return Compiled(host().width)


def random_bits(seed: int, size: int) -> Reals:
    """Doubles of every size and sign, some of them not numbers."""
    return np.random.default_rng(seed).integers(0, 2**64, size, dtype=np.uint64).view(np.float64)


def near(points: list[float]) -> Reals:
    """Every double within 40 units of each point: where a reduction or a table passes from one piece to the next."""
    x = np.asarray(points)[:, None]
    return (x + np.arange(-40, 41) * np.spacing(np.abs(x))).ravel()


def arguments(name: str) -> tuple[Reals, Reals]:
    """Random and hard arguments of a function."""
    rng = np.random.default_rng(len(name) * 1000 + ord(name[0]))
    n = 4000
    one = np.ones
    if name in ("exp", "sinh", "cosh", "tanh"):
        seams = near([k * math.log(2) / 2 for k in (-9, -3, -1, 1, 3, 1001)] + [0.5, -0.5, 1e-8, 22.0, 40.0])
        x = np.concatenate([rng.uniform(-708, 709, n), rng.uniform(-2, 2, n), rng.uniform(-1e-3, 1e-3, n), seams])
        return x, one(x.size)
    if name == "log":
        seams = near([*(k / 16 for k in range(11, 24)), math.sqrt(0.5), math.sqrt(2), 1.0, 2.0**-1022, 3e-320])
        x = np.concatenate([np.exp(rng.uniform(-740, 709, n)), rng.uniform(0.5, 2, n), 1 + rng.uniform(-1e-6, 1e-6, n), seams])
        return x, one(x.size)
    if name in ("sin", "cos", "tan"):
        # Doubles that come nearest to multiples of a right angle, after Muller, Elementary Functions (3rd edition), 11.3.2.
        hard = [6381956970095103 * 2.0**797, 5.319372648326541e255, 16367173 * 2.0**72, 2.0**20, 45 * math.pi / 2]
        turns = np.arange(1, 400) * (math.pi / 2)
        x = np.concatenate(
            [rng.uniform(-60, 60, n), rng.uniform(-2e6, 2e6, n), np.exp(rng.uniform(-40, 700, n)), turns, near(hard)]
        )
        return x, one(x.size)
    if name in ("asin", "acos"):
        ends = 1 - np.exp(rng.uniform(-36, 0, n))
        x = np.concatenate([rng.uniform(-1, 1, n), ends, -ends, near([math.sqrt(0.5), 0.5, -0.5])])
        return x, one(x.size)
    if name == "atan":
        x = np.concatenate([rng.uniform(-3, 3, n), np.exp(rng.uniform(-40, 300, n)), near([k / 16 for k in range(1, 20)])])
        return x, one(x.size)
    x = np.concatenate([np.exp(rng.uniform(-20, 20, n)), 1 + rng.uniform(-1e-5, 1e-5, n), rng.uniform(0.5, 2, n)])
    y = np.concatenate([rng.uniform(-30, 30, n), rng.uniform(-5e6, 5e6, n), rng.uniform(-900, 900, n)])
    return (x, y) if name == "pow" else (x, np.abs(y))


TRUE = {
    **{name: getattr(mpmath, name) for name in UNARY},
    "pow": lambda x, y: x**y,
    "log_base": lambda x, y: mpmath.log(x) / mpmath.log(y),
}


def errors(name: str, got: Reals, x: Reals, y: Reals) -> Reals:
    """Distance from the true value in units of its last place."""
    out = np.zeros(got.size)
    for i, (g, *a) in enumerate(zip(got, x, *([] if name in UNARY else [y]), strict=True)):
        true = TRUE[name](*(mpmath.mpf(float(v)) for v in a))
        unit = max(mpmath.mpf(2) ** (mpmath.floor(mpmath.log(abs(true), 2)) - 52), mpmath.mpf(2) ** -1074) if true else 1
        out[i] = abs(mpmath.mpf(float(g)) - true) / unit
    return out


@pytest.mark.parametrize("name", MOST_ULP)
def test_error_is_below_one_unit_in_the_last_place(name: str, functions: Compiled, record_property) -> None:
    x, y = arguments(name)
    got = functions(name, x, y)
    assert np.isfinite(got).all()
    found = errors(name, got, x, y)
    worst = int(found.argmax())
    record_property("greatest error", float(found[worst]))
    print(f"{name}: {found[worst]:.4f} units in the last place at {x[worst]!r}, {y[worst]!r} ({x.size} points)")
    assert found[worst] <= MOST_ULP[name] < 1


def test_results_below_the_normal_numbers_stay_within_one_unit(functions: Compiled) -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(-745, -708.4, 3000)
    assert errors("exp", functions("exp", x), x, x).max() < 1
    base, exponent = np.exp(rng.uniform(-3, 3, 3000)), rng.uniform(708.5, 744, 3000)
    exponent = -exponent / np.log(base)
    assert errors("pow", functions("pow", base, exponent), base, exponent).max() < 1


def test_whole_powers_are_exact(functions: Compiled) -> None:
    """Every power of a whole number or of its half that a double holds."""
    cases = [(b / 2, n) for b in range(-40, 41) if b for n in range(-60, 61)]
    exact = [(b, n, float(Fraction(b) ** n)) for b, n in cases if _held(Fraction(b) ** n)]
    assert len(exact) > 1500
    b, n, want = (np.array(v, dtype=float) for v in zip(*exact, strict=True))
    assert np.array_equal(functions("pow", b, n), want)
    powers = np.arange(-1074.0, 1024.0)
    assert np.array_equal(functions("pow", 2.0, powers), np.ldexp(1.0, powers.astype(int)))


def _held(x: Fraction) -> bool:
    return abs(x) < 2**1000 and Fraction(float(x)) == x


def test_reciprocals_roots_squares_and_logarithms_to_a_base(functions: Compiled) -> None:
    x = np.exp(np.random.default_rng(2).uniform(-300, 300, 20000))
    assert np.array_equal(functions("pow", x, -1.0), 1 / x)
    assert np.array_equal(functions("pow", x, 0.5), np.sqrt(x))
    assert np.array_equal(functions("pow", -x, 2.0), x * x)
    assert np.array_equal(functions("pow", x, 1.0), x)
    assert np.array_equal(
        np.trunc(1 / functions("pow", np.arange(1.0, 2000.0), -1.0)), np.trunc(1 / (1 / np.arange(1.0, 2000.0)))
    )
    assert functions("pow", 3.0, -1.0)[0] == 1 / 3
    tens = np.arange(-22, 23)
    assert np.array_equal(functions("log_base", [float(f"1e{k}") for k in tens if k >= 0], 10.0), tens[tens >= 0])
    assert np.array_equal(functions("log_base", 2.0 ** np.arange(-1074, 1024), 2.0), np.arange(-1074, 1024))
    assert np.array_equal(functions("log_base", 5.0 ** np.arange(1, 20), 5.0), np.arange(1, 20))


def same(a: Reals, b: Reals) -> np.ndarray:
    """Whether the bits are the same; what is not a number has no other bits that count."""
    return (a.view(np.uint64) == b.view(np.uint64)) | (np.isnan(a) & np.isnan(b))


def power_in_c(x: float, y: float) -> float:
    """C's pow, whose errors Python turns into exceptions."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return math.copysign(math.inf, x if abs(math.fmod(y, 2)) == 1 else 1.0)
    except ValueError:
        return math.nan if x else math.copysign(math.inf, x if abs(math.fmod(y, 2)) == 1 else 1.0)


def test_special_cases_are_those_of_c(functions: Compiled) -> None:
    x, y = (v.ravel() for v in np.meshgrid(EDGES, EDGES))
    with np.errstate(all="ignore"):
        wanted = {
            "pow": np.array([power_in_c(a, b) for a, b in zip(x, y, strict=True)]),
            **{n: getattr(np, {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}.get(n, n))(x) for n in UNARY},
        }
        for name, want in wanted.items():
            got = functions(name, x, y)
            with np.errstate(invalid="ignore", over="ignore"):
                within = np.abs(got - want) <= np.spacing(np.abs(want))
            ok = same(got, want) | (within & (np.signbit(got) == np.signbit(want)))
            assert ok.all(), [(name, x[i], y[i], got[i], want[i]) for i in np.flatnonzero(~ok)[:5]]
        base = functions("log_base", x, y)
        usual = (x > 0) & (y > 0) & np.isfinite(x) & np.isfinite(y) & (y != 1)
        assert same(base, np.log(x) / np.log(y))[~usual].all()


@pytest.mark.parametrize("name", ["exp", "log", "sinh", "tanh", "asin", "atan"])
def test_rising_functions_rise_across_the_seams(name: str, functions: Compiled) -> None:
    points = {
        "exp": [k * math.log(2) / 2 for k in range(-99, 100, 2)],
        "log": [*(k / 16 for k in range(11, 24)), math.sqrt(0.5), math.sqrt(2), *(2.0**k for k in range(-60, 60, 7))],
        "sinh": [0.5, *(k * math.log(2) / 2 for k in range(1, 60, 2))],
        "tanh": [0.5, *(k * math.log(2) / 2 for k in range(1, 60, 2))],
        "asin": [math.sqrt(0.5), *(math.sin(math.atan(k / 16)) for k in range(1, 16))],
        "atan": [1.0, *(k / 16 for k in range(1, 16)), *(16 / k for k in range(1, 16))],
    }[name]
    steps = near(points).reshape(len(points), -1)
    got = functions(name, steps.ravel()).reshape(steps.shape)
    assert (np.diff(got, axis=1) >= 0).all()


def samples() -> tuple[Reals, Reals]:
    """Edges with each other, doubles of every size, and ordinary numbers; an even number of them."""
    rng = np.random.default_rng(8)
    x, y = (v.ravel() for v in np.meshgrid(EDGES, EDGES))
    a = np.concatenate([x, random_bits(9, 4000), rng.uniform(-10, 10, 4000), np.exp(rng.uniform(-10, 10, 4000))])
    b = np.concatenate([y, random_bits(10, 4000), rng.uniform(-10, 10, 4000), rng.uniform(-50, 50, 4000)])
    return a[: a.size // 2 * 2], b[: a.size // 2 * 2]


@pytest.mark.skipif(not host().has("avx2"), reason="this processor has no AVX2 to narrow")
@pytest.mark.parametrize(
    ("width", "processor"),
    [(8, SSE), (4, AVX2), (4, AVX), (2, SSE), (2, ("", None)), (1, SSE)],
    ids=["8 on SSE2", "4 with FMA", "4 without FMA", "2 on SSE2", "2 on this", "1 on SSE2"],
)
def test_the_bits_are_the_same_for_every_width_and_processor(width: int, processor: tuple, functions: Compiled) -> None:
    x, y = samples()
    other = Compiled(width, *processor)
    for name in ALONE:
        assert same(functions(name, x, y), other(name, x, y)).all(), name


def test_the_bits_are_the_same_in_web_assembly(functions: Compiled, tmp_path: Path) -> None:
    x, y = samples()
    found = run_in_node(node_program(), tmp_path, x, y)
    for name, got in found.items():
        assert same(functions(name, x, y), got).all(), name


def test_lanes_do_not_meet(functions: Compiled) -> None:
    """A lane beside one that takes the long way gives what it gives alone."""
    for name, hard in (("sin", 1e22), ("pow", -3.0), ("log", 0.0)):
        x = np.linspace(0.1, 3, 8)
        alone = functions(name, x, 0.7)
        x[3] = hard
        beside = functions(name, x, 0.7)
        assert np.array_equal(np.delete(alone, 3), np.delete(beside, 3))


MODEL = """{UTF-8}
three = 3 ~~|
grown = three^(Time/7) ~~|
same grown = (three + 0*Time)^(Time/7) ~~|
nothing = 0 ~~|
none = nothing^Time ~~|
a = 3^(-1) ~~|
whole = INTEGER(1/a) ~~|
places = INTEGER(LOG(1000, 10)) ~~|
minus one = -1 ~~|
half = 0.5 ~~|
reciprocal = (3 + Time)^(-1) ~~|
same reciprocal = (3 + Time)^minus one ~~|
root = (3 + Time)^0.5 ~~|
same root = (3 + Time)^half ~~|
cube = POWER(-2, 3) ~~|
big = 10^15 ~~|
eighth = POWER(2, -3) ~~|
INITIAL TIME=0~~|
FINAL TIME=40~~|
TIME STEP=1~~|
SAVEPER=1~~|
"""


def test_powers_of_a_model(tmp_path: Path) -> None:
    """A power whose exponent is written as a number gives the bits of one whose exponent is a variable."""
    (tmp_path / "powers.mdl").write_text(MODEL)
    found = llr_sd.load_model(tmp_path / "powers.mdl").run({}, engine="compiled").dataset
    value = {name: found[name].values.ravel() for name in found.data_vars}
    for name, want in {"a": 1 / 3, "whole": 3, "places": 3, "cube": -8, "big": 1e15, "eighth": 0.125}.items():
        assert (value[name] == want).all(), name
    assert same(value["reciprocal"], value["same reciprocal"]).all()
    assert same(value["root"], value["same root"]).all()
    assert same(value["grown"], value["same grown"]).all()
    assert np.array_equal(value["none"], np.arange(41) == 0)
