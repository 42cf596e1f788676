"""What a docstring lacks: the parameters of a function, what it returns, the fields of a value."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

ROOMS = ("translate", "engine", "sampling", "analysis", "store", "report", "check")
"""Packages whose exported names several others use."""


def exported() -> Iterator[tuple[str, Any]]:
    """Every exported name with what it stands for: of the package, then of its rooms; methods of classes are names too."""
    for home in ("llr_sd", *(f"llr_sd.{room}" for room in ROOMS)):
        module = importlib.import_module(home)
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            yield f"{home}.{name}", thing
            if inspect.isclass(thing):
                for own, member in vars(thing).items():
                    if not own.startswith("_") and (inspect.isfunction(member) or isinstance(member, property | classmethod)):
                        yield f"{home}.{name}.{own}", member


def sections(text: str) -> dict[str, str]:
    """A docstring in NumPy's style, by the heading of each part; what stands before the first heading is under ""."""
    parts = re.split(r"^([A-Z][a-z]+)\n-{3,}\n", text, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def named(part: str) -> set[str]:
    """The names that a part describes: the lines that are not indented, "a, b" being two."""
    heads = [line.partition(" : ")[0] for line in part.splitlines() if line and not line.startswith(" ")]
    return {name.strip(" *`") for head in heads for name in head.split(",")}


def lacking(thing: Any) -> list[str]:
    """What the docstring of a function, a method, a property or a class lacks."""
    if isinstance(thing, classmethod):
        thing = thing.__func__
    if not (inspect.isclass(thing) or inspect.isroutine(thing) or isinstance(thing, property)):
        return []  # a number or a text, or a name for a type
    text = inspect.getdoc(thing) or ""
    if not text:
        return ["a docstring"]
    found = sections(text)
    lead = found[""].strip().partition("\n")[0]
    faults = [] if lead.endswith((".", ":")) or "\n" in found[""].strip() else [f"a sentence at its head, not {lead!r}"]
    if isinstance(thing, property):
        return faults
    if inspect.isclass(thing):
        parents = [sections(inspect.cleandoc(kind.__doc__ or "")) for kind in thing.__mro__]
        described = {name for parts in parents for part in ("Attributes", "Parameters") for name in named(parts.get(part, ""))}
        if issubclass(thing, BaseModel):
            wanted = {field.alias or name for name, field in thing.model_fields.items()}
        elif dataclasses.is_dataclass(thing):
            wanted = {field.name for field in dataclasses.fields(thing)}
        elif "__init__" in vars(thing):
            wanted = set(inspect.signature(thing).parameters)
        else:
            wanted = set()
        return faults + [f"what {name} is" for name in sorted(wanted - described)]
    signature = inspect.signature(thing)
    faults += [f"what {n} is" for n in signature.parameters if n != "self" and n not in named(found.get("Parameters", ""))]
    if signature.return_annotation not in (None, "None", inspect.Signature.empty):
        said = lead.startswith(("Return ", "Yield ", "Whether ", "Give ")) or {"Returns", "Yields"} & set(found)
        faults += [] if said else ["what it returns"]
    return faults
