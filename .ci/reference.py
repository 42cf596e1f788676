"""Build the API reference from the docstrings: `python .ci/reference.py [FOLDER]` (default: build/reference)."""

from __future__ import annotations

import sys
from pathlib import Path

import pdoc
import pdoc.render

import llr_sd

MODULES = (
    "llr_sd", "llr_sd.study", "llr_sd.studyparts", "llr_sd.observed", "llr_sd.answers", "llr_sd.register", "llr_sd.matrix",
    "llr_sd.parameters", "llr_sd.equations", "llr_sd.functions", "llr_sd.dialects", "llr_sd.ensemble", "llr_sd.result",
)  # fmt: skip
"""What a user or a modeller meets: the names of the package, then what its files hold."""


def main() -> None:
    """Write a page a module and say where they are."""
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "build/reference")
    for name in llr_sd.__all__:  # the names of the package load late, and pdoc describes what is loaded
        setattr(llr_sd, name, getattr(llr_sd, name))
    pdoc.render.configure(docformat="numpy", footer_text=f"llr_sd {llr_sd.__version__}", mermaid=False, math=False)
    pdoc.pdoc(*MODULES, output_directory=out)
    print(f"reference: {out / 'llr_sd.html'}")


if __name__ == "__main__":
    main()
