"""The body of the page between the answer and the inputs: every section that a result can carry, in the order of reading."""

from __future__ import annotations

from llr_sd.report.decision.sections import decision_sections, difference_sections
from llr_sd.report.outcome.sections import pictures
from llr_sd.report.sensitivity.sections import method_sections, share_sections
from llr_sd.report.shared.parts import Picture, Section
from llr_sd.result import StudyResult


def sections(result: StudyResult) -> tuple[Section, ...]:
    """Return the sections with pictures, sentences and tables that this result can carry."""
    first = tuple(Section(p.name, p.heading, (), (p,)) for p in pictures(result))
    return (
        *first,
        *difference_sections(result),
        *share_sections(result),
        *decision_sections(result),
        *method_sections(result),
    )


def drawn(parts: tuple[Section, ...]) -> tuple[Picture, ...]:
    """Return every picture of the sections."""
    return tuple(p for section in parts for p in section.pictures)
