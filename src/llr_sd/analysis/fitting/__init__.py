"""Fitting: a model held against observed points, its best fit, and what the points can and cannot tell."""

from llr_sd.analysis.fitting.least_squares import Fit, best_fit, surroundings
from llr_sd.analysis.fitting.posterior import course_table, direction_table, pair_table, point_table, posterior_table
from llr_sd.analysis.fitting.problem import HALF_NORMAL, P95, Problem

__all__ = [
    "HALF_NORMAL",
    "P95",
    "Fit",
    "Problem",
    "best_fit",
    "course_table",
    "direction_table",
    "pair_table",
    "point_table",
    "posterior_table",
    "surroundings",
]
