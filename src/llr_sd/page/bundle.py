"""ES modules put together into one classic script, in the order in which they need each other; there is no other build step.

The modules keep to a few conventions (`CONVENTIONS`), so that plain text replacement is enough; one that does not is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llr_sd.errors import EngineError
from llr_sd.page.javascript import pieces, without_comments

FOLDER = Path(__file__).parent / "js"
ENTRY = "main"
"""What the bundle calls of the module that it is made for."""
SHARED = "$shared"
"""What the second script of a page calls the modules of the first."""
CONVENTIONS = """\
imports are `import { a, b } from "../x/y.mjs";`, exports `export function`, `export async function`, `export const` or `export class`, each
at the start of a line; nothing is renamed, loaded later, or made from text"""
_IMPORT = re.compile(
    r'^import\s*\{\s*([\w$]+(?:\s*,\s*[\w$]+)*)\s*,?\s*\}\s*from\s*"(\.{1,2}/[\w./-]+\.mjs)";[ \t]*$', re.MULTILINE
)
_EXPORT = re.compile(
    r"^export\s+(?=(?:async\s+function|function|const|class)\b)(?:(?:async\s+)?function\b\s*\*?|const|class)\s+([\w$]+)",
    re.MULTILINE,
)
_BANNED = {
    "eval": "makes code of text",
    "Function": "makes code of text",
    "innerHTML": "makes markup of text",
    "outerHTML": "makes markup of text",
    "insertAdjacentHTML": "makes markup of text",
    "createContextualFragment": "makes markup of text",
    "srcdoc": "makes markup of text",
    "DOMParser": "makes markup of text",
    "setHTMLUnsafe": "makes markup of text",
    "require": "loads what is not bundled",
    "fetch": "asks something of a network",
    "XMLHttpRequest": "asks something of a network",
    "WebSocket": "asks something of a network",
    "EventSource": "asks something of a network",
    "sendBeacon": "asks something of a network",
    "importScripts": "loads what is not bundled",
}
_IN_HTML = re.compile(r"</script|<script|<!--", re.IGNORECASE)


@dataclass(frozen=True)
class Module:
    """A module, taken apart.

    Attributes
    ----------
    name
        Its path from the folder of all modules on.
    imports
        The names that it takes of each other module, in order.
    exports
        The names that it gives.
    body
        Its code without comments, imports and the word export.
    """

    name: str
    imports: Mapping[str, tuple[str, ...]]
    exports: tuple[str, ...]
    body: str


def bundle(entry: str, folder: Path = FOLDER) -> str:
    """Return a script of a page.

    Parameters
    ----------
    entry
        The module whose function `main` the script calls once all modules are there, such as "report/main.mjs".
    folder
        Of all modules.

    Returns
    -------
    str
        A classic script, the same for the same modules, that can stand in a script element.

    Raises
    ------
    EngineError
        When a module is missing, breaks the conventions, takes a name that another does not give, or needs itself.
    """
    found = _needed(entry, folder, {})
    numbers = _numbers(found)
    return _script([*(_wrapped(m, numbers) for m in found.values()), f"{numbers[entry]}.{ENTRY}();"])


def bundle_with_worker(entry: str, worker: str, folder: Path = FOLDER) -> tuple[str, str]:
    """Return two scripts of a page: the first is that of its workers too, so that what both need stands there once.

    Parameters
    ----------
    entry
        The module whose function `main` the second script calls.
    worker
        The module whose function `main` the first script calls where there is no document: in a worker.
    folder
        Of all modules.

    Raises
    ------
    EngineError
        As `bundle`.
    """
    shared = _needed(worker, folder, {})
    found = _needed(entry, folder, shared)
    numbers = _numbers(found)
    names = ", ".join(numbers[name] for name in shared)
    first = [_wrapped(m, numbers) for m in shared.values()]
    first += [f'if (typeof document === "undefined") {numbers[worker]}.{ENTRY}();', f"return {{ {names} }};"]
    rest = [_wrapped(m, numbers) for name, m in found.items() if name not in shared]
    second = [f"const {{ {names} }} = {SHARED};", *rest, f"{numbers[entry]}.{ENTRY}();"]
    return f"const {SHARED} = {_script(first)}", _script(second)


def _needed(entry: str, folder: Path, before: Mapping[str, Module]) -> dict[str, Module]:
    """Return a module and all that it needs, each behind what it needs; after the modules that are there before."""
    found = dict(before)
    _collect(entry, folder, found, ())
    if ENTRY not in found[entry].exports:
        raise EngineError(f"has no function {ENTRY} to begin with.", where=entry, mend=f"Write `export function {ENTRY}()`.")
    return found


def _numbers(found: Mapping[str, Module]) -> dict[str, str]:
    return {name: f"$m{n}" for n, name in enumerate(found)}


def _script(parts: Sequence[str]) -> str:
    return "\n".join(["(() => {", '"use strict";', *parts, "})();", ""])


def _wrapped(module: Module, numbers: Mapping[str, str]) -> str:
    """Return a module as a constant: the object of what it gives."""
    taken = [f"const {{ {', '.join(names)} }} = {numbers[other]};" for other, names in module.imports.items()]
    given = f"return {{ {', '.join(module.exports)} }};"
    return "\n".join([f"const {numbers[module.name]} = (() => {{", *taken, module.body, given, "})();"])


def _collect(name: str, folder: Path, found: dict[str, Module], above: tuple[str, ...]) -> None:
    """Put a module behind those that it needs."""
    if name in above:
        raise EngineError(f"needs itself, through {' and '.join(above[above.index(name) + 1 :]) or 'itself'}.", where=name)
    if name in found:
        return
    file = folder / name
    if not file.is_file():
        raise EngineError("there is no such module.", where=above[-1] if above else str(file), mend=f"It asks for {name}.")
    module = read_module(name, file.read_text(encoding="utf-8"))
    for other, names in module.imports.items():
        _collect(other, folder, found, (*above, name))
        for missing in (n for n in names if n not in found[other].exports):
            raise EngineError(f"takes {missing} of {other}, which does not give it.", where=name)
    found[name] = module


def read_module(name: str, text: str) -> Module:
    """Return a module taken apart; raise EngineError, naming it, where it breaks the conventions.

    Parameters
    ----------
    name
        Its path from the folder of all modules on.
    text
        As its file holds it.
    """
    try:
        code = without_comments(text)
        parts = list(pieces(code))
    except EngineError as error:
        raise EngineError(error.what, where=f"{name}, {error.where}") from None
    for kind, part in parts:
        if kind == "word" and part in _BANNED:
            raise EngineError(f"uses {part}, which {_BANNED[part]}.", where=name)
    if _IN_HTML.search(code):
        raise EngineError("holds text that would end or open a script in a page.", where=name, mend="Write it in two parts.")
    imports: dict[str, tuple[str, ...]] = {}
    for names, path in _IMPORT.findall(code):
        other = _beside(name, path)
        if other in imports:
            raise EngineError(f"imports {other} twice.", where=name, mend="Take all names at once.")
        imports[other] = tuple(n.strip() for n in names.split(","))
    exports = tuple(_EXPORT.findall(code))
    body = _EXPORT.sub(lambda m: m[0].removeprefix("export").lstrip(), _IMPORT.sub("", code)).strip()
    left = next((part for kind, part in pieces(body) if kind == "word" and part in ("import", "export")), None)
    if left:
        line = next(line for line in body.splitlines() if re.search(rf"\b{left}\b", line))
        raise EngineError(f"has {left} where it is not understood: {line[:80]}", where=name, mend=f"{CONVENTIONS}.")
    return Module(name, imports, exports, body)


def _beside(name: str, path: str) -> str:
    """Return the name of a module that another asks for by a relative path."""
    at = name.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            if not at:
                raise EngineError(f"asks for {path}, outside the folder of modules.", where=name)
            at.pop()
        elif part != ".":
            at.append(part)
    return "/".join(at)
