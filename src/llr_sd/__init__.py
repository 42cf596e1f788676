"""llr_sd: system dynamics for health-workforce planning by skill level.

Examples
--------
>>> import llr_sd
>>> model = llr_sd.load_model("gp_supply")
>>> runs = model.run({"gp_quit_u55": 0.05}, outputs=["GP WTE"], times=[2020.75])
>>> result = llr_sd.run_study("experiments/gp_plan", out="results")
>>> study = llr_sd.make_study(
...     title="What if fewer quit?",
...     model=model,
...     scenario=[{"name": "as now"}, {"name": "fewer quit", "set": {"gp_quit_u55": 0.02}}],
...     uncertain={"groups": ["retention"]},
...     outputs={"gp": {"variable": "GP WTE"}, "gp_2020": {"variable": "GP WTE", "at": 2020.75}},
... )
>>> result = llr_sd.run_study(study, out="what-if")
>>> figure = result.plot.fan()
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from llr_sd.errors import EngineError, InputError, LlrSdError, ResultError, TranslationError

if TYPE_CHECKING:
    from llr_sd.ensemble import Ensemble
    from llr_sd.making import make_study
    from llr_sd.model import Model, load_model
    from llr_sd.pipeline import run_study
    from llr_sd.report.notebook import Plots
    from llr_sd.report.notebook import brief as brief
    from llr_sd.report.notebook import brief_html as brief_html
    from llr_sd.result import StudyResult
    from llr_sd.store import open_result
    from llr_sd.study import Study, load_study

    __version__: str

# The heavy parts load when first used, so that `import llr_sd` is quick.
_HOMES = {
    "Ensemble": "llr_sd.ensemble",
    "Model": "llr_sd.model",
    "Plots": "llr_sd.report.notebook",
    "Study": "llr_sd.study",
    "StudyResult": "llr_sd.result",
    "brief": "llr_sd.report.notebook",
    "brief_html": "llr_sd.report.notebook",
    "load_model": "llr_sd.model",
    "load_study": "llr_sd.study",
    "make_study": "llr_sd.making",
    "open_result": "llr_sd.store",
    "run_study": "llr_sd.pipeline",
}

__all__ = [
    "EngineError",
    "Ensemble",
    "InputError",
    "LlrSdError",
    "Model",
    "Plots",
    "ResultError",
    "Study",
    "StudyResult",
    "TranslationError",
    "load_model",
    "load_study",
    "make_study",
    "open_result",
    "run_study",
]


if not TYPE_CHECKING:  # a checker of types knows the names above, and that there are no others

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from importlib.metadata import version

            return version("llr-sd")
        if name in _HOMES:
            return getattr(import_module(_HOMES[name]), name)
        raise AttributeError(f"module 'llr_sd' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
