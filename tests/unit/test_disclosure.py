"""Small counts are hidden so that an attack by linear programming over everything that is published cannot bring them back."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from disclosure_attack import attack
from hypothesis import given, settings
from hypothesis import strategies as st

from llr_sd.errors import InputError
from llr_sd.workforce.baseline.disclosure import Release, protect

Margins = list[tuple[str, ...]]
FULL: Margins = [("place", "level"), ("place",), ("level",), ()]
LINKED: Margins = [
    ("place", "level"), ("place",), ("level",), (), ("area", "level"), ("area",), ("level", "status"), ("area", "status"), ("status",),
]  # fmt: skip
AREAS = {"P0": "A", "P1": "A", "P2": "A", "P3": "B", "P4": "B", "P5": "B"}


def people(counts: list[int], places: int, levels: int, statuses: int) -> pd.DataFrame:
    keys = itertools.product(range(places), range(levels), range(statuses))
    rows = [(f"P{p}", AREAS[f"P{p}"], f"L{k}", f"S{s}", n) for (p, k, s), n in zip(keys, counts, strict=True)]
    return pd.DataFrame(rows, columns=["place", "area", "level", "status", "heads"])


def holds(frame: pd.DataFrame, margins: Margins) -> Release:
    release = protect(frame, margins)
    for margin in margins:
        for key, count in release.published(margin).items():
            assert count is None or count == 0 or count >= 5
            true = frame[(frame[list(margin)] == list(key)).all(axis=1)]["heads"].sum() if margin else frame["heads"].sum()
            assert count is None or count == true
    for low, high in attack(frame, release).values():
        assert low <= 1 + 1e-6
        assert high >= 4 - 1e-6
    return release


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=24, max_size=24))
def test_no_total_brings_a_hidden_count_back(counts: list[int]) -> None:
    holds(people(counts, 6, 4, 1), FULL)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=36, max_size=36))
def test_nor_do_several_tables_of_one_release(counts: list[int]) -> None:
    holds(people(counts, 6, 3, 2), LINKED)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 4, 30]), min_size=36, max_size=36))
def test_nor_in_sparse_tables(counts: list[int]) -> None:
    holds(people(counts, 6, 3, 2), LINKED)


def test_the_attack_undoes_a_table_in_which_only_small_counts_are_hidden() -> None:
    frame = people([3, 20, 30, 40, 50, 60], 3, 2, 1)
    release = protect(frame, FULL)
    naive = Release(release.counts, release.small, release.small)
    [(low, high)] = attack(frame, naive).values()
    assert low == pytest.approx(3)
    assert high == pytest.approx(3)
    assert len(release.small) == 1
    assert len(release.hidden) == 4  # a square of cells; totals stay


def test_totals_of_several_tables_together_are_attacked() -> None:
    """Each of two tables is safe alone; with the level of each area beside them the same cells are not."""
    frame = people([3, 20, 30, 40, 50, 60, 12, 20, 30, 40, 50, 60], 6, 2, 1)
    alone = protect(frame, FULL)
    together = [*FULL, ("area", "level"), ("area",)]
    counts = protect(frame, together)
    crossing = Release(counts.counts, alone.small | {(("place", "level"), ("P3", "L0"))} | _square("P0", "P3"), counts.small)
    [(low, high)] = attack(frame, crossing).values()
    assert (low, high) == (pytest.approx(3), pytest.approx(3))
    holds(frame, together)


def _square(*places: str) -> frozenset[tuple[tuple[str, ...], tuple[str, ...]]]:
    return frozenset((("place", "level"), (p, k)) for p in places for k in ("L0", "L1"))


def test_hours_of_hidden_people_are_not_found_either() -> None:
    rng = np.random.default_rng(5)
    frame = people([int(n) for n in rng.integers(0, 9, 36)], 6, 3, 2)
    frame["fte"] = frame["heads"] * rng.uniform(0.4, 1.0, len(frame))
    release = protect(frame, LINKED)
    for low, high in attack(frame, release, "fte").values():
        assert high - low > 0.01


def test_small_counts_are_those_from_one_to_four() -> None:
    release = protect(people([0, 1, 4, 5, 20, 30], 3, 2, 1), [("place", "level")])
    assert release.published(("place", "level")) == {
        ("P0", "L0"): 0, ("P0", "L1"): None, ("P1", "L0"): None, ("P1", "L1"): 5, ("P2", "L0"): 20, ("P2", "L1"): 30,
    }  # fmt: skip
    assert release.shown(("level", "place"), ("L1", "P1"))
    assert not release.shown(("level", "place"), ("L0", "P1"))


def test_what_was_not_looked_at_is_not_shown() -> None:
    release = protect(people([9, 9, 9, 9, 9, 9], 3, 2, 1), FULL)
    with pytest.raises(InputError, match="counts by area are not part of what is released"):
        release.shown(("area",), ("A",))


def test_a_missing_count_is_no_zero() -> None:
    frame = people([9, 9], 2, 1, 1)
    frame["heads"] = [9, np.nan]
    with pytest.raises(InputError, match="a count is missing"):
        protect(frame, FULL)
    with pytest.raises(InputError, match='no column "role"'):
        protect(people([9], 1, 1, 1), [("role",)])


def test_a_release_in_which_everybody_is_few() -> None:
    frame = people([1, 1], 2, 1, 1)
    release = holds(frame, FULL)
    assert all(count is None for margin in FULL for count in release.published(margin).values())
