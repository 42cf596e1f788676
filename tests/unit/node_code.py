"""Runs the page's modules in Node from a test of Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

MODULES = Path(__file__).parents[2] / "src" / "llr_sd" / "page" / "js"
_READ = "import { readFileSync } from 'node:fs';\nconst data = JSON.parse(readFileSync(0, 'utf8'));\n"
_TELL = """
const plain = (key, value) =>
  ArrayBuffer.isView(value) ? Array.from(value, (x) => plain('', x))
  : value instanceof Map ? Object.fromEntries(value)
  : typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
process.stdout.write(JSON.stringify(result, plain));
"""


def node_program() -> str:
    """Return the path of node; without it a test is skipped, and fails where CI_BROWSER says that it must be there."""
    found = shutil.which("node")
    if found is None:
        if os.environ.get("CI_BROWSER") == "1":
            pytest.fail("CI_BROWSER=1, but node is not installed")
        pytest.skip("node is not installed")
    return found


def node(script: str, data: object) -> Any:
    """Return `result` of a script that reads `data`; "@/" in its imports is the folder of the page's modules."""
    code = _READ + script.replace('"@/', f'"{MODULES.as_uri()}/') + _TELL
    done = subprocess.run(
        [node_program(), "--input-type=module", "-e", code],
        input=json.dumps(data),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, object_hook=_number)


def _number(record: dict[str, Any]) -> Any:
    """Return what stands for a number that JSON has none for; other records as they are."""
    return float(record["number"].replace("Infinity", "inf")) if record.keys() == {"number"} else record
