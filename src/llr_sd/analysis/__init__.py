"""Analysis: an ensemble becomes numbers, each with an interval."""

from llr_sd.analysis.attribution import LeverSettings, attribution_table, contributions, lever_settings
from llr_sd.analysis.backtest import BAND, Measured, as_many, band, miss_counts, ranks
from llr_sd.analysis.cells import no_variance, output_cells
from llr_sd.analysis.convergence import Convergence, grow
from llr_sd.analysis.discovery import FEWEST, Box, Restriction, discover
from llr_sd.analysis.evppi import CLUSTERS, evppi_table
from llr_sd.analysis.evppi import FEWEST as FEWEST_FOR_VALUE
from llr_sd.analysis.expressions import Tree, evaluate, names_in, tree_of
from llr_sd.analysis.fitting import (
    HALF_NORMAL,
    P95,
    Fit,
    Problem,
    best_fit,
    course_table,
    direction_table,
    pair_table,
    point_table,
    posterior_table,
    surroundings,
)
from llr_sd.analysis.givendata import given_data, given_data_table
from llr_sd.analysis.levers import ERROR, LEVER_NUMBERS, LeverSearch, Outcome, Setting, search_levers
from llr_sd.analysis.morris import Screening, morris, morris_table, worth_a_sobol
from llr_sd.analysis.paired import paired_table
from llr_sd.analysis.regional import FEWEST_FAILED, FEWEST_SIDE, Separation, separation_table, separations
from llr_sd.analysis.risk import (
    consequences,
    exceedance,
    exceedance_curve,
    likelihoods,
    rate,
    rate_runs,
    thresholds,
    verdict,
    verdict_of,
)
from llr_sd.analysis.shapley import ShapleyEffects, shapley, shapley_table
from llr_sd.analysis.sobol import SUMS, SobolIndices, block_rows, sobol, sobol_table
from llr_sd.analysis.summary import bounds, summarise, target_table, wilson

__all__ = [
    "BAND",
    "CLUSTERS",
    "ERROR",
    "FEWEST",
    "FEWEST_FAILED",
    "FEWEST_FOR_VALUE",
    "FEWEST_SIDE",
    "HALF_NORMAL",
    "LEVER_NUMBERS",
    "P95",
    "SUMS",
    "Box",
    "Convergence",
    "Fit",
    "LeverSearch",
    "LeverSettings",
    "Measured",
    "Outcome",
    "Problem",
    "Restriction",
    "Screening",
    "Separation",
    "Setting",
    "ShapleyEffects",
    "SobolIndices",
    "Tree",
    "as_many",
    "attribution_table",
    "band",
    "best_fit",
    "block_rows",
    "bounds",
    "consequences",
    "contributions",
    "course_table",
    "direction_table",
    "discover",
    "evaluate",
    "evppi_table",
    "exceedance",
    "exceedance_curve",
    "given_data",
    "given_data_table",
    "grow",
    "lever_settings",
    "likelihoods",
    "miss_counts",
    "morris",
    "morris_table",
    "names_in",
    "no_variance",
    "output_cells",
    "pair_table",
    "paired_table",
    "point_table",
    "posterior_table",
    "ranks",
    "rate",
    "rate_runs",
    "search_levers",
    "separation_table",
    "separations",
    "shapley",
    "shapley_table",
    "sobol",
    "sobol_table",
    "summarise",
    "surroundings",
    "target_table",
    "thresholds",
    "tree_of",
    "verdict",
    "verdict_of",
    "wilson",
    "worth_a_sobol",
]
