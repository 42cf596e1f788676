"""A model and a study whose every text tries to be markup or script, for tests that show it in a page.

Each text calls `ran(...)` if it runs, or asks for a picture that is not there: a page that shows it as text does neither.
"""

from __future__ import annotations

from pathlib import Path

SCRIPT = "</script><script>window.ran = 1</script>"
PICTURE = "<img src=x onerror=window.ran=2>"
COMMENT = "<!--<script>window.ran = 3//"
QUOTES = '" onfocus=window.ran=4 autofocus x=" \' ` \\'
SEPARATORS = "a\u2028b\u2029c"
TEMPLATE = "{{ 7 * 7 }} ${window.ran = 5} {% raw %}"
STYLE = "</style><style>* { display: none }</style>"
LINK = "javascript:window.ran=6 https://example.org/x.png &lt;b&gt;&amp;"
TEXTS = (SCRIPT, PICTURE, COMMENT, QUOTES, SEPARATORS, TEMPLATE, STYLE, LINK)
"""What must be found in a page as text."""
TURNED = "\u202eturned round\u202c\u200b"
"""Marks that turn the direction of writing: a modeller's comment may hold them, a study may not."""
FILE = f"{PICTURE} 'x' & y.mdl"


def _quoted(name: str) -> str:
    """Return a name as Vensim writes it where it holds other signs than letters."""
    return '"' + name.replace("\\", "/").replace('"', "''") + '"'


def _comment(text: str) -> str:
    return text.replace("|", "/").replace("~", "-")


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def hostile_study(folder: Path) -> Path:
    """Write a model with its table and a study of it, and return the study file."""
    stock, rate, level = _quoted(f"stock {SCRIPT}"), _quoted(f"rate {PICTURE}"), _quoted(f"level {COMMENT}")
    other = _quoted(f"other {TEMPLATE}")
    words = _comment(" ".join((*TEXTS, TURNED)))
    model = f"""{{UTF-8}}
"Range {STYLE}": "e {PICTURE}", "f {SCRIPT}" ~~|
{level}["Range {STYLE}"] = 0.5, 0.7 ~ Dmnl ~ {words} |
{rate} = 12 ~ "{PICTURE}"/Year ~ {words} |
{other} = 3 ~ {_comment(SCRIPT)} ~ {words} |
{stock}["Range {STYLE}"] = INTEG({rate} * {level}["Range {STYLE}"], 100) ~ "{PICTURE}" ~ {words} |
********************************************************
	.{_comment(SCRIPT)}
********************************************************~
		{words}
	|
all = SUM({stock}["Range {STYLE}"!]) + {other} * 0 ~ "{PICTURE}" ~ {words} |
INITIAL TIME = 2017.75 ~ Year ~ {words} |
FINAL TIME = 2020.75 ~ Year ~ Until. |
TIME STEP = 0.25 ~ Year ~ Step. |
SAVEPER = 0.25 ~ Year ~ Saved. |
"""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(model, encoding="utf-8")
    name = rate.strip('"')
    row = [name, name, f'"{PICTURE}"/Year', "6", "12", "18", "triangular", f"group {SCRIPT}", f"source {QUOTES}", "C"]
    row += [f"note {' '.join(TEXTS)}", "0", "100", f"label {STYLE} {LINK}"]
    head = "name,variable,unit,low,mode,high,distribution,group,source,grade,note,min,max,label"
    (folder / "parameters.csv").write_text(f"{head}\n{','.join(map(_cell, row))}\n", encoding="utf-8")
    text = _toml(" ".join(TEXTS))
    study = f"""title = {text}
question = {text}
model = {_toml(FILE)}
illustrative = true
notes = [{text}]

[[scenario]]
name = {_toml(f"s {PICTURE}")}
note = {text}

[[scenario]]
name = {_toml(f"t {QUOTES}")}
note = {text}
set = {{ {_toml(name)} = 9 }}

[uncertain]
groups = [{_toml(f"group {SCRIPT}")}]

[outputs]
all = {{ variable = "all", label = {text} }}
end = {{ variable = "all", at = 2020.75, label = {_toml(f"end {PICTURE}")} }}
parts = {{ variable = {_toml(stock.strip('"'))}, label = {_toml(f"parts {SCRIPT}")}, elements = {{ {_toml(f"e {PICTURE}")} = {text} }} }}
{_toml(f"short {TEMPLATE}")} = {{ expression = "200 - end", unit = {text} }}

[[target]]
name = {_toml(f"aim {PICTURE}")}
output = "end"
at_least = 220
source = {text}

[[history.all]]
time = 2018.75
value = 205
source = {text}

[monte_carlo]
runs = 40
"""
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return folder / "study.toml"
