"""TOML files as checked records: unknown keys are refused with the nearest name, values with file, key and mend."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from llr_sd.errors import InputError, nearest, shown
from llr_sd.textfiles import read_toml


class Record(BaseModel):
    """A table of a TOML file: frozen, and without keys that are not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Kind = TypeVar("Kind", bound=Record)
_KINDS = {"[key]", "float", "str", "int", "literal", "nullable"}
_WORDS = {
    "string_type": "must be text, in quotes",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list, in square brackets",
    "dict_type": "must be a table of keys and values",
    "mapping_type": "must be a table of keys and values",
    "model_type": "must be a table of keys and values",
    "model_attributes_type": "must be a table of keys and values",
    "finite_number": "must be a finite number",
}


def check_record(raw: Any, kind: type[Kind], file: Path | str) -> Kind:
    """Return what a TOML file, or a dict, holds as a record.

    Parameters
    ----------
    raw
        As TOML gives it.
    kind
        The record.
    file
        What messages call it.

    Raises
    ------
    InputError
        Naming file and key, with the nearest name where one was misspelt.
    """
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        raise InputError(finding(error, kind), where=str(file)) from None


def read_record(file: Path, kind: type[Kind]) -> Kind:
    """Read a TOML file and check it; raise InputError naming file and key."""
    return check_record(read_toml(file), kind, file)


def finding(error: ValidationError, root: type[BaseModel]) -> str:
    """Turn the first finding of pydantic into a sentence with the key as the author wrote it."""
    found = error.errors(include_url=False)
    first = next((f for f in found if f["type"] == "extra_forbidden"), found[0])
    # Of a union pydantic also names the kind that it tried, such as "float", "function-before[...]" or the name of a record.
    loc = first["loc"]
    kinds = {model.__name__ for model in _records_at((*loc, 0), root)}
    parts = [str(p + 1) if isinstance(p, int) else p for p in loc if p not in _KINDS | kinds and "[" not in str(p)[8:]]
    key = " > ".join(parts)
    kind, message = str(first["type"]), str(first["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        known = [field.alias or name for name, field in _records_at(loc, root)[-1].model_fields.items() if not field.exclude]
        return f'unknown key "{key}". {nearest(parts[-1], known) or "Known here: " + ", ".join(known) + "."}'
    if kind == "missing":
        return f'"{key}" is missing.'
    if kind in _WORDS:
        message = _WORDS[kind]
    elif kind == "literal_error":
        message = f"{shown(str(first['input']))} is not one of {first['ctx']['expected']}"
    elif kind in ("too_short", "too_long"):
        context = first["ctx"]
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        message = f"needs {bound} entries, not {context['actual_length']}"
    else:
        message = message.replace("Input should be", "must be")
    if key:
        return f'"{key}": {message}.'
    return message if message.rstrip().endswith("?") else f"{message.rstrip('. ')}."


def _records_at(loc: tuple[int | str, ...], root: type[BaseModel]) -> list[type[BaseModel]]:
    """Return the records on the way to a place, the innermost last: lists and free names are passed through, a union is told by its tag."""
    found, choice = [root], list[type[BaseModel]]()
    for step in loc[:-1]:
        tagged = [model for model in choice if model.__name__ == step]
        if tagged:
            found[-1] = tagged[0]
        elif str(step) in found[-1].model_fields:
            choice = _models_in(found[-1].model_fields[str(step)].annotation)
            found += choice[:1]
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the records that an annotation holds, those of a union in their order."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models_in(argument)]
