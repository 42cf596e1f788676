"""The body of a report between the answer and the inputs; its analyses are rows of a table: what each reads, its section and sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from llr_sd.report.backtest.sections import backtest_section
from llr_sd.report.backtest.words import count_sentences
from llr_sd.report.calibration.sections import calibration_section
from llr_sd.report.calibration.words import finding_sentences
from llr_sd.report.decision.sections import attribution_section, boxes_section, information_section, levers_section
from llr_sd.report.decision.words import box_sentences, lever_sentences
from llr_sd.report.outcome.sections import correlation_section, difference_section, pictures
from llr_sd.report.sensitivity.causes import cause_sentences
from llr_sd.report.sensitivity.drawn import given_section, meeting_section
from llr_sd.report.sensitivity.sections import course_section, screening_section, settling_section, shares_section
from llr_sd.report.sensitivity.words import correlation_sentences, independence, unjudged
from llr_sd.report.shared.parts import Picture, Section
from llr_sd.report.shared.told import fact_sentences, gap_sentences, notes
from llr_sd.result import StudyResult


@dataclass(frozen=True)
class Part:
    """A row of the table of parts.

    Attributes
    ----------
    tables
        The tables that it reads; it is left out where the result has none of them.
    section
        Gives its section of the page; None where the result has nothing for it, or the part is a sheet alone.
    sheets
        The sheets of the workbook, by table: the title and what the sheet holds.
    said
        Gives what is told of it among the findings; None for nothing.
    """

    tables: tuple[str, ...]
    section: Callable[[StudyResult], Section | None] | None
    sheets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    said: Callable[[StudyResult], tuple[str, ...]] | None = None


PARTS = (
    Part(
        ("calibration",),
        calibration_section,
        {
            "calibration": ("Calibration", "Fitted parameters: best fit and draws beside their priors; learnt in nats."),
            "calibration_pairs": ("Calibrated pairs", "Spearman's rank correlation of two fitted parameters among the draws."),
            "calibration_directions": (
                "Calibrated directions",
                "Combinations of fitted parameters: information of the figures (the priors have 1), and the weight of each parameter.",
            ),
            "calibration_points": (
                "Calibrated figures",
                "Figures fitted and held out beside the model before and after the fit; low and high take errors in.",
            ),
            "calibration_draws": ("Calibrated draws", "Draws from the posterior, a column a fitted parameter in its unit."),
        },
        said=finding_sentences,
    ),
    Part(
        ("observed",),
        backtest_section,
        {
            "observed": (
                "Published figures",
                "Where each published figure stands in the runs of each scenario: p05 to p95 with the figure's error taken in; compared is relative where changes are.",
            ),
            "observed_counts": (
                "Figures outside",
                "How many figures lie outside p05 to p95, how many would on average if a run were the truth (expected), and the chance of as many.",
            ),
            "observed_course": (
                "Bands over time",
                "What the runs alone give over time on the scale of each series: p05 to p95 and the central run.",
            ),
        },
        said=count_sentences,
    ),
    Part(
        ("differences",),
        difference_section,
        {"differences": ("Differences", "Each scenario less a base scenario, run by run on common draws.")},
    ),
    Part(
        ("attribution",),
        attribution_section,
        {
            "attribution": (
                "Attribution",
                "What each lever adds to a difference between two scenarios; the means add up to the lever “difference”.",
            ),
        },
    ),
    Part(
        ("sobol", "shapley"),
        shares_section,
        {
            "sobol": (
                "Sensitivity",
                "Sobol indices of inputs and of groups: S1 alone, ST in total, S2 of a pair; shares of the variance.",
            ),
            "sobol_sums": (
                "Sums of shares",
                "What S1 and ST of all inputs add up to: both 1 where no input acts together with another.",
            ),
            "shapley": ("Shapley effects", "Shares of the variance that take correlations between inputs in; they add up to 1."),
        },
        said=independence,
    ),
    Part(
        ("sobol",),
        course_section,
        {
            "sobol_over_time": (
                "Sensitivity over time",
                "Sobol indices over all times of an output together, each time weighted by its variance.",
            )
        },
    ),
    Part(
        ("least",),
        None,
        {
            "least": (
                "Least change",
                "Every value of a lever that was tried for an answer: the central run there, and whether it meets the target.",
            )
        },
    ),
    Part(
        ("regional",),
        meeting_section,
        {
            "regional": (
                "Meeting the target",
                "How far the runs that meet a target lie from those that miss it in each input (Kolmogorov-Smirnov), p adjusted for the number of inputs.",
            )
        },
    ),
    Part(
        ("given_data",),
        given_section,
        {
            "given_data": (
                "Shares from the runs",
                "First-order indices from the Monte Carlo runs, which keep correlations; (dummy) is an input that nothing depends on.",
            )
        },
    ),
    Part(
        ("failure_causes",),
        None,
        {
            "failure_causes": (
                "What fails runs",
                "How far failed runs (and runs in which the named output is undefined) lie from the others in each input; as on “Meeting the target”.",
            )
        },
        said=cause_sentences,
    ),
    Part(
        ("boxes",),
        boxes_section,
        {"boxes": ("Boxes", "Where in the inputs a target is missed, with density and coverage; an empty limit is open.")},
        said=box_sentences,
    ),
    Part(
        ("levers",),
        levers_section,
        {
            "levers": (
                "Levers",
                "Every mix of levers that was tried: cost and chance in the search, and on the fresh runs that some had.",
            )
        },
        said=lever_sentences,
    ),
    Part(
        ("information",),
        information_section,
        {"information": ("Information", "What it is worth to learn an input before choosing, in the unit of the benefit.")},
    ),
    Part(
        ("morris",),
        screening_section,
        {
            "morris": (
                "Screening",
                "Morris: mu_star, the mean size of the effect of an input's whole range; mu, with its sign; sigma, its spread.",
            )
        },
        said=unjudged,
    ),
    Part(
        ("convergence",),
        settling_section,
        {"convergence": ("Convergence", "Base, runs and the widest half width of any index.")},
    ),
    Part(
        ("correlations",),
        correlation_section,
        {
            "correlations": (
                "Correlations",
                "Spearman's rank correlation of each stated pair of inputs: asked, drawn, and the least and greatest that the two can have.",
            )
        },
        said=correlation_sentences,
    ),
)
"""In the order of reading."""


def sections(result: StudyResult) -> tuple[Section, ...]:
    """Return the sections with pictures, sentences and tables that this result can carry."""
    first = tuple(Section(p.name, p.heading, (), (p,)) for p in pictures(result))
    return (*first, *analysed(result))


def analysed(result: StudyResult) -> tuple[Section, ...]:
    """Return the sections of the analyses that were made."""
    there = (p.section for p in PARTS if p.section and any(name in result.tables for name in p.tables))
    return tuple(section for make in there if (section := make(result)) is not None)


def findings(result: StudyResult) -> tuple[str, ...]:
    """Return what was found, and what could not be: gaps first, then the analyses in the order of reading, then what is known of inputs."""
    there = (p.said for p in PARTS if p.said and any(name in result.tables for name in p.tables))
    return (*gap_sentences(result), *(s for say in there for s in say(result)), *fact_sentences(result), *notes(result))


def sheets(result: StudyResult) -> tuple[tuple[str, str, str], ...]:
    """Return the sheets of the analyses that were made: the table, the title of its sheet, and what it holds."""
    rows = ((table, *sheet) for part in PARTS for table, sheet in part.sheets.items())
    return tuple(row for row in rows if row[0] in result.tables)


def drawn(parts: tuple[Section, ...]) -> tuple[Picture, ...]:
    """Return every picture of the sections."""
    return tuple(p for section in parts for p in section.pictures)
