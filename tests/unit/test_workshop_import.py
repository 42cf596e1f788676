"""A workshop of imported staff: the site table of an import becomes the site of the page, with its date, and what it says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_baseline_study import imported, seven_years_on, staff_folder

from llr_sd.cli import main
from llr_sd.errors import InputError
from llr_sd.workshop.site import site_of

__all__ = ["imported", "staff_folder"]  # fixtures


def test_a_site_table_of_an_import_is_the_site_from_its_own_date(staff_folder: Path) -> None:
    assert site_of("staff/site_elr_1.csv").called == "ELR-1"  # as its practices do, not as its file is
    seven_years_on(staff_folder)
    site = site_of("staff/site_elr_1.csv")
    subject = site.subject
    assert (subject.grid.initial, subject.grid.final) == (2024.75, 2037.75)
    assert {o.at for o in subject.study.outputs.values() if o.at is not None} == {2024.75, 2037.75}
    assert subject.study.notes[0].startswith("It starts from staff as imported, of September 2024.")
    rows = dict(line.split(",")[:2] for line in (staff_folder / "site_elr_1.csv").read_text(encoding="utf-8").splitlines()[1:])
    held = subject.settings["As entered"]
    assert held["list_size"] == float(rows["list_size"])
    assert site.name == "staff-site_elr_1"


def test_what_must_stay_on_this_machine_says_so(staff_folder: Path) -> None:
    notes = " ".join(site_of("staff/local/site_lc_1.csv").subject.study.notes)
    assert "it must stay on this machine" in notes
    assert site_of("staff/local/site_lc_1.csv").local
    assert not site_of("staff/site_elr_1.csv").local
    own = Path("ours.csv")  # elsewhere, as a room took it away
    text = (staff_folder / "site_elr_1.csv").read_text(encoding="utf-8")
    own.write_text(text, encoding="utf-8")
    assert not site_of("ours.csv").local
    own.write_text(text.replace(",ELR-1\n", ",ELR-1; must stay on this machine\n", 1), encoding="utf-8")
    assert site_of("ours.csv").local


def test_an_import_with_many_sites_asks_which(staff_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workshop", "staff"]) == 2
    said = capsys.readouterr().err
    assert "staff: holds 9 tables that swipe_site starts from: site_elr_0.csv" in said
    assert "Name one, such as staff/site_elr_0.csv." in said
    assert "gp_supply" not in said


def test_a_table_of_another_model_is_no_site(staff_folder: Path) -> None:
    with pytest.raises(InputError, match=r"gp_supply\.csv: is no table that swipe_site starts from\. Those are site_elr_0\.csv"):
        site_of("staff/gp_supply.csv")


def test_an_import_of_one_site_needs_no_table_named(staff_folder: Path) -> None:
    for table in [*staff_folder.glob("site_*.csv"), *(staff_folder / "local").glob("site_*.csv")]:
        if table.name != "site_elr_1.csv":
            table.unlink()
    assert site_of("staff").name == "staff-site_elr_1"
