"""What a study is about: the numbers that answer its question, as its file declares them under `answer`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from llr_sd.errors import nearest
from llr_sd.records import Record
from llr_sd.values import Number, Text

MOST_STEPS = 1000
"""Most values of a lever that are tried, one central run each."""


class OutputAnswer(Record):
    """An output at its date, by scenario and against its target; all that answer the question where no scenario is named."""

    output: Text
    scenarios: tuple[Text, ...] = ()


class DifferenceAnswer(Record):
    """An output in one scenario less the same in another (`base`), run by run."""

    difference: Text
    scenario: Text
    base: Text


class ShareAnswer(Record):
    """The share of the spread (variance) of an output that each of some inputs, or groups of inputs, explains alone.

    It is read from the Sobol indices; `scenario` is the first that they are made for by default.
    """

    share: Annotated[tuple[Text, ...], Field(min_length=1)]
    of: Text
    scenario: Text | None = None


class LeverAnswer(Record):
    """The value of a lever, nearest to the one that a scenario has, at which its central run meets a target.

    Every value from the first of `between` to the second is tried, `step` apart.
    """

    lever: Text
    target: Text
    scenario: Text
    between: tuple[Number, Number]
    step: Annotated[Number, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _some_values(self) -> LeverAnswer:
        low, high = self.between
        if not high > low:
            raise ValueError(f"between runs from the lesser to the greater value, not from {low:g} to {high:g}")
        if (high - low) / self.step > MOST_STEPS:
            raise ValueError(f"a step of {self.step:g} makes more than {MOST_STEPS:,} values; choose a wider one")
        return self

    @property
    def values(self) -> tuple[float, ...]:
        """The values tried, from the least."""
        low, high = self.between
        count = int((high - low) / self.step * (1 + 1e-12))
        return tuple(round(low + i * self.step, 12) for i in range(count + 1))


class MixAnswer(Record):
    """The cheapest mix of levers that meets a target, from the search under [levers]."""

    mix: Literal["cheapest"]


class BarsAnswer(Record):
    """Outputs with subscripts, such as WTE by skill level, as bars stacked of their elements; of one scenario's central run."""

    bars: Annotated[tuple[Text, ...], Field(min_length=1, max_length=6)]
    scenario: Text | None = None


KINDS: Mapping[str, type[Record]] = {
    "output": OutputAnswer,
    "difference": DifferenceAnswer,
    "share": ShareAnswer,
    "lever": LeverAnswer,
    "mix": MixAnswer,
    "bars": BarsAnswer,
}
"""The kinds of answer by the key that tells them apart."""


def _kind(given: Any) -> str | None:
    if isinstance(given, Record):
        return type(given).__name__
    found = [kind for key, kind in KINDS.items() if isinstance(given, Mapping) and key in given]
    return found[0].__name__ if found else None


Answer = Annotated[
    Annotated[OutputAnswer, Tag("OutputAnswer")]
    | Annotated[DifferenceAnswer, Tag("DifferenceAnswer")]
    | Annotated[ShareAnswer, Tag("ShareAnswer")]
    | Annotated[LeverAnswer, Tag("LeverAnswer")]
    | Annotated[MixAnswer, Tag("MixAnswer")]
    | Annotated[BarsAnswer, Tag("BarsAnswer")],
    Discriminator(
        _kind,
        custom_error_type="answer_kind",
        custom_error_message=f'needs one of {", ".join(KINDS)}, such as {{ output = "gp_2020" }}',
    ),
]


def listed(given: Any) -> Any:
    """Return `answer` as a list of tables: the name of an output alone stands for it, and one table for a list of one."""
    if isinstance(given, str):
        return [{"output": given}]
    if isinstance(given, Mapping):
        return [given]
    return [{"output": a} if isinstance(a, str) else a for a in given] if isinstance(given, list | tuple) else given


def names_used(answer: Answer) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the outputs, scenarios and targets that an answer names, each with its key."""
    one = getattr(answer, "scenario", None)
    scenarios = [("scenario", one)] if one is not None else []
    match answer:
        case OutputAnswer():
            return [("output", answer.output)], [("scenarios", s) for s in answer.scenarios], []
        case DifferenceAnswer():
            return [("difference", answer.difference)], [*scenarios, ("base", answer.base)], []
        case ShareAnswer():
            return [("of", answer.of)], scenarios, []
        case LeverAnswer():
            return [], scenarios, [("target", answer.target)]
        case BarsAnswer():
            return [("bars", b) for b in answer.bars], scenarios, []
        case _:
            return [], [], []


def check_answers(
    answers: Sequence[Answer],
    outputs: Sequence[str],
    scenarios: Sequence[str],
    targets: Sequence[str],
    sobol: Sequence[str] | None,
    levers: bool,
) -> None:
    """Raise ValueError for an answer that names what the study does not have; `sobol` are the scenarios with indices, None without any."""
    for number, answer in enumerate(answers, 1):
        at = f"answer > {number} >"
        known = (("output", outputs), ("scenario", scenarios), ("target", targets))
        for (what, names), used in zip(known, names_used(answer), strict=True):
            for key, name in used:
                if name not in names:
                    mend = nearest(name, names) or (f"There are: {', '.join(names)}" if names else "")
                    raise ValueError(f'{at} {key}: no {what} is called "{name}". {mend}')
        if isinstance(answer, BarsAnswer) and len(set(answer.bars)) < len(answer.bars):
            raise ValueError(f"{at} bars: an output is named twice")
        if isinstance(answer, DifferenceAnswer) and answer.scenario == answer.base:
            raise ValueError(f'{at} base: "{answer.base}" is the scenario itself; name another')
        if isinstance(answer, ShareAnswer):
            if sobol is None:
                raise ValueError(f"{at} share: there is no [sobol] to take a share from")
            if answer.scenario is not None and answer.scenario not in sobol:
                raise ValueError(f'{at} scenario: [sobol] is not made for "{answer.scenario}". {nearest(answer.scenario, sobol)}')
        if isinstance(answer, MixAnswer) and not levers:
            raise ValueError(f"{at} mix: there are no [levers] to search")
