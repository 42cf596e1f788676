"""Models run in the machine of a page (`engine.mjs`), by node or a browser, beside the native engine: for tests of equality."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.engine.browser import Browser, browser_model
from llr_sd.ensemble import Ensemble
from llr_sd.equations import Equations, is_control

RUNNER = Path(__file__).parents[1] / "page" / "machine.mjs"
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """Some runs of a model: what a page is given, and what the native engine says; `values` of shape (run, input).

    The native engine was asked for `wanted` at `at`. The page is asked for the same, or with `whole` for everything, and then told
    what decides whether a run failed.
    """

    name: str
    page: Browser
    values: Reals
    native: Ensemble
    wanted: tuple[str, ...] = ()
    at: tuple[float, ...] = ()
    whole: bool = False
    data: dict[str, Any] = field(default_factory=dict)

    def ask(self) -> dict[str, Any]:
        """What the page's machine is asked: data, runs, and the elements and times to keep; None for all."""
        variables = {v["name"]: v for v in self.data["variables"]}
        wanted = [variables[n]["first"] + i for n in self.wanted for i in range(variables[n]["size"])]
        times = self.page.model.request.times.tolist()
        at = [times.index(t) for t in self.at]
        ask = {"engine": self.data, "runs": len(self.values)}
        if self.whole:
            return ask | {"wanted": None, "at": None, "judged": {"elements": wanted, "at": at}}
        return ask | {"wanted": wanted or None, "at": at or None, "judged": None}

    def kept(self, values: Reals) -> Reals:
        """What the native engine was asked for of what the page gave, shape (run, time, element)."""
        all_times, ask = len(self.page.model.request.times), self.ask()
        if not self.whole:
            return values.reshape(len(self.values), len(self.at) or all_times, -1)
        every = values.reshape(len(self.values), all_times, -1)
        return np.ascontiguousarray(every[:, ask["judged"]["at"]][:, :, ask["judged"]["elements"]])


def make_case(
    name: str,
    equations: Equations,
    spread: float = 0.1,
    runs: int = 3,
    method: str | None = None,
    outputs: Sequence[str] | None = None,
    wanted: Sequence[str] = (),
    at: Sequence[float] = (),
    plant: dict[str, float] | None = None,
    whole: bool = False,
) -> Case:
    """A model with every constant moved by `spread` (the first run is the model as it is); `plant` sets some in the second run.

    The native engine is asked for `wanted` at `at` where these are named: the page keeps them out of all that it was made for.
    """
    cells = [c for c in equations.constants() if not is_control(c.variable.name)]
    base = np.array([equations.constant_value(c) for c in cells])
    cells = [c for c, b in zip(cells, base, strict=True) if np.isfinite(b)]
    base = base[np.isfinite(base)]
    rng = np.random.default_rng(len(cells))
    values = base * rng.uniform(1 - spread, 1 + spread, (runs, len(cells)))
    values[0] = base
    labels = [c.label for c in cells]
    for label, value in (plant or {}).items():
        values[1, labels.index(label)] = value
    ranges = {c.label: (float(low), float(high)) for c, low, high in zip(cells, values.min(0), values.max(0), strict=True)}
    page = browser_model(equations, labels, outputs, None, method, ranges)
    for i, label in enumerate(labels):
        room = page.rooms.get(label)
        if room is not None and (room.whole or room.low == room.high):
            values[:, i] = base[i]
    design = Design(tuple(labels), values)
    native = run(equations, design, list(wanted) or outputs, list(at) or None, method=method, threads=1)
    return Case(name, page, values, native, tuple(wanted), tuple(at), whole, page.to_data())


def run_in_node(node: str, folder: Path, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Run the cases in one process of node; each result has `values` of shape (run, time, element), `status` and `findings`."""
    for i, case in enumerate(cases):
        (folder / f"{i}.json").write_text(json.dumps(case.ask()))
        np.ascontiguousarray(case.values.T).tofile(folder / f"{i}.design")
    (folder / "cases.json").write_text(json.dumps([str(i) for i in range(len(cases))]))
    done = subprocess.run([node, str(RUNNER), str(folder)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads((folder / "results.json").read_text())
    for i, result in enumerate(results):
        if "refused" not in result:
            result["values"] = np.fromfile(folder / f"{i}.values")
    return results


def difference(case: Case, result: dict[str, Any]) -> str:
    """Return "" where a page says what the native engine says, to the last bit, else the first thing that differs."""
    if "refused" in result:
        return f"{case.name} is refused: {result['refused']}"
    status = [str(s) for s in case.native.status]
    told = [_sentence(s) for s in result["status"]]
    if told != status:
        run = next(i for i, (a, b) in enumerate(zip(told, status, strict=True)) if a != b)
        return f"{case.name}, run {run}: the page says {told[run]!r}, the engine {status[run]!r}"
    found = sorted((f["variable"], f["what"], f["runs"], f["mend"]) for f in result["findings"])
    known = sorted((f.variable, f.what, f.runs, f.mend) for f in case.native.findings)
    if found != known:
        return f"{case.name}: the page finds {found}, the engine {known}"
    names = case.wanted or [v["name"] for v in case.data["variables"]]
    data, runs = case.native.dataset, len(case.values)
    want = np.concatenate([data[n].values.reshape(runs, data.sizes["time"], -1) for n in names], axis=2)
    got = case.kept(result["values"])
    same = (got.view(np.int64) == want.view(np.int64)) | (np.isnan(got) & np.isnan(want))
    if same.all():
        return ""
    at = min(np.argwhere(~same), key=lambda k: (k[1], *k))
    return f"{case.name}: run, time, element {at}: the page has {got[tuple(at)]!r}, the engine {want[tuple(at)]!r}"


def _sentence(status: dict[str, Any] | None) -> str:
    if status is None:
        return "ok"
    when = "" if status["time"] is None else f" at time {status['time']:.12g}"
    return f'{status["reason"]} in "{status["variable"]}"{when}'
