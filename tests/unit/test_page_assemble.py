"""One file that can load nothing and in which no text becomes markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from llr_sd.errors import EngineError
from llr_sd.page import assemble as page
from llr_sd.page.assemble import assemble, json_text

HOSTILE = [
    "</script><script>window.ran = 1</script>",
    "<!--<script>",
    "-->",
    "<img src=x onerror='window.ran = 1'>",
    "]]>",
    "a\u2028b\u2029c",
    "quotes \" and ' and ` and \\",
    "&lt;b&gt; &amp;",
    "\u202eturned\u202c",
    "{{ 7 * 7 }} {% raw %} ${7 * 7}",
    "\x00\x07\x1b[31m",
    "half a character \ud800",
]


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of each script and style."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside = tag
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside][-1] += data


def elements(html: str) -> Elements:
    found = Elements()
    found.feed(html)
    found.close()
    return found


def test_hostile_text_is_data_and_nothing_else() -> None:
    data = {"study": {"title": HOSTILE[0]}, "texts": HOSTILE, "by name": dict.fromkeys(HOSTILE, 1)}
    plain, hostile = elements(assemble("x", {"study": {"title": "x"}})), elements(assemble("".join(HOSTILE[:3]), data))
    assert [tag for tag, _ in plain.found] == [tag for tag, _ in hostile.found]
    assert json.loads(hostile.texts["script"][0]) == data
    assert hostile.texts["title"][0] == "".join(HOSTILE[:3])
    assert plain.texts["script"][1:] == hostile.texts["script"][1:]


@pytest.mark.parametrize("text", HOSTILE)
def test_json_means_nothing_to_html_and_reads_back(text: str) -> None:
    made = str(json_text({"x": text, text: [text]}))
    assert not re.search("[<>&\u2028\u2029\ud800-\udfff\x00-\x1f]", made)
    assert json.loads(made) == {"x": text, text: [text]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_of_json_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        json_text({"x": value})


def test_the_policy_lets_nothing_in_but_what_the_page_holds() -> None:
    found = elements(assemble("x", {"study": {"title": "x"}}))
    policy = next(a["content"] or "" for t, a in found.found if t == "meta" and a.get("http-equiv") == "Content-Security-Policy")
    rules = {r.split()[0]: r.split()[1:] for r in policy.split(";")}

    def sha(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    scripts = zip([a for t, a in found.found if t == "script"], found.texts["script"], strict=True)
    running = [text for attributes, text in scripts if "type" not in attributes]
    assert rules == {
        "default-src": ["'none'"],
        "script-src": [*map(sha, running), "'wasm-unsafe-eval'"],
        "style-src": list(map(sha, found.texts["style"])),
        "worker-src": ["blob:"],
        "img-src": ["data:", "blob:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    kinds = [(a.get("id"), a.get("type")) for t, a in found.found if t == "script"]
    assert kinds == [("data", "application/json"), ("worker", None), (None, None)]


def test_nothing_in_a_page_names_another_place() -> None:
    found = elements(assemble("x", {"study": {"title": "x"}}))
    for tag, attributes in found.found:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form")
        assert not {"src", "href", "style", "action", "srcset"} & set(attributes), tag
        assert not any(name.startswith("on") for name in attributes), tag


def test_the_same_data_make_the_same_bytes() -> None:
    assert assemble("x", {"study": {"title": "x"}}).encode() == assemble("x", {"study": {"title": "x"}}).encode()


@pytest.mark.parametrize("rule", ['a { background: URL("x.png"); }', '@import "x.css";', "/* </style> */"])
def test_a_style_that_asks_for_something_is_refused(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "planted.css").write_text(rule)
    monkeypatch.setattr(page, "HERE", tmp_path)
    with pytest.raises(EngineError, match=r"^planted\.css: holds"):
        assemble("x", {}, sheets=("planted.css",))
