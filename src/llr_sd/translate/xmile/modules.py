"""Models inside a model: every module becomes variables called "module.variable", and its inputs follow what they are connected to."""

from __future__ import annotations

from dataclasses import dataclass, field

from llr_sd.translate.source import Place
from llr_sd.translate.xmile.document import Element, attribute, child, children, tag, text_of
from llr_sd.translate.xmile.names import Directory, Entity, Path, dimensions_of, folded, segments, shown

_VARIABLES = ("aux", "flow", "stock", "gf")
_IGNORED = ("group", "event_poster", "doc", "macro")
_DEEPEST = 30
_MOST_MODULES = 5000


@dataclass
class _Models:
    """The models of a file under way: by name, and how every connection of a module is written."""

    by_name: dict[str, Element]
    file: Place
    directory: Directory
    behavior: Element | None
    clock: tuple[str, ...]
    connections: list[tuple[Path, Path, str, str]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    modules: int = 0


def flatten(root: Element, directory: Directory, file: Place) -> Element:
    """Put every variable of the file into `directory`; return the model that the file is about.

    Raises
    ------
    TranslationError
        For a file without a model or variables, a module whose model is missing or in another file, a variable without a name
        or of an unknown kind, two with the same name, and connections that lead nowhere.
    """
    models = children(root, "model")
    if not models:
        raise file.refuse("the file has no <model>.", "Save the model again as XMILE.")
    for m in models:
        _check_model(m, file)
    main = _main(models, file)
    named = {folded(attribute(m, "name")): m for m in models if m is not main}
    specs = child(root, "sim_specs")
    specs = child(main, "sim_specs") if specs is None else specs
    state = _Models(named, file, directory, child(root, "behavior"), _clock(specs))
    _walk(main, (), "", state)
    if not directory.entities:
        missing = "no variables" if child(main, "variables") is not None else "no <variables>"
        raise file.refuse(f"the model has {missing}.", "Save the model again as XMILE.")
    idle = [m for name, m in named.items() if name not in state.used]
    if idle:
        raise file.refuse(f'the model "{attribute(idle[0], "name")}" stands in no module.', "Add its <module>, or remove it.")
    for c in state.connections:
        _connect(*c, state)
    return main


def _main(models: list[Element], file: Place) -> Element:
    nameless = [m for m in models if not attribute(m, "name")]
    if len(nameless) > 1:
        raise file.refuse(
            f"the file has {len(nameless)} models without a name.", "Keep one, and name the others for their modules."
        )
    return nameless[0] if nameless else models[0]


def _check_model(model: Element, file: Place) -> None:
    place = Place(file.file, attribute(model, "name"))
    if attribute(model, "resource"):
        raise place.refuse(f'the model stands in another file, "{attribute(model, "resource")}".', "Join both into one file.")
    if attribute(model, "encryption-scheme"):
        raise place.refuse("the model is encrypted.", "Save it without encryption.")


def _walk(model: Element, path: Path, prefix: str, state: _Models) -> None:
    """Add the variables of one model, and of the modules in it."""
    own = child(model, "sim_specs")
    if path and own is not None and _clock(own) != state.clock:
        raise Place(state.file.file, prefix.rstrip(".")).refuse(
            "the module has a clock of its own, other than that of the model.", "Remove its <sim_specs>."
        )
    blocks = children(model, "variables")
    # Files older than the standard have the variables in the model itself.
    nodes = [n for block in blocks or [model] for n in block]
    groups = _groups(model)
    behavior = (child(model, "behavior"), state.behavior)
    for node in nodes:
        kind = tag(node)
        if kind == "module":
            _module(node, path, prefix, state)
        elif kind in _VARIABLES:
            _add(node, path, prefix, groups, behavior, state)
        elif kind and blocks and kind not in _IGNORED and attribute(node, "name"):
            raise Place(state.file.file, prefix + shown(node)).refuse(
                f"<{kind}> is not supported.", "Use stocks, flows and auxiliaries."
            )


def _add(
    node: Element, path: Path, prefix: str, groups: dict[str, str], behavior: tuple[Element | None, ...], state: _Models
) -> None:
    kind, name = tag(node), shown(node)
    if not name:
        raise state.file.refuse(f"a <{kind}> at line {node.sourceline} has no name.", "Name it.")
    place = Place(state.file.file, prefix + name)
    key = (*path, folded(attribute(node, "name")))
    if key in state.directory.entities:
        raise place.refuse("two variables have this name but for capitals, quotes, spaces or underscores.", "Rename one.")
    dims = dimensions_of(node, state.directory.dimensions, place)
    limited = _non_negative(node, kind, behavior)
    section = ": ".join(s for s in (prefix.rstrip("."), groups.get(key[-1], "")) if s)
    state.directory.entities[key] = Entity(prefix + name, key, kind, node, dims, section, limited)


def _module(node: Element, path: Path, prefix: str, state: _Models) -> None:
    name = shown(node)
    place = Place(state.file.file, prefix + name)
    if not name:
        raise state.file.refuse(f"a <module> at line {node.sourceline} has no name.", "Name it.")
    if attribute(node, "resource"):
        raise place.refuse(f'the module stands in another file, "{attribute(node, "resource")}".', "Join both into one file.")
    wanted = folded(attribute(node, "model_name") or attribute(node, "name"))
    model = state.by_name.get(wanted)
    if model is None:
        raise place.refuse("the file has no model for this module.", f'Add <model name="{name}">, or remove the module.')
    if len(path) >= _DEEPEST:
        raise place.refuse(f"modules stand more than {_DEEPEST} deep in each other.", "Check that none contains itself.")
    state.used.add(wanted)
    state.modules += 1
    if state.modules > _MOST_MODULES:
        raise place.refuse(f"the file has more than {_MOST_MODULES:,} modules in modules.", "Use fewer.")
    inner = (*path, folded(attribute(node, "name")))
    _walk(model, inner, f"{prefix}{name}.", state)
    # Stella writes each connection twice; the second way is the one it reads.
    pairs = [(attribute(c, "to"), attribute(c, "from")) for kind in ("connect", "connect2") for c in children(node, kind)]
    state.connections.extend((path, inner, to, source) for to, source in pairs if to and source)


def _connect(parent: Path, inner: Path, to: str, source: str, state: _Models) -> None:
    entities, place = state.directory.entities, Place(state.file.file, ".".join(inner))
    target = entities.get((*parent, *segments(to))) or entities.get((*inner, *segments(to)))
    if to.startswith("."):
        target = entities.get(segments(to)) or target
    found = state.directory.find(parent, source) or state.directory.find(inner, source)
    for written, entity in ((to, target), (source, found)):
        if entity is None:
            raise place.refuse(
                f'connects "{to}" to "{source}", and "{written}" is not a variable.', "Correct or remove the connection."
            )
    assert target is not None
    if target is found:
        return
    target.source = found


def _non_negative(node: Element, kind: str, behavior: tuple[Element | None, ...]) -> bool:
    """Whether a stock or flow may not fall below zero: as it says itself, or else as its model or the file says."""
    if kind not in ("stock", "flow"):
        return False
    own = child(node, "non_negative")
    for block in behavior:
        if own is None and block is not None:
            inner = child(block, kind)
            own = child(inner, "non_negative") if inner is not None else None
            own = child(block, "non_negative") if own is None else own
    return own is not None and "false" not in text_of(own).lower()


def _clock(specs: Element | None) -> tuple[str, ...]:
    if specs is None:
        return ()
    dt = child(specs, "dt")
    return (*(text_of(child(specs, n)) for n in ("start", "stop", "dt")), attribute(dt, "reciprocal") if dt is not None else "")


def _groups(model: Element) -> dict[str, str]:
    """Return the group of each variable, by its name as names are compared."""
    blocks = [model, *children(model, "variables", "views"), *(v for b in children(model, "views") for v in children(b, "view"))]
    return {
        folded(attribute(entity, "name")): shown(group)
        for block in blocks
        for group in children(block, "group")
        for entity in children(group, "entity")
    }
