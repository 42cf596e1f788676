"""ES modules as one classic script: what they mean stays the same, and what breaks the conventions is refused by name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from test_page_modules import node

from llr_sd.errors import EngineError
from llr_sd.page.bundle import bundle, bundle_with_worker, read_module
from llr_sd.page.javascript import pieces, without_comments

ODD = r"""
// a comment with `, " and import { x } from "./nowhere.mjs";
/* export default 1; </script> */
import {
  half,
  Pair,
} from "./sub/half.mjs";
import { LIMIT } from "./limit.mjs";

const QUOTE = /["'`/\\]/g; // a regular expression that would open three texts
const URLS = "https://example.org/*not a comment*/";
export const NESTED = (x) => `a ${x > 1 ? `b ${"}"} // ${x / 2 / 1}` : ""} \` c`;
export async function later() { await null; return 1; }

/** What it does. */
export function main() {
  const import_ = 1; // a name
  console.log(JSON.stringify([half(7), new Pair(1, 2).sum, LIMIT, "a\"b`c".replace(QUOTE, "-"), URLS, NESTED(4), import_]));
}
"""
OTHERS = {
    "sub/half.mjs": 'import { LIMIT } from "../limit.mjs";\nexport function half(x) {\n  return Math.min(LIMIT, x / 2);\n}\n'
    "export class Pair {\n  constructor(a, b) {\n    this.sum = a + b;\n  }\n}\n",
    "limit.mjs": "const own = 100;\nexport const LIMIT = own;\n",
}


EXPECTED = '[3.5,3,100,"a-b-c","https://example.org/*not a comment*/","a b } // 2 ` c",1]'


def folder_of(tmp_path: Path, main: str, others: dict[str, str] = OTHERS) -> Path:
    for name, text in {"main.mjs": main, **others}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(script: str) -> str:
    return subprocess.run([node(), "-"], input=script, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_a_bundle_does_what_its_modules_do(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, ODD)
    script = bundle("main.mjs", folder)
    (tmp_path / "start.mjs").write_text('import { main } from "./main.mjs";\nmain();\n')
    as_modules = subprocess.run([node(), "start.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert as_modules.stdout.strip() == EXPECTED
    assert run(script) == EXPECTED
    assert bundle("main.mjs", folder) == script
    assert "a comment" not in script.replace("not a comment", "")


WORKER = """import { half } from "./sub/half.mjs";
export function main() {
  console.log("worker", half(3));
}
"""


def test_what_a_page_and_its_worker_need_stands_in_one_script(tmp_path: Path) -> None:
    first, second = bundle_with_worker("main.mjs", "worker.mjs", folder_of(tmp_path, ODD, OTHERS | {"worker.mjs": WORKER}))
    assert run(first) == "worker 1.5"  # as in a worker, there is no document
    assert run(f"var document = 1;\n{first}{second}") == EXPECTED
    assert (first + second).count("const own = 100;") == 1
    assert first.count("const own = 100;") == 1
    assert "class Pair" not in second
    assert "worker" not in second


def test_the_scripts_of_the_page_can_be_read(tmp_path: Path) -> None:
    for number, script in enumerate(bundle_with_worker("app/main.mjs", "engine/worker.mjs")):
        file = tmp_path / f"{number}.js"
        file.write_text(script, encoding="utf-8")
        done = subprocess.run([node(), "--check", str(file)], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr


def test_modules_come_after_what_they_need_and_once(tmp_path: Path) -> None:
    script = bundle("main.mjs", folder_of(tmp_path, ODD))
    assert script.count("const own = 100;") == 1
    assert script.index("const own") < script.index("class Pair") < script.index("const QUOTE")


def test_nothing_is_left_of_modules_in_the_script(tmp_path: Path) -> None:
    words = {part for kind, part in pieces(bundle("main.mjs", folder_of(tmp_path, ODD))) if kind == "word"}
    assert not words & {"import", "export"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("export default function f() {}", "has export where it is not understood"),
        ("export { x };", "has export where it is not understood"),
        ("export let x = 1;", "has export where it is not understood"),
        ('export * from "./limit.mjs";', "has export where it is not understood"),
        ('import * as all from "./limit.mjs";', "has import where it is not understood"),
        ('import { LIMIT as most } from "./limit.mjs";', "has import where it is not understood"),
        ('import first from "./limit.mjs";', "has import where it is not understood"),
        ('import { readFile } from "node:fs";', "has import where it is not understood"),
        ('import { x } from "https://example.org/x.mjs";', "has import where it is not understood"),
        ("import { LIMIT } from './limit.mjs';", "has import where it is not understood"),
        ('const x = import("./limit.mjs");', "has import where it is not understood"),
        ("const x = import.meta.url;", "has import where it is not understood"),
        ('import { LIMIT } from "./limit.mjs";\nimport { own } from "./limit.mjs";', "imports app/limit.mjs twice"),
        ('const x = eval("1");', "uses eval, which makes code of text"),
        ('const x = new Function("return 1");', "uses Function, which makes code of text"),
        ("document.body.innerHTML = x;", "uses innerHTML, which makes markup of text"),
        ('fetch("data.json");', "uses fetch, which asks something of a network"),
        ('const x = "</script>";', "holds text that would end or open a script"),
        ("const x = `<!--`;", "holds text that would end or open a script"),
        ('import { x } from "../../x.mjs";', "outside the folder of modules"),
        ("const x = `never ends;", "a template does not end"),
    ],
)
def test_what_breaks_the_conventions_is_refused_by_name(line: str, said: str) -> None:
    with pytest.raises(EngineError, match=r"^app/planted\.mjs") as found:
        read_module("app/planted.mjs", f"{line}\nexport function main() {{}}\n")
    assert said in str(found.value)


@pytest.mark.parametrize(
    ("main", "said"),
    [
        (
            'import { a } from "./none.mjs";\nexport function main() {}\n',
            "main.mjs: there is no such module. It asks for none.mjs.",
        ),
        (
            'import { nothing } from "./limit.mjs";\nexport function main() {}\n',
            "main.mjs: takes nothing of limit.mjs, which does not give it.",
        ),
        ("export const x = 1;\n", "main.mjs: has no function main to begin with. Write `export function main()`."),
    ],
)
def test_modules_that_do_not_fit_are_refused(main: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as found:
        bundle("main.mjs", folder_of(tmp_path, main))
    assert str(found.value) == said


def test_a_circle_is_refused(tmp_path: Path) -> None:
    others = {
        "a.mjs": 'import { b } from "./b.mjs";\nexport const a = 1;\n',
        "b.mjs": 'import { a } from "./a.mjs";\nexport const b = 1;\n',
    }
    main = 'import { a } from "./a.mjs";\nexport function main() {}\n'
    with pytest.raises(EngineError, match=r"a\.mjs: needs itself, through b\.mjs"):
        bundle("main.mjs", folder_of(tmp_path, main, others))


def test_line_breaks_that_end_statements_stay() -> None:
    assert (
        without_comments("let a = 1 // one\nlet b = 2 /* x\n */ let c\n\n\n  return\n") == "let a = 1\nlet b = 2\nlet c\nreturn"
    )
