"""The compiled engine as a whole: order of convergence, same bits always, failed runs, circles, the clock, the cache."""

from __future__ import annotations

import math
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine_models import array, binary, call, model, numbers, ref, series, simulate, stock

from llr_sd.design import Design
from llr_sd.engine import run, stream
from llr_sd.engine.llvm import compiled, runner
from llr_sd.engine.request import make_request
from llr_sd.equations import Along, Equations, Loop, Number, Reduce, Reference, Stock, Time, Unary
from llr_sd.errors import EngineError, InputError
from llr_sd.store.objectcache import ObjectCache

# --- accuracy --------------------------------------------------------------------------------------------------------


def oscillator(step: float) -> Equations:
    """x'' = -x from x = 1 at rest: x = cos t."""
    bodies = {"x": stock(ref("v"), 1.0), "v": stock(Unary("-", ref("x")), 0.0)}
    return model(bodies, time_step=step, final_time=8.0, saveper=8.0)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("rk4", 4)])
def test_order_of_convergence(method: str, order: int) -> None:
    errors = [abs(series(oscillator(h), "x", method=method, times=[8.0])[0] - math.cos(8.0)) for h in (0.1, 0.05, 0.025, 0.0125)]
    orders = [math.log2(a / b) for a, b in pairwise(errors)]
    assert abs(orders[-1] - order) < 0.1, orders


def test_a_third_order_delay_follows_its_closed_form() -> None:
    """The answer of DELAY3 to a step is the Erlang distribution: 1 - exp(-a) (1 + a + a^2 / 2), with a = 3 t / delay."""
    bodies = {"y": call("DELAY", call("STEP", 1.0, -1.0), 4.0, 0.0, 3)}
    fine = model(bodies, time_step=0.125, final_time=12.0, saveper=1.0)
    t = np.arange(13.0)
    a = 3 * t / 4
    exact = 1 - np.exp(-a) * (1 + a + a**2 / 2)
    np.testing.assert_allclose(series(fine, "y", method="rk4"), exact, atol=2e-4)
    rough = [
        np.abs(series(model(bodies, time_step=h, final_time=12.0, saveper=1.0), "y") - exact).max() for h in (1 / 32, 1 / 64)
    ]
    assert rough[0] / rough[1] == pytest.approx(2, rel=0.1)


def test_rk4_follows_time_and_holds_discrete_states() -> None:
    """Three quarters of t^4: RK4 is exact for a cubic; queues and samples change once a step."""
    cubic = {"s": stock(binary("*", binary("*", Time(), Time()), binary("*", Time(), 3.0)), 0.0)}
    np.testing.assert_allclose(series(model(cubic), "s", method="rk4"), 0.75 * (np.arange(21) * 0.5) ** 4, rtol=1e-13)
    queue = {"d": call("DELAY FIXED", Time(), 2.0, -1.0), "s": stock(ref("d"), 0.0)}
    d = series(model(queue), "d", method="rk4")
    np.testing.assert_array_equal(d[4:], np.arange(17) * 0.5)
    sample = {"d": call("SAMPLE IF TRUE", binary("<", Time(), 3.0), Time(), -1.0), "s": stock(ref("d"), 0.0)}
    np.testing.assert_array_equal(series(model(sample), "d", method="rk4"), np.minimum(np.arange(21) * 0.5, 2.5))
    assert simulate(model(sample, method="rk4"))["s"].values[0, -1] == series(model(sample), "s", method="rk4")[-1]


# --- the same bits ---------------------------------------------------------------------------------------------------


def busy_model() -> Equations:
    names = [f"k{i}" for i in range(5)]
    own = (Along(0, tuple(range(5))),)
    rate = binary("*", Reference("v", own), binary("*", Reference("rate", own), call("EXP", Unary("-", ref("drag")))))
    total = Reduce("SUM", (1,), Reference("v", (Along(1, tuple(range(5))),)))
    v = array("v", names, Stock(binary("-", call("DELAY FIXED", ref("inflow"), ref("wait"), 1.0), rate), Number(10.0)), "stock")
    share = array("share", names, binary("/", Reference("v", own), total), loops=(Loop("kind", tuple(names)),))
    smooth = array("felt", names, call("SMOOTH", Reference("share", own), ref("wait"), 0.1, 3))
    bodies = {"inflow": 3.0, "wait": 2.0, "drag": 0.5, "v": v, "share": share, "felt": smooth}
    return model({**bodies, "rate": numbers("rate", names, [0.1, 0.2, 0.3, 0.4, 0.5])}, final_time=20.0)


def busy_design(runs: int) -> Design:
    rng = np.random.default_rng(3)
    values = np.column_stack(
        [rng.uniform(1, 5, runs), rng.uniform(0.5, 6, runs), rng.uniform(0, 1, runs), rng.uniform(0, 1, runs)]
    )
    return Design(("inflow", "wait", "drag", "rate[k2]"), values)


def bits(dataset: Any) -> bytes:
    return b"".join(np.ascontiguousarray(dataset[k].values).tobytes() for k in sorted(dataset.data_vars))


def test_bits_do_not_depend_on_threads_blocks_or_company() -> None:
    equations, design = busy_model(), busy_design(203)
    whole = run(equations, design, threads=1).dataset
    assert bits(run(equations, design, threads=2).dataset) == bits(whole)
    for block, threads in ((1, 1), (7, 2), (64, 1), (1000, 3)):
        parts = list(stream(equations, design, threads=threads, block=block))
        assert [int(p.dataset.run[0]) for p in parts] == list(range(0, 203, block))
        for name in whole.data_vars:
            joined = np.concatenate([p.dataset[name].values for p in parts])
            np.testing.assert_array_equal(joined, whole[name].values)
    for one in (0, 1, 100, 202):
        alone = run(equations, Design(design.names, design.values[one : one + 1].copy()))
        assert bits(alone.dataset) == bits(whole.isel(run=[one]))


@pytest.mark.parametrize("function", ["EXP", "LN", "SIN", "COS", "TANH", "POWER", "TAN"])
def test_bits_do_not_depend_on_a_hard_number_in_another_lane(function: str) -> None:
    """A vector function may take a slow way for one lane; its neighbours must not notice."""
    more = (1.3,) if function == "POWER" else ()
    equations = model({"x": 1.0, "y": call(function, ref("x"), *more)})
    x = np.array([0.3, 1e300, 2.5, -1e9, 5e-324, 0.7, 1e22, 11.0, 3.3, 0.0, -745.0, 1.7])
    together = run(equations, Design(("x",), x[:, None]), ["y"], [0.0]).dataset["y"].values[:, 0]
    alone = [run(equations, Design(("x",), x[i : i + 1, None]), ["y"], [0.0]).dataset["y"].values[0, 0] for i in range(len(x))]
    np.testing.assert_array_equal(together, alone)


def test_a_base_run_after_a_thousand_others_gives_the_same_bits() -> None:
    equations = busy_model()
    base = Design((), np.empty((1, 0)))
    before = bits(run(equations, base).dataset)
    run(equations, busy_design(1000), threads=2)
    assert bits(run(equations, base).dataset) == before


def test_bits_do_not_depend_on_the_outputs_asked_for() -> None:
    equations, design = busy_model(), busy_design(9)
    whole = run(equations, design).dataset
    for name in whole.data_vars:
        np.testing.assert_array_equal(
            run(equations, design, [name], times=[5.0, 20.0]).dataset[name], whole[name].sel(time=[5.0, 20.0])
        )


def test_small_calls_and_no_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    equations, design = busy_model(), busy_design(50)
    whole = bits(run(equations, design).dataset)
    monkeypatch.setattr(runner, "PART_WORK", 1.0)
    assert bits(run(equations, design, threads=2).dataset) == whole
    empty = run(equations, Design(design.names, np.empty((0, 4))))
    assert empty.dataset.sizes["run"] == 0
    assert empty.status == ()


def test_ctrl_c_stops_and_leaves_no_thread_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PART_WORK", 1.0)
    parts = stream(busy_model(), busy_design(4000), threads=2, block=8)
    next(parts)
    with pytest.raises(KeyboardInterrupt):
        parts.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name.startswith("llr_sd")]


# --- failed runs -----------------------------------------------------------------------------------------------------


def test_a_failed_run_is_told_and_blanked_and_the_others_go_on() -> None:
    growth = binary("*", ref("s"), binary("*", ref("s"), ref("k")))
    odd = call("SQRT", binary("-", ref("limit"), Time()))
    equations = model({"k": 0.0, "limit": 99.0, "s": stock(growth, 1e10), "y": stock(odd, 0.0), "z": binary("+", ref("s"), 1.0)})
    design = Design(("k", "limit"), np.array([[0.0, 99.0], [1e200, 99.0], [0.0, 4.0], [0.0, 99.0]]))
    ensemble = run(equations, design, ["z", "y"], threads=1)
    ok, infinite, nan, also_ok = ensemble.status
    assert ok.ok
    assert also_ok.ok
    assert (infinite.reason, infinite.variable) == ("infinity", "s")
    assert (nan.reason, nan.variable, nan.time) == ("not a number", "y", 5.0)
    y = ensemble.dataset["y"].sel(run=2)
    assert np.isfinite(y.sel(time=slice(0, 4.5))).all()
    assert np.isnan(y.sel(time=slice(5, None))).all()
    assert np.isnan(ensemble.dataset["z"].sel(run=2, time=5.0))
    assert np.isfinite(ensemble.dataset["z"].sel(run=[0, 3])).all()
    assert ensemble.failed == (1, 2)
    again = run(equations, Design(design.names, np.tile(design.values[2], (30, 1))), ["y"], threads=2)
    assert set(again.status) == {nan}


def test_an_output_that_is_not_a_number_fails_the_run_when_it_is_saved() -> None:
    names = ["a", "b"]
    y = array("y", names, call("LN", binary("-", Reference("top", (Along(0, (0, 1)),)), Time())))
    status = run(model({"top": numbers("top", names, [50, 3]), "y": y}), Design((), np.empty((1, 0)))).status[0]
    assert (status.reason, status.variable, status.time) == ("infinity", "y[b]", 3.0)
    assert str(status) == 'infinity in "y[b]" at time 3'


def test_a_non_negative_stock_is_held_at_zero_as_in_pysd_and_may_not_begin_below() -> None:
    for method in ("euler", "rk4"):
        drain = model({"k": 3.0, "s": stock(-1.0, ref("k"), non_negative=True)}, method=method)
        np.testing.assert_allclose(series(drain, "s"), np.maximum(3 - np.arange(21) * 0.5, 0), rtol=1e-15, atol=1e-15)
        status = run(drain, Design(("k",), np.array([[-1.0]]))).status[0]
        assert (status.reason, status.variable, status.time) == ("negative stock", "s", 0.0)


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_circle_is_named_variable_by_variable() -> None:
    circle = {"a": binary("+", ref("b"), 1.0), "b": binary("*", ref("c c"), 2.0), "c c": call("MIN", ref("a"), Time())}
    with pytest.raises(EngineError, match="a needs b needs c c needs a") as caught:
        simulate(model(circle))
    assert "within one time step" in str(caught.value)
    start = {"s": stock(0.0, ref("x")), "x": binary("+", ref("s"), 1.0)}
    with pytest.raises(EngineError, match=r"initial values are found: s needs x needs s"):
        simulate(model(start))
    assert series(model({**start, "x": call("ACTIVE INITIAL", binary("+", ref("s"), 1.0), 4.0)}), "x")[0] == 5.0


def test_a_long_chain_of_variables_is_no_trouble() -> None:
    chain: dict[str, Any] = {"v0": Time()} | {f"v{i}": binary("+", ref(f"v{i - 1}"), 1.0) for i in range(1, 3000)}
    assert series(model(chain), "v2999", times=[10.0])[0] == 3009


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"method": "rk45"}, 'no integration method "rk45"'),
        ({"threads": 0}, "at least one thread"),
        ({"times": [0.3]}, "falls between two steps"),
        ({"engine": "compield"}, 'Did you mean "compiled"'),
    ],
)
def test_what_cannot_be_asked(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        simulate(model({"y": Time()}), **change)


def test_an_order_that_moves_with_a_stock_is_refused() -> None:
    bodies = {"s": stock(1.0, 2.0), "y": call("SMOOTH N", Time(), 3.0, 0.0, ref("s"))}
    with pytest.raises(EngineError, match="y: the order of SMOOTH N must be a constant"):
        simulate(model(bodies))


# --- orders, clocks --------------------------------------------------------------------------------------------------


def test_the_order_and_the_fixed_delay_can_differ_from_run_to_run() -> None:
    bodies = {
        "n": 2.0,
        "wait": 2.0,
        "y": call("SMOOTH N", Time(), 3.0, 0.0, ref("n")),
        "z": call("DELAY FIXED", Time(), ref("wait"), -1.0),
    }
    design = Design(("n", "wait"), np.array([[1, 0.5], [4, 7.5], [2, 400.0], [7, 1.0]]))
    together = run(model(bodies), design, ["y", "z"]).dataset
    for i, (n, wait) in enumerate(design.values):
        alone = run(model({**bodies, "n": float(n), "wait": float(wait)}), Design((), np.empty((1, 0))), ["y", "z"]).dataset
        np.testing.assert_array_equal(together["y"][i], alone["y"][0])
        np.testing.assert_array_equal(together["z"][i], alone["z"][0])


def test_the_clock_is_set_by_the_design() -> None:
    bodies = {"s": stock(1.0, 0.0), "start": call("INITIAL", Time()), "h": binary("*", ref("TIME STEP"), 1.0)}
    design = Design(("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"), np.array([[4.0, 6.0, 0.25, 0.5]] * 2))
    got = run(model(bodies), design).dataset
    np.testing.assert_array_equal(got.time, [4, 4.5, 5, 5.5, 6])
    np.testing.assert_array_equal(got["s"][1], [0, 0.5, 1, 1.5, 2])
    assert (got["start"] == 4).all()
    assert (got["h"] == 0.25).all()


# --- the cache of object code ----------------------------------------------------------------------------------------


def test_object_code_is_kept_and_a_damaged_file_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    equations, cache = busy_model(), ObjectCache(tmp_path / "objects")
    design = busy_design(3)
    compiled.forget()
    expected = bits(run(equations, design, cache=cache).dataset)
    (file,) = cache.folder.iterdir()

    def never(text: str) -> bytes:
        raise AssertionError("compiled again")

    with monkeypatch.context() as patch:
        patch.setattr(compiled.native, "compile_ir", never)
        patch.setattr(compiled, "_loaded", type(compiled._loaded)())
        assert bits(run(equations, busy_design(3), cache=cache).dataset) == expected
        other = Design(("drag",), np.array([[0.9]]))
        run(equations, other, cache=cache)  # other values are no reason to compile
    good = file.read_bytes()
    for damaged in (good[:-1], good[:40], b"", good[:100] + b"?" + good[101:]):
        file.write_bytes(damaged)
        monkeypatch.setattr(compiled, "_loaded", type(compiled._loaded)())
        assert bits(run(equations, design, cache=cache).dataset) == expected
        assert file.read_bytes()[:50] == good[:50]


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = ObjectCache(tmp_path / "file" / "objects")
    cache.put("key", b"code")
    assert cache.get("key") is None


def test_many_may_put_at_once(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path)
    values = [bytes([i]) * 100_000 for i in range(8)]
    threads = [threading.Thread(target=cache.put, args=("key", v)) for v in values]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert cache.get("key") in values
    assert len(list(tmp_path.iterdir())) == 1


def test_the_layout_does_not_keep_what_no_output_needs() -> None:
    equations = busy_model()
    design = Design((), np.empty((1, 0)))
    small = compiled.compile_model(equations, make_request(equations, design, ["inflow"], None))
    assert small.layout.states_size == 0
    assert small.layout.rings_size == 0
