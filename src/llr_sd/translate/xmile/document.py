"""The XML of an XMILE file, parsed without entities or a document type, and read by names that ignore what vendors add."""

from __future__ import annotations

import re
from typing import Any

from llr_sd.errors import TranslationError
from llr_sd.translate.source import Place

Element = Any

_MOST_BYTES = 64_000_000
_DECLARED = re.compile(rb"""\A(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']*)["'][^>]*\?>""")
_ENCODINGS = re.compile(
    r"utf-?8|(us-)?ascii|iso-?8859-?\d{1,2}|latin-?1|(windows-|cp)125\d|macintosh|shift_jis|euc-(jp|kr)|gb(2312|k|18030)|big5|koi8-r",
    re.IGNORECASE,
)
_DOCUMENT_TYPE = re.compile(r"<!\s*(DOCTYPE|ENTITY)\b", re.IGNORECASE)
_MEND = "Open the model where it was made, and save it again as XMILE."


def parse(content: bytes, place: Place) -> Element:
    """Return the <xmile> element of a file.

    Raises
    ------
    TranslationError
        When the bytes are no text in the encoding that they name, no XML, or the XML is no XMILE.
    """
    from lxml import etree  # type: ignore[import-untyped]

    if len(content) > _MOST_BYTES:
        raise place.refuse(f"the file has more than {_MOST_BYTES // 1_000_000} MB.", "Leave pictures and results out of it.")
    text = _text(content, place)
    if _DOCUMENT_TYPE.search(text):
        raise place.refuse(
            "the file declares entities or a document type, which a model does not need.", "Remove <!DOCTYPE ...>."
        )
    # Stella and xmutil leave vendors' prefixes undeclared, which does no harm; any other fault is refused below.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise place.refuse("the file is damaged: it is not XML.", _MEND) from None
    faults = [e for e in parser.error_log if not _harmless(e)]
    if faults or root is None:
        raise place.refuse(
            f"the file is damaged at line {faults[0].line}." if faults else "the file is damaged: it is not XML.", _MEND
        )
    if tag(root) != "xmile":
        raise place.refuse("this XML file is not an XMILE model.", 'An XMILE file begins with <xmile xmlns="...">.')
    return root


def tag(node: Element) -> str:
    """Return an element's name without its namespace; "" for what is no element, and for elements of a vendor."""
    if node is None or not isinstance(node.tag, str):
        return ""
    space, _, name = node.tag.rpartition("}")
    own = node.getroottree().getroot().tag.rpartition("}")[0] if node.getparent() is not None else space
    return "" if ":" in name or space not in ("", own) else str(name)


def children(node: Element, *tags: str) -> list[Element]:
    """Return the child elements with one of `tags`, in order; elements of vendors are passed over."""
    return [n for n in node if tag(n) in tags]


def child(node: Element, *tags: str) -> Element | None:
    """Return the first child element with one of `tags`, or None."""
    return next((n for n in node if tag(n) in tags), None)


def text_of(node: Element | None) -> str:
    """Return the text of an element, without blanks at its ends."""
    return "" if node is None else "".join(t for t in (node.text, *(n.tail for n in node)) if t).strip()


def attribute(node: Element, name: str) -> str:
    """Return an attribute, whichever namespace it stands in; "" where there is none."""
    for key, value in node.attrib.items():
        if key == name or key.rpartition("}")[2].rpartition(":")[2] == name:
            return str(value).strip()
    return ""


def number(text: str, place: Place, what: str) -> float:
    """Return a finite number as XML files write it; refuse anything else as `what`."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if "_" in text or value != value or abs(value) == float("inf"):
        raise _not_a_number(text, place, what)
    return value


def _not_a_number(text: str, place: Place, what: str) -> TranslationError:
    shown = " ".join(text.split())[:40]
    return place.refuse(
        f'{what} is "{shown}", which is not a finite number.' if shown else f"{what} is missing.", "Write a number."
    )


def _text(content: bytes, place: Place) -> str:
    found = _DECLARED.match(content)
    encoding = found.group(1).decode("ascii", "replace").strip() if found else "UTF-8"
    if not _ENCODINGS.fullmatch(encoding):
        raise place.refuse(f'the file names the encoding "{encoding[:40]}", which is not read.', "Save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig" if encoding.upper() in ("UTF-8", "UTF8") else encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise place.refuse(f"line {line} holds characters that are not {encoding}.", "Save the file as UTF-8.") from None
    except LookupError:
        raise place.refuse(f'the file names the encoding "{encoding}", which is not read.', "Save it as UTF-8.") from None
    return re.sub(r"\A\s*<\?xml\b.*?\?>", "", text, count=1, flags=re.DOTALL)


def _harmless(fault: Any) -> bool:
    """Whether a fault of the XML leaves every equation where it belongs."""
    return bool(fault.type_name == "NS_ERR_UNDEFINED_NAMESPACE" or fault.level_name == "WARNING")
