"""`llr-sd check MODEL --mutations`: faults are put into a model one at a time, and its checks are run on each."""

from llr_sd.check.mutations.run import mutate_model
from llr_sd.check.mutations.sheet import ENOUGH, Fate, MutationSheet, Tally
from llr_sd.check.mutations.sites import KINDS, Mutant

__all__ = ["ENOUGH", "KINDS", "Fate", "Mutant", "MutationSheet", "Tally", "mutate_model"]
