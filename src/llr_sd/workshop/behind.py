"""The models behind some screens of the workshop, each a page record of its own: the system around the site, and the GPs of LLR.

Both start in October 2017 with LLR's own numbers, whatever site the workshop is of: a site is a share of LLR by its list.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from llr_sd.exploring.made import page_data
from llr_sd.exploring.subject import subject_of

MODELS = ("system", "supply")
"""The models behind: `llr_system` and `gp_supply`, each opened with the study of its name beside this file."""


def behind_pages() -> dict[str, Any]:
    """Return the data of the models behind, by name, as `llr-sd explore` would have them of their studies, without their equations."""
    return {name: _page(name) for name in MODELS}


def _page(name: str) -> dict[str, Any]:
    """Return the data of one model; nobody reads its equations in a workshop, and they are a third of its size."""
    subject = subject_of(str(Path(__file__).with_name(f"{name}.toml")))
    return replace(page_data(replace(subject, name=name)), equations=()).to_data()
