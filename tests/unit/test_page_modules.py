"""The modules of the pages: their own tests run under node, and each keeps to what bundling them needs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from node_code import node_program as node

from llr_sd.page.bundle import FOLDER, read_module

TESTS = Path(__file__).parents[1] / "page"
MODULES = sorted(p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*.mjs"))


@pytest.mark.parametrize("file", sorted(p.name for p in TESTS.glob("*.test.mjs")))
def test_the_tests_of_the_modules_pass(file: str) -> None:
    done = subprocess.run([node(), "--test", file], cwd=TESTS, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_bundled(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert read_module(name, text).body
    assert text.count("\n") <= 500, "split it by noun"


def test_a_folder_of_modules_can_be_looked_through() -> None:
    for folder in (FOLDER, *(p for p in FOLDER.rglob("*") if p.is_dir())):
        assert len(list(folder.iterdir())) <= 13, folder
