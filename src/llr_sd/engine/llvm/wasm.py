"""What LLVM emits for WebAssembly, made into a module that a page can load: the work of a linker, for code that needs no more.

The object is a module already, with everything at its place; what it lacks is the export of its one function, whose number stands
in the symbol table. Format: WebAssembly Core Specification 2.0, section 5.5, and the tool conventions' "Linking".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llr_sd.errors import EngineError

MEMORY, STACK = "__linear_memory", "__stack_pointer"
"""What a module imports from "env", and all that it may."""

_HEAD = b"\0asm\1\0\0\0"
_CUSTOM, _IMPORT, _EXPORT, _CODE, _DATA = 0, 2, 7, 10, 11
_FUNCTION, _MEMORY, _GLOBAL = 0, 2, 3
_SYMBOLS, _DATA_SYMBOL, _SECTION_SYMBOL = 8, 1, 3
_UNDEFINED, _NAMED = 0x10, 0x40
_CONSTANT, _END = 0x41, 0x0B


@dataclass(frozen=True)
class Loadable:
    """A module that imports a memory and a stack pointer, and exports one function.

    Attributes
    ----------
    code
        The module.
    data
        Bytes at the beginning of the memory that its own constants take.
    """

    code: bytes
    data: int


class _Reader:
    """Numbers and names, one after another; past the end is an error."""

    def __init__(self, code: bytes) -> None:
        self.code, self.at = code, 0

    @property
    def more(self) -> bool:
        return self.at < len(self.code)

    def take(self, count: int) -> bytes:
        found = self.code[self.at : self.at + count]
        if len(found) < count:
            raise _bad("it ends too early")
        self.at += count
        return found

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self, signed: bool = False) -> int:
        """A LEB128 number of at most 32 bits."""
        result = shift = 0
        while True:
            byte = self.byte()
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
            if shift > 28:
                raise _bad("a number is too long")
        return result - (1 << shift) if signed and byte & 64 else result

    def name(self) -> str:
        try:
            return self.take(self.number()).decode("utf-8")
        except UnicodeDecodeError:
            raise _bad("a name is not text") from None


def _bad(why: str) -> EngineError:
    return EngineError(f"the compiler's WebAssembly cannot be read: {why}.")


def loadable(code: bytes, name: str) -> Loadable:
    """Return a module that exports the function `name` of an object of LLVM.

    Raises
    ------
    EngineError
        When the object is damaged, lacks the function, or needs what a page does not have.
    """
    if code[: len(_HEAD)] != _HEAD:
        raise _bad("it does not begin as a module does")
    sections = list(_sections(code))
    data, number = 0, None
    for kind, body in sections:
        if kind == _IMPORT:
            _check_imports(body)
        elif kind == _DATA:
            data = _data_end(body)
        elif kind == _CUSTOM:
            reader = _Reader(body)
            if reader.name() == "linking":
                number = _function(reader, name)
    if number is None or not any(kind == _CODE for kind, _ in sections):
        raise _bad(f'it has no function "{name}"')
    label = name.encode()
    export = b"\1" + _leb(len(label)) + label + bytes([_FUNCTION]) + _leb(number)
    kept = [(kind, body) for kind, body in sections if kind not in (_CUSTOM, _EXPORT)]
    before = next(i for i, (kind, _) in enumerate(kept) if kind > _EXPORT)
    kept.insert(before, (_EXPORT, export))
    return Loadable(_HEAD + b"".join(bytes([kind]) + _leb(len(body)) + body for kind, body in kept), data)


def _sections(code: bytes) -> Iterator[tuple[int, bytes]]:
    reader = _Reader(code)
    reader.take(len(_HEAD))
    while reader.more:
        kind = reader.byte()
        yield kind, reader.take(reader.number())


def _check_imports(body: bytes) -> None:
    """Refuse code that needs anything but a memory and a stack pointer."""
    reader = _Reader(body)
    for _ in range(reader.number()):
        room, name, kind = reader.name(), reader.name(), reader.byte()
        if (room, name, kind) == ("env", MEMORY, _MEMORY):
            if reader.byte() & 1:
                reader.number()
            reader.number()
        elif (room, name, kind) == ("env", STACK, _GLOBAL):
            reader.take(2)
        else:
            raise EngineError(f'the compiled model needs "{name}", which a page does not have.')


def _data_end(body: bytes) -> int:
    """Return where the constants of a module end in memory."""
    reader, end = _Reader(body), 0
    for _ in range(reader.number()):
        if reader.number() != 0 or reader.byte() != _CONSTANT:
            raise _bad("a constant has no fixed place")
        first = reader.number(signed=True)
        if first < 0 or reader.byte() != _END:
            raise _bad("a constant has no fixed place")
        size = reader.number()
        reader.take(size)
        end = max(end, first + size)
    return end


def _function(reader: _Reader, wanted: str) -> int | None:
    """Return the number of a function, from the symbol table; None where it is not defined."""
    reader.number()  # version
    while reader.more:
        table = reader.byte()
        part = _Reader(reader.take(reader.number()))
        if table == _SYMBOLS:
            for _ in range(part.number()):
                kind, flags = part.byte(), part.number()
                if kind == _DATA_SYMBOL:
                    part.name()
                    for _ in range(0 if flags & _UNDEFINED else 3):
                        part.number()
                    continue
                number = part.number()
                if kind != _SECTION_SYMBOL and (not flags & _UNDEFINED or flags & _NAMED):
                    name = part.name()
                    if kind == _FUNCTION and name == wanted and not flags & _UNDEFINED:
                        return number
    return None


def _leb(n: int) -> bytes:
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])
