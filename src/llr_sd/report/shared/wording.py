"""Turn numbers into words: dates, amounts, chances and lists, one convention each."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence

from llr_sd.dates import date_words as date_words
from llr_sd.report.shared.reading import Chance, Quantity, level_of
from llr_sd.report.shared.units import joined, unit_words
from llr_sd.studyparts import Target

WHOLE_UNITS = ("WTE", "Head", "Person", "Contact", "Hour", "GBP")
NONE = "–"
ASTRONOMIC = 1e15  # no number of this field; written with its power of ten
FEW = "too few runs"
FEW_RUNS = 100  # below these, none and all of the runs are told with their interval everywhere
TINY = 0.001  # a share below this is told as below it
COUNTED = 0.001  # rarer than this, a chance is told as a count of runs
DATES_NOTE = (
    "Dates are moments: 2017.75 is 1 October 2017, written Oct 2017 where something starts. A result is the position when a month "
    "closes, so 2020.75, the same day three years on, is written end of Sep 2020. Observations are given both ways."
)
UNIT_NOTES = {"WTE": "WTE means whole-time equivalent."}


def full_name(shown: Quantity) -> str:
    """Return label, unit and date of a number, each once: "GPs (WTE), end of Sep 2020"."""
    date = date_words(shown.time, closing=True)
    told = not date or date[-4:] in shown.label
    return named(shown) if told else f"{named(shown)}, {date}"


def named(shown: Quantity) -> str:
    """Return label and unit of a number, each once: "GPs (WTE)"."""
    words = unit_words(shown.unit)
    return shown.label if not words or words.casefold() in shown.label.casefold() else f"{shown.label} ({words})"


def the_close(time: float) -> str:
    """Return a position reached with its article: "the end of Sep 2020", or "time 12"."""
    words = date_words(time, closing=True)
    return f"the {words}" if words.startswith("end of") else words


def extent(low: float, high: float, unit: str = "") -> str:
    """Return "504 to 547", or a dash where there is no range."""
    return f"{amount(low, unit)} to {amount(high, unit)}" if math.isfinite(high - low) else NONE


def moment_words(time: float) -> str:
    """Name an observed moment both ways, as sources use either: "1 Oct 2015 (end of Sep)"."""
    start, close = date_words(time), date_words(time, closing=True)
    return f"1 {start} ({close.rsplit(' ', 1)[0]})" if close.startswith("end of") else start


def amount(value: float, unit: str = "", *, apart_from: float = math.nan) -> str:
    """Round a value for reading: counts of people or WTE to whole numbers, other things to three figures.

    `apart_from` is a level that the value must not seem to equal when it does not: 638.6 against 639 stays 638.6.
    """
    if not math.isfinite(value):
        return NONE
    if unit == "Year" and 1900 < value < 2200:  # a date, not a duration
        return f"{value:.1f}"
    size = abs(value)
    if size >= ASTRONOMIC:
        return f"{value:.3g}".replace("-", "−")
    if (unit in WHOLE_UNITS and size >= 10) or size >= 100 or float(value).is_integer():
        decimals = 0
    elif unit in WHOLE_UNITS:
        decimals = 1
    else:
        decimals = 1 if size >= 10 else 2 if size >= 1 else 3 if size >= 0.1 else min(12, 2 - math.floor(math.log10(size)))
    text = fixed(value, decimals)
    while math.isfinite(apart_from) and value != apart_from and text == fixed(apart_from, decimals) and decimals < 6:
        decimals += 1
        text = fixed(value, decimals)
    return text


def fixed(value: float, decimals: int) -> str:
    """Write a number with this many decimals and a true minus sign."""
    if not math.isfinite(value):
        return NONE
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def with_unit(value: float, unit: str, *, apart_from: float = math.nan) -> str:
    """Return `amount` followed by its unit in words; a dimensionless number stands alone."""
    text = amount(value, unit, apart_from=apart_from)
    dated = unit == "Year" and 1900 < value < 2200
    return text if dated or text == NONE else joined(text, unit)


def percent(share: float) -> str:
    """Return a share as a percentage that never shows a small chance as none, or a large one as certain."""
    if not math.isfinite(share):
        return NONE
    if share in (0, 1):
        return f"{share:.0%}"
    if share < TINY:
        return "below 0.1%"
    if share > 1 - TINY:
        return "above 99.9%"
    return f"{share:.1%}" if share < 0.0995 or share > 0.9905 else f"{share:.0%}"


def at_most(share: float) -> str:
    """Return an upper bound in words: "at most 0.8%" or "below 0.1%"."""
    return percent(share) if 0 < share < TINY else f"at most {percent(share)}"


def at_least(share: float) -> str:
    """Return a lower bound in words: "at least 99.2%" or "above 99.9%"."""
    return percent(share) if 1 - TINY < share < 1 else f"at least {percent(share)}"


def other_failures_words(counts: Mapping[str, int]) -> str:
    """Say how many runs failed outside the main sample, and what became of them."""
    where = listing([f"{number:,} {name}" for name, number in counts.items()])
    one = sum(counts.values()) == 1
    return f"{where} {'run' if one else 'runs'} failed; {'it is' if one else 'they are'} left out of those analyses."


def chance_words(chance: Chance | None, *, brief: bool = False) -> str:
    """Return a chance with its 95 % interval, and its bounds where runs have no result; very few or all runs are given as a count.

    `brief` puts the bounds into square brackets, as a table does.
    """
    if chance is None or chance.runs == 0 or not math.isfinite(chance.probability):
        return NONE
    if chance.probability < COUNTED:
        text = f"{chance.met:,} of {chance.runs:,} runs ({at_most(chance.high)})"
    elif chance.met == chance.runs:
        text = f"all {chance.runs:,} runs ({at_least(chance.low)})"
    else:
        text = f"{percent(chance.probability)} ({percents(chance.low, chance.high)})"
    return text + (_brackets(chance) if brief else bounds_words(chance))


def bounds_words(chance: Chance) -> str:
    """Return what a chance can be at least and at most where runs have no result, to go behind it; empty where all have one."""
    if not chance.lost:
        return ""
    return f"; {percents(chance.least, chance.most)} with the {count_of(chance.lost, 'run')} without a result"


BOUNDS_NOTE = (
    "The wider range behind a chance counts the runs without a result: from all of them missing the target to all meeting it."
)


def chance_short(chance: Chance | None) -> str:
    """Return a chance for a narrow column: "12% (10 to 14%)" or "0 of 512", with its bounds in square brackets where runs have no result."""
    if chance is None or chance.runs == 0 or not math.isfinite(chance.probability):
        return NONE
    text = f"{percent(chance.probability)} ({percents(chance.low, chance.high)})"
    if chance.probability < COUNTED or chance.met == chance.runs:
        text = f"{chance.met:,} of {chance.runs:,}"
        if chance.runs < FEW_RUNS:
            text += f" ({at_least(chance.low) if chance.met == chance.runs else at_most(chance.high)})"
    return text + _brackets(chance)


def _brackets(chance: Chance) -> str:
    return f" [{percents(chance.least, chance.most)}]" if chance.lost else ""


def percents(low: float, high: float) -> str:
    """Return a range of shares, the sign of per cent once: "48 to 52%"."""
    ends = percent(low), percent(high)
    first = ends[0] if ends[0].startswith(("below", "above")) else ends[0].removesuffix("%")
    return f"{first} to {ends[1]}"


def level_words(level: float, unit: str = "") -> str:
    """Return a target's level as its author wrote it, with the unit where one is given."""
    return joined(f"{level:,.9g}".replace("-", "−"), unit)


def goal(target: Target, unit: str) -> str:
    """Say what a target asks: "at least 639 WTE"."""
    return f"{'at least' if target.at_least is not None else 'at most'} {level_words(level_of(target), unit)}"


def reach(target: Target) -> tuple[str, str]:
    """Return the verb for meeting a target, for one and for many: ("reaches", "reach")."""
    level = level_words(level_of(target))
    if target.at_least is not None:
        return f"reaches {level}", f"reach {level}"
    return f"stays at or below {level}", f"stay at or below {level}"


def listing(items: Sequence[str]) -> str:
    """Join items as a sentence does: "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def count_of(number: int, one: str, many: str = "") -> str:
    """Return "1 run" or "2 runs"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def short_names(names: Sequence[str], width: int) -> dict[str, str]:
    """Shorten names to `width` characters; those that would be cut carry their number so that no two look alike."""
    short: dict[str, str] = {}
    for number, name in enumerate(names, start=1):
        plain = " ".join(name.split())
        if len(plain) <= width:
            short[name] = plain
        else:
            room = width - len(f"{number}. ") - 1
            short[name] = f"{number}. {plain[:room].rstrip()}…"
    return short


def balanced(text: str, width: int) -> str:
    """Break a text between words into as few lines of at most `width` characters as it takes, of about the same length."""
    broken = {w: textwrap.wrap(text, w, break_on_hyphens=False) for w in range(1, width + 1)}
    longest = min(width, max(map(len, text.split()), default=1))  # narrower lines would cut words
    narrowest = next(w for w in range(longest, width + 1) if len(broken[w]) == len(broken[width]))
    return "\n".join(broken[narrowest]) if len(broken[width]) > 1 else text
