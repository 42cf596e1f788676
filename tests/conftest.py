"""A small model and study that any test can have in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from staff_study import PARAMETERS, STAFF, STUDY

pytest.register_assert_rewrite("model_text")


@pytest.fixture
def staff(tmp_path: Path) -> Path:
    """A folder with study.toml and the model it uses, in a folder called staff."""
    model = tmp_path / "staff"
    model.mkdir()
    (model / "staff.mdl").write_text(STAFF, encoding="utf-8")
    (model / "parameters.csv").write_text(PARAMETERS, encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No report and no workbook: most of a small study's time goes into them."""
    monkeypatch.setattr("llr_sd.pipeline.report.write_report", lambda _: None)
    monkeypatch.setattr("llr_sd.pipeline.report.write_workbook", lambda _: None)
