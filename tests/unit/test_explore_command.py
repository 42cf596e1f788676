"""`llr-sd explore` as people type it: what cannot be a page is refused in a sentence, and a page is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from llr_sd.cli import main

REFUSED = [
    (["risk_ratings"], "rates the risks of a register; a page is of one model. Explore one of its models, such as gp_supply."),
    (["llr_2017"], '"llr_2017" is a risk register; a page is of a model or of a study. Name one of its models.'),
    (["gp_calibration"], "draws its inputs from a fit, which a page cannot make again. Leave it out in a copy of the study"),
    (["gp_suply"], 'there is no model or study "gp_suply". Did you mean "gp_supply"?'),
    (["here.txt"], "here.txt: is neither a model nor a study. Models end in .mdl"),
    (["study.toml", "--out", "."], ".: is a folder. Name a file, such as explore.html in it."),
    (["study.toml", "--out", "page"], "page: does not end in .html, by which a browser knows it. Add .html."),
    (["study.toml", "--out", "mine.html"], "mine.html: is there already, and is no page of this kind. Name another file."),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=[" ".join(a) for a, _ in REFUSED])
def test_what_cannot_be_a_page_is_refused_in_a_sentence(
    arguments: list[str], said: str, staff: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(staff)
    (staff / "here.txt").write_text("x")
    (staff / "mine.html").write_text("<p>mine</p>")
    before = {p.name: p.read_bytes() for p in staff.iterdir() if p.is_file()}
    assert main(["explore", *arguments]) == 2
    message = capsys.readouterr().err
    assert said in message
    assert len(message.strip().splitlines()) == 1
    assert {p.name: p.read_bytes() for p in staff.iterdir() if p.is_file()} == before


def test_a_page_is_written_whole_or_not_at_all(
    staff: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(staff)
    assert main(["explore", "study.toml"]) == 0
    page = staff / f"{staff.name}-explore.html"
    said = capsys.readouterr().out.splitlines()
    assert said[0] == page.name
    assert said[1] == f"4 levers (2 of them uncertain), 2 scenarios, 4 outputs; up to 12 runs; {page.stat().st_size / 1e6:.2f} MB"
    first = page.read_bytes()
    assert main(["explore", "study.toml"]) == 0  # its own page may be replaced
    toml = staff / "study.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"all staff"', '"no staff"'), encoding="utf-8")
    assert main(["explore", "study.toml"]) == 2
    assert page.read_bytes() == first
    monkeypatch.setattr("os.replace", lambda a, b: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    toml.write_text(toml.read_text(encoding="utf-8").replace('"no staff"', '"all staff"'), encoding="utf-8")
    assert main(["explore", "study.toml"]) == 2
    assert page.read_bytes() == first
    assert [p.name for p in staff.iterdir() if p.name.endswith(".part")] == []


@pytest.mark.parametrize("opens", [True, False])
def test_a_page_is_opened_when_that_is_asked(
    opens: bool, staff: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: asked.append(address) or opens)
    monkeypatch.chdir(staff)
    assert main(["explore", "study.toml", "--out", "a page.html"]) == 0
    assert asked == []
    assert main(["explore", "study.toml", "--out", "a page.html", "--open"]) == 0
    assert asked == [(staff / "a page.html").resolve().as_uri()]
    assert ("No browser could be started" in capsys.readouterr().out) is not opens
