"""The API reference builds from the docstrings, with every public name in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import llr_sd

COMMAND = Path(__file__).parents[2] / ".ci" / "reference.py"


def test_the_reference_has_every_public_name(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, COMMAND, tmp_path / "api"], capture_output=True, text=True, check=True)
    page = tmp_path / "api" / "llr_sd.html"
    assert done.stdout == f"reference: {page}\n"
    assert done.stderr == ""
    text = page.read_text(encoding="utf-8")
    sections = dict(re.findall(r'<section id="(\w+)">(.*?)</section>', text, flags=re.DOTALL))
    assert set(sections) == set(llr_sd.__all__)
    for name, section in sections.items():
        assert 'class="docstring"' in section, name
    keys = {
        "studyparts": ("Sobol.base", "OutputSpec.equivalents", "Override.distribution"),
        "answers": ("DifferenceAnswer.base",),
    }
    for module, names in keys.items():
        page_of = (tmp_path / "api" / "llr_sd" / f"{module}.html").read_text(encoding="utf-8")
        assert all(f'id="{name}"' in page_of for name in names)
    assert not re.search(r'(src|href)="https?://(?!pdoc\.dev)', text)  # it opens without a network
