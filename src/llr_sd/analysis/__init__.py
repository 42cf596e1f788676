"""Analysis: an ensemble becomes numbers, each with an interval."""

from llr_sd.analysis.expressions import evaluate, names_in
from llr_sd.analysis.summary import STATISTICS, summarise, target_table, wilson

__all__ = ["STATISTICS", "evaluate", "names_in", "summarise", "target_table", "wilson"]
