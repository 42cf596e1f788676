"""The page draws what Python draws: the same streams to the last bit, the same designs to 1e-12."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from node_code import node
from numpy.typing import NDArray
from scipy import special

from llr_sd import sampling
from llr_sd.distribution import DISTRIBUTIONS, UNBOUNDED, Distribution
from llr_sd.errors import InputError
from llr_sd.parameters import Parameter
from llr_sd.run.filled import study_model
from llr_sd.run.prepare import correlations, prepare
from llr_sd.sampling.draws import Uncertain
from llr_sd.sampling.streams import generator, key, uniforms
from llr_sd.sampling.ties import normal_correlation
from llr_sd.study import load_study

STUDIES = sorted(
    p.parent for p in (Path(__file__).parents[2] / "experiments").glob("*/study.toml") if p.parent.name != "risk_ratings"
)
DESIGNS = {"random": sampling.draw_monte_carlo, "latin_hypercube": sampling.draw_latin_hypercube}
EDGES = [2.0**-54, 2.0**-53, 2.0**-30, 1e-4, 0.1, 0.25, 0.5, 0.75, 0.9, 1 - 1e-4, 1 - 2.0**-30, 1 - 2.0**-52, 1 - 2.0**-53]
DRAW = """
import { draw, middle } from "@/draws/draw.mjs";
const result = data.map(({ draws, inputs, runs }) => {
  const laws = new Map(inputs.map((input) => [input.name, input.law]));
  return { ...draw(draws, inputs, laws, runs), middles: inputs.map((input) => middle(input, input.law)) };
});
"""


def asked(uncertain: Uncertain, runs: int, seed: int, design: str, pairs: Sequence[sampling.Correlation] = ()) -> dict[str, Any]:
    """What `draw` of the page is given."""
    inputs = [
        {"name": p.name, "unit": p.unit, "value": p.value, "minimum": finite(p.minimum), "maximum": finite(p.maximum)}
        | {"whole": p.whole, "law": sampling.page_law(d)}
        for p, d in uncertain
    ]
    draws = sampling.page_draws([p for p, _ in uncertain], pairs, seed, design)
    return {"draws": draws, "inputs": inputs, "runs": runs}


def finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def width(p: Parameter, d: Distribution) -> float:
    """The scale of a law: from end to end, or of its middle 98 % where it has no ends."""
    if d.kind == "discrete":
        return max(d.values) - min(d.values)
    if d.kind not in UNBOUNDED and d.kind != "fixed":
        return d.high - d.low
    low, high = sampling.quantile(d.within(*p.bounds), np.array([0.01, 0.99])).tolist()
    return float(high - low)


def hold(found: dict[str, Any], values: NDArray[np.float64], uncertain: Uncertain, rounding: float = 1e-12) -> None:
    """Hold a design of the page to one of Python: to 1e-12 of the value, or of the law's width."""
    assert found["names"] == [p.name for p, _ in uncertain]
    page = np.array(found["values"]).reshape(len(uncertain), -1).T
    scale = np.maximum(np.abs(values), [width(p, d) for p, d in uncertain])
    off = np.abs(page - values) / np.where(scale > 0, scale, 1)
    worst = np.unravel_index(off.argmax(), off.shape) if off.size else None
    assert worst is None or off[worst] <= rounding, (
        uncertain[int(worst[1])],
        int(worst[0]),
        page[worst],
        values[worst],
        off[worst],
    )


def test_streams_are_numpys_to_the_last_bit() -> None:
    script = """
    import { Stream, uniforms } from "@/draws/philox.mjs";
    const result = data.map(({ key, runs, sizes }) => {
      const words = new Stream(key);
      return {
        uniforms: uniforms(key, runs), mixed: [words.bits(), words.random(), words.bits(), words.random()],
        permutations: sizes.map((size) => new Stream(key).permutation(size)),
      };
    });
    """
    cases = [(0, "a"), (20171031, "gp_quit_u55"), (2**63, "staff[junior,gp]"), (1, "ä\0b")]
    sizes = [1, 2, 3, 64, 65, 500, 2000]
    keys = [f"{key(*case):032x}" for case in cases]
    for case, found in zip(cases, node(script, [{"key": k, "runs": 3001, "sizes": sizes} for k in keys]), strict=True):
        np.testing.assert_array_equal(found["uniforms"], uniforms(*case, 3001))
        for size, order in zip(sizes, found["permutations"], strict=True):
            np.testing.assert_array_equal(order, generator(*case).permutation(size))
        words = generator(*case)
        mixed = [words.integers(2**32, dtype=np.uint32), words.random(), words.integers(2**32, dtype=np.uint32), words.random()]
        assert found["mixed"] == [float(x) for x in mixed]


def test_the_normal_keeps_its_digits_in_both_tails() -> None:
    script = """
    import { normalScore, normalShare } from "@/draws/special.mjs";
    const result = { shares: data.scores.map(normalShare), scores: data.shares.map(normalScore) };
    """
    scores = [*np.linspace(-37.5, 9, 300), -0.7, 0.7, -1e-9, 0.0, *np.random.default_rng(1).normal(size=100)]
    found = node(script, {"scores": scores, "shares": EDGES})
    with mpmath.workdps(40):
        exact = [float(mpmath.ncdf(mpmath.mpf(z))) for z in scores]
        # ncdf loses no digits here: below the middle it is erfc, and a share above it is measured from the other end.
        back = [
            float(mpmath.ncdf(mpmath.mpf(-abs(z))) / mpmath.mpf(min(p, 1 - p)))
            for z, p in zip(found["scores"], EDGES, strict=True)
        ]
    np.testing.assert_allclose(found["shares"], exact, rtol=2e-15)
    slopes = [max(abs(z), 1) ** 2 for z in found["scores"]]
    assert max(abs(b - 1) / s for b, s in zip(back, slopes, strict=True)) < 1e-14 / 5
    np.testing.assert_allclose(found["scores"], special.ndtri(EDGES), rtol=2e-15)


def test_beta_and_gamma_numbers_have_the_shares_that_were_asked() -> None:
    """SciPy's inverses lose digits far out where shapes are large, so a share is taken back by mpmath."""
    script = """
    import { betaQuantile, gammaQuantile } from "@/draws/incomplete.mjs";
    const result = { beta: data.beta.map(([a, b]) => data.shares.map(betaQuantile(a, b))),
                     gamma: data.gamma.map((a) => data.shares.map(gammaQuantile(a))) };
    """
    beta = [(a, b) for a in (0.05, 0.4, 1, 2.3, 5, 60) for b in (0.05, 0.4, 1, 2.3, 5, 60)] + [(1000.0, 1e5)]
    gamma = [0.1, 0.5, 1.0, 3.7, 40.0, 5000.0]
    found = node(script, {"beta": beta, "gamma": gamma, "shares": EDGES})
    with mpmath.workdps(30):
        for (a, b), numbers in zip(beta, found["beta"], strict=True):
            for share, x in zip(EDGES, numbers, strict=True):
                assert beta_off(a, b, x, share) < 1e-13, (a, b, share, x)
        for a, numbers in zip(gamma, found["gamma"], strict=True):
            for share, x in zip(EDGES, numbers, strict=True):
                low, high = (mpmath.gammainc(a, 0, x * (1 + s), regularized=True) for s in (-2e-13, 2e-13))
                assert low <= share <= high, (a, share, x)


def beta_off(a: float, b: float, x: float, share: float) -> float:
    """How far, on the scale from 0 to 1, a beta number lies from the place of its share: by the share's own error over the density."""
    x, rest = mpmath.mpf(x), 1 - mpmath.mpf(x)
    if x == 0 or rest == 0:
        near = mpmath.mpf(10) ** -15
        part = mpmath.betainc(a, b, 0, near, regularized=True) if x == 0 else mpmath.betainc(b, a, 0, near, regularized=True)
        return 0.0 if part >= min(share, 1 - share) * (1 - 1e-9) else 1.0
    lower = share <= 0.5
    part = mpmath.betainc(a, b, 0, x, regularized=True) if lower else mpmath.betainc(b, a, 0, rest, regularized=True)
    density = mpmath.exp((a - 1) * mpmath.log(x) + (b - 1) * mpmath.log(rest)) / mpmath.beta(a, b)
    return float(abs(part - (share if lower else 1 - mpmath.mpf(share))) / density)


@pytest.mark.parametrize("folder", STUDIES, ids=lambda p: p.name)
def test_every_bundled_study_is_drawn_alike(folder: Path) -> None:
    study = load_study(folder)
    model = study_model(study)
    there, seed = prepare(study, model), study.seed
    pairs = correlations(study, model)
    cases = [(design, runs) for design in DESIGNS for runs in (1, 64, 500)]
    page = node(DRAW, [asked(there.uncertain, runs, seed, design, pairs) for design, runs in cases])
    for found, (design, runs) in zip(page, cases, strict=True):
        hold(found, DESIGNS[design](there.uncertain, runs, seed, pairs).values, there.uncertain)
        np.testing.assert_array_equal(found["middles"], there.samples["central"].design.values[0])
    own = there.samples["monte_carlo"].design
    assert own.kind == "monte_carlo"
    hold(page[2], own.values[:500], there.uncertain)


def numbers(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(least, most, allow_nan=False).map(lambda x: float(f"{x:.6g}"))


@st.composite
def laws(draw: Any) -> tuple[Distribution, float, float]:
    """A law of any kind that can be, with permissible bounds."""
    kind = draw(st.sampled_from(sorted(DISTRIBUTIONS)))
    low = draw(numbers(-1000, 1000))
    size = draw(st.sampled_from([1e-3, 1.0, 50.0, 1e4]))
    steps = draw(st.lists(numbers(0.01, 1), min_size=3, max_size=3))
    mode, high = low + size * steps[0], low + size * (steps[0] + steps[1])
    sd, least, most = size * steps[2], -math.inf, math.inf
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    if kind == "log_uniform":
        low, high = abs(low) + 1e-3, abs(low) + 1e-3 + size
        mode = math.nan
    elif kind == "lognormal":
        mode, sd = abs(mode) + 1e-3, draw(numbers(0.01, 2))
    elif kind == "beta":
        sd = math.sqrt((mode - low) * (high - mode)) * draw(numbers(0.02, 0.98))
    elif kind == "truncated_normal" and draw(st.booleans()):
        high, sd = mode + (mode - low), math.nan
    elif kind == "discrete":
        values = tuple(draw(st.lists(numbers(-5, 5), min_size=1, max_size=20, unique=True)))
        weights = tuple(draw(st.lists(st.integers(0, 9), min_size=len(values), max_size=len(values))))
        weights = weights if sum(weights) else ()
    elif kind == "p10_p90" and draw(st.booleans()):
        mode = math.nan
    if kind in UNBOUNDED:
        centre = (low + high) / 2 if math.isnan(mode) else mode
        least = draw(st.sampled_from([-math.inf, low - size, low, centre - 0.3 * (centre - low)]))
        most = draw(st.sampled_from([math.inf, high + size, high, centre + 0.3 * (high - centre)]))
    uses = {*DISTRIBUTIONS[kind], *(("mode",) if kind == "p10_p90" else ()), *(("sd",) if kind == "truncated_normal" else ())}
    low, mode, high, sd = (
        x if k in uses else math.nan for k, x in zip(("low", "mode", "high", "sd"), (low, mode, high, sd), strict=True)
    )
    try:
        return Distribution(kind, low, mode, high, sd, values, weights).within(least, most), least, most
    except InputError:
        return Distribution("uniform", 0, math.nan, 1), -math.inf, math.inf


QUICK = settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=[Phase.generate]
)


@QUICK
@given(st.lists(laws(), min_size=12, max_size=12), st.integers(1, 2000), st.integers(0, 2**64), st.sampled_from(sorted(DESIGNS)))
def test_any_law_is_drawn_alike(made: list[tuple[Distribution, float, float]], runs: int, seed: int, design: str) -> None:
    uncertain = [
        (Parameter(f"x{i}", f"x{i}", "1/Year", 0.5, d, "", "test", "C", minimum=least, maximum=most), d)
        for i, (d, least, most) in enumerate(made)
    ]
    [found] = node(DRAW, [asked(uncertain, runs, seed, design)])
    hold(found, DESIGNS[design](uncertain, runs, seed).values, uncertain)


@QUICK
@given(st.lists(laws(), min_size=20, max_size=20))
def test_any_law_is_drawn_alike_at_the_ends_of_its_shares(made: list[tuple[Distribution, float, float]]) -> None:
    script = """
    import { whole } from "@/draws/laws.mjs";
    import { quantileOf } from "@/draws/quantiles.mjs";
    const result = data.laws.map((law) => data.shares.map(quantileOf(whole(law))));
    """
    # At the very middle of a symmetric beta law SciPy's inverse is off by 1e-8 for some shapes.
    shares = [share for share in EDGES if share != 0.5]
    found = node(script, {"laws": [sampling.page_law(d) for d, _, _ in made], "shares": shares})
    for (d, least, most), values in zip(made, found, strict=True):
        p = Parameter("x", "x", "1/Year", 0.5, d, "", "test", "C", minimum=least, maximum=most)
        exact = sampling.quantile(d, np.array(shares))
        hold({"names": ["x"], "values": values}, exact[:, None], [(p, d)])


@pytest.mark.parametrize("size", [5, 8, 130, 300])
def test_a_discrete_law_takes_its_steps_at_the_same_shares(size: int) -> None:
    random = np.random.default_rng(size)
    law = Distribution("discrete", values=tuple(random.permutation(size).tolist()), weights=tuple(random.random(size).tolist()))
    steps = np.cumsum(np.asarray(law.weights)[np.argsort(law.values)] / np.sum(law.weights))
    shares = np.concatenate([np.nextafter(steps, 0), steps, np.nextafter(steps, 1)])
    script = """
    import { whole } from "@/draws/laws.mjs";
    import { quantileOf } from "@/draws/quantiles.mjs";
    const result = data.shares.map(quantileOf(whole(data.law)));
    """
    found = node(script, {"law": sampling.page_law(law), "shares": shares.tolist()})
    np.testing.assert_array_equal(found, sampling.quantile(law, shares))


def test_shares_of_a_whole_are_drawn_alike() -> None:
    cases, expected = [], []
    for size in (0.9, 12.0, 400.0):
        parameters = []
        for name, mean in {"a": 0.5, "b": 0.3, "c": 0.2}.items():
            law = Distribution("beta", 0, mean, 1, math.sqrt(mean * (1 - mean) / (size + 1)))
            parameters.append((Parameter(name, name, "Dmnl", mean, law, "", "test", "C", whole="mix"), law))
        alone = Distribution("triangular", 0, 0.5, 2)
        parameters.insert(1, (Parameter("z", "z", "Dmnl", 0.5, alone, "", "test", "C"), alone))
        for design, made in DESIGNS.items():
            cases.append(asked(parameters, 700, 5, design))
            expected.append((made(parameters, 700, 5).values, parameters))
    for found, (values, parameters) in zip(node(DRAW, cases), expected, strict=True):
        hold(found, values, parameters)


PAIRS = [("a", "b", 0.5), ("b", "c", -0.6), ("d", "a", 0.3), ("a", "c", 0.1)]


@pytest.mark.parametrize(
    "last", [Distribution("discrete", values=(1, 2, 5), weights=(1, 0, 3)), Distribution("normal", mode=1, sd=2)]
)
def test_correlated_inputs_are_drawn_alike_discrete_ones_too(last: Distribution) -> None:
    made = [
        Distribution("pert", 0, 1, 4),
        Distribution("discrete", values=(3, 1, 2)),
        Distribution("lognormal", mode=2, sd=0.5),
        last,
    ]
    uncertain = [(Parameter(n, n, "1/Year", 1, d, "", "test", "C"), d) for n, d in zip("abcde", [*made, made[0]], strict=True)]
    cases = [asked(uncertain, 400, 11, design, PAIRS) for design in DESIGNS]
    for found, (_, made_by) in zip(node(DRAW, cases), DESIGNS.items(), strict=True):
        # A share that went through the normal has lost digits near 1: 1e-11 of the law's width.
        hold(found, made_by(uncertain, 400, 11, PAIRS).values, uncertain, 1e-11)


@pytest.mark.parametrize(
    "one", [Distribution("discrete", values=(1, 2, 5), weights=(1, 2, 0.01)), Distribution("uniform", 0, math.nan, 1)]
)
@pytest.mark.parametrize("rank", [-0.95, -0.3, 0.001, 0.6, 0.9, 0.99])
def test_the_correlation_of_normals_is_that_of_python(one: Distribution, rank: float) -> None:
    script = """
    import { whole } from "@/draws/laws.mjs";
    import { normalCorrelation } from "@/draws/ties.mjs";
    const result = data.laws.map((law) => normalCorrelation(whole(data.one), whole(law), data.rank));
    """
    others = [Distribution("discrete", values=tuple(range(n)), weights=tuple(range(1, n + 1))) for n in (2, 3, 7)]
    found = node(script, {"one": sampling.page_law(one), "laws": [sampling.page_law(d) for d in others], "rank": rank})
    np.testing.assert_allclose(found, [normal_correlation(one, d, rank) for d in others], atol=1e-12)


REFUSED = """
import { draw } from "@/draws/draw.mjs";
const result = data.map(({ draws, inputs, runs, laws }) => {
  try {
    return draw(draws, inputs, new Map(inputs.map((input) => [input.name, laws[input.name] ?? input.law])), runs).names;
  } catch (error) {
    return error.message;
  }
});
"""


def test_ranges_that_no_draws_can_have_are_refused_by_name() -> None:
    """Changed in the page: a correlated input to one value, to few values beside others, to fixed; a share of a whole; a middle outside."""
    plain = Distribution("uniform", 0, math.nan, 1)
    uncertain = [(Parameter(n, n, "1/Year", 0.5, plain, "", "test", "C", minimum=0), plain) for n in "abc"]
    share = Distribution("beta", 0, 0.5, 1, 0.1)
    shares = [(Parameter(n, n, "Dmnl", 0.5, share, "", "test", "C", whole="mix"), share) for n in "de"]
    pairs = [("a", "b", 0.6), ("b", "c", 0.6), ("a", "c", -0.2)]
    coin = sampling.page_law(Distribution("discrete", values=(0, 1), weights=(1, 99)))
    changed: list[tuple[dict[str, Any], Any]] = [
        ({}, list("abcde")),
        ({"a": {"kind": "discrete", "values": [4]}}, "correlation between a and b: one of them takes a single value, so it cannot be correlated with anything."),
        ({"b": {"kind": "fixed", "mode": 1}}, "correlation between a and b: one of them takes a single value, so it cannot be correlated with anything."),
        ({"a": coin, "b": coin, "c": coin}, "no draws with these ranges have the rank correlations that the study states: a with b (0.6), b with c (0.6), a with c (-0.2)."),
        ({"d": {"kind": "uniform", "low": 0, "high": 1}}, "d: d varies as a share here and alone elsewhere in [uncertain]."),
        ({"c": {"kind": "normal", "mode": -1, "sd": 1}}, "c: the middle of a normal distribution (-1) must lie inside its permissible range, 0 to inf."),
        ({"c": {"kind": "pert", "low": 0, "high": 1}}, 'c: a pert distribution needs "mode".'),
    ]  # fmt: skip
    case = asked([*uncertain, *shares], 5, 0, "random", pairs)
    assert node(REFUSED, [case | {"laws": laws} for laws, _ in changed]) == [expected for _, expected in changed]
    with pytest.raises(InputError):
        sampling.draw_monte_carlo(
            [(p, Distribution("discrete", values=(0, 1), weights=(1, 99))) for p, _ in uncertain], 5, 0, pairs
        )


BAD = [
    {"kind": "prt", "low": 0, "mode": 1, "high": 2}, {"kind": "pert", "low": 0, "mode": None, "high": 2},
    {"kind": "pert", "low": 2, "mode": 1, "high": 2}, {"kind": "triangular", "low": 0, "mode": 3, "high": 2.5},
    {"kind": "uniform", "low": 1.25e7, "high": 1e-9}, {"kind": "log_uniform", "low": 0, "high": 2},
    {"kind": "truncated_normal", "low": 0, "mode": 1.5, "high": 2}, {"kind": "truncated_normal", "low": 0, "mode": 1, "high": 2, "sd": 0},
    {"kind": "normal", "mode": 1, "sd": -1}, {"kind": "normal", "mode": 1}, {"kind": "lognormal", "mode": 0, "sd": 1},
    {"kind": "beta", "low": 0, "mode": 0.5, "high": 1, "sd": 0.75}, {"kind": "p10_p90", "low": 1, "mode": 1, "high": 2},
    {"kind": "discrete", "values": []}, {"kind": "discrete", "values": [1, 1]}, {"kind": "discrete", "values": [1, 2], "weights": [1]},
    {"kind": "discrete", "values": [1, 2], "weights": [0, 0]}, {"kind": "discrete", "values": [1, 2], "weights": [-1, 2]},
    {"kind": "normal", "mode": 123456789, "sd": 1, "maximum": 0.00001234},
]  # fmt: skip


def test_a_law_that_cannot_be_is_refused_with_the_same_sentence() -> None:
    script = 'import { lawProblem } from "@/draws/laws.mjs";\nconst result = data.map((law) => lawProblem(law));'
    fine: list[dict[str, Any]] = [{"kind": "pert", "low": 0, "mode": 1, "high": 2}, {"kind": "discrete", "values": [1, 2]}]
    for law, sentence in zip([*BAD, *fine], node(script, [*BAD, *fine]), strict=True):
        given = {k: tuple(v) if isinstance(v, list) else v for k, v in law.items() if v is not None}
        if law in fine:
            assert sentence is None
            Distribution(**given)
            continue
        with pytest.raises(InputError) as refused:
            Distribution(**given)
        assert sentence == refused.value.what


def check_range(p: Parameter, d: Distribution) -> None:
    """As `run.prepare.uncertain_parameters` does."""
    inside = d.within(*p.bounds)
    for value in (inside.low, inside.mode, inside.high, *inside.values):
        if math.isfinite(value):
            p.check(value, "")


def test_a_range_beyond_what_is_permissible_is_refused_with_the_same_sentence() -> None:
    script = """
    import { lawProblem } from "@/draws/laws.mjs";
    const result = data.map(({ law, input, bounds }) => lawProblem(law, input, bounds));
    """
    share = Parameter("s", "s", "Dmnl", 0.5, Distribution("fixed", mode=0.5), "", "t", "C", label="share of posts", minimum=0.1)
    staff = Parameter("n", "n", "WTE", 5, Distribution("fixed", mode=5), "", "t", "C")
    tried = [
        (share, Distribution("normal", mode=0.05, sd=1)), (share, Distribution("uniform", 0.05, math.nan, 0.5)),
        (staff, Distribution("uniform", -1, math.nan, 0.5)), (share, Distribution("normal", mode=1.5, sd=1)),
        (share, Distribution("discrete", values=(0.5, 0.05))), (staff, Distribution("discrete", values=(3, -2))),
        (staff, Distribution("normal", mode=1, sd=1)), (share, Distribution("pert", 0.1, 0.5, 1)),
    ]  # fmt: skip
    cases = []
    for p, d in tried:
        case = asked([(p, d)], 1, 0, "random")
        cases.append({"law": sampling.page_law(d), "input": case["inputs"][0], "bounds": case["draws"]["bounds"][p.name]})
    for (p, d), sentence in zip(tried, node(script, cases), strict=True):
        if (p, d) in tried[-2:]:
            assert sentence is None
            continue
        with pytest.raises(InputError) as refused:
            check_range(p, d)
        assert sentence == refused.value.what
    whole = asked([(replace(staff, whole="mix"), tried[0][1])], 1, 0, "random")
    [told] = node(
        script,
        [
            {
                "law": tried[-1][1].__dict__ | {"minimum": None, "maximum": None, "sd": None},
                "input": whole["inputs"][0],
                "bounds": None,
            }
        ],
    )
    assert told == "n varies as a share here and alone elsewhere in [uncertain]."
