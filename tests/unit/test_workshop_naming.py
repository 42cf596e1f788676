"""What the inputs of the site's model are called in the room: each has words of its own, and none is the name of a variable."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from node_code import node

from llr_sd.workshop import made
from llr_sd.workshop.made import workshop_data
from llr_sd.workshop.site import site_of

SCRIPT = """
const { amountOf, nameOf, rangeOf, titleOf, UNMOVED } = await import("@/workshop/naming.mjs");
const result = {
  unmoved: UNMOVED,
  names: Object.fromEntries(data.inputs.map(({ name }) => [name, nameOf(data, name)])),
  titles: data.inputs.map(({ name }) => titleOf(data, name)),
  amounts: Object.fromEntries(data.inputs.map(({ name, value }) => [name, amountOf(data, name, value)])),
  ranges: data.inputs.filter(({ law }) => law).map(({ name, law }) => rangeOf(data, name, law)),
  stranger: nameOf(data, "no such input"),
};
"""


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    """The data of the page of Rutland's workshop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "ratings_of", lambda *_, **__: SimpleNamespace(to_data=lambda: None))  # its runs take longest
        return workshop_data(site_of("rutland"), None, lambda _: None)


@pytest.fixture(scope="module")
def said(data: dict[str, Any]) -> dict[str, Any]:
    """What the page calls every input, and how it tells their values."""
    return node(SCRIPT, data)


def test_every_input_has_words_of_its_own(data: dict[str, Any], said: dict[str, Any]) -> None:
    names = {n: w for n, w in said["names"].items() if n not in said["unmoved"]}
    assert len(names) == len(data["inputs"]) - len(said["unmoved"])
    assert [n for n, words in names.items() if words == "an assumption of the model" or "{" in words or "  " in words] == []
    assert len(set(names.values())) == len(names)
    assert {t[0] for t in said["titles"]} <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_no_words_are_names_of_the_model(data: dict[str, Any], said: dict[str, Any]) -> None:
    codes = {e for i in data["inputs"] for e in re.split(r"[\[\],]", i["variable"])[1:] if re.search(r"\d|_|^ltc$|^gp$", e)}
    texts = [
        *said["names"].values(),
        *(a for n, a in said["amounts"].items() if n not in said["unmoved"]),
        *said["ranges"],
        said["stranger"],
    ]
    assert {"a85p", "c2e", "ltc"} <= codes
    for text in texts:
        assert not re.search(r"[_\[\]]|/(?! )|\*|Dmnl", text), text
        assert codes.isdisjoint(text.split()), text


def test_names_say_what_is_meant(said: dict[str, Any]) -> None:
    names = said["names"]
    assert names["segment_weight_a85p_frail"] == "frail people among those aged 85 and over"
    assert names["current_share_prevention_core"] == "prevention done at core level now"
    assert names["optimum_share_prevention_core"] == "prevention best done at core level"
    assert names["training_share_c2e"] == "enhanced posts that are filled by training our own staff"
    assert names["return_wte_gp"] == "staff now: GPs"
    assert said["amounts"]["segment_weight_a85p_frail"] == "35 in 100"
    assert said["amounts"]["minutes_urgent"] == "12"
    assert said["amounts"]["return_wte_gp"] == "19.26 WTE"
    assert said["amounts"]["list_size"] == "36,000"
    assert said["amounts"]["base_date"] == "Oct 2017"
