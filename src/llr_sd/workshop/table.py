"""The table of the site's own numbers, for the page to write again with what the room has entered."""

from __future__ import annotations

from typing import Any

from llr_sd.equations import Variable
from llr_sd.exploring.subject import Subject
from llr_sd.parameters import ParameterTable
from llr_sd.run.filled import site_file
from llr_sd.textfiles import read_table
from llr_sd.workforce.sites import COLUMNS, LAW, Rules, read_rules


def table_of(subject: Subject) -> dict[str, Any]:
    """Return the site's table as its study read it, and what a table must keep to.

    Parameters
    ----------
    subject
        The study of the site.

    Returns
    -------
    dict
        `rows`, a mapping for each with the columns of a table, the value a number and the others texts, in which `law` is how unsure the
        value is; `shares`, the constants that add up to one over their last subscript; `totals`, the inputs `of` which each `to` is the
        sum within a share `tolerance`.
    """
    model = subject.model
    table, path = model.table, site_file(subject.prepared.study, model)
    rules = read_rules(model.equations.source.parent / "checks.toml")
    rows = []
    for line in () if path is None else read_table(path, COLUMNS):
        parameter = table.get(line["parameter"], line.where)
        about = {key: line[key] for key in ("unit", "source", "note")}
        law = {key: line[key] for key in LAW if line[key]}
        rows.append({"parameter": parameter.name, "value": line.number_in("value"), **about, "law": law})
    shares = [model.equations.variable(share.variable) for share in rules.sums_to_one]
    return {"rows": rows, "shares": [variable.name for variable in shares], "totals": _totals(subject, rules)}


def _totals(subject: Subject, rules: Rules) -> list[dict[str, Any]]:
    table, found = subject.model.table, []
    for count in rules.adds_up:
        of = _names(table, subject.model.equations.variable(count.variable))
        found.append({"of": of, "to": table.get(count.to, "").name, "tolerance": count.tolerance})
    return found


def _names(table: ParameterTable, variable: Variable) -> list[str]:
    """Return the names of the elements of a constant in the model's table."""
    return [p.name for element in variable.elements() if (p := table.find(variable.label(element))) is not None]
