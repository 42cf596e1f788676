"""Designs whose rows belong together: Saltelli blocks (Sobol), Morris trajectories, and rows redrawn in part (Shapley).

Their inputs are parameters or groups of parameters. Each design carries its plan, and its analysis refuses any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from llr_sd.design import Design, Plan
from llr_sd.errors import InputError
from llr_sd.sampling.copula import Correlation, gaussian_copula
from llr_sd.sampling.draws import Uncertain, columns, values
from llr_sd.sampling.streams import spawning, uniforms

REPLICATES = 16
"""Independent randomisations in a Saltelli design: enough for an interval, few enough to keep most of the gain of Sobol points."""

PLAYERS = 12
"""Most inputs of a Shapley design: its cost doubles with each."""

TAIL = 0.025
"""Morris levels span the middle 95 % of each distribution."""
_LEVELS = 4

Groups = Mapping[str, Sequence[str]]
"""Parameter names by group."""


def draw_saltelli(
    parameters: Uncertain,
    base: int,
    seed: int,
    groups: Groups | None = None,
    second_order: bool = True,
    replicates: int = REPLICATES,
) -> Design:
    """Draw Saltelli blocks from scrambled Sobol points by SALib (Saltelli 2002, doi:10.1016/S0010-4655(02)00280-1).

    The blocks come from several independent scrambles (Owen 1997, doi:10.1214/aos/1031594731) in turn, because a bootstrap over the
    points of a single one knows nothing of their evenness: its 95 % intervals then cover nearly always and are several times too wide.
    A design of twice the base begins with the rows of this one. Inputs are independent, whatever correlations a study states.

    Parameters
    ----------
    parameters
        The uncertain parameters with their distributions.
    base
        Number of blocks, a power of two from 2. Cost in runs: base * (2 k + 2) for k inputs, base * (k + 2) without second order.
    seed
        Any whole number from 0.
    groups
        Parameter names by group, each parameter in just one; single parameters are the inputs when None.
    second_order
        Whether to add the rows for second-order indices.
    replicates
        Independent scrambles, a power of two; `base` when that is less.

    Returns
    -------
    Design
        Kind "saltelli". Rows of a block: A, then A with one input from B for each input, then (second order) B with one input from A,
        then B. The rows A and B are the same with and without groups.
    """
    from SALib.sample import sobol

    _power_of_two(base, "base")
    _power_of_two(replicates, "replicates", least=1)
    replicates = min(replicates, base)
    inputs, members, labels = _inputs(parameters, groups)
    if len(inputs) < 2:
        raise InputError("a Sobol analysis needs at least two inputs.", mend="Name more parameters or groups.")
    names = [p.name for p, _ in parameters]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    if groups is not None:
        problem["groups"] = labels
    step = (2 if second_order else 1) * len(inputs) + 2
    cube = np.empty((base // replicates, replicates, step, len(names)))
    for number in range(replicates):
        # A generator, never a number: SALib takes seed 0 as no seed.
        points = sobol.sample(
            problem, base // replicates, calc_second_order=second_order, seed=spawning(seed, f"saltelli\0{number}")
        )
        cube[:, number] = points.reshape(-1, step, len(names))
    shares = np.maximum(cube.reshape(base, step, len(names)), 2.0**-54)
    # Every row of a block mixes its rows A and B, so only those two need the costly quantiles.
    a, b = (values(parameters, dict(zip(names, shares[:, row].T, strict=True)), base)[:, None] for row in (0, -1))
    table = np.where(shares == shares[:, :1], a, b)
    plan = Plan(base, inputs, members, second_order, replicates)
    return Design(columns(parameters), table.reshape(-1, len(names)), "saltelli", seed, plan)


def draw_morris(parameters: Uncertain, trajectories: int, seed: int, groups: Groups | None = None) -> Design:
    """Draw Morris trajectories by SALib (Morris 1991, doi:10.1080/00401706.1991.10484804): each step moves one input.

    Inputs move between four levels that span the middle 95 % of their distributions, by two thirds of that span at a time.

    Parameters
    ----------
    parameters, seed, groups
        As in `draw_saltelli`.
    trajectories
        Number of trajectories; 20 to 50 serve. Cost in runs: trajectories * (k + 1) for k inputs.

    Returns
    -------
    Design
        Kind "morris", one trajectory after the other.
    """
    from SALib.sample import morris

    if trajectories < 2:
        raise InputError("a Morris screening needs at least two trajectories.")
    inputs, members, labels = _inputs(parameters, groups)
    names = [p.name for p, _ in parameters]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names), "groups": labels}
    cube = morris.sample(problem, trajectories, num_levels=_LEVELS, seed=spawning(seed, "morris"))
    owner = np.array([inputs.index(label) for label in labels])
    change = np.diff(cube.reshape(trajectories, len(inputs) + 1, len(names)), axis=1)
    column = np.abs(change).argmax(axis=2)
    direction = np.sign(np.take_along_axis(change, column[..., None], axis=2)[..., 0])
    moves = ((owner[column] + 1) * direction).astype(np.int64)
    shares = TAIL + (1 - 2 * TAIL) * cube
    table = values(parameters, dict(zip(names, shares.T, strict=True)), len(shares))
    width = _LEVELS / (2 * (_LEVELS - 1)) * (1 - 2 * TAIL)
    plan = Plan(trajectories, inputs, members, moves=moves, step=width)
    return Design(columns(parameters), table, "morris", seed, plan)


def draw_shapley(
    parameters: Uncertain, base: int, seed: int, correlations: Sequence[Correlation] = (), groups: Groups | None = None
) -> Design:
    """Draw rows for Shapley effects of correlated inputs: each base row, then a copy for every set of inputs with that set drawn anew.

    A set is drawn from its distribution given the inputs that stay, under the Gaussian copula (Song, Nelson and Staum 2016,
    doi:10.1137/15M1048070, with every set in place of random orders).

    Parameters
    ----------
    parameters, seed, correlations
        As in `draw_monte_carlo`.
    base
        Number of base rows. Cost in runs: base * 2**k for k inputs, so group them or screen them first; at most 12.
    groups
        Parameter names by group; single parameters are the inputs when None.

    Returns
    -------
    Design
        Kind "shapley". Row s of a block (s from 0 to 2**k - 1) has input i drawn anew where bit i of s is set.
    """
    inputs, members, labels = _inputs(parameters, groups)
    if not 2 <= len(inputs) <= PLAYERS:
        raise InputError(
            f"Shapley effects take 2 to {PLAYERS} inputs, not {len(inputs)}: the runs double with each.",
            mend="Put parameters into groups, or keep those that a Morris screening found to matter.",
        )
    if base < 2:
        raise InputError("a Shapley design needs at least two base rows.")
    names = [p.name for p, _ in parameters]
    copula = gaussian_copula(parameters, correlations)
    first = copula.join({n: uniforms(seed, n, base) for n in names})
    fresh = {n: uniforms(seed, f"redraw\0{n}", base) for n in names}
    kept, anew = values(parameters, first, base), values(parameters, fresh, base)
    table = np.empty((base, 2 ** len(inputs), len(names)))
    for subset in range(2 ** len(inputs)):
        moved = [bool(subset >> inputs.index(label) & 1) for label in labels]
        table[:, subset] = np.where(moved, anew, kept)
        # Only a redrawn parameter that is correlated depends on which others stay.
        joint = [i for i, name in enumerate(names) if moved[i] and name in copula.names]
        if joint:
            shares = copula.redraw(first, fresh, frozenset(names[i] for i in joint))
            table[:, subset, joint] = values([parameters[i] for i in joint], shares, base)
    return Design(columns(parameters), table.reshape(-1, len(names)), "shapley", seed, Plan(base, inputs, members))


def _inputs(parameters: Uncertain, groups: Groups | None) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], list[str]]:
    """Return the input labels in order of first appearance, their design columns, and the label of each parameter."""
    names = [p.name for p, _ in parameters]
    fixed = [p.name for p, d in parameters if d.kind == "fixed"]
    if fixed:
        raise InputError(
            f"{fixed[0]} is fixed: it can have no share in the variance.", mend="Leave it out or give it a distribution."
        )
    if groups is None:
        labels = names
    else:
        home: dict[str, str] = {}
        for group, held in groups.items():
            for name in held:
                if name not in names:
                    raise InputError(f'"{name}" is not an uncertain parameter.', where=f"group {group}")
                if home.setdefault(name, group) != group:
                    raise InputError(f"{name} is in the groups {home[name]} and {group}.", mend="Keep it in one.")
        homeless = [name for name in names if name not in home]
        if homeless:
            raise InputError(f"{homeless[0]} is in no group.", mend="Every uncertain parameter needs one.")
        labels = [home[name] for name in names]
    inputs = tuple(dict.fromkeys(labels))
    members = tuple(tuple(p.variable for (p, _), of in zip(parameters, labels, strict=True) if of == label) for label in inputs)
    return inputs, members, labels


def _power_of_two(number: int, name: str, least: int = 2) -> None:
    if number < least or number & (number - 1):
        below = max(least, 1 << (max(number, 1).bit_length() - 1))
        raise InputError(f"{name} = {number} must be a power of two.", mend=f"Use {below} or {2 * below}.")
