"""One equation of XMILE in terms of the translation: names by module, subscripts by dimension, builtins by function."""

from __future__ import annotations

import math
from typing import Any

import llr_sd.translate.syntax as ae
from llr_sd.equations import canonical
from llr_sd.translate.forms import MOST_COPIES
from llr_sd.translate.messages import short
from llr_sd.translate.source import Place, Refused
from llr_sd.translate.xmile import builtins
from llr_sd.translate.xmile.builtins import arithmetic, call
from llr_sd.translate.xmile.document import child, children, text_of
from llr_sd.translate.xmile.grammar import is_blank, parse
from llr_sd.translate.xmile.names import Dimension, Directory, Entity, Path, folded, places, segments, split

Tree = Any

# Array functions, with the reduction that each is made of.
_REDUCTIONS = {"sum": "sum", "prod": "prod", "min": "vmin", "max": "vmax"}
_ARRAY = (*_REDUCTIONS, "mean", "stddev", "size")


class Equation:
    """The equations of one variable, or of a macro."""

    def __init__(self, directory: Directory, module: Path, place: Place, own: Entity | None = None) -> None:
        self._names, self._module, self._place, self._own = directory, module, place, own
        self._marked: dict[str, Dimension] | None = None
        self._copies = 1

    def tree(self, text: str) -> Tree:
        """Return the syntax tree of an equation's text.

        Raises
        ------
        TranslationError
            When it cannot be read, or names or calls what is not there.
        """
        if is_blank(text):
            return Refused(self._place.not_supported("has no equation, only a comment.", "Write its <eqn>."))
        return self._of(parse(text, self._place))

    def flow(self, written: str) -> Tree:
        """Return the reference to a flow that a stock names."""
        found = self._names.find(self._module, written)
        if found is None:
            raise self._place.refuse(
                f'its flow "{short(written, 60)}" is not defined.', "Add the flow, or remove it from the stock."
            )
        return ae.ReferenceStructure(found.name)

    def _of(self, tree: Tree) -> Tree:
        if isinstance(tree, ae.ArithmeticStructure | ae.LogicStructure):
            return type(tree)(tree.operators, tuple(self._of(a) for a in tree.arguments))
        if isinstance(tree, ae.ReferenceStructure):
            return self._reference(tree)
        if isinstance(tree, ae.CallStructure):
            return self._call(tree)
        return tree

    # --- names -----------------------------------------------------------------------------------------------------------

    def _reference(self, tree: Tree) -> Tree:
        written = tree.subscripts.subscripts if tree.subscripts else ()
        if canonical(tree.reference) == "self" and self._own is not None:
            return ae.ReferenceStructure(self._own.name, self._subscripts(self._own, written, tree.reference))
        found = self._names.find(self._module, tree.reference)
        if found is not None:
            return ae.ReferenceStructure(found.name, self._subscripts(found, written, tree.reference))
        path = segments(tree.reference)
        if len(path) == 1 and path[0] in builtins.CONSTANTS and not written:
            return builtins.CONSTANTS[path[0]]
        position = self._position(tree.reference, path)
        if position is not None and not written:
            return position
        return ae.ReferenceStructure(tree.reference.strip('"'), tree.subscripts)

    def _position(self, written: str, path: Path) -> Tree | None:
        """Return an element used as a number, its place in its dimension; or a dimension, which runs over those places."""
        dimensions = self._names.dimensions
        if len(path) == 1 and path[0] in dimensions:
            return ae.ReferenceStructure(dimensions[path[0]].name)
        if len(path) == 2 and path[0] in dimensions:
            element = dimensions[path[0]].element(path[1])
            return None if element is None else _place_in(dimensions[path[0]], element)
        held = [d for d in dimensions.values() if len(path) == 1 and path[0] in places(d.elements)]
        found = {float(places(d.elements)[path[0]] + 1) for d in held}
        if len(found) > 1:
            raise self._place.refuse(
                f'"{written}" is an element of several dimensions, at different places.', f"Write {held[0].name}.{written}."
            )
        return found.pop() if found else None

    def _subscripts(self, entity: Entity, written: tuple[str, ...], name: str) -> Tree | None:
        """Return what the subscripts of a reference stand for; * and a mark ! run over a whole dimension."""
        if not written and not self._sums_whole(entity):
            return None
        written = written or ("*",) * len(entity.dimensions)
        if len(written) != len(entity.dimensions):
            count = len(entity.dimensions)
            raise self._place.refuse(
                f'"{name}" is read with {len(written)} subscript{"s" * (len(written) != 1)} and has {count or "none"}.',
                f"Write {entity.name}[{','.join(entity.dimensions)}]." if count else f"Write {entity.name}.",
            )
        pairs = zip(written, entity.dimensions, strict=True)
        return ae.SubscriptsReferenceStructure(tuple(self._subscript(w, d, name) for w, d in pairs))

    def _sums_whole(self, entity: Entity) -> bool:
        """Whether an array without subscripts is meant whole: inside an array function, where the left side lacks its dimensions."""
        if self._marked is None or not entity.dimensions:
            return False
        here = self._own.dimensions if self._own is not None else ()
        return not set(entity.dimensions) <= set(here)

    def _subscript(self, written: str, name: str, variable: str) -> str:
        dimension = self._names.dimensions[canonical(name)]
        over = self._several(written, dimension)
        if over is not None:
            if self._marked is None:
                raise self._place.refuse(
                    f'"{variable}[...{written}...]" names several elements outside SUM, MEAN, MIN, MAX, SIZE and STDDEV.',
                    f"Name an element of {dimension.name}, or sum over it.",
                )
            if self._marked.setdefault(dimension.name, over) != over:
                raise self._place.refuse(
                    f'"{variable}[...{written}...]" and another array run over different elements of {dimension.name}.',
                    "Sum them apart, or name the same elements.",
                )
            return f"{over.name}!"
        element = dimension.element(written)
        if element is not None:
            return element
        over_name = folded(written)
        if over_name in self._names.dimensions:
            self._unambiguous(over_name, variable)
            return self._names.dimensions[over_name].name
        if written.isdecimal():
            raise self._place.refuse(
                f'"{variable}" is read at element {short(written, 20)} of {dimension.name}, which has {len(dimension.elements)}.',
                "Name an element that is there.",
            )
        known = self._names.find(self._module, written) is not None or folded(written) in builtins.CONSTANTS
        if not known and not any(c in written for c in "+-*/(:,"):
            raise self._place.refuse(
                f'"{short(written, 40)}" is not an element of {dimension.name}, the subscript of "{variable}".',
                f"Its elements are {short(', '.join(dimension.elements), 80)}.",
            )
        raise self._place.refuse(
            f'the subscript "{short(written, 40)}" of "{variable}" is computed, which is not supported.', "Name an element or *."
        )

    def _several(self, written: str, dimension: Dimension) -> Dimension | None:
        """Return the elements that *, a mark !, a dimension after *: or a stretch such as 2:4 stand for, as a dimension."""
        known = self._names.dimensions
        if written == "*":
            return dimension
        if written.endswith("!"):
            return known.get(folded(written[:-1]))
        first, colon, last = (w.strip() for w in written.partition(":"))
        if not colon:
            return None
        if first == "*":
            part = known.get(folded(last))
            return part if part is not None and set(part.elements) <= set(dimension.elements) else None
        ends = dimension.element(first), dimension.element(last)
        if None in ends:
            return None
        low, high = (dimension.elements.index(e) for e in ends if e is not None)
        if low > high:
            raise self._place.refuse(f'the subscripts "{short(written, 40)}" run backwards.', "Name the first element first.")
        name = f"{dimension.name} from {ends[0]} to {ends[1]}"
        return known.setdefault(canonical(name), Dimension(name, dimension.elements[low : high + 1]))

    def _unambiguous(self, key: str, variable: str) -> None:
        """Refuse a dimension that the left-hand side has twice, where the second is known by another name here."""
        here = self._own.dimensions if self._own is not None else ()
        name = self._names.dimensions[key].name
        if any(self._names.dimensions[canonical(d)].copies == name for d in here):
            raise self._place.refuse(
                f'"{variable}[...{name}...]" may mean either of the two subscripts {name} on the left.', "Name the elements."
            )

    # --- calls -----------------------------------------------------------------------------------------------------------

    def _call(self, tree: Tree) -> Tree:
        written, arguments = tree.function.reference, tree.arguments
        name = written if written in builtins.BUILTINS else ".".join(segments(written))
        name = name.removeprefix("std.").removeprefix("isee.")
        found = self._names.find(self._module, written)
        known = {*builtins.BUILTINS, *builtins.VENSIM, *builtins.RANDOM, *_ARRAY}
        if found is not None and (_has_graph(found) or name not in known):
            return self._graph(found, tree.function, arguments)
        if name in self._names.macros:
            return self._macro(name, arguments)
        if name.startswith("vensim."):
            return builtins.named(name.removeprefix("vensim."), *(self._of(a) for a in arguments))
        if name == "lookup" and len(arguments) == 2:
            return self._lookup(arguments)
        if name in _ARRAY and (len(arguments) == 1 or name not in ("min", "max")):
            return self._array(name, arguments)
        if name in builtins.CONSTANTS and not arguments:
            return builtins.CONSTANTS[name]
        if name in builtins.RANDOM:
            return call(builtins.RANDOM[name], *(self._of(a) for a in arguments))
        made = builtins.apply(name, self._arguments(name, arguments), self._place, vensim=self._names.vensim)
        return builtins.named(name, *(self._of(a) for a in arguments)) if made is None else made

    def _arguments(self, name: str, arguments: tuple[Tree, ...]) -> tuple[Tree, ...]:
        """Return the arguments of a builtin; those that it is written out with several copies of may not grow without bounds."""
        return tuple(self._copied(a, builtins.copies(name, i, len(arguments))) for i, a in enumerate(arguments))

    def _copied(self, argument: Tree, times: int) -> Tree:
        """Return an argument that stands several times in what a function is written out as."""
        before, self._copies = self._copies, self._copies * times
        if self._copies > MOST_COPIES:
            raise self._place.refuse(
                "functions such as INT, MOD, SAFEDIV, SMTH1 and STDDEV are nested too deeply.", "Split the equation."
            )
        tree = self._of(argument)
        self._copies = before
        return tree

    def _graph(self, found: Entity, function: Tree, arguments: tuple[Tree, ...]) -> Tree:
        """Return a graph read at a value, as name(x)."""
        if not _has_graph(found):
            raise self._place.refuse(
                f'"{function.reference}" is called like a function, but has no graph.', f"Write {function.reference} * (...)?"
            )
        if len(arguments) != 1:
            raise self._place.refuse(
                f"the graph {function.reference} takes 1 argument and has {len(arguments)}.", "Write name(x)."
            )
        written = function.subscripts.subscripts if function.subscripts else ()
        name = found.name
        if found.kind != "gf" and (text_of(child(found.node, "eqn")) or any(child(n, "eqn") is not None for n in found.node)):
            name = f"{found.name} graph"
            self._names.graphs[name] = found
        reference = ae.ReferenceStructure(name, self._subscripts(found, written, function.reference))
        return ae.CallStructure(reference, (self._of(arguments[0]),))

    def _lookup(self, arguments: tuple[Tree, ...]) -> Tree:
        graph = arguments[0]
        found = self._names.find(self._module, graph.reference) if isinstance(graph, ae.ReferenceStructure) else None
        if found is None:
            raise self._place.refuse("the first argument of LOOKUP is not a variable with a graph.", "Write LOOKUP(graph, x).")
        return self._graph(found, graph, (arguments[1],))

    def _macro(self, name: str, arguments: tuple[Tree, ...]) -> Tree:
        macro = self._names.macros[name]
        given = [self._of(a) for a in arguments]
        left_out = macro.defaults[len(given) :]
        if all(d is not None for d in left_out):
            given.extend(left_out)
        return builtins.named(macro.name, *given)

    # --- arrays ----------------------------------------------------------------------------------------------------------

    def _array(self, name: str, arguments: tuple[Tree, ...]) -> Tree:
        """Return an array function: a reduction over every dimension that its argument names as a whole."""
        if name == "size" and len(arguments) == 1 and isinstance(arguments[0], ae.ReferenceStructure):
            dimension = self._names.dimensions.get(folded(arguments[0].reference))
            if dimension is not None and self._names.find(self._module, arguments[0].reference) is None:
                return float(len(dimension.elements))
        if len(arguments) > 1 and name in ("sum", "mean"):
            total = ae.ArithmeticStructure(["+"] * (len(arguments) - 1), tuple(self._of(a) for a in arguments))
            return total if name == "sum" else arithmetic(total, "/", float(len(arguments)))
        if len(arguments) != 1:
            raise self._place.refuse(
                f"{name.upper()} takes an array and has {len(arguments)} arguments.", f"Write {name.upper()}(a[*])."
            )
        outer, self._marked = self._marked, {}
        body = self._copied(self._whole(arguments[0]), 3 if name == "stddev" else 1)
        marked, self._marked = self._marked, outer
        count = float(math.prod(len(d.elements) for d in {d.name: d for d in marked.values()}.values()))
        if not marked:
            raise self._place.refuse(
                f"{name.upper()} has no array to run over.", f"Name one with its whole dimension, as in {name.upper()}(a[*])."
            )
        if name in _REDUCTIONS:
            return call(_REDUCTIONS[name], body)
        mean = arithmetic(call("sum", body), "/", count)
        if name == "size":
            return count
        if name == "mean":
            return mean
        away = arithmetic(body, "-", mean)
        return call("sqrt", arithmetic(call("sum", arithmetic(away, "*", away)), "/", count))

    def _whole(self, argument: Tree) -> Tree:
        """An array alone, without subscripts, is meant whole."""
        if isinstance(argument, ae.ReferenceStructure) and argument.subscripts is None:
            found = self._own if canonical(argument.reference) == "self" else self._names.find(self._module, argument.reference)
            if found is not None and found.dimensions:
                stars = ae.SubscriptsReferenceStructure(("*",) * len(found.dimensions))
                return ae.ReferenceStructure(argument.reference, stars)
        return argument


def element_names(text: str, entity: Entity, directory: Directory, place: Place) -> tuple[str, ...]:
    """Return the elements, or dimensions, that the `subscript` of an <element> names, one for each dimension."""
    written = split(text)
    if len(written) != len(entity.dimensions):
        count = len(entity.dimensions)
        raise place.refuse(
            f"the element [{short(text, 40)}] should name {count} subscript{'s' * (count != 1)}.", "Name each once."
        )
    found = []
    for w, name in zip(written, entity.dimensions, strict=True):
        dimension: Dimension = directory.dimensions[canonical(name)]
        element = dimension.element(w)
        if element is None and folded(w) in directory.dimensions:
            element = directory.dimensions[folded(w)].name
        if element is None:
            raise place.refuse(
                f'"{short(w, 40)}" is not an element of {dimension.name}.',
                f"Its elements are {short(', '.join(dimension.elements), 80)}.",
            )
        found.append(element)
    return tuple(found)


def _has_graph(entity: Entity) -> bool:
    return entity.kind == "gf" or any(child(n, "gf") is not None for n in (entity.node, *children(entity.node, "element")))


def _place_in(dimension: Dimension, element: str) -> float:
    return float(dimension.elements.index(element) + 1)
