"""Graphical functions: points to a lookup."""

from __future__ import annotations

from typing import Any

from llr_sd.translate.source import Place
from llr_sd.translate.syntax import LookupsStructure
from llr_sd.translate.xmile.document import Element, attribute, child, number, text_of

# What each type of a graph is to the engine: straight lines flat outside, lines carried on, or the value of the point before.
_METHODS = {"continuous": "interpolate", "extrapolate": "extrapolate", "discrete": "hold_backward"}


def points(node: Element, place: Place) -> Any:
    """Return a graph as a lookup, in rising order of x.

    Raises
    ------
    TranslationError
        For a graph of another type, without x or y values, with different numbers of them, or with one that is no number.
    """
    written = attribute(node, "type").lower()
    if not written:
        written = "discrete" if attribute(node, "discrete").lower() == "true" else "continuous"
    if written not in _METHODS:
        raise place.refuse(f'its graph has the type "{written[:30]}".', f"Make it one of {', '.join(_METHODS)}.")
    y = _numbers(child(node, "ypts"), place)
    if not y:
        raise place.refuse("its graph has no y values.", "Write them as <ypts>0,1,2</ypts>.")
    given, scale = child(node, "xpts"), child(node, "xscale")
    if given is not None:
        x = _numbers(given, place)
    elif scale is None:
        raise place.refuse("its graph has no x values.", 'Give them as <xscale min="0" max="1"/> or as <xpts>.')
    else:
        low, high = (number(attribute(scale, k), place, f"the {k} of its graph's x scale") for k in ("min", "max"))
        if high <= low and len(y) > 1:
            raise place.refuse("the x scale of its graph does not rise.", "Set its min below its max.")
        x = [low + (high - low) * (i / (len(y) - 1)) for i in range(len(y))] if len(y) > 1 else [low]
        x[-1] = high if len(y) > 1 else low
    if len(x) != len(y):
        raise place.refuse(f"its graph has {len(x)} x values and {len(y)} y values.", "Give each point an x and a y.")
    order = sorted(range(len(x)), key=lambda i: x[i])
    x, y = [x[i] for i in order], [y[i] for i in order]
    return LookupsStructure(tuple(x), tuple(y), (x[0], x[-1]), (min(y), max(y)), _METHODS[written])


def _numbers(node: Element | None, place: Place) -> list[float]:
    if node is None:
        return []
    separator = node.get("sep", ",")
    text = text_of(node).rstrip(separator if separator.strip() else None)
    parts = text.split(separator if separator.strip() else None)
    return [number(p.strip(), place, "a point of its graph") for p in parts] if text.strip() else []
