"""The rules of the source tree: imports point down, heavy libraries load late, randomness has one home."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "llr_sd"

RANDOM = ("numpy.random", "random")


def modules() -> list[Path]:
    return sorted(p for p in SOURCE.rglob("*.py") if "models" not in p.relative_to(SOURCE).parts)


def part(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def imports(path: Path) -> list[str]:
    """Every module that a file imports, wherever the import stands, except under TYPE_CHECKING."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only: set[ast.AST] = set()
    for node in ast.walk(tree):
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


def test_there_is_no_import_cycle() -> None:
    graph: dict[str, set[str]] = {}
    names = {".".join(("llr_sd", *p.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__"): p for p in modules()}
    for name, path in names.items():
        graph[name] = {m for m in imports(path) if m in names and m != name}
    graph["llr_sd"] = set()  # its names load on first use
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name in done:
            return
        for other in graph[name]:
            package = name.rpartition(".")[0] if name != other else name
            if other != package:  # a module may name its own package, which is being loaded
                visit(other, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


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
