"""What comes with the package, models and studies: inside the installed package, or in the source tree."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def folder(kind: str) -> Path:
    """Return the folder of the bundled "models" or "experiments" (studies)."""
    return _HERE / kind if (_HERE / kind).is_dir() else _HERE.parents[1] / kind


def studies() -> dict[str, Path]:
    """Return the folders of the bundled studies by name."""
    return {file.parent.name: file.parent for file in sorted(folder("experiments").glob("*/study.toml"))}


def study_called(path: Path) -> Path | None:
    """Return the bundled study that a path means where nothing lies there: "gp_plan", or "experiments/gp_plan"."""
    named = path.parent in (Path(), Path("experiments"))
    return studies().get(path.name) if named else None


def installed(path: Path) -> bool:
    """Whether a file lies in the installed package, where nobody's results belong."""
    return path.resolve().is_relative_to(_HERE.resolve())
