"""The elements of PySD's abstract model as they are written, with names made up here, and the clock that they share."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from llr_sd.engine.clock import Clock
from llr_sd.engine.reference.trees import Tree, arithmetic, component, element, reference
from llr_sd.equations import Table


class Elements:
    """Elements by name; parts of equations get elements of their own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, Any] = {}
        self._numbers = itertools.count()

    def add(self, name: str, tree: Tree) -> None:
        """Add an element with a name that the caller makes up."""
        self._made[name] = element(name, tree)

    def helper(self, tree: Tree) -> Tree:
        """Return a reference to an element of its own for a tree; a number or a reference is returned as it is."""
        if isinstance(tree, float) or type(tree).__name__ == "ReferenceStructure":
            return tree
        name = f"w{next(self._numbers)}"
        self.add(name, tree)
        return reference(name)

    def lookup(self, table: Table) -> str:
        """Return the name of a lookup element with the points of a table."""
        from pysd.translators.structures.abstract_expressions import LookupsStructure
        from pysd.translators.structures.abstract_model import AbstractElement, AbstractLookup

        x, y = tuple(map(float, table.x)), tuple(map(float, table.y))
        name = f"t{next(self._numbers)}"
        points = LookupsStructure(x, y, (min(x), max(x)), (min(y), max(y)), table.method)
        self._made[name] = AbstractElement(name, [AbstractLookup(subscripts=([], []), ast=points)])
        return name

    def abstract_model(self, folder: Path) -> Any:
        """Return the model as PySD's builder takes it, to be written into `folder` as `model.py`."""
        from pysd.translators.structures.abstract_model import AbstractControlElement, AbstractModel, AbstractSection

        path = folder / "model.py"
        controls = [AbstractControlElement(name, [component(float(x))]) for name, x in self._clock.controls.items()]
        section = AbstractSection(
            name="__main__",
            path=path,
            type="main",
            params=[],
            returns=[],
            subscripts=(),
            elements=(*controls, *self._made.values()),
            constraints=(),
            test_inputs=(),
            split=False,
            views_dict=None,
        )
        return AbstractModel(path, (section,))

    @property
    def slack(self) -> float:
        """How far from a time still counts as that time."""
        return 1e-6 * self._clock.step

    @property
    def step(self) -> float:
        """TIME STEP."""
        return self._clock.step

    def since(self, start: Tree) -> Tree:
        """Time from `start` to a hair before the middle of the step, which is what Vensim compares."""
        return arithmetic("-", arithmetic("+", reference("time"), (0.5 - 1e-6) * self._clock.step), start)
