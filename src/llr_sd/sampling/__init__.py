"""Sampling: distributions become a design. The only place that draws random numbers."""

from llr_sd.sampling.draws import draw_monte_carlo

__all__ = ["draw_monte_carlo"]
