"""Functions that are written out with other equations: the manual's examples, closed forms, and plain Python beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.optimize import brentq
from scipy.special import ndtr

import llr_sd
from llr_sd.dialects import REFUSED, VENSIM_FUNCTIONS
from llr_sd.equations import NA
from llr_sd.errors import LlrSdError, TranslationError
from llr_sd.functions import FUNCTIONS, WRITTEN_OUT
from llr_sd.translate.written import WRITTEN

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nSAVEPER = TIME STEP ~~|\nTIME STEP = 0.5 ~~|\n"
T = np.arange(9) * 0.5


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def of(equations: str, **more: Any) -> Any:
        file = tmp_path / "m.mdl"
        lines = [line.strip() for line in equations.strip().splitlines()]
        file.write_text("{UTF-8}\n" + "".join(f"{line} ~~|\n" for line in lines) + CLOCK, encoding="utf-8")
        return llr_sd.load_model(file, **more)

    return of


@pytest.fixture
def run(load: Any) -> Any:
    return lambda equations, parameters=None, **more: load(equations, **more).run({} if parameters is None else parameters)


def values(ensemble: Any, name: str) -> np.ndarray:
    """Values of one variable of the only run, which must be ok: time last, the subscripts before it."""
    assert all(s.ok for s in ensemble.status), ensemble.status
    x = ensemble.dataset[name].isel(run=0)
    return x.transpose(*(d for d in x.dims if d != "time"), "time").values if "time" in x.dims else x.values


def test_the_table_and_the_translations_hold_the_same_functions() -> None:
    assert {f.key for f in FUNCTIONS.values() if f.kind == WRITTEN_OUT} == set(WRITTEN)
    assert not set(REFUSED) & set(VENSIM_FUNCTIONS)


# --- VECTOR ELM MAP --------------------------------------------------------------------------------------------------


def test_vector_elm_map_reads_another_element(run: Any) -> None:
    """The manual's examples: sub - 1 from the first element, tasks by skill, and two subscripts at once."""
    got = run(
        """sub: s1, s2, s3
        tub: t1, t2
        task: dig, build, test
        var1[sub] = 5, 7, 11
        var2[sub] = VECTOR ELM MAP(var1[s1], sub - 1) * (1 + Time)
        task skill[task] = 0, 2, 1
        per task[task] = VECTOR ELM MAP(var1[s1], task skill[task])
        v[sub, tub] = 1, 2; 3, 4; 5, 6;
        v2[sub, tub] = VECTOR ELM MAP(v[s1, t1], (sub - 1) * ELMCOUNT(tub) + (tub - 1))
        turned[tub, sub] = VECTOR ELM MAP(v[s1, t1], (sub - 1) * ELMCOUNT(tub) + (tub - 1))
        moving[sub] = VECTOR ELM MAP(var1[sub], INTEGER(Time) - 1)
        fixed = VECTOR ELM MAP(var1[s2], 1)
        among = SUM(VECTOR ELM MAP(var1[s1], task skill[task!]))"""
    )
    np.testing.assert_array_equal(values(got, "var2"), np.outer([5, 7, 11], 1 + T))
    np.testing.assert_array_equal(values(got, "per task")[:, 0], [5, 11, 7])
    np.testing.assert_array_equal(values(got, "v2")[..., 3], [[1, 2], [3, 4], [5, 6]])
    np.testing.assert_array_equal(values(got, "turned")[..., 3], [[1, 3, 5], [2, 4, 6]])
    assert values(got, "fixed")[0] == 11
    assert values(got, "among")[0] == 23
    x = np.array([5.0, 7.0, 11.0])
    for k, t in enumerate(T):
        at = np.arange(3) + int(t) - 1
        expected = [x[i] if 0 <= i < 3 else NA for i in at]
        np.testing.assert_array_equal(values(got, "moving")[:, k], expected)


def test_vector_elm_map_outside_the_variable_is_missing(run: Any) -> None:
    got = run(
        """sub: s1, s2, s3
        x[sub] = 5, 7, 11
        before[sub] = VECTOR ELM MAP(x[sub], -1)
        none = VECTOR ELM MAP(x[s1], 3)
        step = 2
        after[sub] = VECTOR ELM MAP(x[sub], step)
        first = IF THEN ELSE(before[s1] = :NA:, 1, 0)""",
        {"step": 1},
    )
    np.testing.assert_array_equal(values(got, "before")[:, 0], [NA, 5, 7])
    assert values(got, "none")[0] == NA
    np.testing.assert_array_equal(values(got, "after")[:, 0], [7, 11, NA])


@pytest.mark.parametrize("seed", range(6))
def test_offsets_known_beforehand_and_searched_for_agree_with_python(run: Any, seed: int) -> None:
    """Random shapes, starts and offsets; written as numbers, and as constants that a study could set."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(1, 5, 2)
    p, q, r = (int(n) for n in rng.integers(-3, 4, 3))
    x = rng.integers(1, 100, (rows, columns))
    a, b = (", ".join(f"{n}{i}" for i in range(size)) for n, size in (("a", rows), ("b", columns)))
    numbers = "; ".join(", ".join(map(str, row)) for row in x) + ";" if x.size > 1 else str(x[0, 0])
    start = rng.choice(["x[A, B]", "x[a0, B]", "x[A, b0]", "x[a0, b0]"])
    got = run(
        f"""A: {a}
        B: {b}
        p = {p}
        q = {q}
        r = {r}
        x[A, B] = {numbers}
        known[A, B] = VECTOR ELM MAP({start}, {p} * A + {q} * (B - 1) - {r})
        searched[A, B] = VECTOR ELM MAP({start}, p * A + q * (B - 1) - r)"""
    )
    for i in range(rows):
        for j in range(columns):
            at = (i if "[A" in start else 0) * columns + (j if "B]" in start else 0) + p * (i + 1) + q * j - r
            expected = x.ravel()[at] if 0 <= at < x.size else NA
            assert values(got, "known")[i, j, 0] == expected
            assert values(got, "searched")[i, j, 0] == expected


def test_a_chain_by_offsets_is_no_circle(run: Any) -> None:
    """The manual's ageing chain: each stage reads the one before, the first reads none."""
    got = run(
        """stage: (s1-s5)
        x[stage] = IF THEN ELSE(stage = s1, 1 + Time, VECTOR ELM MAP(x[stage], -1) * 2)"""
    )
    np.testing.assert_array_equal(values(got, "x"), np.outer(2.0 ** np.arange(5), 1 + T))


def test_a_subrange_counts_its_offset_in_the_whole_variable(run: Any) -> None:
    got = run(
        """sub: s1, s2, s3, s4
        late: s3, s4
        x[sub] = 5, 7, 11, 13
        k[late] = 1, 3
        y[late] = VECTOR ELM MAP(x[late], -k[late])
        z[late] = VECTOR ELM MAP(x[late], -2)"""
    )
    np.testing.assert_array_equal(values(got, "y")[:, 0], [7, 5])
    np.testing.assert_array_equal(values(got, "z")[:, 0], [5, 7])


# --- order -----------------------------------------------------------------------------------------------------------


def test_vectors_are_sorted_ranked_and_reordered(run: Any) -> None:
    """The manual's example of companies, with moving revenues, two subscripts, both directions and equals."""
    got = run(
        """area: north, south
        company: c1, c2, c3, c4
        base[area, company] = 5, 3, 8, 3; 1, 2, 4, 3;
        revenue[area, company] = base[area, company] * COS(Time) + 0 * Time
        up[area, company] = VECTOR SORT ORDER(revenue[area, company], 1)
        down[area, company] = VECTOR SORT ORDER(revenue[area, company], 0)
        rank[area, company] = VECTOR RANK(revenue[area, company], 1)
        sorted[area, company] = VECTOR REORDER(revenue[area, company], up[area, company])
        least[area] = VECTOR ELM MAP(revenue[area, c1], up[area, c1])
        most[area] = VECTOR ELM MAP(revenue[area, c1], up[area, c4])"""
    )
    x = values(got, "revenue")
    up = np.argsort(x, axis=1, kind="stable")
    np.testing.assert_array_equal(values(got, "up"), up)
    np.testing.assert_array_equal(values(got, "down"), np.argsort(-x, axis=1, kind="stable"))
    np.testing.assert_array_equal(values(got, "rank"), np.argsort(up, axis=1) + 1)
    np.testing.assert_array_equal(values(got, "sorted"), np.sort(x, axis=1))
    np.testing.assert_array_equal(values(got, "least"), x.min(axis=1))
    np.testing.assert_array_equal(values(got, "most"), x.max(axis=1))


def test_the_manual_ranks_three_companies(run: Any) -> None:
    got = run(
        """company: c1, c2, c3
        sorted company: (r1-r3) -> company
        revenue[company] = 5000, 3000, 8000
        rank[company] = VECTOR RANK(revenue[company], 1)"""
    )
    np.testing.assert_array_equal(values(got, "rank")[:, 0], [2, 1, 3])


@pytest.mark.parametrize(
    ("equation", "says"),
    [
        ("o[A] = VECTOR SORT ORDER(x[A], 1) + SUM(VECTOR RANK(y[A!], 1))", "inside a sum"),
        ("o = VECTOR RANK(x[a1], 1)", "needs a subscript range"),
        ("o[late] = VECTOR SORT ORDER(x[late], 1)", "whole vectors only"),
        ("o[A] = VECTOR ELM MAP(k, 1)", "one element of a variable with subscripts"),
        ("o = VECTOR SELECT(x[A!], x[A!], 0, 11, 0)", "not one of the numbers 0 to 10"),
    ],
)
def test_what_is_no_vector_is_refused(run: Any, equation: str, says: str) -> None:
    with pytest.raises(TranslationError, match=says):
        run(f"A: a1, a2, a3\nlate: a2, a3\nk = 1\nx[A] = 1, 2, 3\ny[A] = 1, 2, 3\n{equation}")


# --- VECTOR SELECT ---------------------------------------------------------------------------------------------------


def test_vector_select_by_every_action(run: Any) -> None:
    """By its number, and by a constant that a study sets to each number in turn."""
    on, x = np.array([2.0, 0.0, 3.0]), np.array([5.0, 7.0, 2.0])
    both, plain = on[on != 0] * x[on != 0], x[on != 0]
    weighted = [both.sum(), both.prod(), both.min(), both.max(), both.mean(), np.prod(plain ** on[on != 0])]
    expected = [*weighted, plain.sum(), plain.prod(), plain.min(), plain.max(), plain.mean()]
    numbered = "".join(f"by {n} = VECTOR SELECT(on[A!], x[A!], -1, {n}, 0)\n" for n in range(11))
    got = run(
        f"""A: a1, a2, a3
        act == 0
        on[A] = 2, 0, 3
        off[A] = 0, 0, 0
        x[A] = 5, 7, 2
        s = VECTOR SELECT(on[A!], x[A!], -1, act, 0)
        none = VECTOR SELECT(off[A!], x[A!], -1, act, 0)
        {numbered}""",
        pd.DataFrame({"act": range(11)}),
    )
    assert all(status.ok for status in got.status)
    np.testing.assert_allclose([got.dataset[f"by {n}"].values[0, 0] for n in range(11)], expected, rtol=1e-12)
    np.testing.assert_allclose(got.dataset["s"].values[:, 0], expected, rtol=1e-12)
    np.testing.assert_array_equal(got.dataset["none"].values, -1)


@pytest.mark.parametrize(
    ("error", "on", "ok"), [(1, (0, 0), False), (1, (1, 1), True), (2, (1, 1), False), (2, (0, 1), True), (3, (0, 0), False)]
)
def test_vector_select_fails_the_run_where_an_error_is_asked_for(run: Any, error: int, on: tuple[int, int], ok: bool) -> None:
    got = run(
        f"""A: a1, a2
        VSERR == {error}
        on[A] = {on[0]}, {on[1]}
        x[A] = 3, 4
        s = VECTOR SELECT(on[A!], x[A!], 0, 0, VSERR)"""
    )
    assert got.status[0].ok is ok


# --- allocation ------------------------------------------------------------------------------------------------------


def priority_shares(request: Sequence[float], priority: Sequence[float], width: float, supply: float) -> np.ndarray:
    """Rectangular curves, the price by bisection."""
    r, p = np.asarray(request, dtype=float), np.asarray(priority, dtype=float)
    if supply >= r.sum():
        return r
    met = lambda u: r * np.clip((p - u) / width, 0, 1)  # noqa: E731
    low, high = p.min() - width, p.max()
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if met(middle).sum() > supply else (low, middle)
    return met(high) + (met(low) - met(high)) * (supply - met(high).sum()) / max(met(low).sum() - met(high).sum(), 1e-300)


def test_allocate_by_priority(run: Any) -> None:
    request, priority = [[3, 5, 2, 0], [4, 1, 6, 2]], [[2, 1, 1.2, 9], [1, 1, 1, 1]]
    got = run(
        """area: north, south
        who: w1, w2, w3, w4
        width = 0.5
        r[area, who] = 3, 5, 2, 0; 4, 1, 6, 2;
        p[area, who] = 2, 1, 1.2, 9; 1, 1, 1, 1;
        supply[area] = 3 * Time
        s[area, who] = ALLOCATE BY PRIORITY(r[area, who], p[area, who], ELMCOUNT(who), width, supply[area])
        twice[area, who] = 2 * ALLOCATE BY PRIORITY(r[area, who], p[area, who], 4, 1, 5)"""
    )
    s, twice = values(got, "s"), values(got, "twice")
    for i in range(2):
        np.testing.assert_allclose(twice[i, :, 0], 2 * priority_shares(request[i], priority[i], 1, 5), rtol=1e-9, atol=1e-9)
        for k, t in enumerate(T):
            expected = priority_shares(request[i], priority[i], 0.5, 3 * t)
            np.testing.assert_allclose(s[i, :, k], expected, rtol=1e-9, atol=1e-9)
            assert s[i, :, k].sum() == pytest.approx(min(3 * t, sum(request[i])), rel=1e-13)


@pytest.mark.parametrize(("change", "value"), [("r[w1]", -1), ("supply", -1), ("width", 0), ("width", -1)])
def test_allocation_of_what_has_no_meaning_fails_the_run(load: Any, change: str, value: float) -> None:
    got = load(
        """who: w1, w2
        r[who] = 3, 5
        p[who] = 2, 1
        width = 1
        supply = 4
        s[who] = ALLOCATE BY PRIORITY(r[who], p[who], ELMCOUNT(who), width, supply)
        profile: ptype, ppriority, pwidth
        pp[who, ptype] = 3
        pp[who, ppriority] = p[who]
        pp[who, pwidth] = width
        t[who] = ALLOCATE AVAILABLE(r[who], pp[who, ptype], supply)"""
    )
    for output in ("s", "t", "s[w1]", "s[w2]", "t[w1]", "t[w2]"):
        assert not got.run({change: value}, outputs=[output]).status[0].ok, output


def _part(shape: float, d: np.ndarray) -> np.ndarray:
    """The share that is met at d widths above the priority."""
    if shape == 1:
        return np.clip(0.5 - d, 0, 1)
    if shape == 2:
        return np.where(d < 0, 1 - 2 * np.clip(d + 0.5, 0, 1) ** 2, 2 * np.clip(0.5 - d, 0, 1) ** 2)
    if shape == 3:
        return ndtr(-d)
    return np.where(d < 0, 1 - 0.5 * np.exp(np.minimum(d, 0)), 0.5 * np.exp(-np.maximum(d, 0)))


CURVES = ((1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4), (1, 2, 3), (4, 3, 1))


def test_allocate_available(run: Any) -> None:
    """Each curve of the manual, alone and with others; the price found by another solver."""
    rows = "\n".join(
        f"pp[m{m}, w{i}, pprofile] = {s}, {p}, {w}, 0"
        for m, shapes in enumerate(CURVES)
        for i, (s, p, w) in enumerate(zip(shapes, (5, 6, 7), (2, 1.5, 3), strict=True))
    )
    got = run(
        f"""mix: {", ".join(f"m{m}" for m in range(len(CURVES)))}
        who: w0, w1, w2
        pprofile: ptype, ppriority, pwidth, pextra
        r[who] = 20, 40, 10
        {rows}
        supply = 20 * Time
        s[mix, who] = ALLOCATE AVAILABLE(r[who], pp[mix, who, ptype], supply)"""
    )
    r, centre, width = np.array([20.0, 40, 10]), np.array([5.0, 6, 7]), np.array([2, 1.5, 3])

    def met(shapes: tuple[int, ...], price: float) -> np.ndarray:
        return r * np.array([float(_part(k, np.float64((price - c) / w))) for k, c, w in zip(shapes, centre, width, strict=True)])

    for shapes, s in zip(CURVES, values(got, "s"), strict=True):
        for k, t in enumerate(T):
            if 0 < 20 * t < 70:
                price = brentq(lambda u, of=shapes, goal=20 * t: met(of, u).sum() - goal, -200, 200, xtol=1e-14, rtol=1e-14)
                np.testing.assert_allclose(s[:, k], met(shapes, price), rtol=1e-7, atol=1e-9)
                assert s[:, k].sum() == pytest.approx(20 * t, rel=1e-13)
            else:
                np.testing.assert_allclose(s[:, k], r if t else 0 * r, atol=1e-9)


@pytest.mark.parametrize("shape", [0, 5, 13])
def test_curves_that_are_not_here_are_refused(run: Any, shape: int) -> None:
    model = """who: w1, w2
        pprofile: ptype, ppriority, pwidth, pextra
        r[who] = 3, 5
        k = {k}
        pp[who, pprofile] = {shape}, 2, 1, 0; 1, 1, 1, 0;
        moved[who, pprofile] = pp[who, pprofile] * k
        s[who] = ALLOCATE AVAILABLE(r[who], {pp}[who, ptype], 4)"""
    with pytest.raises(TranslationError, match=rf"pp\[w1,ptype\] is number {shape}"):
        run(model.format(shape=shape, k=1, pp="pp"))
    assert not run(model.format(shape=1, k=5, pp="moved")).status[0].ok


def test_allocate_available_with_rectangles_is_allocate_by_priority(run: Any) -> None:
    got = run(
        """who: w1, w2, w3
        pprofile: ptype, ppriority, pwidth, pextra
        r[who] = 3, 5, 4
        pp[who, ptype] = 1
        pp[who, ppriority] = p[who]
        pp[who, pwidth] = 0.7
        pp[who, pextra] = 0
        p[who] = 2, 1, 1.5
        a[who] = ALLOCATE AVAILABLE(r[who], pp[who, ptype], 3 * Time)
        b[who] = ALLOCATE BY PRIORITY(r[who], p[who], 3, 0.7, 3 * Time)"""
    )
    np.testing.assert_allclose(values(got, "a"), values(got, "b"), rtol=1e-8, atol=1e-8)


def test_pysd_shares_alike(run: Any) -> None:
    """PySD's own functions as a second witness, with random requests, priorities and supplies."""
    from pysd.py_backend.allocation import allocate_available, allocate_by_priority

    rng = np.random.default_rng(7)
    r, p = rng.uniform(0, 9, (4, 5)).round(2), rng.uniform(0, 4, (4, 5)).round(2)
    width, supply = rng.uniform(0.2, 4, 4), rng.uniform(0.1, 0.9, 4) * r.sum(axis=1)
    shapes = rng.integers(1, 5, (4, 5))

    def rows(x: Any) -> str:
        return "; ".join(", ".join(repr(float(v)) for v in row) for row in x) + ";"

    got = run(
        f"""draw: d1, d2, d3, d4
        who: w1, w2, w3, w4, w5
        pprofile: ptype, ppriority, pwidth, pextra
        r[draw, who] = {rows(r)}
        p[draw, who] = {rows(p)}
        shape[draw, who] = {rows(shapes)}
        width[draw] = {", ".join(repr(float(w)) for w in width)}
        supply[draw] = {", ".join(repr(float(w)) for w in supply)}
        pp[draw, who, ptype] = shape[draw, who]
        pp[draw, who, ppriority] = p[draw, who]
        pp[draw, who, pwidth] = width[draw]
        pp[draw, who, pextra] = 0
        a[draw, who] = ALLOCATE BY PRIORITY(r[draw, who], p[draw, who], 5, width[draw], supply[draw])
        b[draw, who] = ALLOCATE AVAILABLE(r[draw, who], pp[draw, who, ptype], supply[draw])"""
    )
    for d in range(4):
        requests, priorities = xr.DataArray(r[d], dims="who"), xr.DataArray(p[d], dims="who")
        expected = allocate_by_priority(requests, priorities, width[d], supply[d])
        np.testing.assert_allclose(values(got, "a")[d, :, 0], expected, rtol=1e-9, atol=1e-9)
        profile = np.stack([shapes[d], p[d], np.full(5, width[d]), np.zeros(5)], axis=1)
        expected = allocate_available(requests, xr.DataArray(profile, dims=("who", "pprofile")), supply[d])
        np.testing.assert_allclose(values(got, "b")[d, :, 0], expected, rtol=1e-5, atol=1e-6)


def test_too_many_pairs_are_refused_before_they_are_compared(run: Any) -> None:
    with pytest.raises(TranslationError, match="more than 40,000,000"):
        run("A: (a1-a7000)\nx[A] = A\no[A] = VECTOR SORT ORDER(x[A], 1)")


# --- matrices --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_invert_matrix(run: Any, size: int) -> None:
    """Against numpy, with zeros on the diagonal and a matrix that moves."""
    rng = np.random.default_rng(size)
    m = rng.integers(-4, 5, (size, size)).astype(float) + 7 * np.roll(np.eye(size), 1, axis=0)
    elements = [f"e{i}" for i in range(size)]
    rows = " ".join(", ".join(f"{x:g}" for x in row) + ";" for row in m) if size > 1 else f"{m[0, 0]:g}"
    got = run(
        f"""pair: p1, p2
        A: {", ".join(elements)}
        B <-> A
        m[A, B] = {rows}
        moving[pair, A, B] = m[A, B] * (pair + Time)
        i[pair, A, B] = INVERT MATRIX(moving[pair, A, B], {size})"""
    )
    for p in range(2):
        for k, t in enumerate(T):
            np.testing.assert_allclose(values(got, "i")[p, ..., k], np.linalg.inv(m * (p + 1 + t)), rtol=1e-9, atol=1e-12)


def test_a_singular_matrix_fails_the_run(run: Any) -> None:
    got = run("A: a1, a2\nB <-> A\nm[A, B] = 1, 2; 2, 4;\ni[A, B] = INVERT MATRIX(m[A, B], 2)")
    assert not got.status[0].ok


def test_a_matrix_that_is_not_square_is_refused(run: Any) -> None:
    with pytest.raises(TranslationError, match="2 rows and 3 columns"):
        run("A: a1, a2\nB: b1, b2, b3\nm[A, B] = 1, 2, 3; 2, 4, 5;\ni[A, B] = INVERT MATRIX(m[A, B], 2)")


# --- lookups ---------------------------------------------------------------------------------------------------------


def test_lookups_read_in_another_way(run: Any) -> None:
    """The examples of the manual, and a lookup with subscripts."""
    got = run(
        """A: a1, a2
        look((0,1),(1,1),(2,2))
        rising((0,0),(1,1),(3,2))
        by[a1]((0,0),(1,2))
        by[a2]((0,5),(2,1))
        e1 = LOOKUP EXTRAPOLATE(look, -1)
        e2 = LOOKUP EXTRAPOLATE(look, 1.5)
        e3 = LOOKUP EXTRAPOLATE(look, 2.5)
        f1 = LOOKUP FORWARD(look, -1)
        f2 = LOOKUP FORWARD(look, 1.5)
        f3 = LOOKUP FORWARD(look, 2.5)
        f4 = LOOKUP FORWARD(look, 1)
        b1 = LOOKUP BACKWARD(look, -1)
        b2 = LOOKUP BACKWARD(look, 1.5)
        b3 = LOOKUP BACKWARD(look, 2.5)
        i1 = LOOKUP INVERT(rising, -1)
        i2 = LOOKUP INVERT(rising, 0.5)
        i3 = LOOKUP INVERT(rising, 1.5)
        s1 = LOOKUP AREA(look, 0, 1)
        s2 = LOOKUP AREA(look, 2, 4)
        s3 = LOOKUP AREA(look, .5, 2.5)
        s4 = LOOKUP AREA(look, -2, 0)
        ex[A] = LOOKUP EXTRAPOLATE(by[A], Time)
        inv = LOOKUP INVERT(by[a2], 2)
        plain[A] = by[A](Time)
        total = SUM(LOOKUP EXTRAPOLATE(by[A!], Time))"""
    )
    expected = {
        "e1": 1.0,
        "e2": 1.5,
        "e3": 2.5,
        "f1": 1,
        "f2": 2,
        "f3": 2,
        "f4": 1,
        "b1": 1,
        "b2": 1,
        "b3": 2,
        "i1": NA,
        "i2": 0.5,
        "i3": 2.0,
        "s1": 1.0,
        "s2": 4.0,
        "s3": 3.0,
        "s4": 2.0,
        "inv": 1.5,
    }
    for name, value in expected.items():
        assert values(got, name)[0] == pytest.approx(value, rel=1e-14), name
    np.testing.assert_allclose(values(got, "ex"), [2 * T, 5 - 2 * T])
    np.testing.assert_allclose(values(got, "plain"), [np.minimum(2 * T, 2), np.maximum(5 - 2 * T, 1)])
    np.testing.assert_allclose(values(got, "total"), 5 + 0 * T)


def test_a_lookup_that_turns_has_no_inverse(run: Any) -> None:
    with pytest.raises(TranslationError, match=r'"t".*neither rises nor falls'):
        run("t((0,0),(1,2),(2,1))\nx = LOOKUP INVERT(t, 1)")
    with pytest.raises(TranslationError, match="is not a lookup"):
        run("t = 3\nx = LOOKUP FORWARD(t, 1)")


def test_a_lookup_with_two_points_at_one_x_jumps_there_and_says_so(run: Any, tmp_path: Path) -> None:
    """Vensim takes them, and does not document which counts at that very x."""
    got = run(
        """t((0,0),(1,5),(1,5),(2,1),(2,3),(4,3))
        first((0,0),(0,5),(2,1))
        x = t(Time)
        past = t(Time + 1e-9)
        y = first(Time)"""
    )
    np.testing.assert_allclose(values(got, "x"), np.interp(T, [0, 1, 2, 2 + 1e-12, 4], [0, 5, 1, 3, 3]))
    np.testing.assert_allclose(values(got, "past")[[2, 4]], [5, 3], atol=1e-7)
    np.testing.assert_allclose(values(got, "y"), [0, 4, 3, 2, 1, 1, 1, 1, 1])
    notes = llr_sd.load_model(tmp_path / "m.mdl").equations.notes
    assert notes == ("Where a lookup has two points at one x, the first counts at that x and the second past it: t, first.",)


# --- data ------------------------------------------------------------------------------------------------------------


def test_a_data_variable_is_read_at_any_time(run: Any, tmp_path: Path) -> None:
    """The manual: interpolated, the later point, the earlier one; :NA: before the first point and after the last."""
    (tmp_path / "m.data.csv").write_text("Time,d\n1,10\n2,20\n4,0\n", encoding="utf-8")
    got = run(
        """d
        mode = 1
        mid = GET DATA BETWEEN TIMES(d, Time + 1, 0)
        later = GET DATA BETWEEN TIMES(d, Time + 1, 1)
        chosen = GET DATA BETWEEN TIMES(d, Time + 1, mode)
        earlier = GET DATA BETWEEN TIMES(d, Time + 1, -1)
        before = GET DATA BETWEEN TIMES(d, Time, 0)
        point = GET DATA AT TIME(d, Time)
        first = GET DATA FIRST TIME(d)
        last = GET DATA LAST TIME(d)"""
    )
    t = T + 1
    inside = t <= 4
    np.testing.assert_allclose(values(got, "mid"), np.where(inside, np.interp(t, [1, 2, 4], [10, 20, 0]), NA))
    later = [NA if not i else 10 if x <= 1 else 20 if x <= 2 else 0 for x, i in zip(t, inside, strict=True)]
    np.testing.assert_array_equal(values(got, "later"), later)
    np.testing.assert_array_equal(values(got, "chosen"), later)
    earlier = [NA if not i else 10 if x < 2 else 20 if x < 4 else 0 for x, i in zip(t, inside, strict=True)]
    np.testing.assert_array_equal(values(got, "earlier"), earlier)
    np.testing.assert_array_equal(values(got, "before") == NA, T < 1)
    np.testing.assert_array_equal(values(got, "point"), [{1: 10, 2: 20, 4: 0}.get(x, NA) for x in T])
    assert (values(got, "first")[0], values(got, "last")[0]) == (1, 4)


def test_what_is_no_data_variable_is_refused(run: Any) -> None:
    with pytest.raises(TranslationError, match="is not a data variable"):
        run("d = 3\nx = GET DATA AT TIME(d, Time)")


# --- present value ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("function", "first"), [("NPV", 1.0), ("NPVE", 1 / 1.05)])
def test_present_values(run: Any, function: str, first: float) -> None:
    """The manual's equations, stepped by hand, for each element."""
    got = run(f"A: a1, a2\nstream[A] = A * (1 + Time)\nn[A] = {function}(stream[A], 0.1, 3, 2)")
    for a in (1, 2):
        total, discount, expected = 3.0, first, []
        for t in T:
            expected.append((total + a * (1 + t) * 0.5 * discount) * 2)
            total += a * (1 + t) * discount * 0.5
            discount += -discount * 0.1 / 1.05 * 0.5
        np.testing.assert_allclose(values(got, "n")[a - 1], expected, rtol=1e-13)


def test_excel_agrees_with_npve(run: Any) -> None:
    """A spreadsheet's NPV at 5 % a step of 100 at the end of each of nine steps: 100 (1 - 1.05^-9) / 0.05."""
    got = run("n = NPVE(200, 0.1, 0, 1)")
    assert values(got, "n")[-1] == pytest.approx(100 * (1 - 1.05**-9) / 0.05, rel=1e-13)


# --- random functions ------------------------------------------------------------------------------------------------

MEANS: dict[str, Any] = {
    "RANDOM 0 1()": 0.5,
    "RANDOM UNIFORM(2, 6, 0)": 4.0,
    "RANDOM NORMAL(0, 10, 5, 1, 0)": 5.0,
    "RANDOM NORMAL(0, 1000, 0, 1, 0)": math.sqrt(2 / math.pi),
    "RANDOM NORMAL(-1000, 1000, 7, 0, 0)": 7.0,
    "RANDOM EXPONENTIAL(0, 1000, 0, 3, 0)": 3.0,
    "RANDOM EXPONENTIAL(0, 1, 0, 1, 0)": 1 - math.exp(-1) / (1 - math.exp(-1)),
    "RANDOM EXPONENTIAL(2, 1000, 1, 3, 0)": 5.0,
    "RANDOM TRIANGULAR(0, 9, 0, 3, 9, 0)": 4.0,
    "RANDOM TRIANGULAR(0, 1, 0, 1, 9, 0)": 2 / 3,
    "RANDOM TRIANGULAR(0, 9, 0, 9, 9, 0)": 6.0,
    "RANDOM POISSON(0, 100, 4, 1, 2, 0)": 9.0,
    "RANDOM BINOMIAL(0, 100, 0.25, 8, 0, 1, 0)": 2.0,
    "RANDOM NEGATIVE BINOMIAL(0, 100, 0.25, 2, 0, 1, 0)": 8.0,
    "RANDOM BETA(0, 10, 2, 6, 1, 4, 0)": 2.0,
    "RANDOM WEIBULL(0, 10, 2, 1, 3, 0)": 4.0,
    "RANDOM PINK NOISE(5, 2, 3, 0)": 5.0,
    "RANDOM(2, 6)": 4.0,
    "NORMAL(3, 1)": 3.0,
    "NORMAL(0, 1, 7, 0, 1000)": math.sqrt(2 / math.pi),
    "POISSON(3)": 3.0,
    "EXPRND(3)": 3.0,
    "LOGNORMAL(3, 1)": 3.0,
    "TRIANGULAR(0, 3, 9)": 4.0,
}


def test_random_functions_at_their_mean(run: Any) -> None:
    lines = "\n".join(f"x{n} = {text}\ny{n}[A] = A * {text}" for n, text in enumerate(MEANS))
    got = run(f"A: a1, a2\n{lines}", random="mean")
    for n, (text, mean) in enumerate(MEANS.items()):
        np.testing.assert_allclose(values(got, f"x{n}"), mean + 0 * T, rtol=1e-12, err_msg=text)
        np.testing.assert_allclose(values(got, f"y{n}")[1], 2 * mean + 0 * T, rtol=1e-12, err_msg=text)


def test_a_study_asks_for_the_mean_and_its_report_says_so(tmp_path: Path) -> None:
    (tmp_path / "m.mdl").write_text("{UTF-8}\nx = 3 ~~|\ny = x * RANDOM UNIFORM(0, 4, 0) ~~|\n" + CLOCK, encoding="utf-8")
    study = 'title = "s"\nmodel = "m.mdl"\n[outputs]\nlast = { variable = "y", at = 4 }\n[monte_carlo]\nruns = 2\n'
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    with pytest.raises(TranslationError, match="draws at random"):
        llr_sd.run_study(tmp_path, tmp_path / "out")
    (tmp_path / "study.toml").write_text('random = "mean"\n' + study, encoding="utf-8")
    result = llr_sd.run_study(tmp_path, tmp_path / "out", verify=0)
    assert any("held at their mean" in f and "y" in f for f in result.manifest["findings"])
    assert float(result.summary.query("statistic == 'mean'")["value"].iloc[0]) == 6.0


def test_every_random_function_has_its_mean_tested() -> None:
    assert {k for k in WRITTEN if "seed?" in FUNCTIONS[k].arguments} | {"RANDOM 0 1"} == {t.partition("(")[0] for t in MEANS}


def test_a_random_function_is_refused_where_nobody_asked(run: Any) -> None:
    with pytest.raises(TranslationError, match=r'"x".*RANDOM UNIFORM draws at random.*random = "mean"'):
        run("x = RANDOM UNIFORM(0, 1, 0)")
    with pytest.raises(LlrSdError, match="RANDOM GAMMA is not supported"):
        run("x = RANDOM GAMMA(0, 1, 1, 0, 1, 0)", random="mean")
