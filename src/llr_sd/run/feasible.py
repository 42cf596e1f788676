"""What can be known of a study before its first run: whether its analyses can be made, and whether they fit into memory."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from llr_sd import analysis, sampling
from llr_sd.distribution import Distribution
from llr_sd.errors import InputError, nearest
from llr_sd.model import Model
from llr_sd.parameters import Parameter
from llr_sd.study import Study

Uncertain = list[tuple[Parameter, Distribution]]
_COPIES = 4  # arrays of one size that drawing, running and summing up hold at once


def groups_of(uncertain: Uncertain) -> dict[str, list[str]]:
    """Return the uncertain parameters by group; one without a group stands for itself."""
    groups: dict[str, list[str]] = {}
    for p, _ in uncertain:
        groups.setdefault(p.group or p.whole or p.name, []).append(p.name)
    return groups


def check_analyses(study: Study, uncertain: Uncertain, model: Model) -> None:
    """Refuse an analysis that the inputs, the number of runs or the installed libraries do not allow, by file and key."""
    asked = [k for k in ("sobol", "morris", "shapley", "value_of_information", "discovery", "levers") if getattr(study, k)]
    if asked and not uncertain:
        raise _refusal(study, asked[0], "nothing is uncertain, so there is nothing to analyse.", "Fill [uncertain].")
    fixed = [p.name for p, d in uncertain if d.kind == "fixed"]
    if len(fixed) < len(uncertain) and study.monte_carlo.runs < 2:
        what = "1 run cannot show what is uncertain."
        raise _refusal(study, "monte_carlo > runs", what, "Make 2 or more, or leave [uncertain] out.")
    if fixed and {"sobol", "morris", "shapley"} & set(asked):
        what = f"{fixed[0]} is fixed: it can have no share in the variance."
        raise _refusal(study, f"uncertain > override > {fixed[0]}", what, "Leave it out or give it a distribution.")
    _check_correlations(study, uncertain, fixed, model)
    groups = groups_of(uncertain)
    if study.sobol and len({p.whole or p.name for p, _ in uncertain}) < 2:
        raise _refusal(study, "sobol", "Sobol indices need at least two uncertain inputs.", "Name more under [uncertain].")
    if study.sobol and study.sobol.groups and len(groups) < 2:
        raise _refusal(study, "sobol > groups", "all uncertain inputs are in one group.", "Leave groups out.")
    if study.shapley and not 2 <= len(groups) <= sampling.PLAYERS:
        what = f"Shapley effects take 2 to {sampling.PLAYERS} groups of inputs, not {len(groups)}: the runs double with each."
        raise _refusal(study, "shapley", what, "Put parameters into groups, or leave out those that do not matter.")
    _check_decisions(study)
    _check_convergence(study, uncertain)
    _check_levers(study, model)
    for number, part in enumerate(study.attribution, 1):
        for lever, names in part.levers.items():
            for name in names:
                model.table.get(name, f"{study.where}, attribution > {number} > levers > {lever}")


def _refusal(study: Study, key: str, what: str, mend: str = "") -> InputError:
    return InputError(what, where=f"{study.where}, {key}", mend=mend)


def _check_correlations(study: Study, uncertain: Uncertain, fixed: list[str], model: Model) -> None:
    inputs = replace(model.table, rows=tuple(p for p, _ in uncertain))
    for number, part in enumerate(study.correlation, 1):
        key = f"correlation > {number} > between"
        for name in part.between:
            try:
                found = model.table.find(name)
            except InputError as error:
                raise error.at(f"{study.where}, {key}") from None
            if found is None or inputs.find(found.name) is None:
                raise _refusal(study, key, f'"{name}" is not among the uncertain parameters.', nearest(name, inputs.spoken))
            if found.name in fixed:
                raise _refusal(
                    study, key, f'"{name}" is fixed, so it cannot be correlated with anything.', "Give it a distribution."
                )


def _check_decisions(study: Study) -> None:
    """Hold scenario discovery and the value of information against the number of runs."""
    runs = study.monte_carlo.runs
    if study.discovery:
        if runs < 2 * analysis.FEWEST:
            what = f"{runs} runs are too few: scenario discovery needs {analysis.FEWEST} that miss a target and {analysis.FEWEST} that meet it."
            raise _refusal(study, "monte_carlo > runs", what, f"Make {20 * analysis.FEWEST} or more, or leave [[discovery]] out.")
        if importlib.util.find_spec("ema_workbench") is None:
            mend = "Install it with `pip install 'llr-sd[discovery]'`."
            raise _refusal(study, "discovery", "scenario discovery needs the EMA Workbench.", mend)
    if study.value_of_information and runs < analysis.FEWEST_FOR_VALUE:
        what = f"{runs} runs are too few: the value of information needs at least {analysis.FEWEST_FOR_VALUE}."
        raise _refusal(study, "monte_carlo > runs", what, "Make 1000 or more, or leave [value_of_information] out.")


def sobol_runs(study: Study, uncertain: Uncertain, base: int) -> int:
    """Return the runs of the Sobol analyses at a base, over all their scenarios."""
    if study.sobol is None:
        return 0
    factor = 2 if study.sobol.second_order else 1
    rows = base * (factor * len({p.whole or p.name for p, _ in uncertain}) + 2)
    groups = len(groups_of(uncertain))
    if study.sobol.groups:
        rows += base * ((factor if groups > 1 else 1) * groups + 2)
    return rows * settings_in(study, study.sobol.scenarios)


def settings_in(study: Study, names: tuple[str, ...]) -> int:
    """Return how many scenarios an analysis runs: the named ones, or all that answer the question."""
    return sum(s.name in names if names else s.kind == "scenario" for s in study.scenario)


def _check_convergence(study: Study, uncertain: Uncertain) -> None:
    wanted = study.convergence
    if wanted is None or study.sobol is None:
        return
    cost = sobol_runs(study, uncertain, study.sobol.base)
    if cost > wanted.budget:
        what = f"base {study.sobol.base} needs {cost:,} runs, more than the budget of {wanted.budget:,}."
        raise _refusal(study, "convergence > budget", what, "Raise the budget or lower sobol > base.")


def _check_levers(study: Study, model: Model) -> None:
    """Hold every level of every lever against the model, with what its scenario sets."""
    wanted = study.levers
    if wanted is None:
        return
    if not wanted.set:
        raise _refusal(study, "levers > set", "names no lever.", "Name constants of the model, each with a list of values.")
    fewest = math.ceil(math.log(analysis.ERROR) / math.log(wanted.probability))
    if study.monte_carlo.runs < fewest:
        what = f"{study.monte_carlo.runs} runs cannot show a probability of {100 * wanted.probability:g}%, even where all of them meet it."
        raise _refusal(
            study, "monte_carlo > runs", what, f"Make {fewest} or more, better ten times as many, or leave [levers] out."
        )
    variables: dict[str, str] = {}
    for name, levels in wanted.set.items():
        key = f"levers > set > {name}"
        if name in analysis.LEVER_NUMBERS:
            raise _refusal(study, key, "is the name of a column of the lever table.", "Rename the constant in the model.")
        if not levels:
            raise _refusal(study, key, "has no values to try.")
        if len(set(levels)) < len(levels):
            raise _refusal(study, key, "names a value twice.", "Keep one.")
        for level in levels:
            try:
                variable = model.design({name: level}).names[0]
            except InputError as error:
                raise error.at(f"{study.where}, {key}") from None
        if variable in variables:
            raise _refusal(study, key, f'is the same constant as "{variables[variable]}".', "Keep one.")
        variables[variable] = name


def check_sizes(study: Study, uncertain: Uncertain, cells: Mapping[str, int], attributions: Sequence[int]) -> None:
    """Refuse a study that would take more memory than there is, naming the key to lower.

    Parameters
    ----------
    cells
        Numbers that a run keeps of each output (times by elements) in the scenario with the most.
    attributions
        Settings of each attribution.
    """
    room = memory_free()
    for key, needed in _sizes(study, uncertain, cells, attributions):
        if needed > room:
            what = f"would take about {needed / 2**30:,.1f} GB of memory, and {room / 2**30:,.1f} GB are free."
            raise _refusal(study, key, what, "Lower it, or ask for fewer outputs over time.")


def _sizes(
    study: Study, uncertain: Uncertain, cells: Mapping[str, int], attributions: Sequence[int]
) -> Iterator[tuple[str, float]]:
    """Yield the bytes that each analysis holds at once, with the key that sets them."""
    inputs, groups = max(len(uncertain), 1), len(groups_of(uncertain))
    every, largest = sum(cells.values()), max(cells.values(), default=1)
    number = 8.0 * _COPIES

    def held(rows: float, settings: int) -> float:
        return number * rows * (inputs + settings * every / 2)

    runs = study.monte_carlo.runs if uncertain else 1
    yield "monte_carlo > runs", number * runs * (inputs + largest)
    if study.sobol:
        settings = settings_in(study, study.sobol.scenarios)
        most = max(sobol_runs(study, uncertain, study.sobol.base), study.convergence.budget if study.convergence else 0)
        key = "convergence > budget" if study.convergence else "sobol > base"
        yield key, held(most / max(settings, 1), settings)
    if study.morris:
        yield "morris > trajectories", held(study.morris.trajectories * (inputs + 1), settings_in(study, study.morris.scenarios))
    if study.shapley:
        yield "shapley > base", held(study.shapley.base * 2**groups, settings_in(study, study.shapley.scenarios))
    for number_of, steps in enumerate(attributions, 1):
        yield f"monte_carlo > runs (attribution {number_of})", held(runs, steps)
    if study.levers:
        tried = min(study.levers.most, math.prod(len(v) for v in study.levers.set.values()))
        yield "levers > most", number * runs * every + 10.0 * runs * tried


def memory_free() -> float:
    """Return the bytes of memory that may still be taken; infinite where the system does not say."""
    limits = [math.inf]
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                limits.append(float(line.split()[1]) * 1024)
        group = Path("/sys/fs/cgroup")
        most = (group / "memory.max").read_text(encoding="ascii").strip()
        if most.isdigit():
            limits.append(float(most) - float((group / "memory.current").read_text(encoding="ascii")))
    except (OSError, ValueError, IndexError):
        pass
    return max(min(limits), 0.0)
