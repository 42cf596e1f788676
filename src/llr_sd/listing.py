"""What `llr-sd list` shows: what there is; one model, study or register; and what in a model speaks of some words."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from llr_sd import bundled
from llr_sd.console import say
from llr_sd.dates import Moment
from llr_sd.equations import Variable
from llr_sd.errors import InputError, LlrSdError, nearest, shown
from llr_sd.model import Model, bundled_models, load_model
from llr_sd.parameters import Parameter
from llr_sd.register import bundled_registers, load_matrix, load_register
from llr_sd.study import is_study, load_study
from llr_sd.textfiles import is_file, is_folder

WIDTH = 98


def show(name: str | None, words: Sequence[str] = ()) -> int:
    """Print everything there is, or one of it, or what in it speaks of all `words`; return the exit code, 1 where nothing does."""
    if name is None:
        _show_all()
    elif is_study(name):
        study = load_study(name)
        if words and study.model:
            return _search(load_model(study.model, study.folder, study.random, study.localities), words)
        _only(name, words)
        _show_study(name)
    elif name in bundled_registers() and not is_file(Path(name)):
        _only(name, words)
        _show_register(name)
    else:
        model = model_called(name)
        if words:
            return _search(model, words)
        _show_model(model)
    return 0


def model_called(name: str) -> Model:
    """Return the model that a name or path means; raise InputError with the nearest of all names where there is none."""
    if name not in bundled_models() and not is_file(Path(name)) and not is_folder(Path(name)):
        known = (*bundled_models(), *bundled.studies(), *bundled_registers())
        mend = nearest(name, known) or f"Bundled are {', '.join(known)}; your own go by their path."
        raise InputError(f"there is no model, study or register {shown(name)}.", mend=mend)
    return load_model(name)


def _only(name: str, words: Sequence[str]) -> None:
    if words:
        raise InputError(
            f"words are searched for in a model, and {shown(name)} is a register or a study of one.", mend="Leave them out."
        )


def _show_all() -> None:
    say("Models")
    for name in bundled_models():
        model = load_model(name)
        say(f"  {name:<16}{len(model.equations.variables)} variables, {len(model.table)} parameters")
    say(f"\nRisk registers\n  {', '.join(bundled_registers())}\n\nStudies")
    studies = _studies()
    width = max(map(len, studies), default=0) + 2
    for name, folder in studies.items():
        say(f"  {name:<{width}}{_title(folder)}")
    say(
        "\n`llr-sd list NAME` shows one of them with its parameters, sources and scenarios, `llr-sd list MODEL WORD` what speaks of a"
    )
    say("word, and `llr-sd run STUDY` runs a study.")


def _studies() -> dict[str, Path]:
    """Return the bundled studies, and those in a folder `experiments` here, by what they are run by."""
    own = {f.parent.as_posix(): f.parent for f in sorted(Path("experiments").glob("*/study.toml"))}
    known = {p.resolve() for p in bundled.studies().values()}
    return bundled.studies() | {name: folder for name, folder in own.items() if folder.resolve() not in known}


def _title(folder: Path) -> str:
    try:
        return load_study(folder).title
    except LlrSdError as error:
        return f"cannot be read: {error.what}"


def _show_study(path: str | Path) -> None:
    study = load_study(path)
    runs = f"{study.monte_carlo.runs} runs for each {'scenario' if study.model else 'risk'}"
    tables = "".join(f", {key} {name}" for key, name in (("localities", study.localities), ("site", study.site)) if name)
    about = f"model {study.model}{tables}" if study.model else f"register {study.risk_register}"
    say(f"{study.title}\n  {about}, {runs}, seed {study.seed}\n")
    if study.question:
        say(textwrap.fill(" ".join(study.question.split()), WIDTH, initial_indent="  ", subsequent_indent="  ") + "\n")
    if study.risk_register:
        _show_register(study.risk_register, study.folder, study.bands)
        return
    say("Scenarios")
    for s in study.scenario:
        own = [f"{k} = {_written(v)}" for k, v in s.set.items()]
        settings = ", ".join([*(["what the plan believes"] if s.planned else []), *own]) or "nothing set"
        say(textwrap.fill(f"{s.name}: {settings}", WIDTH, initial_indent="  ", subsequent_indent="      "))
    vary = [*study.uncertain.groups, *study.uncertain.names, *study.uncertain.override]
    say(f"\nUncertain\n  {', '.join(dict.fromkeys(vary)) or 'nothing'}")
    say("\nOutputs")
    for name, output in study.outputs.items():
        at = f" at {_written(output.at)}" if output.at is not None else ""
        say(f"  {name:<24}{output.variable or output.expression}{at}")
    for target in study.target:
        level = f"at least {target.at_least:g}" if target.at_least is not None else f"at most {target.at_most:g}"
        say(f"  target {target.name}: {target.output} {level}")
    for one in study.observed:
        figures = one.file or ", ".join(f"{value:g} at {time}" for time, value in one.values.items())
        since = f", by the change since {_written(one.relative_to)}" if one.relative_to is not None else ""
        told = f"observed {one.name}: {' + '.join(one.output)} against {figures}{since}"
        say(textwrap.fill(told, WIDTH, initial_indent="  ", subsequent_indent="      "))


def _written(value: float) -> str:
    """Return a value as the study has it: a date in words."""
    return value.written if isinstance(value, Moment) else f"{value:g}"


def _show_register(name: str, folder: Path | None = None, bands: str = "") -> None:
    register = load_register(name, folder)
    matrix = load_matrix(register.matrix_file)
    matrix = matrix.with_bands(bands, "bands") if bands else matrix
    say(f"{register.title}\n  {register.file}\n  matrix: {matrix.title}\n\nRisks, with likelihood x consequence as published")
    for risk in register.risk:
        score = matrix.scores[risk.likelihood - 1][risk.consequence - 1]
        rating = f"{risk.likelihood} x {risk.consequence} = {score}, {matrix.level_of(score)}"
        say(f"  {risk.id}  {risk.title:<42}{rating}")
        say(textwrap.fill(f"inputs: {', '.join(risk.group)}", WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 10))
    say("\nLadders (thresholds of consequence 2, 3, 4 and 5)")
    for key, ladder in register.ladder.items():
        say(textwrap.fill(f"{key}: {ladder.text}", WIDTH, initial_indent="  ", subsequent_indent="      "))
    say("\nLikelihood bands: a consequence gets the likelihood whose band holds its probability")
    for key, own in matrix.likelihood.items():
        words = ", ".join(f"{b.label} from {b.from_:g}" for b in own)
        say(f"  {key + (' (used)' if key == matrix.bands else ''):<18}{words}")


def _show_model(model: Model) -> None:
    equations = model.equations
    say(f"{model.name}: {equations.source.name}, {len(equations.variables)} variables\n")
    for note in equations.notes:
        say(textwrap.fill(f"note: {note}", WIDTH, subsequent_indent="  ") + "\n")
    say("Outputs (variables that the model works out)")
    for v in _outputs(model):
        say(_output_line(v))
    say(f"\nParameters: {_COLUMNS}; below it what reports call it")
    for p in model.table:
        say("\n".join(_parameter_lines(p)))
    scenarios = [(name, s) for name, folder in _studies().items() for s in _scenarios_for(folder, model.name)]
    if scenarios:
        say("\nScenarios of the bundled studies")
        for name, scenario in scenarios:
            say(f"  {name}: {scenario}")


_COLUMNS = "name, value, unit, distribution (low, mode, high), grade, group, source, what a plan believes"


def _search(model: Model, words: Sequence[str]) -> int:
    """Print the outputs and parameters whose name, label, unit, group, comment or note has all of the words in it."""
    wanted = [w.casefold() for w in words]

    def speaks(*texts: str) -> bool:
        text = " ".join(texts).replace("_", " ").casefold()
        return all(w.replace("_", " ") in text for w in wanted)

    outputs = [v for v in _outputs(model) if speaks(v.name, v.unit, v.comment)]
    parameters = [p for p in model.table if speaks(p.name, p.variable, p.label, p.unit, p.group, p.note, p.source)]
    said = shown(" ".join(words))
    if not outputs and not parameters:
        known = [*model.table.spoken, *(v.name for v in _outputs(model))]
        say(f"Nothing in {model.name} speaks of {said}. {nearest(' '.join(words), known)}".rstrip())
        return 1
    say(f"{model.name}: what speaks of {said}")
    if outputs:
        say("\nOutputs (variables that the model works out)")
    for v in outputs:
        say(_output_line(v))
        say(_below(v.comment))
    if parameters:
        say(f"\nParameters: {_COLUMNS}; below it what reports call it, and the note")
    for p in parameters:
        say("\n".join([*_parameter_lines(p), *([_below(p.note)] if p.note else [])]))
    return 0


def _outputs(model: Model) -> Iterator[Variable]:
    return (v for v in model.equations.variables.values() if v.kind in ("stock", "auxiliary") and not v.name.startswith("_"))


def _output_line(v: Variable) -> str:
    axes = f"[{','.join(a.name for a in v.axes)}]" if v.axes else ""
    return f"  {v.name + axes:<44} {v.unit}"


def _below(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _parameter_lines(p: Parameter) -> list[str]:
    d = p.distribution
    stated = d.choices or " ".join(f"{v:g}" for v in (d.low, d.mode, d.high) if math.isfinite(v))
    spread = "fixed" if d.kind == "fixed" else f"{d.kind} {stated}"
    source = textwrap.shorten(p.source, 70, placeholder="...")
    planned = "" if p.planned is None else f"; planned {p.planned:g}"
    line = f"  {p.name:<28}{p.value:>12g} {p.unit:<12} {spread:<28} {p.grade}  {p.group:<13} {source}{planned}"
    return [line, *map(_below, filter(None, (p.label, p.fitted_to)))]


def _scenarios_for(folder: Path, model: str) -> list[str]:
    try:
        study = load_study(folder)
    except LlrSdError:
        return []
    return [s.name for s in study.scenario] if Path(study.model).stem == model else []
