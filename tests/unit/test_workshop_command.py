"""`llr-sd workshop` as people type it: whose workshop it is, what is refused in a sentence, and a page that is always the same."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from llr_sd import bundled
from llr_sd.cli import main
from llr_sd.drafts.folder import new_study
from llr_sd.errors import InputError
from llr_sd.page.data import keyed
from llr_sd.workshop import made, write_workshop
from llr_sd.workshop.made import workshop_data
from llr_sd.workshop.site import bundled_sites, site_of
from llr_sd.workshop.words import file_of_words, read_words

RUTLAND = bundled.folder("models") / "swipe_site" / "sites" / "rutland.csv"
REFUSED = [
    (["rutlnd"], 'there is no site "rutlnd". Did you mean "rutland"?'),
    (["nowhere/at/all.csv"], 'there is no site "nowhere/at/all.csv". Bundled are city, nw_leicestershire, rutland;'),
    (["short.csv"], 'short.csv, row 10, column parameter: "return_wte_gp" is given but "return_wte_admin_staff" is missing.'),
    (["odd.csv"], "odd.csv, row 2, column value:"),
    (["plain.txt"], "plain.txt: is no site table. A site table ends in .csv: llr-sd new FOLDER --from site writes one."),
    (["empty"], 'empty: is a folder without imported staff. Name a site table, or the folder that "llr-sd import" wrote'),
    (["import"], "import: holds no table that swipe_site starts from. Its README.md says why there is none."),
    (["import/gp_supply.csv"], "import/gp_supply.csv: is no table that swipe_site starts from. Those are none in this folder."),
    (["rutland", "--out", "."], ".: is a folder."),
    (["rutland", "--out", "page"], "page: does not end in .html"),
    (["rutland", "--out", "mine.html"], "mine.html: is there already, and is no page of this kind. Name another file."),
    ([], "no site is named. Name one, such as rutland, or print the guide with --guide."),
    (["rutland", "--guide"], "--guide stands by itself. Leave out the site and the other options."),
]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with tables that do not fit and files that are none."""
    monkeypatch.chdir(tmp_path)
    rows = RUTLAND.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "short.csv").write_text("".join(r for r in rows if not r.startswith("return_wte_admin_staff")), encoding="utf-8")
    (tmp_path / "odd.csv").write_text("".join(rows).replace("list_size,36000", "list_size,many"), encoding="utf-8")
    (tmp_path / "plain.txt").write_text("x")
    (tmp_path / "mine.html").write_text("<p>mine</p>")
    (tmp_path / "empty").mkdir()
    (tmp_path / "import").mkdir()
    (tmp_path / "import" / "baseline.toml").write_text("")
    (tmp_path / "import" / "gp_supply.csv").write_text("parameter,value,unit,source,note\n")
    return tmp_path


@pytest.fixture
def unrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the ratings, whose runs take longest and have tests of their own."""
    monkeypatch.setattr(made, "ratings_of", lambda *_, **__: SimpleNamespace(to_data=lambda: None))


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=[" ".join(a) for a, _ in REFUSED])
def test_what_is_no_workshop_is_refused_in_a_line_and_nothing_is_written(
    arguments: list[str], said: str, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p: p.read_bytes() for p in places.rglob("*") if p.is_file()}
    assert main(["workshop", *arguments]) == 2
    message = capsys.readouterr().err
    assert said in message
    assert len(message.strip().splitlines()) == 1
    assert {p: p.read_bytes() for p in places.rglob("*") if p.is_file()} == before


@pytest.mark.usefixtures("unrated")
def test_a_page_is_written_and_may_be_replaced_by_its_like(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workshop", "city"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "city-workshop.html"
    assert said[1].startswith("The workshop of City; the numbers describe no real service; up to 500 runs;")
    first = (places / "city-workshop.html").read_bytes()
    assert b'<meta name="generator" content="llr_sd workshop">' in first[:400]
    assert main(["workshop", "city"]) == 0
    assert (places / "city-workshop.html").read_bytes() == first


@pytest.mark.usefixtures("unrated")
def test_a_table_of_ones_own_is_a_site_with_its_own_name_and_numbers(tmp_path: Path) -> None:
    new_study(tmp_path / "study", "site")
    table = tmp_path / "our_practice.csv"
    text = (tmp_path / "study" / "site.csv").read_text(encoding="utf-8")
    table.write_text(
        text.replace("list_size,36000", "list_size,18000").replace("illustrative", "ours").replace("pro rata", ""),
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="add up"):
        site_of(str(table))  # its ages still add up to another list
    table.write_text(text.replace("illustrative", "ours"), encoding="utf-8")
    written = write_workshop(str(table), tmp_path / "page.html")
    assert (written.site, written.illustrative) == ("Our practice", False)
    assert "describe no real" not in written.words


@pytest.mark.parametrize("ending", ["", "_workshop_site-table_2026-11-26", "_workshop_site-table_2026-11-26_illustrative (1)"])
def test_a_table_that_a_page_saved_goes_by_the_name_of_its_site(tmp_path: Path, ending: str) -> None:
    new_study(tmp_path / "study", "site")
    table = (tmp_path / "study" / "site.csv").rename(tmp_path / f"our_practice{ending}.csv")
    assert site_of(str(table)).name == "our_practice"


@pytest.mark.usefixtures("unrated")
def test_what_a_page_opens_with_is_what_the_table_says() -> None:
    site = site_of("rutland")
    held = site.subject.settings["As entered"]
    assert held["list_size"] == 36000
    assert [held[f"return_wte_{g}"] for g in ("gp", "nurse", "other_clinical", "admin_staff")] == [19.26, 10.07, 11.71, 55.26]
    assert site.subject.clock == {"FINAL TIME": 2030.75, "SAVEPER": 0.5}
    data = workshop_data(site, None, lambda _: None)
    assert data["workshop"]["site"] == {"name": "rutland", "label": "Rutland", "illustrative": True, "local": False, "staff": []}
    assert data == keyed(data)
    assert keyed({**data, "what": "other"})["key"] != data["key"]


@pytest.mark.parametrize("name", bundled_sites())
def test_every_bundled_site_has_a_label_of_its_own(name: str) -> None:
    words = tomllib.loads(file_of_words().read_text(encoding="utf-8"))
    assert words["sites"][name]["label"]


PLANTED = [
    ('[segments.frail]\nlabel = "Frail"', '[segments.frial]\nlabel = "Frail"', '"segments > frail" is missing'),
    ('from = "core"', 'from = "coer"', '"paths > c2e > from": there is no "coer". Did you mean "core"?'),
    ('short = "Core"', 'shrot = "Core"', 'unknown key "levels > core > shrot". Did you mean "short"?'),
    ("[groups.gp]", '[groups.locum]\nlabel = "Locums"\n\n[groups.gp]', '"groups": there is no "locum".'),
]


@pytest.mark.parametrize(("old", "new", "said"), PLANTED, ids=[p[2] for p in PLANTED])
def test_a_fault_in_the_words_is_named_by_its_key(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = file_of_words().read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "workshop.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_words(site_of("rutland").subject.model.equations, [], file)
    assert said in str(error.value)
    assert str(error.value).startswith(str(file)[:40])
