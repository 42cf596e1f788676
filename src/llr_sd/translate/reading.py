"""Opens a model file: what it is, whether it is text, and which reader takes it."""

from __future__ import annotations

import re
from pathlib import Path

from llr_sd.errors import clean
from llr_sd.translate.source import Place, RawModel
from llr_sd.translate.vensim import read_vensim

VENSIM = (".mdl",)
XMILE = (".xmile", ".xml", ".stmx", ".itmx")
_SKETCH = re.compile(rb"^\s*\\+---///", re.MULTILINE)
# Other codecs of Python (such as unicode_escape) change what a text says.
_ENCODING = re.compile(
    r"(?:us-)?ascii|(?:cp|windows-?|iso-?8859-|latin-?)\d+|gbk|gb2312|gb18030|big5|shift[-_]jis|euc[-_]\w+|koi8-[ru]",
    re.IGNORECASE,
)
_LARGEST = 200 << 20
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def read(path: Path, content: bytes | None = None) -> RawModel:
    """Read the model file at `path`, or `content` in its place.

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
        size = path.stat().st_size
        if size > _LARGEST:
            raise place.refuse(f"the file has {size >> 20} MB; at most {_LARGEST >> 20} MB are read.", "Split the model.")
        content = path.read_bytes() if content is None else content
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
        text, notes = _text(content, place)
        return read_vensim(path, text, notes)
    from llr_sd.translate.xmile import read_xmile

    return read_xmile(path, content)


def _text(content: bytes, place: Place) -> tuple[str, tuple[str, ...]]:
    """Return the text of a Vensim file, and a note where its bytes are not those of the encoding that it names."""
    content = _SKETCH.split(content, maxsplit=1)[0]  # what follows is for drawing, with bytes of its own
    mark = re.match(rb"(?:\xef\xbb\xbf)?\s*\{([^}\n]*)\}", content)
    named = mark.group(1).decode("ascii", "replace").strip() if mark else ""
    encoding = (
        "utf-8-sig" if named.upper().replace("-", "") in ("", "UTF8") else named if _ENCODING.fullmatch(named) else "unknown"
    )
    notes: tuple[str, ...] = ()
    try:
        text = content.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        text, notes = _windows(content, named, place)
    # Vensim for DOS ended files with Ctrl-Z.
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a\n\t ") + "\n"
    odd = _CONTROL.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise place.refuse(f"line {line} holds a control character (number {ord(odd.group())}).", "Remove it.")
    return text, notes


def _windows(content: bytes, named: str, place: Place) -> tuple[str, tuple[str, ...]]:
    """Read bytes that are not what the file says as Windows-1252, which Vensim writes where {UTF-8} is not asked for."""
    try:
        text = content.decode("utf-8-sig")
        encoding = "UTF-8"
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        try:
            text, encoding = content.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError:
            raise place.refuse(
                f"line {line} holds characters that are neither UTF-8 nor Windows-1252.",
                "Save the file as UTF-8 text, with {UTF-8} on top.",
            ) from error
        note = f"{place.file.name} is not {named or 'UTF-8'} text (line {line}); it was read as {encoding}: check names with accents."
        return text, (clean(note),)
    return text, (clean(f'{place.file.name} names the encoding "{named}", which is not known; it was read as {encoding}.'),)
