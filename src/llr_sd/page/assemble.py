"""One HTML file of a template, styles, scripts and data: nothing of it can be loaded from elsewhere, and no text in it can become markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from llr_sd.errors import EngineError, clean
from llr_sd.page.bundle import bundle_with_worker

HERE = Path(__file__).parent
MADE = '<meta name="generator" content="llr_sd'
"""What stands in the first `HEAD` characters of a page: by it a file is known to be one that may be replaced."""
HEAD = 400
TEMPLATE = "page.html"
EXPLORE = ("base.css", "app.css", "charts.css", "equations.css", "session.css")
"""The style sheets of the pages of `llr-sd explore`, in their order."""
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_LONE = re.compile("[\ud800-\udfff]")


def assemble(
    title: str, data: Mapping[str, Any], what: str = "explore", entry: str = "app/main.mjs", sheets: Sequence[str] = EXPLORE
) -> str:
    """Return a page.

    Parameters
    ----------
    title
        Of the page, any text.
    data
        What its scripts read, of what JSON knows: texts, finite numbers, true, false, None, lists and mappings of these.
    what
        The command that makes such pages, for the file to say.
    entry
        The module whose function `main` shows the page.
    sheets
        Its style sheets, files of the folder css, in their order.

    Returns
    -------
    str
        The same text for the same arguments.

    Raises
    ------
    EngineError
        When a module or a style cannot stand in a page.
    """
    sheet = "\n".join(style(name) for name in sheets)
    worker, script = bundle_with_worker(entry, "engine/worker.mjs")
    made = (
        environment()
        .get_template(TEMPLATE)
        .render(
            policy=policy([worker, script], [sheet]),
            what=what,
            title=clean(title),
            style=Markup(sheet),
            data=json_text(data),
            worker=Markup(worker),
            script=Markup(script),
        )
    )
    if MADE not in made[:HEAD]:
        raise EngineError(
            f"does not say what it is within its first {HEAD} characters.", where=TEMPLATE, mend=f"Begin with {MADE} ..."
        )
    return made


def environment() -> Environment:
    """Return where templates come from; what they show is escaped."""
    return Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)


def policy(scripts: Sequence[str], styles: Sequence[str], *, simulates: bool = True) -> str:
    """Return the Content-Security-Policy of a page: its own scripts and styles by their hashes, and what it makes itself.

    Parameters
    ----------
    scripts, styles
        The texts between the tags, to the last character.
    simulates
        Whether it runs WebAssembly, in workers of its own making.
    """
    sources = [*map(_hash, scripts), *(["'wasm-unsafe-eval'"] if simulates else [])] or ["'none'"]
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(sources)}",
            f"style-src {' '.join(map(_hash, styles))}",
            *(["worker-src blob:"] if simulates else []),
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def json_text(value: Any) -> Markup:
    """Return a value as JSON that can stand in a script element of a page: no character in it means anything to HTML.

    Parameters
    ----------
    value
        Of what JSON knows; its numbers are finite.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    # Half a character, as a file name can hold, has no bytes of its own.
    return Markup(_LONE.sub(lambda half: f"\\u{ord(half[0]):04x}", text))


def style(name: str) -> str:
    """Return a style sheet without its comments; raise EngineError where it could end its element or asks for something elsewhere.

    Parameters
    ----------
    name
        Of a file of the folder css.
    """
    text = (HERE / "css" / name).read_text(encoding="utf-8")
    for sign in ("</style", "<!--", "@import", "url("):
        if sign in text.casefold():
            raise EngineError(f'holds "{sign}".', where=name, mend="A page holds all that it shows.")
    return _COMMENT.sub("", text).strip()
