"""What the documents for users and for the next owner say is so: every path that they name is there, every command runs."""

from __future__ import annotations

import ast
import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import llr_sd
from llr_sd import cli
from llr_sd.distribution import DISTRIBUTIONS
from llr_sd.errors import InputError
from llr_sd.parameters import COLUMNS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "llr_sd"
DOCUMENTS = [ROOT / "README.md", SOURCE / "README.md", ROOT / "models" / "README.md", ROOT / ".github" / "CONTRIBUTING.md"]
OWNERS = DOCUMENTS[1:]
OF_USERS = {
    "results/", "study.toml", "report.html", "workbook.xlsx", "manifest.json", "log.json", "failures.csv", "figures/", "findings.md",
    "build/reference", "sites/", "summary.parquet", "targets.parquet", "parameters.parquet", "design.parquet", "ratings.parquet",
    "runs.zarr",
}  # fmt: skip
"""What a run or a command writes, or a user has, named without its folder."""
each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.relative_to(ROOT).as_posix())


def read(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def spans(text: str) -> list[str]:
    """What is written as code, outside of blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


def blocks(text: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def found(path: str, document: Path) -> Path | None:
    """A path as a document writes it: from the top, from the package, from its own folder, or from a room or a model that it is about."""
    about = (ROOT / "models", SOURCE, SOURCE / "report")
    rooms = [SOURCE / "workforce" / "registers", *(p for folder in about for p in sorted(folder.iterdir()) if p.is_dir())]
    names = (path, f"{path}.py")
    return next((p / n for p in (ROOT, SOURCE, document.parent, *rooms) for n in names if (p / n).exists()), None)


def is_path(span: str) -> bool:
    """Whether something written as code is a path of this repository, and not one that stands for a user's or is made."""
    looks = re.fullmatch(r"[\w.\-]+(/[\w.\-]+)*/?", span) and (
        "/" in span or re.search(r"\.(py|md|toml|mdl|csv|html|png)$", span)
    )
    stands_for = re.search(r"\b(NAME|FILE|FOLDER|RESULTS|MODEL|STUDY)\b|^\.\w+$|^\.venv", span)
    return bool(looks) and not stands_for and span not in OF_USERS


@each
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", read(document)):
        if not link.startswith("https://"):
            assert (document.parent / link.partition("#")[0]).exists(), link


@each
def test_every_path_is_there(document: Path) -> None:
    lost = [s for s in spans(read(document)) if is_path(s) and found(s, document) is None]
    assert lost == []


@pytest.mark.parametrize("document", OWNERS, ids=lambda d: d.relative_to(ROOT).as_posix())
def test_what_a_file_is_said_to_hold_is_in_it(document: Path) -> None:
    """A step that names a file and a table or a function, such as `ANALYSES` of `run/analyses.py`."""
    text = re.sub(r"\n +", " ", read(document))  # a step is a paragraph
    held = re.findall(r"((?:`\w+`(?:, | or | and )?)+) (?:of|in) `([\w./]+\.py)`", text)
    for names, path in held:
        file = found(path, document)
        assert file is not None, path
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"\b{re.escape(name)}\b", read(file)), f"{path} has no {name}"
    assert len(held) > 8 or document.name != "CONTRIBUTING.md"


def test_the_columns_and_distributions_of_a_parameter_table_are_those_that_are_read() -> None:
    text = read(ROOT / "models" / "README.md")
    rows = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in text.splitlines() if line.startswith("| `")]
    names = [name for row in rows for name in row]
    for column in (*COLUMNS, "sd"):
        assert names.count(column) == 1, column
    for kind, needs in DISTRIBUTIONS.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| `{kind}` "))
        assert tuple(re.findall(r"`(\w+)`", line.split("|")[2])) == needs, kind


def commands(text: str) -> list[str]:
    """Every command that a document gives: lines of shell blocks, joined ones apart, and those within a sentence."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines() if line.strip()]
    return [*(part.strip() for line in lines for part in line.split("&&")), *(s for s in spans(text) if s.startswith("llr-sd "))]


@each
def test_every_command_is_one(document: Path) -> None:
    """Those of llr-sd are read as the command line reads them, and what they name is there; of others, the file that they start."""
    for command in commands(read(document)):
        program, *rest = shlex.split(command)
        name = Path(program).name
        if name == "llr-sd" and len(rest) == 1:
            assert rest[0] in cli.COMMANDS
        elif name == "llr-sd":
            options = cli._parser().parse_args(rest)
            for given in (str(v) for k, v in vars(options).items() if k in ("study", "model", "name", "results") and v):
                assert not is_path(given) or found(given, document), command
        elif name in ("python", "python3") and rest[0].endswith(".py"):
            assert (ROOT / rest[0]).is_file(), command
        elif name in ("python", "python3"):
            assert rest[0] == "-m", command
            assert rest[1] in ("venv", "pip", "pytest"), command
            assert all((ROOT / r).exists() for r in rest[2:] if r.startswith("tests/")), command
        elif name == "run":
            assert (ROOT / ".ci" / "run").is_file()
        else:
            assert name in ("ruff", "mypy"), command


def test_commands_are_found_and_a_wrong_one_is_not_taken() -> None:
    text = "Try `llr-sd lists x`.\n```sh\nllr-sd run a && .venv/bin/ruff check .\n```\n"
    assert commands(text) == ["llr-sd run a", ".venv/bin/ruff check .", "llr-sd lists x"]
    with pytest.raises(InputError):
        cli._parser().parse_args(["lists", "x"])
    assert is_path("src/llr_sd/nowhere.py")
    assert found("src/llr_sd/nowhere.py", DOCUMENTS[0]) is None


@pytest.mark.slow
def test_the_example_of_the_package_runs(tmp_path: Path) -> None:
    """As it stands, but for the bundled study, which takes minutes."""
    steps = [example.source for example in doctest.DocTestParser().get_examples(str(llr_sd.__doc__))]
    quick = [step for step in steps if "experiments/" not in step]
    assert len(quick) == len(steps) - 1 > 5
    command = [sys.executable, "-c", "".join(quick)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "what-if" / "report.html").is_file()


def test_python_in_the_readme_uses_names_that_are_there() -> None:
    for block in blocks(read(ROOT / "README.md"), "python"):
        ast.parse(block)
        for name in re.findall(r"\bllr_sd\.(\w+)", block):
            assert name in llr_sd.__all__, name
