"""The report page: one HTML file that answers first, needs no network, can be read without scripts, and is the same for the same result."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from llr_sd.dates import told
from llr_sd.page.assemble import json_text, policy, style
from llr_sd.page.bundle import bundle
from llr_sd.report.calibration.words import doubts
from llr_sd.report.outcome import tables as contents
from llr_sd.report.outcome.read import facts, sureness
from llr_sd.report.outcome.strips import strip
from llr_sd.report.outcome.sure import how_sure, sure_line
from llr_sd.report.outcome.words import answer
from llr_sd.report.ratings import words as rating_words
from llr_sd.report.ratings.read import rated
from llr_sd.report.ratings.sections import beside_the_log, inputs_table, rating_sections
from llr_sd.report.ratings.strip import ratings_strip
from llr_sd.report.sections import drawn, findings, sections
from llr_sd.report.sensitivity.words import unsettled
from llr_sd.report.shared import canvas
from llr_sd.report.shared.files import write_whole
from llr_sd.report.shared.parts import NumberTable, Picture, Section
from llr_sd.report.shared.reading import failed_runs, fits, headline
from llr_sd.report.shared.told import dates_note, disagreement, fitted_words, warned
from llr_sd.report.shared.wording import UNIT_NOTES
from llr_sd.result import StudyResult

FINDINGS = "findings.md"
STYLES = ("report.css",)
OTHERS = {
    "targets": "The targets",
    "scenarios": "The scenarios",
    "inputs": "What is uncertain",
    "history": "Check against history",
    "failures": "Failed runs",
    "notes": "Notes",
    "provenance": "Where this came from",
}
"""The parts that templates hold, by their place, as the list of contents names them."""
ALWAYS = ("inputs", "notes", "provenance")


def write_report(result: StudyResult) -> Path:
    """Write `figures/*.svg`, `figures/*.png` and `report.html` into the results folder.

    Parameters
    ----------
    result
        Of a study of a model or of a register, with the path of its folder.

    Returns
    -------
    Path
        Of `report.html`, which holds its figures in itself.

    Raises
    ------
    ResultError
        When the folder cannot be written.
    """
    parts = rating_sections(result) if rated(result) else sections(result)
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
    failures, failures_in_all = contents.failure_rows(result)
    name, own = ("ratings.html", _of_ratings(result)) if rated(result) else ("report.html", _of_outputs(result))
    asked = _asked(result, parts)
    script = bundle("report/main.mjs") if asked["figures"] else ""
    style = _style((*STYLES, *(("ratings.css",) if rated(result) else ())), with_charts=bool(script))
    return (
        environment()
        .get_template(name)
        .render(
            study=result.study,
            policy=policy([script] if script else [], [style], simulates=False),
            style=Markup(style),
            asked=json_text(asked),
            script=Markup(script),
            told=told,
            any_failed=bool(failed_runs(result)),
            sections=[(part, [_figure(p, vectors[p.name]) for p in part.pictures]) for part in parts],
            failures=NumberTable(
                "Failed runs", ("Scenario", "Run", "Time", "Variable", "Reason"), tuple(tuple(r) for r in failures)
            ),
            failures_in_all=failures_in_all,
            dates_note=dates_note(result),
            others=[(n, h) for n, h in OTHERS.items() if own.get(n) or (n == "failures" and failures) or n in ALWAYS],
            first=(*([said] if (said := disagreement(result)) else []), *warned(result), *doubts(result)),
            provenance=contents.provenance(result.manifest),
            findings_file=FINDINGS if (result.path / FINDINGS).is_file() else "",
            **own,
        )
    )


def _asked(result: StudyResult, parts: tuple[Section, ...]) -> dict[str, Any]:
    """What the script of the page draws in place of still pictures, with the level of each figure's heading."""
    there = [(p.name, 4 if len(part.pictures) > 1 else 3, p.asked) for part in parts for p in part.pictures]
    there += [(part.name, 3, part.asked) for part in parts]
    figures = [{"name": name, "level": level, **a.to_data()} for name, level, a in there if a is not None]
    return {"study": result.study.title, "illustrative": result.study.illustrative, "figures": figures}


def _style(names: Sequence[str], *, with_charts: bool) -> str:
    """The style of a page, as it stands between its tags."""
    loader = PackageLoader("llr_sd.report")

    def own(name: str) -> str:
        return loader.get_source(environment(), name)[0]

    return "\n".join([*map(own, names), *([style("charts.css"), own("asked.css")] if with_charts else ())])


def environment() -> Environment:
    """Return where templates come from; what they show is escaped."""
    return Environment(
        loader=PackageLoader("llr_sd.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _of_outputs(result: StudyResult) -> dict[str, Any]:
    """What only a page of outputs and targets needs."""
    return {
        "answer": answer(result),
        "strip": strip(facts(result)),
        "sure": sure_line(sureness(result)),
        "answer_table": contents.numbers_table(result),
        "left_out": contents.left_out(result),
        "how_sure": how_sure(result),
        "findings": findings(result),
        "unsettled": unsettled(result),
        "unit_note": UNIT_NOTES.get(headline(result).unit, ""),
        "targets": contents.target_table(result),
        "scenarios": contents.scenario_table(result),
        "parameters": contents.parameter_table(result),
        "history": contents.history_table(result),
        "fitted": fitted_words(fits(result)),
    }


def _of_ratings(result: StudyResult) -> dict[str, Any]:
    """What only a page of ratings needs."""
    return {
        "answer": rating_words.answer(result),
        "strip": ratings_strip(result),
        "sure": sure_line(rating_words.sureness(result)),
        "answer_table": beside_the_log(result),
        "left_out": 0,
        "how_sure": rating_words.how_sure(result),
        "findings": rating_words.findings(result),
        "unsettled": "",
        "unit_note": "",
        "parameters": inputs_table(result),
        "grades_note": rating_words.GRADES_NOTE,
    }


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
