"""The rules of the source tree: imports point down, heavy libraries load late, randomness has one home."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docstrings import exported, lacking

SOURCE = Path(__file__).parents[1] / "src" / "llr_sd"

RANDOM = ("numpy.random", "random")


def modules() -> list[Path]:
    return sorted(p for p in SOURCE.rglob("*.py") if "models" not in p.relative_to(SOURCE).parts)


def part(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def imports(path: Path, typing: bool = False) -> list[str]:
    """Every module that a file imports, wherever the import stands; those under TYPE_CHECKING only where `typing` asks for them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only: set[ast.AST] = set()
    for node in () if typing else ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            typing_only.update(n for child in node.body for n in ast.walk(child))
    found = []
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.append(node.module)
            found += [f"{node.module}.{a.name}" for a in node.names]
    return found


def test_the_contracts_of_imports_hold() -> None:
    """Layers, and the homes of heavy libraries: `[tool.importlinter]` in pyproject.toml."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=SOURCE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def uses(names: set[str], path: Path) -> set[str]:
    """Return the modules that a file uses, imported at its head, in a function or for types: what another part needs to be read.

    A package that a module is taken out of is not used itself; a package counts where a name of its own is taken.
    """
    found = imports(path, typing=True)
    taken = {m for m in found if m in names}
    inside = {m.rpartition(".")[0] for m in taken}
    own = {m.rpartition(".")[0] for m in found if m not in names}
    return {m for m in taken if m not in inside or m in own}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return one circle of a graph, or nothing."""
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph[name]):
            if found := visit(other, (*trail, name)):
                return found
        done.add(name)
        return []

    return next((found for name in graph if (found := visit(name, ()))), [])


def test_there_is_no_import_cycle() -> None:
    names = {".".join(("llr_sd", *p.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__"): p for p in modules()}
    graph = {name: uses(set(names), path) - {name} for name, path in names.items()}
    graph["llr_sd"] = set()  # its names load on first use
    assert circle(graph) == []


@pytest.mark.parametrize("way", ["", "if TYPE_CHECKING:\n    ", "def f() -> None:\n    "], ids=["head", "types", "function"])
def test_a_circle_is_seen_however_it_is_imported(way: str, tmp_path: Path) -> None:
    for name, text in {"a": "from p import b", "b": f"{way}from p.a import x", "p": ""}.items():
        (tmp_path / f"{name}.py").write_text(f"{text}\n")
    files = {"p": tmp_path / "p.py", "p.a": tmp_path / "a.py", "p.b": tmp_path / "b.py"}
    assert circle({name: uses(set(files), path) for name, path in files.items()}) == ["p.a", "p.b", "p.a"]


def test_randomness_is_in_sampling() -> None:
    for path in modules():
        if part(path) == "sampling":
            continue
        text = path.read_text(encoding="utf-8")
        assert "np.random" not in text, path
        assert not any(m in RANDOM or m.startswith("numpy.random") for m in imports(path)), path


def test_import_is_quick_and_light() -> None:
    code = (
        "import sys, time; t = time.perf_counter(); import llr_sd; t = time.perf_counter() - t;"
        "heavy = {'pysd', 'SALib', 'matplotlib', 'pandas', 'xarray', 'scipy'} & set(sys.modules);"
        "print(t, sorted(heavy))"
    )
    seconds, _, heavy = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.partition(
        " "
    )
    assert heavy.strip() == "[]"
    assert float(seconds) < 0.3


def test_reading_a_model_loads_neither_pysd_nor_pandas() -> None:
    code = (
        "import sys, llr_sd; llr_sd.load_model('gp_supply');"
        "print(sorted({'pysd', 'matplotlib', 'pandas', 'xarray', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_files_stay_readable() -> None:
    for path in modules():
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= 500, f"{path.name} has {lines} lines; split it by noun"


def test_no_two_test_files_have_one_name() -> None:
    """pytest imports them by name alone: of two it would run one."""
    names = [p.name for p in Path(__file__).parent.rglob("*.py") if p.name not in ("conftest.py", "__init__.py")]
    assert sorted(names) == sorted(set(names))


def test_nothing_in_a_file_ever_runs() -> None:
    """No module reads objects that carry code, or evaluates text; the word itself is left out, so that a search finds nothing."""
    running = {"eval", "exec", "compile", "__import__"}
    for path in modules():
        text = path.read_text(encoding="utf-8")
        assert "pick" + "le" not in text.casefold(), path
        assert not {m.split(".")[0] for m in imports(path)} & {"marshal", "shelve", "dill", "joblib", "cloud" + "pick" + "le"}, (
            path
        )
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in running, f"{path}, line {node.lineno}"


def test_every_room_is_described() -> None:
    """A room of the tree has its row in src/llr_sd/README.md."""
    rooms = {p.parent.relative_to(SOURCE).as_posix() for p in SOURCE.glob("*/__init__.py")}
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)/` \|", text, flags=re.MULTILINE)) == rooms


def test_every_exported_name_is_described() -> None:
    found = {name: faults for name, thing in exported() if (faults := lacking(thing))}
    assert not found, "\n".join(f"{name} lacks {', '.join(faults)}" for name, faults in found.items())


def test_what_is_not_described_is_seen() -> None:
    def bare(one: int) -> int:
        return one

    def short(one: int, two: int) -> int:
        """Return a sum.

        Parameters
        ----------
        one
            A number.
        """
        return one + two

    @dataclasses.dataclass(frozen=True)
    class Value:
        """A value.

        Attributes
        ----------
        one, three
            Numbers.
        """

        one: int
        two: int
        three: int

    assert lacking(bare) == ["a docstring"]
    assert lacking(short) == ["what two is"]
    assert lacking(Value) == ["what two is"]
