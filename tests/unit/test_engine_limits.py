"""What is too large is refused in a sentence, before memory is taken; what is only deep or long is run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engine_models import NO_DESIGN, array, binary, call, model, numbers, ref, series, simulate, stock

from llr_sd.design import Design
from llr_sd.engine import check_size, limits, run, stream
from llr_sd.equations import Along, Reference, Time
from llr_sd.errors import EngineError, InputError


def repeated(left: bool, times: int) -> Any:
    tree: Any = Time()
    for _ in range(times):
        tree = binary("+", tree, 1.0) if left else binary("+", 1.0, tree)
    return tree


@pytest.mark.parametrize("left", [True, False])
def test_a_sum_of_5000_terms(left: bool) -> None:
    assert series(model({"y": repeated(left, 5000)}), "y")[-1] == 5010


def test_conditions_within_conditions() -> None:
    tree: Any = 0.0
    for n in range(500):
        tree = call("IF THEN ELSE", binary(">", Time(), 9.9), float(n), tree)
    assert series(model({"y": tree}), "y")[-1] == 499


def test_a_tree_that_is_too_deep_is_refused_in_a_sentence() -> None:
    with pytest.raises(EngineError, match="nested too deeply"):
        simulate(model({"y": repeated(True, 40_000)}))


def test_a_time_that_comes_through_many_variables() -> None:
    chain: dict[str, Any] = {"v0": Time()} | {f"v{i}": binary("+", ref(f"v{i - 1}"), 1.0) for i in range(1, 2000)}
    chain["y"] = binary(">=", ref("v1999"), 2004.0)
    assert series(model(chain), "y").tolist() == [0.0] * 10 + [1.0] * 11


@pytest.mark.parametrize("function", ["SMOOTH N", "DELAY N"])
@pytest.mark.parametrize(
    ("order", "says"),
    [
        (0.0, "of order 0 is not possible"),
        (-2.0, "of order -2 is not possible"),
        (2.5, "of order 2.5 is not possible"),
        (1e9, r"of order 1e\+09 is above 1000"),
        (binary("+", 1.0, Time()), "of order 1 to 11 is not possible"),
        (call("STEP", 2.0, 1.0), "of order 0 to 2 is not possible"),
        (call("SIN", Time()), "must be a constant"),
        (binary("/", ref("n"), 2.0), "of order 1.5 is not possible"),
    ],
)
def test_orders_that_cannot_be(function: str, order: Any, says: str) -> None:
    bodies = {"n": 3.0, "y": call(function, Time(), 3.0, 0.0, order)}
    with pytest.raises(EngineError, match=f"y: .*{says}"):
        simulate(model(bodies))


def test_an_order_that_changes_is_that_of_the_start() -> None:
    """As in Vensim's output of the public test models `delays` and `smooth`."""
    order = binary("+", 2.0, call("STEP", 1.0, 5.0))
    got = series(model({"y": call("DELAY N", Time(), 9.0, 0.0, order)}), "y")
    np.testing.assert_array_equal(got, series(model({"y": call("DELAY N", Time(), 9.0, 0.0, 2.0)}), "y"))


def test_orders_of_every_run_and_element_are_looked_at() -> None:
    order = binary("+", ref("n"), 1.0)
    equations = model({"n": 3.0, "y": call("SMOOTH N", Time(), 9.0, 0.0, order)})
    assert run(equations, Design(("n",), np.array([[0.0], [4.0]]))).status == ("ok", "ok")
    for bad in (-1.0, 0.5):
        with pytest.raises(EngineError, match="y: SMOOTH N of order"):
            run(equations, Design(("n",), np.array([[4.0], [bad]])))
    kinds = ("p", "q")
    each = Reference("o", (Along(0, (0, 1)),))
    with pytest.raises(EngineError, match=r"of order 1 to 1\.5 is not possible"):
        simulate(model({"o": numbers("o", kinds, [1.0, 1.5]), "y": array("y", kinds, call("DELAY N", Time(), 9.0, 0.0, each))}))


def test_numbers_that_are_not_finite_are_refused_by_name() -> None:
    equations = model({"k": 1.0, "y": binary("*", ref("k"), Time())})
    for bad in (np.nan, np.inf, -np.inf):
        with pytest.raises(InputError, match="run 1, k: is not a finite number"):
            run(equations, Design(("k",), np.array([[1.0], [bad]])))


def test_results_and_queues_beyond_memory_are_refused_before_they_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = tuple(f"k{i}" for i in range(1000))
    wide = model({"y": array("y", kinds, stock(1.0, 0.0), "stock")})
    many = Design((), np.empty((10**9, 0)))
    with pytest.raises(EngineError, match="1,000,000,000 runs of 1,000 elements at 21 times"):
        check_size(wide, many, ["y"])
    check_size(wide, NO_DESIGN, ["y"])
    monkeypatch.setattr(limits, "memory", lambda: 10 << 20)
    queue = model({"y": array("y", kinds, call("DELAY FIXED", Time(), 1e9, 0.0))}, final_time=1000.0, saveper=1000.0)
    with pytest.raises(EngineError, match=r"queues of DELAY FIXED of one thread would take [0-9.]+ GB"):
        next(stream(queue, NO_DESIGN))


def test_blocks_shrink_to_the_memory_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from llr_sd.engine.llvm import runner

    kinds = tuple(f"k{i}" for i in range(100))
    wide = model({"y": array("y", kinds, stock(1.0, 0.0), "stock")})
    monkeypatch.setattr(runner, "memory", lambda: 4 << 20)
    parts = list(stream(wide, Design((), np.empty((100, 0))), ["y"]))
    assert len(parts) > 1
    assert sum(len(p.status) for p in parts) == 100
    with pytest.raises(EngineError, match="do not fit into memory at once"):
        run(wide, Design((), np.empty((100, 0))), ["y"])
