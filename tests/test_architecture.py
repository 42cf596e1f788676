"""The rules of the source tree: imports point down, verbs know only nouns, heavy libraries load late, randomness has one home."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "llr_sd"

# From the bottom up; a module may import from layers below its own, and from its own folder.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    (
        "values",
        "rounding",
        "textfiles",
        "records",
        "laws",
        "equations",
        "functions",
        "parameters",
        "evidence",
        "study",
        "register",
        "design",
        "ensemble",
        "findings",
        "result",
        "verification",
    ),
    ("translate", "engine", "sampling", "analysis", "store", "report", "workforce"),
    ("model",),
    ("run",),
    ("risks",),
    ("pipeline", "making", "bench", "check", "console"),
    ("cli", "app"),
)
VERBS = LAYERS[2]
SOLE_IMPORTERS = {
    "matplotlib": {"report"},
    "pysd.translators": {"engine/reference"},
    "SALib": {"sampling", "analysis"},
}
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


def layer(name: str) -> int:
    for number, names in enumerate(LAYERS):
        if name in names:
            return number
    raise AssertionError(f"{name} has no layer: add it to LAYERS")


def own_parts(path: Path) -> set[str]:
    return {m.split(".")[1] for m in imports(path) if m.startswith("llr_sd.") and (SOURCE / m.split(".")[1]).exists()} | {
        m.split(".")[1] for m in imports(path) if m.startswith("llr_sd.") and (SOURCE / f"{m.split('.')[1]}.py").exists()
    }


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_imports_point_down(path: Path) -> None:
    me = part(path)
    if me in ("__init__", "__main__"):
        return
    for other in own_parts(path) - {me}:
        if other == "errors" or (layer(me) == layer(other) == 1):
            continue
        assert layer(other) < layer(me), f"{path.name} ({me}) imports {other}, which is not below it"


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_know_only_nouns(verb: str) -> None:
    for path in (SOURCE / verb).rglob("*.py") if (SOURCE / verb).is_dir() else ():
        assert not own_parts(path) & (set(VERBS) - {verb}), path


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


def test_heavy_libraries_have_one_home() -> None:
    for path in modules():
        where = path.relative_to(SOURCE).with_suffix("").as_posix()
        for library, homes in SOLE_IMPORTERS.items():
            if any(m == library or m.startswith(f"{library}.") for m in imports(path)):
                assert any(where == h or where.startswith(f"{h}/") for h in homes), f"{where} imports {library}"


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
