"""From the bytes of an XMILE file to its variables, dimensions, macros and clock."""

from __future__ import annotations

from pathlib import Path

from llr_sd.translate.source import Place, RawModel, RawRange
from llr_sd.translate.xmile import macros
from llr_sd.translate.xmile.clock import clock
from llr_sd.translate.xmile.document import Element, children, parse, text_of
from llr_sd.translate.xmile.modules import flatten
from llr_sd.translate.xmile.names import Directory, dimensions
from llr_sd.translate.xmile.outflows import limit_outflows
from llr_sd.translate.xmile.variables import graph, variable


def read_xmile(path: Path, content: bytes) -> RawModel:
    """Parse the XMILE file at `path`, whose bytes are `content`.

    Raises
    ------
    TranslationError
        When the file is no XML or no XMILE, or has a part or an equation that cannot be read; the message names it.
    """
    file = Place(path)
    root = parse(content, file)
    directory = Directory(dimensions=dimensions((root, *children(root, "model")), file), vensim=_from_vensim(root))
    macro_nodes = macros.declare(root, directory, file)
    main = flatten(root, directory, file)
    controls, method, notes = clock(root, main, directory, file)
    found = [variable(entity, directory, file) for entity in directory.entities.values()]
    limit_outflows(found, directory)
    found.extend(graph(name, entity, directory, file) for name, entity in directory.graphs.items())
    ranges = tuple(RawRange(d.name, d.copies or d.elements) for d in directory.dimensions.values())
    made = tuple(macros.macro(n, directory, file) for n in macro_nodes)
    return RawModel(path, (*found, *controls), ranges, made, method=method, comment=_comment(root), loose=True, notes=notes)


def _from_vensim(root: Element) -> bool:
    return any("ventana" in text_of(n).lower() for h in children(root, "header") for n in children(h, "vendor"))


def _comment(root: Element) -> str:
    headers = children(root, "header")
    texts = [" ".join(text_of(n).split()) for h in headers for n in children(h, "caption", "doc")]
    return " ".join(t for t in texts if t)
