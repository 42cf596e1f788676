"""RANDOM functions, held at their mean where a study or a caller asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llr_sd.equations import Binary, Expression, Number
from llr_sd.translate.scope import Scope
from llr_sd.translate.written.made import call, either, op
from llr_sd.translate.written.normal import density, normal_below

Terms = tuple[Expression, ...]


def held(name: str, mean: Callable[..., Expression]) -> Callable[[Any, Scope], Expression]:
    """Return the translation of a random function: the mean of its arguments' law, or a refusal that says how to ask for it."""

    def written(arguments: Any, scope: Scope) -> Expression:
        if not scope.names.mean:
            raise scope.not_supported(
                f"{name} draws at random, and randomness belongs to the study, where draws are seeded and recorded.",
                'Make it a constant and vary it there; or hold it at its mean: random = "mean" in a study, or '
                'load_model(path, random="mean").',
            )
        scope.names.remark("random functions are held at their mean, so that runs show no noise of the model's own", scope.title)
        return mean(*(scope.of(a) for a in arguments))

    return written


def _within(low: Expression, high: Expression, x: Expression) -> Expression:
    return call("MAX", low, call("MIN", high, x))


def uniform(low: Expression, high: Expression, *_: Expression) -> Expression:
    """The middle of the two ends."""
    return op("*", 0.5, op("+", low, high))


def zero_one() -> Expression:
    """The mean of a number between 0 and 1."""
    return Number(0.5)


def normal(low: Expression, high: Expression, mean: Expression, deviation: Expression, *_: Expression) -> Expression:
    """The mean of the normal law cut at both ends; the nearer end where next to nothing of the law is between them."""
    a, b = (op("/", op("-", end, mean), deviation) for end in (low, high))
    mass = op("-", normal_below(b), normal_below(a))
    shift = op("*", deviation, op("/", op("-", density(a), density(b)), mass))
    cut = _within(low, high, op("+", mean, shift))
    wide = either(op(">", mass, 1e-9), cut, _within(low, high, mean))
    return either(op(">", deviation, 0.0), wide, _within(low, high, mean))


def exponential(low: Expression, high: Expression, shift: Expression, stretch: Expression, *_: Expression) -> Expression:
    """The mean of the exponential law between two ends: from either end, less what lies past the other."""
    a, b = (call("MAX", 0.0, op("/", op("-", end, shift), stretch)) for end in (low, high))
    gap = op("-", b, a)
    beyond = call("EXP", op("-", 0.0, call("MIN", gap, 700.0)))
    inner = op("-", op("+", a, 1.0), op("/", op("*", call("MIN", gap, 700.0), beyond), op("-", 1.0, beyond)))
    mean = either(op(">", gap, 1e-6), inner, op("*", 0.5, op("+", a, b)))
    return op("+", shift, op("*", stretch, mean))


def triangular(
    low: Expression, high: Expression, start: Expression, peak: Expression, stop: Expression, *_: Expression
) -> Expression:
    """The mean of the triangular law, kept between the two ends by cutting each of its sides."""
    rise = _piece(start, peak, call("MAX", low, start), call("MIN", high, peak), op("-", stop, start))
    fall = _piece(stop, peak, call("MAX", low, peak), call("MIN", high, stop), op("-", stop, start))
    mass, moment = op("+", rise[0], fall[0]), op("+", rise[1], fall[1])
    return either(op(">", mass, 0.0), op("/", moment, mass), _within(low, high, peak))


def _piece(foot: Expression, peak: Expression, a: Expression, b: Expression, base: Expression) -> Terms:
    """Mass and first moment between a and b of a side that is 0 at `foot` and 2 / base at `peak`."""
    slope = op("/", 2.0, op("*", base, op("-", peak, foot)))

    def mass_to(x: Expression) -> Expression:
        return op("*", 0.5, slope, op("-", x, foot), op("-", x, foot))

    def moment_to(x: Expression) -> Expression:
        third = op("/", op("*", slope, op("-", x, foot), op("-", x, foot), op("-", x, foot)), 3.0)
        return op("+", op("*", foot, mass_to(x)), third)

    some = Binary("and", op(">", b, a), op("<>", peak, foot))
    return (
        either(some, op("-", mass_to(b), mass_to(a)), op("*", 0.0, base)),
        either(some, op("-", moment_to(b), moment_to(a)), op("*", 0.0, base)),
    )


def stretched(mean: Callable[..., Expression], shape: int) -> Callable[..., Expression]:
    """The mean of a law with `shape` arguments of its own after min and max: shift + stretch * mean, kept between min and max."""

    def of(low: Expression, high: Expression, *rest: Expression) -> Expression:
        shift, stretch = rest[shape], rest[shape + 1]
        return _within(low, high, op("+", shift, op("*", stretch, mean(*rest[:shape]))))

    return of


# --- as XMILE writes them --------------------------------------------------------------------------------------------


def plain(mean: Expression, *_: Expression) -> Expression:
    """The mean, which is the first argument."""
    return mean


def normal_of_xmile(mean: Expression, deviation: Expression, *rest: Expression) -> Expression:
    """NORMAL(mean, deviation, seed, min, max)."""
    return normal(rest[1], rest[2], mean, deviation) if len(rest) == 3 else mean
