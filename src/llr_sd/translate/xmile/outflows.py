"""Stocks that cannot fall below zero: what flows out is held to what is there, in the order of the outflows.

The specification (3.6.2, 4.8.4) puts the limit on the outflows, so that what one stock does not lose, no other stock gains.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import llr_sd.translate.syntax as ae
from llr_sd.equations import canonical
from llr_sd.translate.source import RawVariable
from llr_sd.translate.xmile.builtins import CONSTANTS, arithmetic, call
from llr_sd.translate.xmile.document import children, text_of
from llr_sd.translate.xmile.names import Directory, Entity

Needs = dict[str, set[str]]


def limit_outflows(variables: list[RawVariable], directory: Directory) -> None:
    """Hold every flow out of a stock that is not negative to the stock's content of one step, with what flows in at the same time.

    A flow that leaves two stocks is left as it is; so are inflows that follow from the outflow, and would make a circle.
    """
    by_name = {v.name: v for v in variables}
    stocks = [e for e in directory.entities.values() if e.kind == "stock"]
    flows = {e.name: (_flows(e, "inflow", directory), _flows(e, "outflow", directory)) for e in stocks}
    leaving = Counter(f.name for _, out in flows.values() for f in out)
    needs = _needs(variables, {e.name for e in stocks})
    for stock in (s for s in stocks if s.non_negative):
        inflows, outflows = flows[stock.name]
        before: list[Entity] = []
        for flow in outflows:
            if leaving[flow.name] == 1 and flow not in inflows and flow.kind == "flow" and flow.source is None:
                free = [f for f in (*inflows, *before) if not _reaches(f.name, flow.name, needs)]
                needs[flow.name].update(f.name for f in free)
                content = arithmetic(ae.ReferenceStructure(stock.name), "/", CONSTANTS["dt"])
                for f in free:
                    content = arithmetic(content, "+" if f in inflows else "-", ae.ReferenceStructure(f.name))
                _limit(by_name[flow.name], call("max", content, 0.0))
            before.append(flow)


def _flows(stock: Entity, kind: str, directory: Directory) -> list[Entity]:
    found = (directory.find(stock.module, text_of(n)) for n in children(stock.node, kind))
    return [f for f in found if f is not None]


def _limit(flow: RawVariable, most: Any) -> None:
    flow.parts = [p if _is_table(p.tree) else dataclasses.replace(p, tree=call("min", p.tree, most)) for p in flow.parts]


def _is_table(tree: Any) -> bool:
    return isinstance(tree, ae.LookupsStructure)


def _needs(variables: list[RawVariable], stocks: set[str]) -> Needs:
    """Return the names that each variable reads within a time step; a stock reads nothing then."""
    keys = {canonical(v.name): v.name for v in variables}
    found: Needs = {}
    for v in variables:
        read: set[str] = set()
        waiting: list[Any] = [] if v.name in stocks else [p.tree for p in v.parts]
        while waiting:
            tree = waiting.pop()
            if isinstance(tree, ae.ReferenceStructure):
                read.add(keys.get(canonical(tree.reference), ""))
            elif dataclasses.is_dataclass(tree) and not isinstance(tree, ae.LookupsStructure):
                waiting.extend(getattr(tree, f.name) for f in dataclasses.fields(tree))
            elif isinstance(tree, tuple | list):
                waiting.extend(tree)
        found[v.name] = read - {""}
    return found


def _reaches(start: str, goal: str, needs: Needs) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        new = needs.get(name, set()) - seen
        seen |= new
        waiting.extend(new)
    return False
