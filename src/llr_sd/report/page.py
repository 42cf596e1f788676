"""The report page: one HTML file that answers first, needs no network and no script, and is the same for the same result."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from llr_sd.report import canvas, contents
from llr_sd.report.decisions import findings
from llr_sd.report.files import write_whole
from llr_sd.report.findings import answer, failure_rows, how_sure
from llr_sd.report.parts import NumberTable, Picture, Section
from llr_sd.report.reading import failed_runs, headline
from llr_sd.report.sections import drawn, sections
from llr_sd.report.sensitivity import unsettled
from llr_sd.report.wording import DATES_NOTE, UNIT_NOTES
from llr_sd.result import StudyResult


def write_report(result: StudyResult) -> Path:
    """Write `figures/*.svg`, `figures/*.png` and `report.html` into the results folder.

    Returns
    -------
    Path
        Of `report.html`, which holds its figures in itself.

    Raises
    ------
    ResultError
        When the folder cannot be written.
    """
    parts = sections(result)
    vectors = {picture.name: canvas.svg_bytes(picture.figure) for picture in drawn(parts)}
    page = render_page(result, parts, vectors)
    for picture in drawn(parts):
        write_whole(result.path / "figures" / f"{picture.name}.svg", vectors[picture.name])
        write_whole(result.path / "figures" / f"{picture.name}.png", canvas.png_bytes(picture.figure))
    path = result.path / "report.html"
    write_whole(path, page.encode("utf-8"))
    return path


def render_page(result: StudyResult, parts: tuple[Section, ...], vectors: Mapping[str, bytes]) -> str:
    """Return the page as text, with the given sections inside it; `vectors` holds the SVG of their pictures by name."""
    environment = Environment(
        loader=PackageLoader("llr_sd.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = environment.loader.get_source(environment, "report.css")[0] if environment.loader else ""
    failures, failures_in_all = failure_rows(result)
    head = headline(result)
    return environment.get_template("report.html").render(
        style=style,
        study=result.study,
        answer=answer(result),
        answer_table=contents.answer_table(result),
        any_failed=bool(failed_runs(result)),
        how_sure=how_sure(result),
        findings=findings(result),
        unsettled=unsettled(result),
        sections=[(part, [_figure(p, vectors[p.name]) for p in part.pictures]) for part in parts],
        targets=contents.target_table(result),
        scenarios=contents.scenario_table(result),
        parameters=contents.parameter_table(result),
        history=contents.history_table(result),
        failures=NumberTable("Failed runs", ("Scenario", "Run", "Time", "Variable", "Reason"), tuple(tuple(r) for r in failures)),
        failures_in_all=failures_in_all,
        dates_note=DATES_NOTE,
        unit_note=UNIT_NOTES.get(head.unit, ""),
        provenance=contents.provenance(result.manifest),
    )


def _figure(picture: Picture, vector: bytes) -> dict[str, Any]:
    """A picture as the template needs it: its SVG as a data address and its size in CSS pixels."""
    width, height = picture.figure.get_size_inches()
    code = base64.b64encode(vector).decode("ascii")
    return {
        "picture": picture,
        "source": f"data:image/svg+xml;base64,{code}",
        "width": round(96 * width),
        "height": round(96 * height),
    }
