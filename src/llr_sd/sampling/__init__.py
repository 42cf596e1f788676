"""Sampling: distributions become a design. The only place that draws random numbers."""

from llr_sd.sampling.achieved import missed_percentiles, percentiles, ties
from llr_sd.sampling.chains import MOST_STEPS, WALKERS, Chain, around, at_scores, draw_chain, marginal_scores, normals
from llr_sd.sampling.copula import Copula, Correlation, gaussian_copula
from llr_sd.sampling.distributions import quantile
from llr_sd.sampling.draws import Uncertain, draw_latin_hypercube, draw_monte_carlo
from llr_sd.sampling.page import page_draws, page_law
from llr_sd.sampling.streams import dummy, resamples
from llr_sd.sampling.structured import PLAYERS, REPLICATES, TAIL, Groups, draw_morris, draw_saltelli, draw_shapley

__all__ = [
    "MOST_STEPS",
    "PLAYERS",
    "REPLICATES",
    "TAIL",
    "WALKERS",
    "Chain",
    "Copula",
    "Correlation",
    "Groups",
    "Uncertain",
    "around",
    "at_scores",
    "draw_chain",
    "draw_latin_hypercube",
    "draw_monte_carlo",
    "draw_morris",
    "draw_saltelli",
    "draw_shapley",
    "dummy",
    "gaussian_copula",
    "marginal_scores",
    "missed_percentiles",
    "normals",
    "page_draws",
    "page_law",
    "percentiles",
    "quantile",
    "resamples",
    "ties",
]
