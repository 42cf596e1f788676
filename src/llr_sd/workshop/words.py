"""The words of the workshop, from `workshop.toml` of the model: levels, segments, functions, ages, staff groups, paths, roles and cards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from llr_sd import bundled
from llr_sd.equations import Equations
from llr_sd.errors import InputError, nearest, shown
from llr_sd.page.data import camel
from llr_sd.records import Record, read_record
from llr_sd.values import Flag, Number, Text

Grade = Literal["A", "B", "C"]


def file_of_words() -> Path:
    """Return the file of the words that come with the package."""
    return bundled.folder("models") / "swipe_site" / "workshop.toml"


class Task(Record):
    """A task: the least skill level that can do it safely, and why."""

    task: Text
    level: Text
    why: Text


class Level(Record):
    """A skill level: a name for the room, a shorter one, what it means, and tasks that need it."""

    label: Text
    short: Text
    meaning: Text
    tasks: tuple[Text, ...] = ()


class Named(Record):
    """What people call an element, with what it means."""

    label: Text
    meaning: str = ""


class Segment(Named):
    """A group of patients: what its `people` are called in a sentence, what so many of them `are`, and what `one` of them is called."""

    people: Text
    are: Text
    one: Text


class Function(Named):
    """A function of care, with examples of its tasks."""

    tasks: tuple[Task, ...] = ()


class Way(Record):
    """A training path from one level to the next."""

    label: Text
    from_: Annotated[Text, Field(alias="from")]
    to: Text
    example: str = ""


class Role(Record):
    """A role that could fill posts of a level: its staff group, whether it exists now, and WTE a head where a source says so."""

    name: Text
    level: Text
    group: Text
    existing: Flag
    wte_per_head: Number | None = None
    source: Text
    grade: Grade
    note: str = ""


class Card(Record):
    """A challenge card: what it puts to the room, what it sets, and what comes from hospital as shares of today's hours of each function.

    `behind` is what it sets in the models behind, by model.
    """

    name: Text
    title: Text
    text: Text
    set: Mapping[str, Number] = {}
    shift: Mapping[str, Number] = {}
    behind: Mapping[str, Mapping[str, Number]] = {}
    source: Text
    grade: Grade


class Preset(Record):
    """A list of people that others have: `older` is the share of 65 and over, each side in the proportions of LLR's ages."""

    name: Text
    note: Text
    older: Number | None = None
    set: Mapping[str, Number] = {}
    source: Text
    grade: Grade


class Words(Record):
    """All that `workshop.toml` says."""

    sites: Mapping[str, Named] = {}
    levels: Mapping[str, Level]
    segments: Mapping[str, Segment]
    functions: Mapping[str, Function]
    ages: Mapping[str, Named]
    groups: Mapping[str, Named]
    paths: Mapping[str, Way]
    role: tuple[Role, ...] = ()
    card: tuple[Card, ...] = ()
    preset: tuple[Preset, ...] = ()

    def site(self, name: str) -> str:
        """Return what people call a site of this short name."""
        spelt = name.replace("_", " ").strip() or name
        return self.sites[name].label if name in self.sites else spelt[:1].upper() + spelt[1:]

    def to_data(self) -> dict[str, Any]:
        """Return the words as the page reads them, under the names of JavaScript."""
        plain = self.model_dump(by_alias=True)
        kinds = ("levels", "segments", "functions", "ages", "groups", "paths")
        return {
            "words": {kind: plain[kind] for kind in kinds},
            "roles": _camels(plain["role"]),
            "cards": _camels(plain["card"]),
            "presets": _camels(plain["preset"]),
        }


_KINDS = {"levels": "Skill", "segments": "Seg", "functions": "Fun", "ages": "Age", "groups": "Group", "paths": "Path"}
"""Which subscript of the model each table of words is of."""


def read_words(
    equations: Equations, inputs: Iterable[str], file: Path | None = None, behind: Mapping[str, Collection[str]] | None = None
) -> Words:
    """Read the words and hold them against the model.

    Parameters
    ----------
    equations
        Of swipe_site.
    inputs
        Names of the constants that a card can set.
    file
        In place of the words that come with the package.
    behind
        Names of the constants of the models behind, by model; None where they are not looked at.

    Raises
    ------
    InputError
        Naming file and key: an element without words, words of none, a task or role of a level that there is not, a card that sets
        what the page does not have.
    """
    file = file or file_of_words()
    words = read_record(file, Words)
    for kind, axis in _KINDS.items():
        _same(file, kind, getattr(words, kind), equations.ranges[axis])
    for name, function in words.functions.items():
        for n, task in enumerate(function.tasks, 1):
            _known(file, f"functions > {name} > tasks > {n} > level", task.level, words.levels)
    for name, way in words.paths.items():
        _known(file, f"paths > {name} > from", way.from_, words.levels)
        _known(file, f"paths > {name} > to", way.to, words.levels)
    for n, role in enumerate(words.role, 1):
        _known(file, f"role > {n} > level", role.level, words.levels)
        _known(file, f"role > {n} > group", role.group, words.groups)
    known = tuple(inputs)
    held = [(f"card > {n} > set", card.set) for n, card in enumerate(words.card, 1)]
    held += [(f"preset > {n} > set", preset.set) for n, preset in enumerate(words.preset, 1)]
    for key, values in held:
        for name in values:
            _known(file, key, name, known)
    for n, preset in enumerate(words.preset, 1):
        if preset.older is not None and not 0 <= preset.older <= 1:
            raise InputError(
                f'"preset > {n} > older": {preset.older:g} is no share.', where=str(file), mend="Write a number from 0 to 1."
            )
    known_behind = behind or {}
    for n, card in enumerate(words.card, 1):
        for name in card.shift:
            _known(file, f"card > {n} > shift", name, words.functions)
        for model, values in () if behind is None else card.behind.items():
            _known(file, f"card > {n} > behind", model, known_behind)
            for name in values:
                _known(file, f"card > {n} > behind > {model}", name, known_behind[model])
    for key in ("role", "card", "preset"):
        names = [one.name for one in getattr(words, key)]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f'"{key}": {shown(name)} is there twice.', where=str(file), mend="Give each a name of its own.")
    return words


def _same(file: Path, kind: str, given: Mapping[str, Any], elements: Iterable[str]) -> None:
    for element in elements:
        if element not in given:
            raise InputError(f'"{kind} > {element}" is missing.', where=str(file), mend="Add its label.")
    for name in given:
        _known(file, kind, name, elements)


def _known(file: Path, key: str, name: str, known: Iterable[str]) -> None:
    names = tuple(known)
    if name not in names:
        mend = nearest(name, names) or f"Known here: {', '.join(names[:12])}."
        raise InputError(f'"{key}": there is no {shown(name)}.', where=str(file), mend=mend)


def _camels(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{camel(key): value for key, value in row.items()} for row in rows]
