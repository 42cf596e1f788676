"""`llr-sd check MODEL`: one sheet of validation results for any model; `llr-sd check --statistics`: one for the package's intervals.

`check_model` and `check_statistics` make the sheets; `mutate_model` says which faults of a model its checks notice; `write_golden` makes the PySD runs that a model is compared with. The format of `checks.toml`, where a
model's author declares checks, is described in `llr_sd.check.declared`.
"""

from llr_sd.check.declared import Checks, load_checks
from llr_sd.check.golden import write_golden
from llr_sd.check.mutations import MutationSheet, mutate_model
from llr_sd.check.run import check_model
from llr_sd.check.sheet import FAIL, NOT_EVALUATED, PASS, WARN, Line, Sheet
from llr_sd.check.statistics import check_statistics

__all__ = [
    "FAIL",
    "NOT_EVALUATED",
    "PASS",
    "WARN",
    "Checks",
    "Line",
    "MutationSheet",
    "Sheet",
    "check_model",
    "check_statistics",
    "load_checks",
    "mutate_model",
    "write_golden",
]
