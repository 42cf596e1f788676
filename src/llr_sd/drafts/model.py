"""The study of a model of somebody's own: its outputs chosen from one run, its ranges from the table, with comments that lead on."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from llr_sd.equations import CONTROLS, Variable, canonical
from llr_sd.errors import TranslationError
from llr_sd.model import Model, is_bundled, load_model
from llr_sd.parameters import Parameter
from llr_sd.reading import reads
from llr_sd.values import check_outputs

MOST_ELEMENTS = 30
"""Elements of an output that a first study shows."""
NOTHING = 1e-9
"""An output that never gets further from zero is a balance."""


def study_of(name: str, folder: Path) -> str:
    """Return the text of a study of a model: a bundled name or a path, which the study names from its own folder on."""
    random = ""
    try:
        model = load_model(name)
    except TranslationError:
        random = "mean"
        try:
            model = load_model(name, random=random)
        except TranslationError:
            random = ""
        if not random:
            raise
    called = name if is_bundled(name, Path(name)) else _from(folder, Path(name))
    outputs, end = _outputs(model)
    parts = [
        f"""\
# A study of {model.name}, drafted by `llr-sd new`. It runs as it stands; every line can be changed, and a misspelt key or name is
# refused with the nearest one. `llr-sd list` with the model's name or path shows what it has, with a word behind it what speaks of that.
title = {_text(f"{model.name}: what happens, and how sure is that?")}
question = ""  # in a sentence or two, for whoever reads the report
model = {_text(called)}
""",
        'random = "mean"  # RANDOM functions of the model are held at their mean: the study owns randomness\n' if random else "",
        """\
seed = 1

# What is asked "what if": each scenario sets constants, by name or by label, and leaves all else as it is.
[[scenario]]
name = "as the model stands"
""",
        _scenario(model),
        _uncertain(model),
        _numbers(outputs, end),
        """\

[monte_carlo]
runs = 1000

# Which input the spread comes from:
# [sobol]
# base = 512
""",
    ]
    return "".join(parts)


def _from(folder: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return path.resolve().as_posix()


def _text(words: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007F")


def _varied(model: Model) -> list[Parameter]:
    return [p for p in model.table if p.distribution.kind != "fixed"]


def _scenario(model: Model) -> str:
    """Return an example of a further scenario, behind comment signs."""
    example = next(iter([*_varied(model), *model.table]), None)
    if example is None:
        return ""
    d = example.distribution
    value = d.high if np.isfinite(d.high) else next((v for v in d.values if v != example.value), example.value)
    return f"""
# [[scenario]]
# name = {_text(f"{example.called} at {value:g}")}
# set = {{ {_text(example.name)} = {value:g} }}
"""


def _uncertain(model: Model) -> str:
    varied = _varied(model)
    if not varied:
        example = next((p for p in model.table if p.variable not in CONTROLS and p.value), None)
        if example is None:
            return ""
        ends = sorted((0.8 * example.value, 1.2 * example.value))
        return f"""
# What varies between runs. The model states no range ([low,high] behind a unit in Vensim, or a parameters.csv, which
# `llr-sd list MODEL --write-parameters` drafts), so nothing varies yet. A range for one constant, to be made your own:
# [uncertain.override.{_text(example.name)}]
# distribution = "uniform"
# low = {ends[0]:g}
# high = {ends[1]:g}
# source = "judgement"
# grade = "C"
"""
    groups = list(dict.fromkeys(p.group for p in varied if p.group))
    names = [p.name for p in varied if not p.group]
    lines = [f"groups = [{', '.join(map(_text, groups))}]"] if groups else []
    lines += ["names = [", *(f"  {_text(n)}," for n in names), "]"] if names else []
    return "\n# What varies between runs, over the ranges of the model's table or file.\n[uncertain]\n" + "\n".join(lines) + "\n"


def _numbers(outputs: list[Variable], end: float) -> str:
    """Return the outputs, each over time and at the end of the run."""
    lines = ["", "# The numbers that answer the question: over all saved times, or at one.", "[outputs]"]
    taken: set[str] = set()
    last = ""
    for v in outputs:
        unit = f", unit = {_text(v.unit)}" if v.unit else ""
        name = v.name if v.size <= MOST_ELEMENTS else v.label(next(v.elements()))
        about = f"variable = {_text(name)}, label = {_text(v.name)}{unit}"
        key = _key(v.name, taken)
        lines.append(f"{key} = {{ {about} }}")
        at_end = _key(f"{v.name} end", taken)
        lines.append(f"{at_end} = {{ {about}, at = {end!r} }}")
        last = last if v.axes else at_end
    if last:
        lines += [
            "",
            "# A level that an output should reach; the results say how likely that is.",
            "# [[target]]",
            '# name = "enough"',
            f'# output = "{last}"',
            "# at_least = 100",
        ]
    return "\n".join(lines) + "\n"


def _key(name: str, taken: set[str]) -> str:
    """Return a short name for an output that stands for nothing else."""
    key = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:40] or "output"
    try:
        check_outputs([key])
    except ValueError:
        key = f"{key}_value"
    while key in taken:
        key += "_2"
    taken.add(key)
    return key


def _outputs(model: Model) -> tuple[list[Variable], float]:
    """Return up to four variables that change in the base run, and its last saved time.

    Two are results that nothing else reads, those first that most of the model goes into; two are the stocks that most equations read.
    """
    data = model.run({}).dataset
    named = [v for v in model.equations.variables.values() if not v.name.startswith("_") and v.name in data]
    changing = [v for v in named if v.kind in ("stock", "auxiliary") and _changes(data[v.name].values)]
    read = {v.name: set(reads(v)) for v in model.equations.variables.values()}
    readers = Counter(name for names in read.values() for name in names)
    balances = {canonical(law.variable) for law in model.laws}
    results = [v for v in changing if v.kind == "auxiliary" and not v.axes and not readers[v.name]]
    results = [v for v in results if canonical(v.name) not in balances]
    results.sort(key=lambda v: -_upstream(v.name, read))
    stocks = sorted((v for v in changing if v.kind == "stock"), key=lambda v: -readers[v.name])
    chosen = (
        [*results[:2], *stocks[:2]] or changing[:2] or [v for v in named if v.kind in ("stock", "auxiliary")][:2] or named[:1]
    )
    return chosen, float(data["time"].values[-1])


def _changes(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    return bool(np.isfinite(values).all() and np.ptp(values) > 0 and np.abs(values).max() > NOTHING)


def _upstream(name: str, read: Mapping[str, set[str]]) -> int:
    """Return how many variables go into one, directly or through others."""
    seen, waiting = {name}, [name]
    while waiting:
        new = read[waiting.pop()] - seen
        seen |= new
        waiting += new
    return len(seen) - 1
