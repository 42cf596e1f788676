// What the figures of a report draw, as their charts take it. Pure.

const NUMBERS = ["median", "low50", "high50", "low90", "high90", "central"];

/**
 * A spec of the page's data with numbers where JSON had none.
 * @param {Object} spec
 * @returns {Object}
 */
export function filled(spec) {
  const whole = (b) => ({ ...b, value: numbers(b.value), low: numbers(b.low), high: numbers(b.high) });
  if (spec.bars) return { ...spec, bars: spec.bars.map((b) => (b.parts ? { ...b, parts: b.parts.map(whole), total: whole(b.total) } : whole(b))) };
  if (!spec.series) return spec;
  const series = spec.series.map((one) => {
    const known = NUMBERS.filter((name) => Object.hasOwn(one, name) && (spec.times === null || one[name] !== null));
    return { ...one, ...Object.fromEntries(known.map((name) => [name, numbers(one[name])])) };
  });
  return { ...spec, series };
}

function numbers(given) {
  return Array.isArray(given) ? given.map(numbers) : (given ?? NaN);
}

/** The same with one series shown or not. */
export function toggled(spec, row, shown) {
  return { ...spec, series: spec.series.map((one, i) => (i === row ? { ...one, hidden: !shown } : one)) };
}
