"""Streams of random numbers, each keyed by a seed and a name; 0 is as good a seed as another."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

DUMMY = "dummy\0"
"""Name of the stream of an input that nothing depends on; no parameter is called so."""
SLICES = "slices\0"
"""What stands before a parameter's name in that of the stream that orders its slices."""


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the Philox generator keyed by seed and name (Salmon et al. 2011, doi:10.1145/2063384.2063405)."""
    return np.random.Generator(np.random.Philox(key=key(seed, name)))


def spawning(seed: int, name: str) -> np.random.Generator:
    """Return a generator keyed by seed and name that can spawn others, as SciPy's Sobol points need."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key(seed, name))))


def legacy_state(seed: int, name: str) -> object:
    """Return the state of an old NumPy generator keyed by seed and name, as emcee takes it."""
    return np.random.RandomState(np.random.MT19937(np.random.SeedSequence(key(seed, name)))).get_state(legacy=True)


def key(seed: int, name: str) -> int:
    """Return the 128-bit key of the stream of a seed and a name."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{name}".encode()).digest()[:16], "little")


def uniforms(seed: int, name: str, runs: int, first: int = 0) -> NDArray[np.float64]:
    """Return uniforms in (0, 1) from number `first` on, shape (runs,); number i depends on seed, name and i alone."""
    # The generator's least value is 0, at which an unbounded quantile would be minus infinity; half a step above it is not.
    return np.maximum(generator(seed, name).random(first + runs)[first:], 2.0**-54)


def dummy(seed: int, runs: int) -> NDArray[np.float64]:
    """Return an input that nothing depends on, uniform in (0, 1): what an analysis finds in it is noise.

    Parameters
    ----------
    seed
        Key of the stream; number i depends on it and on i alone.
    runs
        How many numbers.

    Returns
    -------
    array
        Shape (runs,).
    """
    return uniforms(seed, DUMMY, runs)


def resamples(seed: int, name: str, blocks: int, number: int = 500) -> NDArray[np.int64]:
    """Return bootstrap resamples: which blocks each of them takes, with replacement.

    Parameters
    ----------
    seed, name
        Key of the stream; resample i depends on them, on `blocks` and on i alone.
    blocks
        How many blocks there are: runs, Saltelli replicates (`design.plan.replicates`, or `base` where that is 1), trajectories.
    number
        How many resamples.

    Returns
    -------
    array
        Shape (number, blocks), whole numbers from 0 to blocks - 1.
    """
    return generator(seed, f"resamples\0{name}").integers(blocks, size=(number, blocks))
