"""Evaluation order by element: a chain within one variable is no circle, and a true circle is named element by element."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.errors import EngineError
from llr_sd.translate import translate

NO_DESIGN = Design((), np.empty((1, 0)))
CLOCK = "INITIAL TIME= 0 ~~|\nFINAL TIME= 4 ~~|\nTIME STEP= 1 ~~|\nSAVEPER= 1 ~~|\n"


def values(folder: Path, text: str, *outputs: str, method: str | None = None) -> list[np.ndarray]:
    """The values of each output of one run, shape (time, ...)."""
    path = folder / "chain.mdl"
    path.write_text("{UTF-8}\n" + text + CLOCK, encoding="utf-8")
    got = run(translate(path), NO_DESIGN, list(outputs), method=method)
    assert got.status[0].ok, got.status
    return [got.dataset[name].values[0] for name in outputs]


def chain(n: int) -> str:
    """A range of n elements, and the two subranges of all but the first and all but the last."""
    return f"k: (e1-e{n}) ~~|\nup: (e2-e{n}) -> low ~~|\nlow: (e1-e{n - 1}) -> up ~~|\n"


T = np.arange(5.0)


@pytest.mark.parametrize("method", ["euler", "rk4"])
@pytest.mark.parametrize("n", [3, 40])
def test_a_chain_within_a_variable_both_ways(n: int, method: str, tmp_path: Path) -> None:
    text = chain(n) + f"x[e1]= Time ~~|\nx[up]= x[low] + 2 ~~|\ny[e{n}]= Time ~~|\ny[low]= 3 * y[up] - 2 * y[up] ~~|\n"
    x, y = values(tmp_path, text, "x", "y", method=method)
    np.testing.assert_array_equal(x, T[:, None] + 2 * np.arange(n))
    np.testing.assert_array_equal(y, np.repeat(T[:, None], n, axis=1))


def test_chains_that_pass_through_each_other(tmp_path: Path) -> None:
    text = chain(5) + "aa[e1]= Time ~~|\naa[up]= bb[low] + 1 ~~|\nbb[k]= 2 * aa[k] ~~|\n"
    a, b = values(tmp_path, text, "aa", "bb")
    expected = [T]
    for _ in range(4):
        expected.append(2 * expected[-1] + 1)
    np.testing.assert_array_equal(a, np.transpose(expected))
    np.testing.assert_array_equal(b, 2 * np.transpose(expected))


def test_a_chain_along_one_of_two_ranges(tmp_path: Path) -> None:
    for text in (
        "x[e1,r]= Time*c[r] ~~|\nx[up,r]= x[low,r] + c[r] ~~|\n",
        "x[r,e1]= Time*c[r] ~~|\nx[r,up]= x[r,low] + c[r] ~~|\n",
    ):
        (x,) = values(tmp_path, chain(4) + "r: p, q, s ~~|\nc[r]= 1, 10, 100 ~~|\n" + text, "x")
        expected = np.array([1, 10, 100]) * (T[:, None, None] + np.arange(4)[:, None])
        np.testing.assert_array_equal(x if x.shape[1] == 4 else x.transpose(0, 2, 1), expected)


def test_sums_over_elements_that_come_before(tmp_path: Path) -> None:
    text = (
        "k: e1, e2, e3, e4 ~~|\nlo: e1, e2 ~~|\nhi: e3, e4 ~~|\nx[lo]= Time ~~|\nx[hi]= SUM(x[lo!]) + c[hi] ~~|\nc[k]= 1, 2, 3, 4 ~~|\n"
        "y[e1]= 1 ~~|\ny[e2]= SUM(x[hi!]) + y[e1] ~~|\ny[hi]= VMAX(y[lo!]) ~~|\n"
    )
    x, y = values(tmp_path, text, "x", "y")
    np.testing.assert_array_equal(x, np.transpose([T, T, 2 * T + 3, 2 * T + 4]))
    np.testing.assert_array_equal(y, np.transpose([1 + 0 * T, 4 * T + 8, 4 * T + 8, 4 * T + 8]))


def test_initial_values_follow_a_chain(tmp_path: Path) -> None:
    text = chain(6) + "s[e1]= INTEG(1, 5) ~~|\ns[up]= INTEG(0, s[low] * 2) ~~|\ni[k]= INITIAL(s[k]) ~~|\nw[k]= s[k] - i[k] ~~|\n"
    s, i, w = values(tmp_path, text, "s", "i", "w")
    first = 5.0 * 2 ** np.arange(6)
    np.testing.assert_array_equal(i, np.tile(first, (5, 1)))
    np.testing.assert_array_equal(s[:, 1:], np.tile(first[1:], (5, 1)))
    np.testing.assert_array_equal(w[:, 0], T)


def test_an_initial_value_may_be_read_of_a_stock_that_nothing_else_needs(tmp_path: Path) -> None:
    (i,) = values(tmp_path, "i= INITIAL(2 * s) ~~|\ns= INTEG(1, 5) ~~|\n", "i")
    np.testing.assert_array_equal(i, np.full(5, 10.0))


def test_smooths_along_a_chain(tmp_path: Path) -> None:
    """Each starts at the value of the one before; a smooth over 2 steps halves its gap at every step."""
    (x,) = values(tmp_path, chain(3) + "x[e1]= 4 + STEP(4, 1) ~~|\nx[up]= SMOOTH(x[low], 2) ~~|\n", "x")
    np.testing.assert_array_equal(x[:, 1], [4, 4, 6, 7, 7.5])
    np.testing.assert_array_equal(x[:, 2], [4, 4, 4, 5, 6])


def test_a_career_ladder_keeps_its_people(tmp_path: Path) -> None:
    text = chain(4) + (
        "staff[e1]= INTEG(10 - move[e1], 100) ~~|\nstaff[up]= INTEG(move[low] - move[up], 0) ~~|\nmove[k]= staff[k] / 4 ~~|\n"
        "seen[e1]= move[e1] ~~|\nseen[up]= seen[low] + move[up] ~~|\n"
    )
    staff, seen = values(tmp_path, text, "staff", "seen")
    expected = np.zeros((5, 4))
    expected[0, 0] = 100
    for n in range(4):
        move = expected[n] / 4
        expected[n + 1] = expected[n] - move + np.array([10, *move[:-1]])
    np.testing.assert_array_equal(staff, expected)
    np.testing.assert_array_equal(seen, np.cumsum(expected / 4, axis=1))


@pytest.mark.parametrize(
    ("text", "ring"),
    [
        (chain(3) + "x[e1]= x[e3] ~~|\nx[up]= x[low] + 1 ~~|\n", r"x\[e1\] needs x\[e3\] needs x\[e2\] needs x\[e1\]"),
        ("k: p, q ~~|\nx[k]= SUM(y[k!]) ~~|\ny[k]= x[k] + 1 ~~|\n", r"y\[q\] needs x\[q\] needs y\[q\]"),
        ("k: p, q ~~|\nx[k]= x[k] + 1 ~~|\n", r"x\[p\] needs x\[p\]"),
        (chain(3) + "x[e1]= 1 ~~|\nx[up]= x[up] + x[low] ~~|\n", r"x\[e2\] needs x\[e2\]"),
        (
            chain(3) + "x[e1]= INTEG(1, x[e3]) ~~|\nx[up]= INTEG(1, x[low]) ~~|\n",
            r"initial values are found: x\[e1\] needs x\[e3\]",
        ),
    ],
)
def test_a_true_circle_is_named_by_element(text: str, ring: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=ring):
        values(tmp_path, text, "x")


def test_a_circle_that_no_output_needs_is_no_trouble(tmp_path: Path) -> None:
    (z,) = values(tmp_path, "k: p, q ~~|\nx[k]= x[k] + 1 ~~|\nz= Time ~~|\n", "z")
    np.testing.assert_array_equal(z, T)


def test_a_thousand_steps_of_a_chain(tmp_path: Path) -> None:
    (x,) = values(tmp_path, chain(1000) + "x[e1]= Time ~~|\nx[up]= x[low] + 1 ~~|\n", "x")
    np.testing.assert_array_equal(x, T[:, None] + np.arange(1000))
