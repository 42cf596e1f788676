// What the figures of a report draw, as their charts take it. Pure.

const LISTS = ["median", "low50", "high50", "low90", "high90", "central"];

/**
 * A spec of the page's data with numbers where JSON had none.
 * @param {Object} spec
 * @returns {Object}
 */
export function filled(spec) {
  if (!spec.series) return spec;
  const series = spec.series.map((one) => {
    const lists = LISTS.filter((name) => one[name]).map((name) => [name, one[name].map((v) => (v === null ? NaN : v))]);
    return { ...one, ...Object.fromEntries(lists) };
  });
  return { ...spec, series };
}

/** The same with one series shown or not. */
export function toggled(spec, row, shown) {
  return { ...spec, series: spec.series.map((one, i) => (i === row ? { ...one, hidden: !shown } : one)) };
}
