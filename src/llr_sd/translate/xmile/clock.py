"""The clock of an XMILE file: start, stop, time step, saving interval and method of integration."""

from __future__ import annotations

from typing import Any

import llr_sd.translate.syntax as ae
from llr_sd.equations import CONTROLS, canonical
from llr_sd.translate.source import Part, Place, RawVariable
from llr_sd.translate.xmile.document import Element, attribute, child, number, text_of
from llr_sd.translate.xmile.names import Directory

# XMILE lets a file name several methods, the first choice first; RK2 falls back to RK4 (3.4.1).
_METHODS = {"euler": "euler", "rk4": "rk4", "rk2": "rk4", "rk 4": "rk4", "rk 2": "rk4"}
_SHORT = {"INITIAL TIME": "start", "FINAL TIME": "stop", "TIME STEP": "dt"}


def clock(root: Element, main: Element, directory: Directory, file: Place) -> tuple[list[RawVariable], str, tuple[str, ...]]:
    """Return the four control variables, the method of integration, and what its author may not expect.

    Variables of the main model with a control's name, which converters from Vensim write, are taken out of `directory`: the
    clock is what <sim_specs> says, and only SAVEPER may say more.

    Raises
    ------
    TranslationError
        When <sim_specs> lacks a part, one is not a number, or a variable of the model contradicts it.
    """
    specs = child(root, "sim_specs")
    specs = child(main, "sim_specs") if specs is None else specs
    if specs is None:
        raise file.refuse("the file has no <sim_specs>.", "Set start, stop and dt of the simulation.")
    values: dict[str, Any] = {}
    written: dict[str, list[str]] = {}
    for control, name in _SHORT.items():
        node = child(specs, name)
        if not text_of(node):
            raise file.refuse(f"<sim_specs> lacks <{name}>.", "Set start, stop and dt of the simulation.")
        values[control], written[control] = _value(text_of(node), file, name), [f"{name} {text_of(node)}"]
        if name == "dt" and node is not None and attribute(node, "reciprocal").lower() == "true":
            if values[control] == 0:
                raise file.refuse("<dt> is 1 divided by 0.", "Set the number of steps in one unit of time.")
            values[control] = 1.0 / values[control]
    saved = attribute(specs, "save_interval")
    if saved:
        written["SAVEPER"] = [f"save_interval {saved}"]
    interval = _value(saved, file, "save_interval") if saved else 0.0
    values["SAVEPER"] = interval or ae.ReferenceStructure("TIME STEP")
    for control in CONTROLS:
        _take(control, values, interval != 0, directory, file)
    unit = attribute(specs, "time_units")
    controls = [RawVariable(c, [Part((), (), values[c])], unit, text=written.get(c, [])) for c in CONTROLS]
    return controls, *_method(specs, file)


def _value(text: str, file: Place, name: str) -> float:
    upper, slash, lower = text.partition("/")
    value = number(upper.strip(), file, f"<{name}>")
    if not slash:
        return value
    divisor = number(lower.strip(), file, f"<{name}>")
    if divisor == 0:
        raise file.refuse(f"<{name}> is divided by 0.", "Write a number.")
    return value / divisor


def _take(control: str, values: dict[str, Any], saved: bool, directory: Directory, file: Place) -> None:
    """Remove a variable with a control's name; let one called SAVEPER say how often values are kept."""
    entity = directory.entities.pop((canonical(control),), None)
    if entity is None:
        return
    text = text_of(child(entity.node, "eqn"))
    try:
        stated: float | None = float(text)
    except ValueError:
        stated = None
    if control == "SAVEPER" and not saved and stated is not None:
        values[control] = stated
    elif control != "SAVEPER" and stated is not None and abs(stated - values[control]) > 1e-6 * abs(values[control]):
        raise Place(file.file, entity.name).refuse(
            f"is {text}, and <{_SHORT[control]}> of <sim_specs> is {values[control]:g}.", "Make them the same."
        )


def _method(specs: Element, file: Place) -> tuple[str, tuple[str, ...]]:
    """Return the integration method, the first of those listed that is known here; and a note where it stands for another."""
    asked = [m.strip().lower() for m in attribute(specs, "method").split(",") if m.strip()] or ["euler"]
    known = [m for m in asked if m in _METHODS]
    if not known:
        raise file.refuse(f'the integration method "{asked[0][:30]}" is not supported.', "Set it to Euler or RK4.")
    method = _METHODS[known[0]]
    notes = () if method == known[0].replace(" ", "") else (f"The file asks for {known[0].upper()}; {method.upper()} is used.",)
    return method, notes
