"""Opens a model file: what it is, whether it is text, and which reader takes it."""

from __future__ import annotations

import re
from pathlib import Path

from llr_sd.translate.source import Place, RawModel
from llr_sd.translate.vensim import read_vensim

VENSIM = (".mdl",)
XMILE = (".xmile", ".xml", ".stmx", ".itmx")


def read(path: Path) -> RawModel:
    """Read the model file at `path`.

    Raises
    ------
    TranslationError
        When there is no such file, it is no model, not text, empty or damaged.
    """
    place = Place(path)
    suffix = path.suffix.lower()
    if suffix not in (*VENSIM, *XMILE):
        raise place.refuse("is not a model file.", f"A model file ends in one of {', '.join((*VENSIM, *XMILE))}.")
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise place.refuse(f"there is no such file ({path}).", "Check the name and the folder.") from error
    except OSError as error:
        raise place.refuse(
            f"the file cannot be opened ({error.strerror}).", "Check that it is a file that you may read."
        ) from error
    if not content.strip():
        raise place.refuse("the file is empty.", "Save the model again.")
    if b"\x00" in content:
        raise place.refuse("the file is not text.", "Save it again as text, not as a binary format.")
    if suffix in VENSIM:
        return read_vensim(path, _encoding(content, place))
    from llr_sd.translate.xmile import read_xmile

    return read_xmile(path, content)


def _encoding(content: bytes, place: Place) -> str:
    """Return the encoding that a Vensim file names, or UTF-8; make sure that every byte can be read in it."""
    mark = re.match(rb"(?:\xef\xbb\xbf)?\s*\{([^}\n]*)\}", content)
    named = mark.group(1).decode("ascii", "replace").strip() if mark else ""
    encoding = "utf-8-sig" if not named or named.upper() == "UTF-8" else named
    try:
        content.decode(encoding)
    except LookupError:
        encoding = "utf-8-sig"
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise place.refuse(
            f"line {line} holds characters that are not {named or 'UTF-8'}.", "Save the file as UTF-8 text, with {UTF-8} on top."
        ) from error
    return encoding
