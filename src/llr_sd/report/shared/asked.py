"""Figures that can be asked in a browser: what the page's own charts draw, in place of the still picture, from the same numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A figure that can be asked.

    Attributes
    ----------
    chart
        Which of the charts of `page/js/charts` draws it: "trajectory", "distribution" or "bars".
    views
        What it draws, by the name of what is chosen among them; one where there is nothing to choose. Each is what the chart's `update`
        takes, of what JSON knows: None for what is no number.
    """

    chart: str
    views: tuple[tuple[str, Spec], ...]

    def to_data(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {"chart": self.chart, "views": [{"name": name, "spec": dict(spec)} for name, spec in self.views]}


def numbers(values: Iterable[float]) -> list[float | None]:
    """Return numbers as JSON takes them; None for what is no finite number."""
    return [float(v) if math.isfinite(v) else None for v in values]
