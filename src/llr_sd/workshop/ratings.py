"""The risks of the log with the model's ratings: from fewer runs when the page is made, or from a results folder of `llr-sd run risk_ratings`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd import store
from llr_sd.engine import DEFAULT
from llr_sd.errors import ResultError
from llr_sd.matrix import Matrix
from llr_sd.rating import Rating
from llr_sd.register import Register, load_register
from llr_sd.report.ratings.read import log, rated
from llr_sd.risks import first_ratings, prepare_register
from llr_sd.risks.prepared import PreparedRegister
from llr_sd.risks.reasons import TIED, tie_beyond
from llr_sd.run.block import block_key, runs_key
from llr_sd.run.execute import Progress, Runner
from llr_sd.run.tables import design_table, parameter_table
from llr_sd.store.seal import cache_folder
from llr_sd.study import load_study

if TYPE_CHECKING:
    import pandas as pd

STUDY, REGISTER = "risk_ratings", "llr_2017"
RUNS = 512
"""Runs of a page that is made without a results folder: every score of the main scale is then within an interval of one step or two."""
MOST_TIES = 3
FORM = 1
"""Number of the form in which ratings are kept."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tie:
    """An input that a rating hangs on: what people call it, the grade of its evidence, and the rank correlation of the loss with it."""

    label: str
    grade: str
    rank: float


@dataclass(frozen=True)
class Stand:
    """A rating of a risk by model runs on one scale.

    Attributes
    ----------
    scale, means, date
        What the scale is called, what it counts, and the date at which the loss is read.
    likelihood, consequence, score
        Each with the ends of its 95 % interval.
    chances
        The chance of each consequence or worse, consequence 1 first.
    runs
        That give a loss.
    illustrative
        Whether made-up data of a site stand behind it.
    ties
        The inputs that the loss is most tied to, the strongest first.
    """

    scale: str
    means: str
    date: float
    likelihood: tuple[int, int, int]
    consequence: tuple[int, int, int]
    score: tuple[int, int, int]
    chances: tuple[float, ...]
    runs: int
    illustrative: bool
    ties: tuple[Tie, ...]


@dataclass(frozen=True)
class Rated:
    """A risk of the log: its published cell, what counts as lost, and the model's ratings that are held against it, the main scale first."""

    id: str
    title: str
    wording: str
    likelihood: int
    consequence: int
    lost: str
    stands: tuple[Stand, ...]


@dataclass(frozen=True)
class Ratings:
    """What the page shows of the log.

    Attributes
    ----------
    likelihoods, consequences, scores, levels
        Labels of the matrix, the least first; score and level of every cell, one row a likelihood.
    agreement
        Ranges of scores that count as the same rating, (least, most).
    risks
        In the order of the log.
    runs, source
        How many runs stand behind the ratings, and where they come from.
    """

    title: str
    likelihoods: tuple[str, ...]
    bands: tuple[tuple[float, float], ...]
    consequences: tuple[str, ...]
    scores: tuple[tuple[int, ...], ...]
    levels: tuple[tuple[str, ...], ...]
    agreement: tuple[tuple[int, int], ...]
    risks: tuple[Rated, ...]
    runs: int
    source: str

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        found: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return found


def ratings_of(
    folder: str | Path | None = None, runs: int = RUNS, progress: Progress = lambda stage, done, total: None
) -> Ratings:
    """Return the ten risks of the log with the model's ratings.

    Parameters
    ----------
    folder
        Results of `llr-sd run risk_ratings`; None runs the register here, without asking what moves each rating by Sobol indices.
    runs
        How many runs that takes, at least 2. What was run before with the same models, register and package is taken from the user's cache folder.
    progress
        Called as the runs are done.

    Raises
    ------
    ResultError
        When the folder holds no such results.
    InputError
        When the register does not fit its models.
    """
    return _read(Path(folder)) if folder is not None else _run(runs, progress)


def _run(runs: int, progress: Progress) -> Ratings:
    import pandas as pd

    study = load_study(STUDY)
    prepared = prepare_register(study.model_copy(update={"monte_carlo": study.monte_carlo.model_copy(update={"runs": runs})}))
    kept, key = store.ObjectCache(cache_folder() / "ratings"), _key(prepared)
    known = kept.get(key)
    if known is not None:
        return _of_data(json.loads(known))
    with TemporaryDirectory() as place:
        runner = Runner(prepared.far, store.WorkFolder(Path(place) / "runs"), (DEFAULT, None, None), progress)
        _, losses, _, ratings = first_ratings(prepared, runner)
    parameters = pd.concat([parameter_table(s).assign(model=m) for m, s in prepared.far.items()], ignore_index=True)
    draws = {
        f"{m}: {name}": column for m, s in prepared.far.items() for name, column in design_table(s.samples["monte_carlo"]).items()
    }
    first = {r.id: prepared.register.dates(r)[0] for r in prepared.register.risk}
    held = [(r, losses[r.at]) for r in ratings if r.date == first[r.risk]]
    source = f"{runs:,} runs of each model, made with this page"
    found = _told(prepared.register, prepared.matrix, held, prepared.uses, parameters, draws, runs, source)
    kept.put(key, json.dumps(found.to_data()).encode())
    return found


def _key(prepared: PreparedRegister) -> str:
    """Return the key of all that the ratings depend on: code, equations and draws of every block, register and matrix."""
    keys = {name: runs_key(s.study, s.model, DEFAULT) for name, s in prepared.far.items()}
    samples = [(name, s.samples[kind]) for name, s in prepared.far.items() for kind in ("central", "monte_carlo")]
    blocks = [block_key(keys[name], job) for name, sample in samples for job in prepared.far[name].jobs(sample)]
    texts = [parameter_table(s).to_json() for s in prepared.far.values()]
    register = prepared.register.model_dump_json(exclude={"file"})
    return hashlib.sha256(json.dumps([FORM, *blocks, *texts, register, prepared.matrix.model_dump_json()]).encode()).hexdigest()


def _of_data(data: Mapping[str, Any]) -> Ratings:
    """Read what `to_data` gave back."""

    def stand(s: Mapping[str, Any]) -> Stand:
        lists = {k: tuple(s[k]) for k in ("likelihood", "consequence", "score", "chances")}
        return Stand(**{**s, **lists, "ties": tuple(Tie(**t) for t in s["ties"])})

    risks = tuple(Rated(**{**r, "stands": tuple(map(stand, r["stands"]))}) for r in data["risks"])
    rows = {k: tuple(map(tuple, data[k])) for k in ("bands", "scores", "levels", "agreement")}
    return Ratings(**{**data, **rows, **{k: tuple(data[k]) for k in ("likelihoods", "consequences")}, "risks": risks})


def _read(folder: Path) -> Ratings:
    """Read a results folder."""
    mend = f"Name a folder that `llr-sd run {STUDY} --out FOLDER` wrote."
    result = store.open_result(folder)
    if not rated(result):
        raise ResultError("holds no ratings of risks.", where=str(folder), mend=mend)
    found = log(result)
    if _plain(found.register) != _plain(load_register(REGISTER)):
        raise ResultError(f"is not of the risk log {REGISTER} as this version has it.", where=str(folder), mend=mend)
    dates = [str(d) for d in result.runs["scenario"].values]
    held = [(r, result.runs[f"{r.risk} {r.ladder}"].values[dates.index(f"{r.date:g}")]) for r in found.held]
    uses = {str(r): tuple(str(m).split(", ")) for r, m in result.tables["risks"][["risk", "models"]].itertuples(index=False)}
    runs = int(result.manifest["runs"])
    source = f"{runs:,} runs of each model, read from the results folder {folder.resolve().name}"
    draws = dict(result.tables["design"].items())
    return _told(found.register, found.matrix, held, uses, result.tables["parameters"], draws, runs, source)


def _plain(register: Register) -> Mapping[str, Any]:
    return register.model_dump(exclude={"file", "matrix"})


def _told(
    register: Register,
    matrix: Matrix,
    held: list[tuple[Rating, Floats]],
    uses: Mapping[str, tuple[str, ...]],
    parameters: pd.DataFrame,
    draws: Mapping[Any, Any],
    runs: int,
    source: str,
) -> Ratings:
    """Put together what the page shows."""
    correlated = {frozenset(c.between) for use in register.model.values() for c in use.correlation}
    risks = []
    for risk in register.risk:
        known = parameters[parameters["model"].isin(uses[risk.id])].drop_duplicates("name")
        columns = {str(p.name): np.asarray(draws[f"{p.model}: {p.variable}"], dtype=float) for p in known.itertuples()}
        about = {str(p["name"]): (str(p["label"] or p["name"]), str(p["grade"])) for p in known.to_dict("records")}
        stands = []
        for r, loss in ((r, loss) for r, loss in held if r.risk == risk.id):
            ladder = register.ladder[r.ladder]
            ties = tuple(Tie(*about[name], rank) for name, rank in strongest(columns, loss, correlated))
            p = r.place
            chances = tuple(float(c) for c in p.exceedance.probability)
            stands.append(
                Stand(
                    ladder.label, ladder.text, r.date, p.likelihood, p.consequence, p.score, chances, r.runs, r.illustrative, ties
                )
            )
        risks.append(Rated(risk.id, risk.title, risk.wording, risk.likelihood, risk.consequence, risk.note, tuple(stands)))
    return Ratings(
        register.title,
        tuple(b.label for b in matrix.rows),
        tuple((b.from_, b.to) for b in matrix.rows),
        matrix.consequence,
        matrix.scores,
        tuple(tuple(matrix.level_of(s) for s in row) for row in matrix.scores),
        tuple((a.from_, a.to) for a in matrix.agreement),
        tuple(risks),
        runs,
        source,
    )


def strongest(draws: Mapping[str, Floats], loss: Floats, correlated: set[frozenset[str]]) -> list[tuple[str, float]]:
    """Return the inputs that a loss is most tied to, with Spearman's rank correlation, the strongest first.

    Parameters
    ----------
    draws
        Of each input by name, shape (run,).
    loss
        Shape (run,); NaN where a run gives none, which is left out.
    correlated
        Pairs of inputs that are drawn together. One that is tied to the loss only through its partner is left out.
    """
    from scipy import stats

    ok = np.isfinite(loss)
    lost = stats.rankdata(loss[ok])
    if np.ptp(lost) == 0:
        return []
    ranks = {name: stats.rankdata(values[ok]) for name, values in draws.items() if np.ptp(values[ok]) > 0}
    tied = {name: float(np.corrcoef(own, lost)[0, 1]) for name, own in ranks.items()}
    partners = {name: [o for pair in correlated if name in pair for o in pair - {name} if o in ranks] for name in ranks}
    found = [n for n in sorted(tied, key=lambda n: -abs(tied[n])) if abs(tied[n]) > TIED]
    return [(n, tied[n]) for n in found if abs(tie_beyond(ranks[n], lost, [ranks[k] for k in partners[n]])) > TIED][:MOST_TIES]
